"""The head of a possible entry: its words in pieces and its links, each computed once."""

from dataclasses import dataclass
from functools import cached_property

from wamkg.importing.links import is_scholarly, kind_of
from wamkg.importing.lists.credits import Credits
from wamkg.importing.lists.cutting import PieceKind
from wamkg.importing.lists.inline import Inline
from wamkg.importing.lists.spans import HeadPiece, pieces_of
from wamkg.importing.lists.title import COLONS, Choice, own_choice
from wamkg.importing.venues import is_known_venue

_MAX_LINKS = 64
"""Maximum number of links read per entry; no paper has more."""


_SLOTS = 6
Shape = tuple[str, ...]
"""Styles of an entry's pieces."""


def _is_slot(piece: HeadPiece) -> bool:
    if piece.kind in (PieceKind.TEXT, PieceKind.WEAK):
        return True
    return piece.kind is PieceKind.CREDITS and piece.marked and piece.before not in ("[", "(")


@dataclass(frozen=True)
class HeadLink:
    """A link of an entry, with its number among the entry's links."""

    number: int
    label: str
    url: str
    kind: str

    @property
    def names_paper(self) -> bool:
        """Whether it can only link to a paper."""
        return self.kind == "paper" or is_scholarly(self.url)


@dataclass
class Head:
    """The words of a bullet, heading, paragraph or cell that may name a paper, and the line they start in."""

    inline: Inline
    line: int
    whole: bool = False
    """Whether unstyled words are the title as a whole."""

    @cached_property
    def pieces(self) -> list[HeadPiece]:
        """Return its pieces in reading order."""
        return pieces_of(self.inline, whole=self.whole)

    @cached_property
    def own(self) -> Choice:
        """Return the title that its own style shows."""
        return own_choice(self.pieces)

    @cached_property
    def slots(self) -> list[int]:
        """Return the numbers of the pieces that form its shape: texts, and credits in a style of their own."""
        return [n for n, piece in enumerate(self.pieces) if _is_slot(piece)][:_SLOTS]

    @cached_property
    def shape(self) -> Shape:
        """Return the styles of those pieces in order, with a colon where one follows and a bar before links."""
        chosen = (self.pieces[n] for n in self.slots)
        return tuple((p.style or "p") + (":" if p.after in COLONS else "") + ("|" if p.gap else "") for p in chosen)

    @cached_property
    def title(self) -> str:
        """Return the words that its own style shows as the title; "" if there are none."""
        return self.pieces[self.own.title].text if self.own.title is not None else ""

    @cached_property
    def links(self) -> list[HeadLink]:
        """Return its links to other documents."""
        labels = list(self.inline.link_labels().items())[:_MAX_LINKS]
        hrefs = self.inline.hrefs
        return [
            HeadLink(n, text, hrefs[n], kind_of(text, hrefs[n])) for n, text in labels if not hrefs[n].startswith("#")
        ]

    @cached_property
    def names_paper(self) -> bool:
        """Whether a link here can only belong to a paper."""
        return any(link.names_paper for link in self.links)

    @cached_property
    def title_piece(self) -> HeadPiece | None:
        """Return the piece that its own style shows as the title."""
        return self.pieces[self.own.title] if self.own.title is not None else None

    @cached_property
    def credits(self) -> list[Credits]:
        """Return the authors, venue and date in its pieces."""
        return [piece.found for piece in self.pieces if piece.found is not None]

    @property
    def is_placed(self) -> bool:
        """Whether it has a known venue together with its year."""
        return any(found.year and is_known_venue(found.venue) for found in self.credits)

    @property
    def is_dated(self) -> bool:
        """Whether it has a year together with a venue or authors, as citations do."""
        year = any(found.year or found.date for found in self.credits)
        return year and any(found.venue or found.authors for found in self.credits)
