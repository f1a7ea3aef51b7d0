"""Result of every importer: a record of one paper from a source, or a line that could not be parsed."""

from dataclasses import dataclass, field

from wamkg.identifiers import PartialDate
from wamkg.names import PersonName


@dataclass(frozen=True)
class RecordAssignment:
    """An assignment of a paper by a source: a taxon, or a status with a reason."""

    taxonomy: str
    taxon: str | None = None
    primary: bool = True
    status: str = "placed"
    kind: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class IntroducedEntity:
    """A dataset, benchmark or metric introduced by the paper."""

    kind: str
    name: str


@dataclass(frozen=True)
class RecordTag:
    """A label printed beside a paper; `facet` is its column or line."""

    facet: str
    value: str
    mapped: bool


class Dropped(str):
    """A value that was dropped: it is not stored, neither as given nor as parsed."""

    __slots__ = ()


@dataclass
class Record:
    """A paper according to one source. None or an empty list means unknown, not empty."""

    line: int
    title: str
    abstract: str | None = None
    summary: str | None = None
    authors: list[str] = field(default_factory=list)
    names: list[PersonName] = field(default_factory=list)
    """Structured names of `authors`, in the same order, if the source gives them; else empty."""
    authors_cut: bool = False
    """Whether the source says that the author list continues ("and others", "et al.")."""
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
    """BibTeX entry type, in lower case."""
    volume: str | None = None
    number: str | None = None
    pages: str | None = None
    publisher: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    """Other bibliographic fields by their BibTeX names (editor, school, edition, series, isbn, ...)."""
    links: dict[str, str] = field(default_factory=dict)
    method: str | None = None
    aliases: list[str] = field(default_factory=list)
    standing: str | None = None
    placements: list[RecordAssignment] = field(default_factory=list)
    introduces: list[IntroducedEntity] = field(default_factory=list)
    tags: list[RecordTag] = field(default_factory=list)
    note: str | None = None
    awaiting_review: bool = False
    unknown_keys: tuple[str, ...] = ()
    doubts: list[str] = field(default_factory=list)
    """One sentence for each value that was guessed or is doubtful; a `Dropped` for each value that was lost."""


@dataclass(frozen=True)
class UnreadableLine:
    """A line that names a paper, or should, and cannot be parsed."""

    line: int
    reason: str
    excerpt: str = ""
