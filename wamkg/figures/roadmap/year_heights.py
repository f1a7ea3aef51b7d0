"""Height of each year, by its number of labels, so that one more paper moves the others little."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from wamkg.figures.roadmap.entries import LabelContent
from wamkg.figures.roadmap.scale import axis_span, covered

_LEAST, _MIN_YEAR = 14.0, 24.0
_PER_FULLEST, _PER_LABEL = 5.0, 2.4
"""Points per label of a year's fullest trunk, and per label of the year: together less than a label's height."""
_STEP = 5.0

YearHeights = dict[int, float]
"""Height in points of each year that has papers."""


@dataclass(frozen=True)
class YearSpace:
    """The minimum height of years, and the extra height for their labels."""

    least: YearHeights
    wanted: YearHeights

    @classmethod
    def of(cls, drawn: Sequence[Sequence[LabelContent]], days: Sequence[date], as_of: date) -> "YearSpace":
        """Return the needs of the labels of each trunk, on an axis over all `days`."""
        first, last = axis_span(days, as_of)
        least = {day.year: max(_MIN_YEAR * covered(day.year, first, last), _LEAST) for day in days}
        counts = [Counter(entry.when.year for entry in entries) for entries in drawn]
        wanted = {y: _PER_FULLEST * max(c[y] for c in counts) + _PER_LABEL * sum(c[y] for c in counts) for y in least}
        return cls(least, wanted)

    def within(self, tallest: float) -> YearHeights:
        """Return all heights wanted, or as much as fits `tallest` points in total."""
        return self._sharing(min(self._share(tallest), 1.0))

    def filling(self, tallest: float) -> YearHeights:
        """Distribute all of `tallest` points in proportion to the needs."""
        return self._sharing(self._share(tallest))

    def _share(self, tallest: float) -> float:
        return (tallest - sum(self.least.values())) / sum(self.wanted.values())

    def _sharing(self, share: float) -> YearHeights:
        return {year: height + max(share, 0.0) * self.wanted[year] for year, height in self.least.items()}


def extend_years(room: YearHeights, years: AbstractSet[int]) -> YearHeights:
    """Give some years a little more height."""
    return {year: height + (_STEP if year in years else 0.0) for year, height in room.items()}
