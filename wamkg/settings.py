"""Every setting of wamkg, read from `WAMKG_*` environment variables."""

from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from wamkg.errors import InvalidInputError

KEY_PARTS = ("family", "year", "word", "method", "title")
"""Parts that a default citation key may contain."""


class Settings(BaseSettings):
    """Settings of one process. A test checks that docs/settings.md documents each field."""

    model_config = SettingsConfigDict(env_prefix="WAMKG_", extra="ignore")

    home: Path = Field(
        default_factory=lambda: user_data_path("wamkg", appauthor=False),
        description="Folder that holds `wamkg.db`, `models/` and `out/`.",
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL of the store; empty means `HOME/wamkg.db` (SQLite)."
    )
    s2_api_url: str = Field(
        default="https://api.semanticscholar.org", description="Origin of Semantic Scholar, without a path."
    )
    s2_api_key: str = Field(default="", description="Key sent with every Semantic Scholar request.", repr=False)
    s2_requests_per_second: float | None = Field(
        default=None, gt=0, description="Request budget; empty means 1 with a key, 0.3 without one."
    )
    arxiv_api_url: str = Field(default="", description="Origin of arXiv's API for missing abstracts; empty: off.")
    s2_timeout: float = Field(default=30.0, gt=0, description="Seconds without a byte before a request is given up.")
    s2_attempts: int = Field(default=6, ge=1, description="Tries of one request before its unit of work has failed.")
    s2_backoff: float = Field(
        default=1.0, ge=0, description="Seconds of the first pause after a failed try; later ones double, up to 60."
    )
    s2_max_answer_bytes: int = Field(
        default=32_000_000, gt=0, description="Larger answers are refused and asked in parts."
    )
    arxiv_seconds_per_request: float = Field(default=3.0, gt=0, description="Pause that arXiv's API asks for.")
    enrich_metadata_days: float = Field(
        default=7.0, ge=0, description="Age at which a paper's metadata is asked again."
    )
    enrich_citations_days: float = Field(
        default=7.0, ge=0, description="Age at which a citation list is read again, if its count has changed."
    )
    enrich_references_days: float = Field(
        default=30.0, ge=0, description="Age at which a reference list is read again, if its count has changed."
    )
    enrich_unavailable_days: float = Field(
        default=90.0, ge=0, description="Age at which what could not be had is asked for again, changed or not."
    )
    enrich_title_similarity: float = Field(
        default=0.95, ge=0, le=1, description="Likeness of titles above which a paper without an id is recognised."
    )
    enrich_lease_seconds: float = Field(
        default=180.0, gt=0, description="Time after which the unfinished units of a silent worker go to another."
    )
    jobs: Literal["local", "queue"] = Field(
        default="local",
        description="`local`: a job is a process of this machine; `queue`: `wamkg worker`s take it (PostgreSQL).",
    )
    embedding_model: str = Field(
        default="packaged", description="`packaged`, a sentence-transformers model name, a folder, or `hashing`."
    )
    device: str = Field(default="auto", description="`auto` (cuda, then mps, then cpu), or a torch device.")
    suggester: str = Field(default="default", description="Name of the suggestion model, see `wamkg evaluate`.")
    reading: Literal["open", "closed"] = Field(
        default="open", description="`open`: anybody may read over HTTP; `closed`: only with a token or signed in."
    )
    cors_origins: str = Field(
        default="", description="Origins, parted by commas, whose pages may call the API; `*`: any; empty: none."
    )
    reads_per_minute: int = Field(
        default=30_000, ge=0, description="Reads that one address may have worked out in a minute; 0: no limit."
    )
    writes_per_minute: int = Field(
        default=3_000, ge=0, description="Writes that one address may send in a minute; 0: no limit."
    )
    kept_answers_mb: int = Field(
        default=64, ge=0, description="Megabytes of answers kept in memory until something is written; 0 keeps none."
    )
    max_request_bytes: int = Field(
        default=32_000_000, gt=0, description="Largest list taken over HTTP; other requests hold a megabyte at most."
    )
    refit: bool = Field(
        default=True, description="Whether a decision has the suggestions made again in the background."
    )
    refit_wait: float = Field(
        default=30.0,
        ge=0,
        le=300,
        description="Seconds that a refit waits for a further decision, which it then learns from at once.",
    )
    citation_key: str = Field(
        default="{family}{year}{word}",
        description="Pattern of the citation key of a paper that no file gave one.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="Lowest level of log lines written to stderr."
    )

    @field_validator("citation_key")
    @classmethod
    def _check_citation_key(cls, pattern: str) -> str:
        try:
            parts = list(Formatter().parse(pattern))
        except ValueError as error:
            raise ValueError(f"write parts in braces, as in {{family}}{{year}}{{word}}: {error}") from error
        named = [(name, spec, conversion) for _, name, spec, conversion in parts if name is not None]
        if not named or any(name not in KEY_PARTS or spec or conversion for name, spec, conversion in named):
            raise ValueError(f"write some of {', '.join(f'{{{part}}}' for part in KEY_PARTS)}")
        text = "".join(text for text, *_ in parts)
        if not all(c.isascii() and (c.isalnum() or c in "-_.:+/") for c in text):
            raise ValueError("between the parts only letters, digits and - _ . : + / can stand in a key")
        return pattern

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the store in use."""
        if self.database_url.startswith("postgresql://"):
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return self.database_url or f"sqlite:///{self.home / 'wamkg.db'}"

    @property
    def out(self) -> Path:
        """Folder that receives the figures of `wamkg build`."""
        return self.home / "out"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises InvalidInputError for an invalid value; the message names the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"WAMKG_{str(first['loc'][0]).upper()}" if first["loc"] else "a setting"
        raise InvalidInputError(f"{name} cannot be {first['input']!r}: {first['msg']}; see docs/settings.md") from error
