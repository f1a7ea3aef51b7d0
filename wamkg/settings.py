"""Every setting of wamkg, read from `WAMKG_*` environment variables and from `wamkg.toml`."""

import logging
import os
import tomllib
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from wamkg.errors import InvalidInputError
from wamkg.near_matches import did_you_mean

log = logging.getLogger(__name__)

FORMER_SETTINGS = {
    "WAMKG_KEPT_ANSWERS_MB": "response_cache_mb",
    "WAMKG_READING": "read_access",
    "WAMKG_S2_MAX_ANSWER_BYTES": "s2_max_response_bytes",
}
"""Former name of a variable -> its setting; read for one more release."""
REMOVED_SETTINGS = frozenset({"enrich_title_similarity"})
"""Settings without a successor: a configuration file that has them is read without them for one more release."""
CONFIG_FILE = "wamkg.toml"
"""Settings of the survey in a folder and all folders below it."""
CONFIG_HOME = "var"
"""Home beside a configuration file that names none."""
KEY_PARTS = ("family", "year", "word", "method", "title")
"""Parts that a default citation key may contain."""


class Settings(BaseSettings):
    """Settings of one process. A test checks that docs/settings.md documents each field."""

    model_config = SettingsConfigDict(env_prefix="WAMKG_", extra="ignore")

    home: Path = Field(
        default_factory=lambda: user_data_path("wamkg", appauthor=False),
        description="Folder for `wamkg.db`, `models/` and `out/`.",
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL of the store; empty means `HOME/wamkg.db` (SQLite)."
    )
    s2_api_url: str = Field(
        default="https://api.semanticscholar.org", description="Origin of Semantic Scholar, without a path."
    )
    s2_api_key: str = Field(default="", description="Key sent with every Semantic Scholar request.", repr=False)
    s2_requests_per_second: float | None = Field(
        default=None, gt=0, description="Maximum number of requests per second; empty: 1 with a key, 0.3 without one."
    )
    arxiv_api_url: str = Field(default="", description="Origin of arXiv's API for missing abstracts; empty: off.")
    zotero_api_url: str = Field(default="", description="Origin of Zotero's Web API; empty: Zotero's own.")
    zotero_api_key: str = Field(
        default="", description="Key of Zotero's Web API, for private libraries and for writing.", repr=False
    )
    s2_timeout: float = Field(default=30.0, gt=0, description="Seconds without data after which a request is aborted.")
    s2_attempts: int = Field(default=6, ge=1, description="Attempts of one request before its task fails.")
    s2_backoff: float = Field(
        default=1.0,
        ge=0,
        description="Seconds of the first pause after a failed attempt; later pauses double, up to 60.",
    )
    s2_max_response_bytes: int = Field(
        default=32_000_000, gt=0, description="Maximum size of a response in bytes; larger ones are requested in parts."
    )
    arxiv_seconds_per_request: float = Field(
        default=3.0, gt=0, description="Seconds between two requests to arXiv's API."
    )
    enrich_metadata_days: float = Field(
        default=7.0, ge=0, description="Days after which a paper's metadata is fetched again."
    )
    enrich_citations_days: float = Field(
        default=7.0, ge=0, description="Days after which a citation list is fetched again, if its count has changed."
    )
    enrich_references_days: float = Field(
        default=30.0, ge=0, description="Days after which a reference list is fetched again, if its count has changed."
    )
    enrich_unavailable_days: float = Field(
        default=90.0, ge=0, description="Days after which unavailable data is requested again."
    )
    enrich_lease_seconds: float = Field(
        default=180.0,
        gt=0,
        description="Seconds without a heartbeat after which a worker's tasks go to another worker.",
    )
    jobs: Literal["local", "queue"] = Field(
        default="local",
        description="`local`: each job is a process on this machine; `queue`: `wamkg worker` runs jobs (PostgreSQL).",
    )
    weekly: str = Field(
        default="",
        description="When workers run the weekly round, as cron has it (`0 6 * * 1`); empty: never (PostgreSQL).",
    )
    discover_recall: float = Field(
        default=0.95,
        gt=0,
        le=1,
        description="Share of finds in scope that should enter the queue; unlikely ones are set aside. 1: all enter.",
    )
    discover_most: int = Field(
        default=0, ge=0, description="Maximum number of finds that enter the queue within 7 days; 0: no limit."
    )
    embedding_model: str = Field(
        default="packaged", description="`packaged`, a sentence-transformers model name, a folder, or `hashing`."
    )
    device: str = Field(default="auto", description="`auto` (cuda, then mps, then cpu), or a torch device.")
    suggester: str = Field(
        default="auto", description="`auto` (the default model), or the name of a model, see `wamkg evaluate`."
    )
    read_access: Literal["public", "token"] = Field(
        default="public",
        description="`public`: reading over HTTP needs no token; `token`: it needs a token or a session.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Comma-separated addresses of proxies whose `X-Forwarded-For` and `-Proto` are believed.",
    )
    allowed_hosts: str = Field(
        default="", description="Comma-separated host names that the service answers to, `*.` allowed; empty: any."
    )
    cors_origins: str = Field(
        default="",
        description="Comma-separated origins that may call the API from a browser (CORS). `*`: any; empty: none.",
    )
    reads_per_minute: int = Field(
        default=30_000, ge=0, description="Maximum number of uncached reads per client address and minute; 0: no limit."
    )
    writes_per_minute: int = Field(
        default=3_000, ge=0, description="Maximum number of writes per client address and minute; 0: no limit."
    )
    response_cache_mb: int = Field(
        default=64, ge=0, description="Size of the response cache in megabytes. Every write clears it; 0 disables it."
    )
    max_request_bytes: int = Field(
        default=32_000_000,
        gt=0,
        description="Maximum size in bytes of an import over HTTP; other requests are limited to 1 MB.",
    )
    refit: bool = Field(default=True, description="Refit the suggestion model in the background after each decision.")
    refit_wait: float = Field(
        default=30.0,
        ge=0,
        le=300,
        description="Seconds that a refit job waits for another decision before it ends.",
    )
    citation_key: str = Field(
        default="{family}{year}{word}",
        description="Pattern of the default citation key of a paper.",
    )
    progress: bool = Field(default=True, description="Show the progress of long commands on standard error.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="Lowest level of log messages on standard error."
    )

    @field_validator("read_access", mode="before")
    @classmethod
    def _former_access(cls, value: str) -> str:
        return {"open": "public", "closed": "token"}.get(value, value)

    @field_validator("suggester", mode="before")
    @classmethod
    def _former_suggester(cls, value: str) -> str:
        return "auto" if value == "default" else value

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
            raise ValueError("between the parts only letters, digits and - _ . : + / are allowed in a key")
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


def find_config(start: Path | None = None) -> Path | None:
    """The file that `WAMKG_CONFIG` names, else the nearest `wamkg.toml` in the folder or above it; None without one.

    Raises InvalidInputError if the named file does not exist.
    """
    named = os.environ.get("WAMKG_CONFIG")
    if named is not None:
        if named and not Path(named).is_file():
            raise InvalidInputError(f"WAMKG_CONFIG names {named}, which is not a file; correct the path or unset it")
        return Path(named) if named else None
    folder = start or Path.cwd()
    return next((file for part in (folder, *folder.parents) if (file := part / CONFIG_FILE).is_file()), None)


def read_config(file: Path) -> dict[str, Any]:
    """Settings of a configuration file by their names without `WAMKG_`; paths count from the file's folder.

    Raises InvalidInputError for a file that is not TOML, and for a setting that does not exist.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInputError(f"{file} cannot be read: {error}") from error
    for name in REMOVED_SETTINGS & values.keys():
        log.warning("%s: the setting %s has no effect any more; remove the line", file, name)
        del values[name]
    for name in values:
        if name not in Settings.model_fields:
            near = did_you_mean(name, list(Settings.model_fields))
            raise InvalidInputError(f"{file} has the unknown setting {name!r}{near or '; see docs/settings.md'}")
    return values | {"home": file.parent / str(values.get("home", CONFIG_HOME))}


SECRETS_DIR = "WAMKG_SECRETS_DIR"
"""Names a folder with a file `wamkg_NAME` for each secret setting, as containers get them."""


def secret_files() -> dict[str, Path]:
    """The settings that have a file in the folder of secrets, with their files.

    Raises InvalidInputError if the folder does not exist.
    """
    named = os.environ.get(SECRETS_DIR)
    if not named:
        return {}
    if not Path(named).is_dir():
        raise InvalidInputError(f"{SECRETS_DIR} names {named}, which is not a folder; correct the path or unset it")
    files = {name: Path(named) / f"wamkg_{name}" for name in Settings.model_fields}
    return {name: file for name, file in files.items() if file.is_file()}


def _secret_settings() -> dict[str, str]:
    """Settings from files of secrets that no variable overrides."""
    return {
        name: file.read_text(encoding="utf-8").strip()
        for name, file in secret_files().items()
        if f"WAMKG_{name.upper()}" not in os.environ
    }


def setting_sources() -> dict[str, str]:
    """Where each setting comes from: `environment`, a secret's or the configuration file's path, or `default`.

    Raises the errors of `find_config` and `read_config`.
    """
    file = find_config()
    in_file = read_config(file) if file else {}
    former, secret = _former_settings(), secret_files()
    return {
        name: "environment"
        if f"WAMKG_{name.upper()}" in os.environ or name in former
        else str(secret[name])
        if name in secret
        else str(file)
        if name in in_file
        else "default"
        for name in Settings.model_fields
    }


def _config_settings() -> dict[str, Any]:
    """Settings of the configuration file that no variable and no secret file overrides."""
    file, secret = find_config(), secret_files()
    values = read_config(file) if file else {}
    return {
        name: value
        for name, value in values.items()
        if f"WAMKG_{name.upper()}" not in os.environ and name not in secret
    }


def _former_settings() -> dict[str, Any]:
    """Settings given under former names only."""
    found = {}
    for old, field in FORMER_SETTINGS.items():
        name = f"WAMKG_{field.upper()}"
        if old in os.environ:
            log.warning("%s is now called %s; the former name works in this release only", old, name)
            if name not in os.environ:
                found[field] = os.environ[old]
    return found


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once.

    A setting under its former name is read too, with one warning. Raises InvalidInputError for an invalid value; the
    message names the variable.
    """
    former = _former_settings()
    try:
        return Settings(**_config_settings() | _secret_settings() | former)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        former_names = {new: old for old, new in FORMER_SETTINGS.items() if new in former}
        name = former_names.get(field) or (f"WAMKG_{field.upper()}" if field else "a setting")
        if setting_sources().get(field, "default") not in ("default", "environment"):
            name = f"{field} in {find_config()}"
        raise InvalidInputError(f"{name} cannot be {first['input']!r}: {first['msg']}; see docs/settings.md") from error
