"""Columns of labels: each trunk has labels on both sides; neighbours share the strip between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

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
_YEAR_MARGIN = LABEL_HEIGHT / 2 + 0.8

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """Labels of one trunk with their sides (-1 left, +1 right) and heights of their centres.

    `half` is half the width of its trunk, `stem` that of the wider trunk that may rise below it, `heading` the
    width of the text at its tip. `days`, `lows` and `highs` are each label's date and room on the axis.
    """

    entries: tuple[Entry, ...]
    half: float
    stem: float
    heading: float
    family: str
    days: tuple[float, ...] = ()
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    sides: tuple[int, ...] = ()
    heights: tuple[float, ...] = ()

    @cached_property
    def left(self) -> tuple[Numbers, Numbers]:
        """Heights and widths of the labels on the left."""
        return self._side(-1)

    @cached_property
    def right(self) -> tuple[Numbers, Numbers]:
        """Heights and widths of the labels on the right."""
        return self._side(+1)

    def _side(self, side: int) -> tuple[Numbers, Numbers]:
        rows = zip(self.entries, self.sides, self.heights, strict=True)
        pairs = [(y, entry.width) for entry, s, y in rows if s == side]
        return np.array([y for y, _ in pairs]), np.array([width for _, width in pairs])

    @cached_property
    def offsets(self) -> Numbers:
        """Distance of each label from its date, in label heights."""
        distance: Numbers = np.abs(np.array(self.heights) - np.array(self.days))
        return distance / LABEL_HEIGHT

    def on(self, scale: TimeScale) -> "Column":
        """The column on a time axis: where each label belongs, and the year it may not leave."""
        bands = [scale.band(entry.when.year) for entry in self.entries]
        return replace(
            self,
            days=tuple(scale.height(entry.when) for entry in self.entries),
            lows=tuple(band.bottom + _YEAR_MARGIN for band in bands),
            highs=tuple(band.top - _YEAR_MARGIN for band in bands),
        )

    def placed(self, sides: tuple[int, ...]) -> "Column | None":
        """The labels on the given sides, near their dates and within their years; None if too many for the room."""
        heights = spread(self.days, gaps_of(sides, PITCH), self.lows, self.highs)
        return None if heights is None else replace(self, sides=sides, heights=tuple(heights))


def alternating(columns: Sequence[Column]) -> list[Column] | None:
    """Every column with labels left and right in turn; None where one is too full for its years."""
    placed = [column.placed(alternate(len(column.entries), -1 if i % 2 else 1)) for i, column in enumerate(columns)]
    fitting = [column for column in placed if column is not None]
    return fitting if len(fitting) == len(placed) else None


def strip_needs(left: Column, right: Column) -> Numbers:
    """Widths that the strip between two trunks must have: for each label alone, and for each two side by side."""
    (y_left, ours), (y_right, theirs) = left.right, right.left
    alone = [ours + FLUSH + CLEAR + right.stem - right.half, theirs + FLUSH + CLEAR + left.stem - left.half]
    beside = np.abs(y_left[:, None] - y_right[None, :]) < PITCH - 1e-6
    pairs = (ours[:, None] + theirs[None, :])[beside] + 2 * FLUSH + GAP
    return np.concatenate([*alone, pairs, [2 * CLEAR]])


def strip(left: Column, right: Column) -> float:
    """Least distance between the edges of two neighbouring trunks."""
    need = float(strip_needs(left, right).max()) + (FAMILY_GAP if left.family != right.family else 0.0)
    return max(need, (left.heading + right.heading) / 2 + HEADING_GAP - left.half - right.half)


def outer_needs(column: Column, side: int) -> Numbers:
    """Widths that the room outside the first (-1) or last (+1) trunk must have."""
    _, widths = column.left if side < 0 else column.right
    return np.concatenate([widths + FLUSH, [column.heading / 2 - column.half]])


def outer(column: Column, side: int) -> float:
    """Room outside the first (-1) or last (+1) trunk."""
    return float(outer_needs(column, side).max())


def total_width(columns: Sequence[Column]) -> float:
    """Least width of all columns together."""
    strips = sum(strip(a, b) for a, b in pairwise(columns))
    trunks = sum(2 * column.half for column in columns)
    return outer(columns[0], -1) + trunks + strips + outer(columns[-1], +1)
