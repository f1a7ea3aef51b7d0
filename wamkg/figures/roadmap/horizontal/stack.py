"""Stack lanes, with their headings at the arrows' tips: names first, then brackets, top-level branches last."""

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
_APART, _TAXON_GAP, _BRANCH_GAP = 4.0, 2.0, 8.0
_TEXT_GAP, _LEVEL_GAP, _TICK = 2.6, 4.6, 2.4
_BRACKET_END = 6.0
_BUNDLE = 6.0
"""Width of the bracket before the name of a leaf with several lanes."""
_STRETCH, _NARROW_STRETCH = 4.0, 14.0
"""Maximum extra height of a lane that lets a name beside it fit on one line instead of two."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Stack:
    """Heights of the lanes' trunks above the time arrow, and of the top lane's upper edge.

    `names` are the lines at the tips of a leaf's lanes, `indent` beyond the arrows. `spans` are the heights that the
    branches above cover. `columns` are the positions, right of the tips, where each level of brackets starts, and
    `width` is the total width of headings there. `beside_root` are heights of the top-level names in the column of the
    root box; it is empty if one does not fit, and then all have brackets.
    """

    y: dict[str, float]
    top: float
    names: dict[str, tuple[str, ...]]
    spans: dict[str, Span]
    beside_root: dict[str, float]
    indent: float
    columns: dict[int, float]
    width: float


def stack(branches: Sequence[DrawnTaxon], foot: float, root_half: float, narrow: bool) -> Stack:
    """Put every tip in a lane, the first at the bottom, `foot` above the time arrow.

    If the width is small, leaves are named by their codes, and lanes may become taller so that names fit on one line.
    """
    tips = [tip for branch in branches for tip in branch.tips()]
    bundles = [taxon for branch in branches for taxon in branch.walk() if taxon.is_bundle]
    named = [*bundles, *(tip for tip in tips if not tip.strand)]
    names = {taxon.element_id: _name(taxon, narrow) for taxon in named}
    heights = {tip.element_id: _lane_height(tip, names.get(tip.element_id, ())) for tip in tips}
    inner = _inner(branches)
    for taxon in inner:
        mine = [tip.element_id for tip in taxon.tips()]
        room = sum(heights[name] for name in mine) - _APART
        line = text_width(plain(taxon.heading), heading_size(taxon.level), bold=True)
        wished = line if line - room <= (_NARROW_STRETCH if narrow else _STRETCH) * len(mine) else _longest_word(taxon)
        for name in mine:
            heights[name] += max(wished - room, 0.0) / len(mine)
    y, top = _places(branches, tips, heights, foot)
    spans = {taxon.element_id: _span(taxon, y, heights) for taxon in inner}
    indent = _BUNDLE if bundles else 0.0
    width = indent + max(_text_width(taxon, names[taxon.element_id]) for taxon in named)
    beside, columns = _beside_root(branches, y, root_half), dict[int, float]()
    inner = [taxon for taxon in inner if taxon.element_id not in beside]
    for level in sorted({taxon.level for taxon in inner}, reverse=True):
        columns[level] = width + _LEVEL_GAP
        lines = max(len(_turned_lines(b, spans[b.element_id])) for b in inner if b.level == level)
        width = columns[level] + _TEXT_GAP + heading_size(level) * (1.0 + LINE_STEP * (lines - 1))
    return Stack(y, top, names, spans, beside, indent, columns, width)


def headings(
    branches: Sequence[DrawnTaxon], stack: Stack, hues: dict[str, int], root: float, tip: float
) -> Iterator[BranchHeading]:
    """Return the headings beside arrows that end `tip` points from the page's left edge, and beside the root box.

    `root` is the middle of the root box's column; heights are as in the stack.
    """
    for branch in branches:
        hue = hues[branch.taxon.slug]
        for taxon in branch.walk():
            if taxon.element_id in stack.beside_root:
                size = heading_size(taxon.level)
                x, y = root + _height(taxon.heading[:1], size) / 2, stack.beside_root[taxon.element_id]
                yield BranchHeading(taxon, hue, (plain(taxon.heading),), x, y, size, turned=True)
            elif taxon.element_id in stack.names:
                yield _named(taxon, stack, hue, tip)
            elif taxon.children:
                yield _bracketed(taxon, stack, hue, tip)


def _beside_root(branches: Sequence[DrawnTaxon], y: dict[str, float], root_half: float) -> dict[str, float]:
    """Return the middle of each top-level name above or below the root box; empty if one does not fit."""
    corridors = [y[branch.stem_tip().element_id] for branch in branches]
    root, found = (min(corridors) + max(corridors)) / 2, dict[str, float]()
    for branch in branches:
        ys = [y[tip.element_id] for tip in branch.tips()]
        low, high = min(ys) - ROW, max(ys) + ROW
        below, above = (
            (low, min(high, root - root_half - _BRANCH_GAP)),
            (max(low, root + root_half + _BRANCH_GAP), high),
        )
        free = max(below, above, key=lambda room: room[1] - room[0])
        inner = branch.children and not branch.is_bundle
        if not inner or free[1] - free[0] < text_width(plain(branch.heading), heading_size(1), bold=True):
            return {}
        found[branch.element_id] = (free[0] + free[1]) / 2
    return found


def _named(taxon: DrawnTaxon, stack: Stack, hue: int, tip: float) -> BranchHeading:
    lines, size = stack.names[taxon.element_id], heading_size(taxon.level)
    ys = [stack.y[lane.element_id] for lane in taxon.tips()]
    y, x = (min(ys) + max(ys)) / 2 - _height(lines, size) / 2, tip + stack.indent
    bracket = _bracket(x - _TEXT_GAP, min(ys), max(ys)) if taxon.is_bundle else ()
    return BranchHeading(taxon, hue, lines, x, y, size, bracket, align="left")


def _bracketed(taxon: DrawnTaxon, stack: Stack, hue: int, tip: float) -> BranchHeading:
    ys, size, span = [stack.y[lane.element_id] for lane in taxon.tips()], heading_size(taxon.level), stack.spans
    low, high, x = min(ys) - _BRACKET_END, max(ys) + _BRACKET_END, tip + stack.columns[taxon.level]
    lines, middle = tuple(_turned_lines(taxon, span[taxon.element_id])), sum(span[taxon.element_id]) / 2
    right = x + _TEXT_GAP + _height(lines, size)
    return BranchHeading(taxon, hue, lines, right, middle, size, _bracket(x, low, high), turned=True)


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
    """Break a line that is too wide after its hyphens."""
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


def _inner(branches: Sequence[DrawnTaxon]) -> list[DrawnTaxon]:
    """Return the branches above the leaves, deepest first."""
    inner = [b for branch in branches for b in branch.walk() if b.children and not b.is_bundle]
    return sorted(inner, key=lambda taxon: -taxon.level)


def _longest_word(taxon: DrawnTaxon) -> float:
    return max(text_width(word, heading_size(taxon.level), bold=True) for word in heading_lines(taxon, 0.0))


def _span(taxon: DrawnTaxon, y: dict[str, float], heights: dict[str, float]) -> Span:
    """Return the range from the foot of a branch's lowest lane to the upper edge of its highest."""
    lanes = [tip.element_id for tip in taxon.tips()]
    return min(y[name] - heights[name] / 2 for name in lanes), max(y[name] + heights[name] / 2 for name in lanes)


def _turned_lines(taxon: DrawnTaxon, span: Span) -> list[str]:
    return wrap(taxon.heading, heading_size(taxon.level), span[1] - span[0] - _APART + 0.1, bold=True)


def _places(
    branches: Sequence[DrawnTaxon], tips: Sequence[DrawnTaxon], heights: dict[str, float], foot: float
) -> tuple[dict[str, float], float]:
    parents = {
        child.element_id: taxon.element_id for branch in branches for taxon in branch.walk() for child in taxon.children
    }
    roots = {tip.element_id: branch.element_id for branch in branches for tip in branch.tips()}
    y, at = {}, foot
    for before, tip in pairwise((None, *tips)):
        name = tip.element_id  # type: ignore[union-attr]
        if before is not None:
            same, near = (home.get(before.element_id) == home.get(name) for home in (roots, parents))
            at += 0.0 if near else _TAXON_GAP if same else _BRANCH_GAP
        y[name] = at + heights[name] / 2
        at += heights[name]
    return y, at
