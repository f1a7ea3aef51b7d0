"""The structure of a list: its headings, and the possible entries below each."""

from dataclasses import dataclass, field

from wamkg.importing.lists.blocks import BlockRow
from wamkg.importing.lists.heads import Head
from wamkg.importing.lists.inline import Inline
from wamkg.importing.lists.legend import LegendLine
from wamkg.importing.lists.paper_entries import leads_to_paper
from wamkg.importing.lists.tables import Table
from wamkg.importing.lists.unread_ids import SurveyIds
from wamkg.matching.record import UnreadableLine


@dataclass(frozen=True)
class ListSection:
    """A heading, or a bullet with bullets below it; `parent` is the number of the section that contains it.

    `text` is without a number in front ("1.2 Memory"); `about` is what a long bullet says after its name.
    """

    line: int
    level: int
    text: str
    parent: int | None
    about: str = ""


@dataclass
class Candidate:
    """A possible entry: its head, the lines below it, and its section."""

    head: Head
    section: int | None
    form: str
    """Kind of block; entries of one form have the same layout."""
    certain: bool = True
    """Whether it names a paper by itself, not only because its neighbors do."""
    body: list[Inline] = field(default_factory=list)
    pairs: list[tuple[str, Inline]] = field(default_factory=list)
    table: Table | None = None
    row: BlockRow | None = None
    doubts: list[str] = field(default_factory=list)

    @property
    def has_paper_link(self) -> bool:
        """Whether its head or a line below it links to a paper."""
        return leads_to_paper(self.head) or any(Head(line, 0).names_paper for line in self.body)


@dataclass
class ListDocument:
    """The content of a list in reading order."""

    sections: list[ListSection] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    unreadable: list[UnreadableLine] = field(default_factory=list)
    legend: list[LegendLine] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    """What the list explains about the columns of its tables."""
    own: SurveyIds = field(default_factory=SurveyIds)
