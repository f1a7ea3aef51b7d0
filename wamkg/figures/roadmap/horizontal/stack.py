"""Lanes one above the other, and their headings at the arrows' tips: names first, then brackets, families last."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from wamkg.figures.measure import CAP_HEIGHT, text_width, wrap
from wamkg.figures.plaintext import plain
from wamkg.figures.roadmap.arrange import TIP_HEADING_WIDTH, heading_lines, heading_size
from wamkg.figures.roadmap.branches import DrawnTaxon
from wamkg.figures.roadmap.columns import GAP
from wamkg.figures.roadmap.geometry import BranchHeading
from wamkg.figures.roadmap.horizontal.lanes import ROW
from wamkg.figures.roadmap.trunks import Point, level_width

LINE_STEP = 1.15
_APART, _BRANCH_GAP, _FAMILY_GAP = 4.0, 2.0, 8.0
_TEXT_GAP, _LEVEL_GAP, _TICK = 2.6, 4.6, 2.4
_BRACKET_END = 6.0
_BUNDLE = 6.0
"""What the bracket of a leaf with several lanes takes before its name."""
_STRETCH, _NARROW_STRETCH = 4.0, 14.0
"""So much taller a lane may become for a name beside it to take one line instead of two."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Stack:
    """Heights of the lanes' trunks above the time arrow, and of the uppermost's upper edge.

    `names` are the lines at the tips of a leaf's lane or lanes, `indent` beyond the arrows. `spans` are what the
    branches above reach over, `columns` where, right of the tips, each level of their brackets begins, `width` what
    all headings take there. `beside_root` are heights of the families' names in the column of the root box; empty
    where one of them has no room there, and all have brackets.
    """

    y: dict[str, float]
    top: float
    names: dict[str, tuple[str, ...]]
    spans: dict[str, Span]
    beside_root: dict[str, float]
    indent: float
    columns: dict[int, float]
    width: float


def stack(families: Sequence[DrawnTaxon], foot: float, root_half: float, narrow: bool) -> Stack:
    """Every tip of the families in a lane, the first lowest, `foot` above the time arrow.

    Where there is little width leaves are named by their codes, and lanes may grow so that names take one line.
    """
    tips = [tip for family in families for tip in family.tips()]
    bundles = [branch for family in families for branch in family.walk() if branch.is_bundle]
    named = [*bundles, *(tip for tip in tips if not tip.strand)]
    names = {branch.element_id: _name(branch, narrow) for branch in named}
    heights = {tip.element_id: _lane_height(tip, names.get(tip.element_id, ())) for tip in tips}
    inner = _inner(families)
    for branch in inner:
        mine = [tip.element_id for tip in branch.tips()]
        room = sum(heights[name] for name in mine) - _APART
        line = text_width(plain(branch.heading), heading_size(branch.level), bold=True)
        wished = line if line - room <= (_NARROW_STRETCH if narrow else _STRETCH) * len(mine) else _longest_word(branch)
        for name in mine:
            heights[name] += max(wished - room, 0.0) / len(mine)
    y, top = _places(families, tips, heights, foot)
    spans = {branch.element_id: _span(branch, y, heights) for branch in inner}
    indent = _BUNDLE if bundles else 0.0
    width = indent + max(_text_width(branch, names[branch.element_id]) for branch in named)
    beside, columns = _beside_root(families, y, root_half), dict[int, float]()
    inner = [branch for branch in inner if branch.element_id not in beside]
    for level in sorted({branch.level for branch in inner}, reverse=True):
        columns[level] = width + _LEVEL_GAP
        lines = max(len(_turned_lines(b, spans[b.element_id])) for b in inner if b.level == level)
        width = columns[level] + _TEXT_GAP + heading_size(level) * (1.0 + LINE_STEP * (lines - 1))
    return Stack(y, top, names, spans, beside, indent, columns, width)


def headings(
    families: Sequence[DrawnTaxon], stack: Stack, hues: dict[str, int], root: float, tip: float
) -> Iterator[BranchHeading]:
    """The headings beside arrows that end `tip` points from the page's left edge, and in the column of the root box.

    `root` is the middle of that column; heights are as in the stack.
    """
    for family in families:
        hue = hues[family.taxon.slug]
        for branch in family.walk():
            if branch.element_id in stack.beside_root:
                size = heading_size(branch.level)
                x, y = root + _height(branch.heading[:1], size) / 2, stack.beside_root[branch.element_id]
                yield BranchHeading(branch, hue, (plain(branch.heading),), x, y, size, turned=True)
            elif branch.element_id in stack.names:
                yield _named(branch, stack, hue, tip)
            elif branch.children:
                yield _bracketed(branch, stack, hue, tip)


def _beside_root(families: Sequence[DrawnTaxon], y: dict[str, float], root_half: float) -> dict[str, float]:
    """Middle of each family's name above or below the root box; empty where one of them has no room."""
    corridors = [y[family.stem_tip().element_id] for family in families]
    root, found = (min(corridors) + max(corridors)) / 2, dict[str, float]()
    for family in families:
        ys = [y[tip.element_id] for tip in family.tips()]
        low, high = min(ys) - ROW, max(ys) + ROW
        below, above = (
            (low, min(high, root - root_half - _FAMILY_GAP)),
            (max(low, root + root_half + _FAMILY_GAP), high),
        )
        free = max(below, above, key=lambda room: room[1] - room[0])
        inner = family.children and not family.is_bundle
        if not inner or free[1] - free[0] < text_width(plain(family.heading), heading_size(1), bold=True):
            return {}
        found[family.element_id] = (free[0] + free[1]) / 2
    return found


def _named(branch: DrawnTaxon, stack: Stack, hue: int, tip: float) -> BranchHeading:
    lines, size = stack.names[branch.element_id], heading_size(branch.level)
    ys = [stack.y[lane.element_id] for lane in branch.tips()]
    y, x = (min(ys) + max(ys)) / 2 - _height(lines, size) / 2, tip + stack.indent
    bracket = _bracket(x - _TEXT_GAP, min(ys), max(ys)) if branch.is_bundle else ()
    return BranchHeading(branch, hue, lines, x, y, size, bracket, align="left")


def _bracketed(branch: DrawnTaxon, stack: Stack, hue: int, tip: float) -> BranchHeading:
    ys, size, span = [stack.y[lane.element_id] for lane in branch.tips()], heading_size(branch.level), stack.spans
    low, high, x = min(ys) - _BRACKET_END, max(ys) + _BRACKET_END, tip + stack.columns[branch.level]
    lines, middle = tuple(_turned_lines(branch, span[branch.element_id])), sum(span[branch.element_id]) / 2
    right = x + _TEXT_GAP + _height(lines, size)
    return BranchHeading(branch, hue, lines, right, middle, size, _bracket(x, low, high), turned=True)


def _bracket(x: float, low: float, high: float) -> tuple[Point, ...]:
    return (x - _TICK, low), (x, low), (x, high), (x - _TICK, high)


def _name(tip: DrawnTaxon, codes_only: bool) -> tuple[str, ...]:
    if codes_only and tip.taxon.code:
        return (plain(tip.taxon.code),)
    size = heading_size(tip.level)
    return tuple(
        piece for line in heading_lines(tip, TIP_HEADING_WIDTH) for piece in _broken(line, size, TIP_HEADING_WIDTH)
    )


def _broken(line: str, size: float, width: float) -> Iterator[str]:
    """A line that is too wide, broken after its hyphens."""
    begun = ""
    for piece in re.split(r"(?<=-)(?=\w)", line):
        if begun and text_width(begun + piece, size, bold=True) > width:
            yield begun
            begun = ""
        begun += piece
    yield begun


def _text_width(tip: DrawnTaxon, lines: Sequence[str]) -> float:
    return max(text_width(line, heading_size(tip.level), bold=True) for line in lines)


def _height(lines: Sequence[str], size: float) -> float:
    return size * (CAP_HEIGHT + LINE_STEP * (len(lines) - 1))


def _lane_height(tip: DrawnTaxon, name: Sequence[str]) -> float:
    rows = level_width(tip.level) + 2 * ROW + GAP
    return max(rows, _height(name, heading_size(tip.level)) + _APART) if name else rows


def _inner(families: Sequence[DrawnTaxon]) -> list[DrawnTaxon]:
    """Branches above the leaves, the deepest first."""
    inner = [b for family in families for b in family.walk() if b.children and not b.is_bundle]
    return sorted(inner, key=lambda branch: -branch.level)


def _longest_word(branch: DrawnTaxon) -> float:
    return max(text_width(word, heading_size(branch.level), bold=True) for word in heading_lines(branch, 0.0))


def _span(branch: DrawnTaxon, y: dict[str, float], heights: dict[str, float]) -> Span:
    """From the foot of the lowest lane of a branch to the upper edge of its uppermost."""
    lanes = [tip.element_id for tip in branch.tips()]
    return min(y[name] - heights[name] / 2 for name in lanes), max(y[name] + heights[name] / 2 for name in lanes)


def _turned_lines(branch: DrawnTaxon, span: Span) -> list[str]:
    return wrap(branch.heading, heading_size(branch.level), span[1] - span[0] - _APART + 0.1, bold=True)


def _places(
    families: Sequence[DrawnTaxon], tips: Sequence[DrawnTaxon], heights: dict[str, float], foot: float
) -> tuple[dict[str, float], float]:
    parents = {
        child.element_id: branch.element_id
        for family in families
        for branch in family.walk()
        for child in branch.children
    }
    roots = {tip.element_id: family.element_id for family in families for tip in family.tips()}
    y, at = {}, foot
    for before, tip in pairwise((None, *tips)):
        name = tip.element_id  # type: ignore[union-attr]
        if before is not None:
            same, near = (home.get(before.element_id) == home.get(name) for home in (roots, parents))
            at += 0.0 if near else _BRANCH_GAP if same else _FAMILY_GAP
        y[name] = at + heights[name] / 2
        at += heights[name]
    return y, at
