"""Figure parameters, with the same names on the command line and over HTTP. Loads no drawing library."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.near_matches import unknown

_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")
COMMON = frozenset({"width", "theme"})
"""Parameters of every figure, besides the format, which is the file's suffix."""


@dataclass(frozen=True)
class FigureKind:
    """A kind of figure: what it shows, the parameters it takes, whether it supports LaTeX and cites papers."""

    about: str
    takes: frozenset[str]
    latex: bool = False
    cites: bool = False


def _kind(about: str, takes: str, latex: bool = False, cites: bool = False) -> FigureKind:
    return FigureKind(about, frozenset(takes.split()) | COMMON, latex, cites)


FIGURES: Mapping[str, FigureKind] = {
    "roadmap": _kind(
        "methods along time on the branches they belong to", "taxonomy date depth representatives since orientation"
    ),
    "taxonomy": _kind(
        "the tree with representative papers", "taxonomy date depth representatives", latex=True, cites=True
    ),
    "timeline": _kind("publications by branch over time", "taxonomy date depth by"),
    "training-data": _kind("data sets by group and year", "taxonomy date"),
    "leaderboard": _kind("reported scores over time, one panel per protocol", "benchmark metric suite"),
    "matrix": _kind("classes against a facet", "taxonomy date depth facet", latex=True),
    "crosswalk-table": _kind(
        "classes of one taxonomy against those of another", "taxonomy depth compare_with", latex=True
    ),
    "citations": _kind("citations of papers, methods or branches over time", "taxonomy depth by paper method taxon"),
    "main-path": _kind("the main path through the citations, named by methods", "taxon"),
    "reliability": _kind("confidence of the suggester against its accuracy", "source"),
    "learning-curve": _kind("recall of screening against effort", "source"),
}
"""Only figures that can be drawn: each name needs its function in `catalog.py`."""


AUTO = "auto"
"""The word among the representatives that leaves their number to the figure."""


@dataclass(frozen=True)
class FigureQuery:
    """The given parameters; None or empty means the figure's default.

    `representatives` is a number, names, or both (`2,unipi,gr-1`); with `auto` a roadmap that does not fit has as many
    labels as do. `since` is a day from which papers are marked as
    new, or a release that did not contain them. `orientation` is `vertical` or `horizontal`. `facet` is `year`, `venue`
    or the name of a label from a list. `source` is a file written by `wamkg evaluate --json`, or by `wamkg simulate
    --json` for the learning curve.
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
    benchmark: str | None = None
    metric: str | None = None
    suite: str | None = None
    source: Path | None = None

    def given(self) -> dict[str, str | int]:
        """Return the parameters that were set, as the manifest records them."""
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: _plain(value) for name, value in pairs if value not in (None, ())}

    def checked(self, name: str) -> "FigureQuery":
        """Return this query if the named figure supports all its parameters.

        Raises NotFoundError for an unknown figure, InvalidInputError for an unsupported parameter.
        """
        if name not in FIGURES:
            raise NotFoundError(unknown("figure", name, FIGURES))
        extra = sorted(self.given().keys() - FIGURES[name].takes)
        if extra:
            own = ", ".join(sorted(FIGURES[name].takes))
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
        return ",".join(value)
    return value if isinstance(value, int) else value.name if isinstance(value, Path) else str(value)
