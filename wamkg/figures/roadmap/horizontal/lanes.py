"""Lanes of labels in horizontal roadmaps: each trunk has a row of labels above it and one below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from itertools import pairwise

from wamkg.figures.roadmap.columns import ALIGNED_OFFSET, GAP, LABEL_HEIGHT, alternate_sides
from wamkg.figures.roadmap.entries import LabelContent
from wamkg.figures.roadmap.scale import TimeScale
from wamkg.figures.roadmap.sides import Sides, side_swaps
from wamkg.figures.roadmap.spacing import spread

INDENT = 4.0
"""Wanted distance of a label's dot from its left end: below the code tab."""
ROW = ALIGNED_OFFSET + LABEL_HEIGHT
"""Height of a row beside its trunk."""
CLOSE, FAR = LABEL_HEIGHT, 2.8 * LABEL_HEIGHT
"""Maximum distance of a label from its date without a leader, and in any case."""
_SLACKS = (0.0, CLOSE, FAR)
ANY_ORDER, MONTHLY = timedelta(days=1), timedelta(days=30)
"""Minimum distance of two dates whose labels must be in date order: any two, or a month apart."""
_INSIDE = 0.1
_INVERSION = 2.0
"""A label out of order is as bad as one that is this many label heights farther from its date."""
_SWEEPS = 4

Window = tuple[float, float]


@dataclass(frozen=True)
class Wall:
    """How far labels may extend to the left and right on the axis."""

    left: float
    right: float


@dataclass(frozen=True)
class Lane:
    """Labels of one trunk, with sides (-1 below, +1 above) and positions of their left ends on the axis.

    `dates` are the start and end of each label's date, `frees` where the label may start: in its year, between the
    walls. Labels whose dates are at least `ordered` apart stay in date order.
    """

    entries: tuple[LabelContent, ...]
    dates: tuple[Window, ...]
    frees: tuple[Window, ...]
    ordered: timedelta
    sides: Sides = ()
    lefts: tuple[float, ...] = ()

    @classmethod
    def on(
        cls, scale: TimeScale, entries: Sequence[LabelContent], wall: Wall, ordered: timedelta = ANY_ORDER
    ) -> "Lane":
        """Return the lane on a time axis, with labels not yet placed."""
        dates = tuple((scale.noon(entry.when), scale.noon(entry.until)) for entry in entries)
        frees = []
        for entry in entries:
            year = scale.band(entry.when.year)
            low, high = year.bottom + _INSIDE - entry.box_width, year.top - _INSIDE
            frees.append((max(low, wall.left), min(high, wall.right - entry.width)))
        return cls(tuple(entries), dates, tuple(frees), ordered)

    @cached_property
    def dots(self) -> tuple[float, ...]:
        """Return the position of each label's dot: its date, or the first possible day that the label reaches."""
        return tuple(min(max(first, left), last) for (first, last), left in zip(self.dates, self.lefts, strict=True))

    @cached_property
    def stands(self) -> tuple[float, ...]:
        """Return each label's position on the axis: the point of its box nearest to its dot."""
        rows = zip(self.dots, self.lefts, self.entries, strict=True)
        return tuple(min(max(dot, left), left + entry.box_width) for dot, left, entry in rows)

    @cached_property
    def offsets(self) -> tuple[float, ...]:
        """Return the distance of each box from its dot along the axis, in label heights; 0 if it is above or below."""
        return tuple(abs(stand - dot) / LABEL_HEIGHT for stand, dot in zip(self.stands, self.dots, strict=True))

    def best_sides(self) -> Sides:
        """Alternate the sides, with changes that let more labels fit, or bring them closer to their dates."""
        return self._improved(alternate_sides(self.entries))

    def placed(self, sides: Sides) -> "Lane | None":
        """Place the labels on the given sides, as near to their dates as possible; None if they do not fit."""
        lefts = [0.0] * len(self.entries)
        for row in rows_of(sides):
            places = self._spread(row, sides)
            if places is None:
                return None
            for j, left in zip(row, places, strict=True):
                lefts[j] = left
        return replace(self, sides=sides, lefts=tuple(lefts))

    def put_in_order(self) -> "Lane":
        """Reorder the placed labels by date, as far as those out of order can make space for each other."""
        lane = self
        for _ in range(len(self.entries)):
            pairs = lane.inverted()
            if not pairs:
                break
            (i, k), frees = pairs[0], list(lane.frees)
            turn = (lane.stands[i] + lane.stands[k]) / 2
            frees[i] = frees[i][0], min(frees[i][1], turn)
            frees[k] = max(frees[k][0], turn - lane.entries[k].box_width), frees[k][1]
            freed = replace(lane, frees=tuple(frees)).placed(lane.sides)
            if freed is None:
                break
            lane = freed
        return lane

    def inverted(self) -> list[tuple[int, int]]:
        """Return the labels that are after the next later one, with that one."""
        pairs = pairwise(range(len(self.entries)))
        return [(i, k) for i, k in pairs if self.stands[i] > self.stands[k] + _INSIDE]

    def missing(self, sides: Sides) -> tuple[float, ...]:
        """Return for each label how far it must start beyond its limit, after those before it on its side."""
        over = [0.0] * len(sides)
        for row in rows_of(sides):
            at = float("-inf")
            for j, gap in zip(row, self._gaps(row), strict=True):
                low, high = self._window(j, FAR, sides)
                at = max(at + gap, low)
                over[j] = max(at - high, 0.0)
                at = min(at, high)
        return tuple(over)

    def pushed(self, sides: Sides) -> set[int]:
        """Return labels without enough space, with the adjoining labels before them on their side."""
        found, missing = set[int](), self.missing(sides)
        for row in rows_of(sides):
            block: list[int] = []
            end = float("-inf")
            for j, gap in zip(row, self._gaps(row), strict=True):
                low, high = self._window(j, FAR, sides)
                block = [*block, j] if end + gap > low else [j]
                end = min(max(end + gap, low), high)
                if missing[j] > 1e-9:
                    found |= set(block)
        return found

    def _window(self, j: int, slack: float, sides: Sides) -> Window:
        """Return where label `j` may start if it is at most `slack` from its date.

        It must be nearer to its own date than to that of a label across the trunk with which it must be in date order.
        On its own side it comes after those before it anyway.
        """
        (first, last), (low, high) = self.dates[j], self.frees[j]
        left, right, side, day = first - slack, last + slack, sides[j], self.entries[j].when
        for k in range(j - 1, -1, -1):
            if sides[k] != side and day - self.entries[k].when >= self.ordered:
                left = max(left, (first + self.dates[k][0]) / 2)
                break
        for k in range(j + 1, len(sides)):
            if sides[k] != side and self.entries[k].when - day >= self.ordered:
                right = min(right, (first + self.dates[k][0]) / 2)
                break
        low, high = max(low, left - self.entries[j].box_width), min(high, right)
        return (low, high) if low <= high else (high, high)

    def _gaps(self, row: Sequence[int]) -> list[float]:
        """Return the minimum distance of each label's left end from that of the one before."""
        return [0.0, *(self.entries[j].width + GAP for j in row)][: len(row)]

    def _spread(self, row: Sequence[int], sides: Sides) -> list[float] | None:
        wished, gaps = [self.dates[j][0] - INDENT for j in row], self._gaps(row)
        for slack in _SLACKS:
            windows = [self._window(j, slack, sides) for j in row]
            places = spread(wished, gaps, [low for low, _ in windows], [high for _, high in windows])
            if places is not None:
                return places
        return None

    def _improved(self, sides: Sides) -> Sides:
        cost = self._cost(sides)
        for _ in range(_SWEEPS):
            before = cost
            for j in self._unhappy(sides):
                for other in side_swaps(sides, j):
                    found = self._cost(other)
                    if found < cost:
                        sides, cost = other, found
            if cost == before:
                break
        return sides

    def _unhappy(self, sides: Sides) -> list[int]:
        """Return labels that lack space or push such labels away; else those with a leader or out of order."""
        pushed = self.pushed(sides)
        placed = None if pushed else self.placed(sides)
        if placed is None:
            return sorted(pushed)
        ordered = placed.put_in_order()
        wrong = {j for pair in ordered.inverted() for j in pair}
        return [j for j, offset in enumerate(ordered.offsets) if offset > 1.0 or j in wrong]

    def _cost(self, sides: Sides) -> tuple[float, float]:
        """Return the cost of a placement.

        It counts the missing space, the distances from dates beyond the limit for leaders, and the labels out of order.
        """
        missing = sum(self.missing(sides))
        if missing > 1e-9:
            return missing, 0.0
        placed = self.placed(sides)
        if placed is None:
            return 1e-9, 0.0
        ordered = placed.put_in_order()
        return 0.0, sum(max(o - 1.0, 0.0) for o in ordered.offsets) + _INVERSION * len(ordered.inverted())


def rows_of(sides: Sequence[int]) -> Iterator[list[int]]:
    """Return the labels below the trunk, then those above it."""
    for side in (-1, +1):
        yield [j for j, s in enumerate(sides) if s == side]
