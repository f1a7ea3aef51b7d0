"""Columns of labels: each trunk has labels on both sides; neighbours share the strip between them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wamkg.figures.roadmap.entries import LabelContent
from wamkg.figures.roadmap.scale import TimeScale
from wamkg.figures.roadmap.spacing import alternate, gaps_of, spread

LABEL_HEIGHT = 8.8
GAP = 0.45 * LABEL_HEIGHT
LABEL_PITCH = LABEL_HEIGHT + GAP
ALIGNED_OFFSET = 1.5
"""Distance of a label from its own trunk; twice as far from any other is kept by the strip's width."""
CLEARANCE = max(2.5 * ALIGNED_OFFSET, GAP)
FAMILY_GAP = 3.0
HEADING_GAP = 5.0
MIN_SHARE = 0.35
"""Of the labels of a trunk, on either side."""
_YEAR_MARGIN = LABEL_HEIGHT / 2 + 0.8

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """Labels of one trunk with their sides (-1 left, +1 right) and heights of their centres.

    `half` is half the width of its trunk, `stem` that of the wider trunk that may rise below it, `heading` the
    width of the text at its tip. `days` and `untils` are where each label's date begins and ends on the axis,
    `lows` and `highs` where its year does. `nudges` are how far above its date each label is wished.
    """

    entries: tuple[LabelContent, ...]
    half: float
    stem: float
    heading: float
    family: str
    days: tuple[float, ...] = ()
    untils: tuple[float, ...] = ()
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    sides: tuple[int, ...] = ()
    nudges: tuple[float, ...] = ()
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
        distance: Numbers = np.abs(np.array(self.heights) - np.array(self.dots))
        return distance / LABEL_HEIGHT

    @cached_property
    def dots(self) -> tuple[float, ...]:
        """Height of each label's dot: its date, or the day nearest to the label where only month or year is known."""
        rows = zip(self.heights, self.days, self.untils, strict=True)
        return tuple(min(max(y, first), last) for y, first, last in rows)

    def on(self, scale: TimeScale) -> "Column":
        """The column on a time axis: where each label belongs, and the year it may not leave."""
        bands = [scale.band(entry.when.year) for entry in self.entries]
        return replace(
            self,
            days=tuple(scale.height(entry.when) for entry in self.entries),
            untils=tuple(scale.height(entry.until) for entry in self.entries),
            lows=tuple(band.bottom + _YEAR_MARGIN for band in bands),
            highs=tuple(band.top - _YEAR_MARGIN for band in bands),
        )

    def overfull(self) -> list[int]:
        """Labels of years that do not hold them even where they stand left and right in turn."""
        years = [entry.when.year for entry in self.entries]
        counts = Counter(years)
        return [
            j
            for j, year in enumerate(years)
            if (counts[year] - 1) * LABEL_PITCH / 2 > self.highs[j] - self.lows[j] + 1e-9
        ]

    def placed(self, sides: tuple[int, ...], nudges: tuple[float, ...] = ()) -> "Column | None":
        """The labels on the given sides, near their dates and within their years; None if too many for the room."""
        nudges = nudges or (0.0,) * len(sides)
        targets = [day + nudge for day, nudge in zip(self.days, nudges, strict=True)]
        heights = spread(targets, gaps_of(sides, LABEL_PITCH), self.lows, self.highs)
        return None if heights is None else replace(self, sides=sides, nudges=nudges, heights=tuple(heights))


def alternating(columns: Sequence[Column]) -> list[Column] | None:
    """Every column with labels left and right in turn; None where one is too full for its years."""
    placed = [column.placed(alternate_sides(column.entries)) for column in columns]
    fitting = [column for column in placed if column is not None]
    return fitting if len(fitting) == len(placed) else None


def alternate_sides(entries: Sequence[LabelContent]) -> tuple[int, ...]:
    """Sides in turn, anew each year, or throughout where that would lean to one side.

    Beginning anew keeps the sides of other years where a paper is added.
    """
    years = [entry.when.year for entry in entries]
    sides = tuple(side for year in sorted(set(years)) for side in alternate(years.count(year), year % 2 * 2 - 1))
    return sides if balanced(sides) else alternate(len(years), 1)


def balanced(sides: Sequence[int]) -> bool:
    """Whether each side has its least share; fewer than four labels may stand anywhere."""
    return len(sides) < 4 or MIN_SHARE <= sides.count(1) / len(sides) <= 1 - MIN_SHARE


def needs(columns: Sequence[Column], k: int) -> Numbers:
    """Widths that interval `k` must have: 0 is left of the first trunk, the last right of the last trunk.

    Between two trunks each label alone needs room, and any two that stand side by side.
    """
    if k == 0:
        return _outer_needs(columns[0], columns[0].left[1])
    if k == len(columns):
        return _outer_needs(columns[-1], columns[-1].right[1])
    return _strip_needs(columns[k - 1], columns[k])


def family_gap(left: Column, right: Column) -> float:
    """What an interval takes more where two families meet in it."""
    return FAMILY_GAP if left.family != right.family else 0.0


def heading_need(left: Column, right: Column) -> float:
    """Width that an interval must have for the headings of both its trunks."""
    return (left.heading + right.heading) / 2 + HEADING_GAP - left.half - right.half


def _outer_needs(column: Column, widths: Numbers) -> Numbers:
    return np.concatenate([widths + ALIGNED_OFFSET, [column.heading / 2 - column.half]])


def _strip_needs(left: Column, right: Column) -> Numbers:
    (y_left, ours), (y_right, theirs) = left.right, right.left
    gap = family_gap(left, right)
    alone = [
        ours + ALIGNED_OFFSET + CLEARANCE + right.stem - right.half,
        theirs + ALIGNED_OFFSET + CLEARANCE + left.stem - left.half,
    ]
    beside = np.abs(y_left[:, None] - y_right[None, :]) < LABEL_PITCH - 1e-6
    pairs = (ours[:, None] + theirs[None, :])[beside] + 2 * ALIGNED_OFFSET + GAP
    return np.concatenate([*alone, pairs, [2 * CLEARANCE, heading_need(left, right) - gap]]) + gap


def label_needs(columns: Sequence[Column], i: int, side: int) -> Numbers:
    """Room that each label of column `i` needs on a side, with what stands across that interval as it is."""
    column, k = columns[i], i + side
    own: Numbers = np.array([entry.width + ALIGNED_OFFSET for entry in column.entries])
    if not 0 <= k < len(columns):
        return own
    heights, widths = columns[k].right if side < 0 else columns[k].left
    near = np.abs(np.array(column.heights)[:, None] - heights[None, :]) < LABEL_PITCH - 1e-6
    across = np.where(near, widths[None, :] + ALIGNED_OFFSET + GAP, CLEARANCE).max(axis=1, initial=CLEARANCE)
    total: Numbers = own + across
    return total + family_gap(column, columns[k])
