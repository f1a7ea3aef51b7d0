"""The result of parsing a file: records, unreadable lines, and what was recognized."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from wamkg.importing.taxonomy_index import TaxonomyMatcher
from wamkg.matching.record import Record, UnreadableLine

Item: TypeAlias = Record | UnreadableLine


@dataclass(frozen=True)
class MatchedTaxonomy:
    """A taxonomy that headings and labels were matched with; `new` if the file itself defines it."""

    taxonomy: TaxonomyMatcher
    new: bool
    records: int
    """Number of records assigned to one of its taxa."""


@dataclass(frozen=True)
class ListLegendEntry:
    """A label that the file explains; `taxonomy` and `taxon` say how it was read, None if unknown."""

    line: int
    label: str
    description: str
    taxonomy: str | None = None
    taxon: str | None = None


@dataclass(frozen=True)
class ListSurvey:
    """The survey that the list belongs to, from its citation block or its header; not a record."""

    line: int
    arxiv: str | None
    title: str | None = None


@dataclass(frozen=True)
class ProposedTaxon:
    """A heading that no class is called like, with the number of papers at or below it, and where it could go."""

    taxonomy: str
    parent: str
    name: str
    papers: int

    @property
    def command(self) -> str:
        """The command that makes the class."""
        return shlex.join(["wamkg", "taxon", "add", f"{self.taxonomy}:{self.parent}", self.name])


@dataclass
class ParseResult:
    """The parsed file. `items` is a one-pass generator for `jsonl` and `ids`, and a list in line order for a list."""

    format: str
    items: Iterable[Item]
    taxonomies: tuple[MatchedTaxonomy, ...] = ()
    legend: tuple[ListLegendEntry, ...] = ()
    own_survey: tuple[ListSurvey, ...] = ()
    unmapped_labels: dict[str, int] = field(default_factory=dict)
    """Labels and headings that no taxonomy knows, with the number of records that have them."""
    label_synonyms: dict[str, str] = field(default_factory=dict)
    """Labels read as another label because the legend gives both the same meaning or color."""

    proposals: list[ProposedTaxon] = field(default_factory=list)
    """Classes that the list has and its taxonomy lacks."""

    notes: list[str] = field(default_factory=list)
    """Assumptions about the file as a whole, such as its encoding; one sentence each."""

    arxiv_ids: int | None = None
    """Number of arXiv ids in a list; None if they are not counted."""
    stray_ids: int = 0
    """Number of arXiv ids outside entries; each has an unreadable line that reports it."""

    def records(self) -> list[Record]:
        """Return only the records; consumes a one-pass `items`."""
        return [item for item in self.items if isinstance(item, Record)]

    def unreadable(self) -> list[UnreadableLine]:
        """Return only the unreadable lines; consumes a one-pass `items`."""
        return [item for item in self.items if isinstance(item, UnreadableLine)]
