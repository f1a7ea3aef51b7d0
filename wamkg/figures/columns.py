"""Columns of labels: each trunk has labels on both sides; neighbours share the strip between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from wamkg.figures.entries import Entry
from wamkg.figures.scale import TimeScale
from wamkg.figures.spacing import alternate, gaps_of, spread

LABEL_HEIGHT = 8.8
GAP = 0.45 * LABEL_HEIGHT
PITCH = LABEL_HEIGHT + GAP
FLUSH = 1.5
"""Distance of a label from its own trunk; twice as far from any other is kept by the strip's width."""
CLEAR = max(2.5 * FLUSH, GAP)
FAMILY_GAP = 5.0
HEADING_GAP = 5.0
LARGEST_OFFSET = 2.8
_SMALLEST_SHARE = 0.35
_ROUNDS = 60


@dataclass(frozen=True)
class Column:
    """Labels of one trunk with their sides (-1 left, +1 right) and heights of their centres.

    `half` is half the width of its trunk, `stem` that of the wider trunk that may rise below it, `heading` the
    width of the text at its tip.
    """

    entries: tuple[Entry, ...]
    sides: tuple[int, ...]
    heights: tuple[float, ...]
    half: float
    stem: float
    heading: float
    family: str

    def side(self, side: int) -> list[tuple[float, float]]:
        """(height, width) of the labels on one side."""
        rows = zip(self.entries, self.sides, self.heights, strict=True)
        return [(y, entry.width) for entry, s, y in rows if s == side]

    def reach(self, side: int) -> float:
        """Room from the trunk's edge to the outermost label edge on one side."""
        return max((FLUSH + width for _, width in self.side(side)), default=0.0)


def place(column: Column, sides: tuple[int, ...], scale: TimeScale) -> Column | None:
    """The column with its labels on the given sides, near their dates and within their years; None if too full."""
    bands = [scale.band(entry.when.year) for entry in column.entries]
    margin = LABEL_HEIGHT / 2 + 0.6
    heights = spread(
        [scale.height(entry.when) for entry in column.entries],
        gaps_of(sides, PITCH),
        [band.bottom + margin for band in bands],
        [band.top - margin for band in bands],
    )
    return None if heights is None else replace(column, sides=sides, heights=tuple(heights))


def place_alternating(columns: Sequence[Column], scale: TimeScale) -> list[Column] | None:
    """Every column with labels left and right in turn."""
    placed = [
        place(column, alternate(len(column.entries), -1 if i % 2 else 1), scale) for i, column in enumerate(columns)
    ]
    return None if None in placed else [column for column in placed if column is not None]


def strip(left: Column, right: Column) -> float:
    """Least distance between the edges of two neighbouring trunks: labels side by side must both fit."""
    ours, theirs = left.side(+1), right.side(-1)
    past_ours = [w + FLUSH + CLEAR + right.stem - right.half for _, w in ours]
    past_theirs = [w + FLUSH + CLEAR + left.stem - left.half for _, w in theirs]
    need = max([*past_ours, *past_theirs, 2 * CLEAR])
    for y, width in ours:
        for other, more in theirs:
            if abs(y - other) < PITCH - 1e-6:
                need = max(need, width + more + 2 * FLUSH + GAP)
    need += FAMILY_GAP if left.family != right.family else 0.0
    headings = (left.heading + right.heading) / 2 + HEADING_GAP - left.half - right.half
    return max(need, headings)


def outer(column: Column, side: int) -> float:
    """Room outside the first or last trunk."""
    return max(column.reach(side), column.heading / 2 - column.half)


def total_width(columns: Sequence[Column]) -> float:
    """Least width of all columns together."""
    strips = sum(strip(a, b) for a, b in pairwise(columns))
    trunks = sum(2 * column.half for column in columns)
    return outer(columns[0], -1) + trunks + strips + outer(columns[-1], +1)


def narrowed(columns: list[Column], scale: TimeScale, target: float) -> list[Column]:
    """Move labels across their trunk, the best move first, until the columns fit `target` or none helps."""
    width = total_width(columns)
    for _ in range(_ROUNDS):
        if width <= target:
            break
        moves = sorted({move for i, j in _binding(columns) for move in _moves(columns[i], i, j)})
        trials = [_flipped(columns, i, flips, scale) for i, flips in moves]
        scored = [(total_width(trial), k) for k, trial in enumerate(trials) if trial is not None]
        best, k = min(scored, default=(width, -1))
        if best >= width - 1e-6:
            break
        width, columns = best, trials[k] or columns
    return columns


def _moves(column: Column, i: int, j: int) -> list[tuple[int, tuple[int, ...]]]:
    """Label `j` alone, or changing sides with the next one above or below."""
    beside = [k for k in (j - 1, j + 1) if 0 <= k < len(column.sides) and column.sides[k] != column.sides[j]]
    return [(i, (j,)), *((i, (min(j, k), max(j, k))) for k in beside)]


def _flipped(columns: list[Column], i: int, flips: tuple[int, ...], scale: TimeScale) -> list[Column] | None:
    column = columns[i]
    sides = tuple(-side if j in flips else side for j, side in enumerate(column.sides))
    share = sides.count(1) / len(sides)
    if len(sides) >= 4 and not _SMALLEST_SHARE <= share <= 1 - _SMALLEST_SHARE:
        return None
    moved = place(column, sides, scale)
    if moved is None or max(offsets(moved, scale)) > max(LARGEST_OFFSET, *offsets(column, scale)):
        return None
    return [*columns[:i], moved, *columns[i + 1 :]]


def offsets(column: Column, scale: TimeScale) -> list[float]:
    """Distance of each label from its date, in label heights."""
    rows = zip(column.entries, column.heights, strict=True)
    return [abs(y - scale.height(entry.when)) / LABEL_HEIGHT for entry, y in rows]


def _binding(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """(column, label) of the labels that set the width of a strip or an outer side."""
    found = _widest(columns, 0, -1) + _widest(columns, len(columns) - 1, +1)
    for i, (left, right) in enumerate(pairwise(columns)):
        found += _binding_pair(left, right, i) or _widest(columns, i, +1) + _widest(columns, i + 1, -1)
    return sorted(set(found))


def _widest(columns: Sequence[Column], i: int, side: int) -> list[tuple[int, int]]:
    column = columns[i]
    mine = [(entry.width, j) for j, entry in enumerate(column.entries) if column.sides[j] == side]
    return [(i, max(mine)[1])] if mine else []


def _binding_pair(left: Column, right: Column, i: int) -> list[tuple[int, int]]:
    pairs = [
        (a.width + b.width, j, k)
        for j, a in enumerate(left.entries)
        for k, b in enumerate(right.entries)
        if left.sides[j] == 1 and right.sides[k] == -1 and abs(left.heights[j] - right.heights[k]) < PITCH - 1e-6
    ]
    if not pairs:
        return []
    _, j, k = max(pairs)
    return [(i, j), (i + 1, k)]
