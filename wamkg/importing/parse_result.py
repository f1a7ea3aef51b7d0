"""What reading a file gives: its records, the lines that could not be read, and what was recognised on the way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from wamkg.importing.taxonomy_index import TaxonomyMatcher
from wamkg.matching.record import Record, UnreadableLine

Item: TypeAlias = Record | UnreadableLine


@dataclass(frozen=True)
class MatchedTaxonomy:
    """A taxonomy that the file's headings and labels were read with; `new` where the file itself defines it."""

    taxonomy: TaxonomyMatcher
    new: bool
    records: int
    """How many records got a place in it."""


@dataclass(frozen=True)
class ListLegendEntry:
    """A label that the file explains; `taxonomy` and `taxon` say what it was read as, None where unknown."""

    line: int
    label: str
    description: str
    taxonomy: str | None = None
    taxon: str | None = None


@dataclass(frozen=True)
class ListSurvey:
    """The survey that the list belongs to, as its citation block or its header names it; not a record."""

    line: int
    arxiv: str | None
    title: str | None = None


@dataclass
class ParseResult:
    """One file, read. `items` of `jsonl` and `ids` is a one-pass generator; of a list it is a list in line order."""

    format: str
    items: Iterable[Item]
    taxonomies: tuple[MatchedTaxonomy, ...] = ()
    legend: tuple[ListLegendEntry, ...] = ()
    own_survey: tuple[ListSurvey, ...] = ()
    unmapped_labels: dict[str, int] = field(default_factory=dict)
    """Labels and headings that no taxonomy knows, with the number of records that carry them."""
    label_synonyms: dict[str, str] = field(default_factory=dict)
    """Labels read as another label because the legend gives both one meaning or one color."""

    notes: list[str] = field(default_factory=list)
    """What had to be assumed of the file as a whole, such as its encoding; a sentence each."""

    arxiv_ids: int | None = None
    """How many arXiv ids a list names; None where that is not counted."""
    stray_ids: int = 0
    """How many of them stand in no entry; each has an unreadable line that says so."""

    def records(self) -> list[Record]:
        """The records alone; consumes a one-pass `items`."""
        return [item for item in self.items if isinstance(item, Record)]

    def unreadable(self) -> list[UnreadableLine]:
        """The unreadable lines alone; consumes a one-pass `items`."""
        return [item for item in self.items if isinstance(item, UnreadableLine)]
