"""What every importer yields: a record of one paper as a source gave it, or a line that could not be read."""

from dataclasses import dataclass, field

from wamkg.identifiers import PartialDate
from wamkg.names import PersonName


@dataclass(frozen=True)
class Placement:
    """One class that a source gives a paper: a taxon, or a state with its reason."""

    taxonomy: str
    taxon: str | None = None
    primary: bool = True
    state: str = "placed"
    kind: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Introduces:
    """A dataset, benchmark or metric that the paper introduces."""

    kind: str
    name: str


@dataclass(frozen=True)
class Tag:
    """A label a source printed beside a paper; `facet` is the column or line it stood in."""

    facet: str
    value: str
    mapped: bool


class Dropped(str):
    """A doubt about a value that is kept in no form, neither as it was given nor as it was read."""

    __slots__ = ()


@dataclass
class Record:
    """A paper as one source gave it. None or an empty list means unknown, not empty."""

    line: int
    title: str
    abstract: str | None = None
    summary: str | None = None
    authors: list[str] = field(default_factory=list)
    names: list[PersonName] = field(default_factory=list)
    """Structure of `authors`, name by name, where the source gives it; else empty."""
    authors_cut: bool = False
    """Whether the source says that further authors follow ("and others", "et al.")."""
    arxiv: str | None = None
    doi: str | None = None
    s2: str | None = None
    openalex: str | None = None
    dates: dict[str, PartialDate] = field(default_factory=dict)
    derived_dates: frozenset[str] = frozenset()
    year: int | None = None
    venue: str | None = None
    url: str | None = None
    key: str | None = None
    """Citation key."""
    entry_type: str | None = None
    """BibTeX's word for the kind of publication, in small letters."""
    volume: str | None = None
    number: str | None = None
    pages: str | None = None
    publisher: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    """Further bibliographic fields by their BibTeX names (editor, school, edition, series, isbn, ...)."""
    links: dict[str, str] = field(default_factory=dict)
    method: str | None = None
    aliases: list[str] = field(default_factory=list)
    standing: str | None = None
    placements: list[Placement] = field(default_factory=list)
    introduces: list[Introduces] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    note: str | None = None
    awaiting_review: bool = False
    unknown_keys: tuple[str, ...] = ()
    doubts: list[str] = field(default_factory=list)
    """One sentence for each value that was dropped, guessed or is doubtful; of one that was lost, a `Dropped`."""


@dataclass(frozen=True)
class Unreadable:
    """A line that names a paper, or should, and cannot be read."""

    line: int
    reason: str
    excerpt: str = ""
