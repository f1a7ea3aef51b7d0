"""Learn what bold, italic, linked and quoted words mean in a list, from all entries, before reading any of them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from wamkg.importing.lists.cutting import PieceKind
from wamkg.importing.lists.heads import Head, Shape
from wamkg.importing.lists.spans import HeadPiece
from wamkg.importing.lists.title import COLONS, Choice, contains_name, is_name_piece, name_before

_FEWEST = 3
"""Minimum number of entries with one shape to learn from."""
_MAX_AGREE = 0.8
"""Share of the entries with one shape that must agree."""
_OVERRIDING = 8
"""Number of entries with one shape that overrule an entry's own style."""
YEAR_BEFORE = re.compile(r"((?:19|20)\d\d)\s*[:：]\s*(?=\S)")
"""A year and a colon before a title: "2021: Title"."""
_SHORT_BEHIND = re.compile(r"\s\([^()]{1,40}\)\\?$")


@dataclass
class _SeenLayouts:
    """What the entries with one shape have in each slot."""

    entries: int = 0
    titles: Counter[int] = field(default_factory=Counter)
    names: Counter[int] = field(default_factory=Counter)
    authors: Counter[int] = field(default_factory=Counter)


@dataclass
class EntryLayout:
    """Which slot of a shape contains the title, the name and the authors in most entries."""

    shapes: dict[Shape, _SeenLayouts] = field(default_factory=lambda: defaultdict(_SeenLayouts))
    styles: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    bracketed: Counter[bool] = field(default_factory=Counter)
    repeated: Counter[bool] = field(default_factory=Counter)
    """Whether titles after "**Name**:" repeat the name."""
    shorts: Counter[bool] = field(default_factory=Counter)
    """Whether titles end with a few words in brackets, such as the short name of a method."""
    dated: Counter[bool] = field(default_factory=Counter)
    """Whether titles start with a year and a colon."""

    def choose(self, head: Head) -> Choice:
        """Choose the title and name of an entry; where its own style is unclear, as most entries of its shape."""
        own, pieces, slots = head.own, head.pieces, head.slots
        seen = self.shapes.get(head.shape)
        usual = _usual(seen.titles) if seen else None
        if usual is not None and usual < len(slots) and seen is not None:
            title = slots[usual]
            if pieces[title].kind in (PieceKind.TEXT, PieceKind.WEAK) and (not own.sure or seen.entries >= _OVERRIDING):
                return self._chosen(pieces, title, own)
        styled = None if own.sure else self._by_style(pieces)
        return self._chosen(pieces, styled, own) if styled is not None else own

    def _chosen(self, pieces: Sequence[HeadPiece], title: int, own: Choice) -> Choice:
        if own.title == title:
            return replace(own, sure=True)
        names = [n for n in range(title) if is_name_piece(pieces, n)]
        return Choice(title, name_before(names, title))

    def _by_style(self, pieces: Sequence[HeadPiece]) -> int | None:
        """Return the first piece in a style that is nearly always the title's."""
        for n, piece in enumerate(pieces):
            seen = self.styles.get(piece.style, Counter())
            total = sum(seen.values())
            if (
                piece.kind in (PieceKind.TEXT, PieceKind.WEAK)
                and total >= _FEWEST
                and seen["title"] >= _MAX_AGREE * total
            ):
                return n
        return None

    def are_authors(self, head: Head, number: int) -> bool:
        """Whether a piece that does not read like names is in the author position of this list."""
        seen = self.shapes.get(head.shape)
        if seen is None or number not in head.slots or seen.entries < _FEWEST:
            return False
        return seen.authors[head.slots.index(number)] >= _MAX_AGREE * seen.entries

    @property
    def joins_names(self) -> bool:
        """Whether "**Name**: Rest" is one title in this list: no title after a name repeats the name."""
        return self.repeated[True] * 10 < sum(self.repeated.values())

    @property
    def leads_with_years(self) -> bool:
        """Whether nearly all titles follow a year and a colon here."""
        return self.dated[True] >= _MAX_AGREE * sum(self.dated.values()) and self.dated[True] >= _FEWEST

    @property
    def ends_with_names(self) -> bool:
        """Whether most titles end with a short name in brackets here."""
        return self.shorts[True] >= _FEWEST and self.shorts[True] > self.shorts[False]

    @property
    def brackets_names(self) -> bool:
        """Whether bracketed words before titles are names here."""
        return self.bracketed[True] >= _FEWEST and self.bracketed[True] >= self.bracketed[False]


def learn(entries: Iterable[Head]) -> EntryLayout:
    """Learn from all entries of one kind what each slot of their shapes contains."""
    layout = EntryLayout()
    for head in entries:
        _see(layout, head)
    return layout


def _see(layout: EntryLayout, head: Head) -> None:
    own, pieces = head.own, head.pieces
    _see_names(layout, pieces, own)
    if not own.sure or own.title is None:
        return
    seen = layout.shapes[head.shape]
    seen.entries += 1
    for slot, n in enumerate(head.slots):
        found = pieces[n].found
        seen.titles[slot] += n == own.title
        seen.names[slot] += n == own.name
        seen.authors[slot] += found is not None and bool(found.authors or found.cut)
        layout.styles[pieces[n].style]["title" if n == own.title else "else"] += 1


def _see_names(layout: EntryLayout, pieces: Sequence[HeadPiece], own: Choice) -> None:
    """Learn how names of methods and short names behind titles are printed."""
    if (
        own.title is not None
        and own.name is not None
        and pieces[own.name].after in COLONS
        and not pieces[own.title].marked
    ):
        layout.repeated[contains_name(pieces[own.title].text, pieces[own.name].text)] += 1
    if own.title is not None:
        layout.dated[YEAR_BEFORE.match(pieces[own.title].text) is not None] += 1
        layout.shorts[_SHORT_BEHIND.search(pieces[own.title].text) is not None] += 1
    for n, piece in enumerate(pieces):
        if piece.kind is PieceKind.BRACKET:
            layout.bracketed[is_name_piece(pieces, n)] += 1


def _usual(votes: Counter[int]) -> int | None:
    """Return the slot that nearly all entries agree on."""
    total = sum(votes.values())
    slot, most = max(votes.items(), key=lambda pair: pair[1], default=(0, 0))
    return slot if total >= _FEWEST and most >= _MAX_AGREE * total else None
