"""Figure parameters, with the same names on the command line and over HTTP. Loads no drawing library."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.near_matches import unknown
from wamkg.store.paper_filter import PaperFilter

_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")
COMMON = frozenset({"width", "theme"})
"""Parameters of every figure, besides the format, which is the file's suffix."""


@dataclass(frozen=True)
class FigureKind:
    """A kind of figure: what it shows, the parameters it takes, whether filters choose its papers, whether it supports
    LaTeX and cites papers.
    """

    about: str
    takes: frozenset[str]
    filtered: bool = False
    latex: bool = False
    cites: bool = False

    @property
    def filters(self) -> frozenset[str]:
        """The filters of papers that it takes. A parameter of its own with the same name comes first."""
        return frozenset(PaperFilter.model_fields) - self.takes if self.filtered else frozenset()


def _kind(about: str, takes: str, *, filtered: bool = False, latex: bool = False, cites: bool = False) -> FigureKind:
    return FigureKind(about, frozenset(takes.split()) | COMMON, filtered, latex, cites)


FIGURES: Mapping[str, FigureKind] = {
    "roadmap": _kind(
        "methods along time on the branches they belong to",
        "taxonomy date depth representatives since orientation",
        filtered=True,
    ),
    "taxonomy": _kind(
        "the tree with representative papers",
        "taxonomy date depth representatives",
        filtered=True,
        latex=True,
        cites=True,
    ),
    "timeline": _kind("publications by branch over time", "taxonomy date depth by", filtered=True),
    "training-data": _kind("data sets by group and year", "taxonomy date", filtered=True),
    "leaderboard": _kind("reported scores over time, one panel per protocol", "benchmark metric suite", filtered=True),
    "matrix": _kind("classes against a facet", "taxonomy date depth facet", filtered=True, latex=True),
    "crosswalk-table": _kind(
        "classes of one taxonomy against those of another", "taxonomy depth compare_with", latex=True
    ),
    "citations": _kind("citations of papers, methods or branches over time", "taxonomy depth by paper method taxon"),
    "main-path": _kind("the main path through the citations, named by methods", "", filtered=True),
    "flow": _kind("papers identified, screened, excluded by reason and included, as in PRISMA 2020", ""),
    "reliability": _kind("confidence of the suggester against its accuracy", "source"),
    "learning-curve": _kind("recall of screening against effort", "source"),
}
"""Only figures that can be drawn: each name needs its function in `catalog.py`."""


def kind_of(name: str) -> FigureKind:
    """Return the kind of the named figure.

    Raises NotFoundError.
    """
    if name not in FIGURES:
        raise NotFoundError(unknown("figure", name, FIGURES))
    return FIGURES[name]


AUTO = "auto"
"""The word among the representatives that leaves their number to the figure."""
PARAMETERS = {
    "taxonomy": "Slug of the taxonomy; default: the main one.",
    "date": "Date of a paper: arxiv_v1 or venue.",
    "depth": "Number of levels to draw.",
    "representatives": "Number per branch, names, both (`2,this`), or `auto` for what fits.",
    "since": "Roadmap: mark papers that are new since this day or release; others: first day.",
    "orientation": "Direction of time in a roadmap: vertical or horizontal.",
    "by": "Period of a timeline: month, quarter or year.",
    "paper": "Citations of this paper; repeatable.",
    "method": "Citations of this method; repeatable.",
    "facet": "Columns of the matrix: year, venue, institution, a taxonomy or a label.",
    "compare_with": "The other taxonomy of a crosswalk.",
    "metric": "Scores by this metric only.",
    "suite": "Scores on this suite only.",
    "source": "File with the output of `wamkg evaluate --json` or `wamkg simulate --json`.",
}
"""What the parameters of figures mean, for the command line and HTTP."""


@dataclass(frozen=True)
class FigureQuery:
    """The given parameters; None or empty means the figure's default. `papers` chooses the papers that are drawn.

    `representatives` is a number, names, or both (`2,unipi,gr-1`); with `auto` a roadmap that does not fit has as many
    labels as do.
    """

    taxonomy: str | None = None
    date: str | None = None
    depth: int | None = None
    representatives: str | None = None
    since: str | None = None
    orientation: str | None = None
    by: str | None = None
    paper: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    taxon: tuple[str, ...] = ()
    facet: str | None = None
    compare_with: str | None = None
    benchmark: tuple[str, ...] = ()
    metric: str | None = None
    suite: str | None = None
    source: Path | None = None
    papers: PaperFilter = field(default_factory=PaperFilter)

    @classmethod
    def of(cls, name: str, values: Mapping[str, object]) -> "FigureQuery":
        """Return the query with parameters of the named figure and filters of papers, each by its name; None and empty
        are not given.

        Raises InvalidInputError for a name that is neither, or a value that a filter does not have.
        """
        values = {key: value for key, value in values.items() if value not in (None, (), [])}
        own = FIGURES[name].takes if name in FIGURES else frozenset()
        known = [f.name for f in fields(cls) if f.name != "papers"]
        filters = {key: value for key, value in values.items() if key in PaperFilter.model_fields and key not in own}
        strange = next((key for key in values if key not in known and key not in PaperFilter.model_fields), None)
        if strange is not None:
            raise InvalidInputError(unknown("figure parameter", strange, [*known, *PaperFilter.model_fields]))
        rest = {key: value for key, value in values.items() if key not in filters}
        return cls(**rest, papers=PaperFilter(**filters))  # type: ignore[arg-type]

    def given(self) -> dict[str, str | int]:
        """Return the parameters and filters that were set, as the manifest records them."""
        pairs = [(f.name, getattr(self, f.name)) for f in fields(self) if f.name != "papers"]
        pairs += self.papers.given.items()
        return {name: _plain(value) for name, value in pairs if value not in (None, ())}

    def described_filters(self) -> str:
        """Return the filters of papers in words; empty without one."""
        return ", ".join(f"{name} {_plain(value)}" for name, value in self.papers.given.items())

    def checked(self, name: str) -> "FigureQuery":
        """Return this query if the named figure supports all its parameters.

        Raises NotFoundError for an unknown figure, InvalidInputError for an unsupported parameter.
        """
        kind = kind_of(name)
        extra = sorted(self.given().keys() - kind.takes - kind.filters)
        if extra:
            own = ", ".join(sorted(kind.takes)) + (" and the filters of papers" if kind.filters else "")
            raise InvalidInputError(f"figure {name} does not accept {', '.join(extra)}; it accepts {own}")
        return self

    @property
    def count(self) -> int | None:
        """Return the number among the representatives."""
        numbers = [int(word) for word in self._words() if word.isdecimal()]
        if len(numbers) > 1:
            raise InvalidInputError(f"representatives {self.representatives!r} has more than one number")
        return numbers[0] if numbers else None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names among the representatives."""
        return tuple(word for word in self._words() if not word.isdecimal() and word != AUTO)

    @property
    def fit(self) -> bool:
        """Return whether a figure that does not fit may have fewer labels."""
        return AUTO in self._words()

    @property
    def since_release(self) -> str | None:
        """Return the release that `since` names, if it is not a year, month or day."""
        return self.since if self.since and not _DATE.fullmatch(self.since) else None

    @property
    def since_day(self) -> datetime.date | None:
        """Return the first day of `since` (a year, month or day); None if it names a release.

        Raises InvalidInputError if it looks like a date but is not valid.
        """
        if self.since is None or self.since_release:
            return None
        try:
            return datetime.date.fromisoformat(self.since + "-01" * (2 - self.since.count("-")))
        except ValueError as error:
            raise InvalidInputError(f"since {self.since!r} is not a date: {error}") from error

    def _words(self) -> list[str]:
        return [word.strip() for word in (self.representatives or "").split(",") if word.strip()]


@dataclass(frozen=True)
class FigureRequest:
    """A request for a figure by name, of the current survey, a release, or a past day."""

    name: str
    query: FigureQuery = FigureQuery()
    release: str | None = None
    as_of: str | None = None


@dataclass(frozen=True)
class FigureResult:
    """The result: the files written, the number of data rows, and notes on the drawing."""

    files: list[Path]
    rows: int
    notes: tuple[str, ...]


def _plain(value: object) -> str | int:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return value if isinstance(value, int) else value.name if isinstance(value, Path) else str(value)
