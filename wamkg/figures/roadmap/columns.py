"""Columns of labels: each trunk has labels on both sides; neighbors share the strip between them."""

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
"""Distance of a label from its own trunk; the width of the strip keeps twice this distance from others."""
CLEARANCE = max(2.5 * ALIGNED_OFFSET, GAP)
BRANCH_GAP = 3.0
HEADING_GAP = 5.0
MIN_SHARE = 0.35
"""Minimum share of a trunk's labels on either side."""
_YEAR_MARGIN = LABEL_HEIGHT / 2 + 0.8

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """Labels of one trunk with their sides (-1 left, +1 right) and heights of their centers.

    `half` is half the width of its trunk, `stem` half that of the wider trunk that may rise below it, `heading` the
    width of the text at its tip. `days` and `untils` are the start and end of each label's date on the axis, `lows` and
    `highs` those of its year. `nudges` are the wanted distances of labels above their dates.
    """

    entries: tuple[LabelContent, ...]
    half: float
    stem: float
    heading: float
    branch: str
    days: tuple[float, ...] = ()
    untils: tuple[float, ...] = ()
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    sides: tuple[int, ...] = ()
    nudges: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()

    @cached_property
    def left(self) -> tuple[Numbers, Numbers]:
        """Return heights and widths of the labels on the left."""
        return self._side(-1)

    @cached_property
    def right(self) -> tuple[Numbers, Numbers]:
        """Return heights and widths of the labels on the right."""
        return self._side(+1)

    def _side(self, side: int) -> tuple[Numbers, Numbers]:
        rows = zip(self.entries, self.sides, self.heights, strict=True)
        pairs = [(y, entry.width) for entry, s, y in rows if s == side]
        return np.array([y for y, _ in pairs]), np.array([width for _, width in pairs])

    @cached_property
    def offsets(self) -> Numbers:
        """Return the distance of each label from its date, in label heights."""
        distance: Numbers = np.abs(np.array(self.heights) - np.array(self.dots))
        return distance / LABEL_HEIGHT

    @cached_property
    def dots(self) -> tuple[float, ...]:
        """Return the height of each label's dot: its date, or the day nearest to the label if only month or year is
        known.
        """
        rows = zip(self.heights, self.days, self.untils, strict=True)
        return tuple(min(max(y, first), last) for y, first, last in rows)

    def on(self, scale: TimeScale) -> "Column":
        """Return the column on a time axis: where each label belongs, and the year it must stay in."""
        bands = [scale.band(entry.when.year) for entry in self.entries]
        return replace(
            self,
            days=tuple(scale.height(entry.when) for entry in self.entries),
            untils=tuple(scale.height(entry.until) for entry in self.entries),
            lows=tuple(band.bottom + _YEAR_MARGIN for band in bands),
            highs=tuple(band.top - _YEAR_MARGIN for band in bands),
        )

    def overfull(self) -> list[int]:
        """Return labels of years that are too short for them even with alternating sides."""
        years = [entry.when.year for entry in self.entries]
        counts = Counter(years)
        return [
            j
            for j, year in enumerate(years)
            if (counts[year] - 1) * LABEL_PITCH / 2 > self.highs[j] - self.lows[j] + 1e-9
        ]

    def placed(self, sides: tuple[int, ...], nudges: tuple[float, ...] = ()) -> "Column | None":
        """Place the labels on the given sides, near their dates and within their years; None if they do not fit."""
        nudges = nudges or (0.0,) * len(sides)
        targets = [day + nudge for day, nudge in zip(self.days, nudges, strict=True)]
        heights = spread(targets, gaps_of(sides, LABEL_PITCH), self.lows, self.highs)
        return None if heights is None else replace(self, sides=sides, nudges=nudges, heights=tuple(heights))


def alternating(columns: Sequence[Column]) -> list[Column] | None:
    """Return every column with alternating label sides; None if one is too full for its years."""
    placed = [column.placed(alternate_sides(column.entries)) for column in columns]
    fitting = [column for column in placed if column is not None]
    return fitting if len(fitting) == len(placed) else None


def alternate_sides(entries: Sequence[LabelContent]) -> tuple[int, ...]:
    """Alternate the label sides. Restart every year, unless that would put most labels on one side.

    Restarting preserves the sides in other years when a paper is added.
    """
    years = [entry.when.year for entry in entries]
    sides = tuple(side for year in sorted(set(years)) for side in alternate(years.count(year), year % 2 * 2 - 1))
    return sides if balanced(sides) else alternate(len(years), 1)


def balanced(sides: Sequence[int]) -> bool:
    """Whether each side has its minimum share; fewer than four labels may be anywhere."""
    return len(sides) < 4 or MIN_SHARE <= sides.count(1) / len(sides) <= 1 - MIN_SHARE


def needs(columns: Sequence[Column], k: int) -> Numbers:
    """Return the widths that interval `k` needs: 0 is left of the first trunk, the last right of the last trunk.

    Between two trunks, each label alone needs space, as do any two side by side.
    """
    if k == 0:
        return _outer_needs(columns[0], columns[0].left[1])
    if k == len(columns):
        return _outer_needs(columns[-1], columns[-1].right[1])
    return _strip_needs(columns[k - 1], columns[k])


def branch_gap(left: Column, right: Column) -> float:
    """Return the extra width of an interval between two top-level branches."""
    return BRANCH_GAP if left.branch != right.branch else 0.0


def heading_need(left: Column, right: Column) -> float:
    """Return the width that an interval needs for the headings of both its trunks."""
    return (left.heading + right.heading) / 2 + HEADING_GAP - left.half - right.half


def _outer_needs(column: Column, widths: Numbers) -> Numbers:
    return np.concatenate([widths + ALIGNED_OFFSET, [column.heading / 2 - column.half]])


def _strip_needs(left: Column, right: Column) -> Numbers:
    (y_left, ours), (y_right, theirs) = left.right, right.left
    gap = branch_gap(left, right)
    alone = [
        ours + ALIGNED_OFFSET + CLEARANCE + right.stem - right.half,
        theirs + ALIGNED_OFFSET + CLEARANCE + left.stem - left.half,
    ]
    beside = np.abs(y_left[:, None] - y_right[None, :]) < LABEL_PITCH - 1e-6
    pairs = (ours[:, None] + theirs[None, :])[beside] + 2 * ALIGNED_OFFSET + GAP
    return np.concatenate([*alone, pairs, [2 * CLEARANCE, heading_need(left, right) - gap]]) + gap


def label_needs(columns: Sequence[Column], i: int, side: int) -> Numbers:
    """Return the space each label of column `i` needs on a side, given the labels across that interval."""
    column, k = columns[i], i + side
    own: Numbers = np.array([entry.width + ALIGNED_OFFSET for entry in column.entries])
    if not 0 <= k < len(columns):
        return own
    heights, widths = columns[k].right if side < 0 else columns[k].left
    near = np.abs(np.array(column.heights)[:, None] - heights[None, :]) < LABEL_PITCH - 1e-6
    across = np.where(near, widths[None, :] + ALIGNED_OFFSET + GAP, CLEARANCE).max(axis=1, initial=CLEARANCE)
    total: Numbers = own + across
    return total + branch_gap(column, columns[k])
