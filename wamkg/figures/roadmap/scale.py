"""The time axis: monotone, linear within a year, with each year as long as its labels need."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

BREAK_HEIGHT = 22.0
"""Height in points of several years without any paper, drawn as a break."""


@dataclass(frozen=True)
class YearBand:
    """One year on the axis; a first or last year may be partly covered."""

    year: int
    bottom: float
    top: float


@dataclass(frozen=True)
class AxisBreak:
    """Years without any paper, compressed."""

    first: int
    last: int
    bottom: float
    top: float

    def moved(self, distance: float) -> "AxisBreak":
        """Return the same, moved along the axis."""
        return replace(self, bottom=self.bottom + distance, top=self.top + distance)


@dataclass(frozen=True)
class TimeScale:
    """Heights of days in points, above the axis' first day."""

    days: tuple[int, ...]
    heights: tuple[float, ...]
    years: tuple[YearBand, ...]
    breaks: tuple[AxisBreak, ...]

    def height(self, day: date) -> float:
        """Return the height of the start of a day; days outside the axis are at its ends."""
        position = day.toordinal()
        i = min(max(bisect_right(self.days, position), 1), len(self.days) - 1)
        (a, b), (ya, yb) = self.days[i - 1 : i + 1], self.heights[i - 1 : i + 1]
        return ya + (yb - ya) * min(max((position - a) / (b - a), 0.0), 1.0)

    def noon(self, day: date) -> float:
        """Return the height of the middle of a day, which is inside its year even on January 1."""
        if day not in self._noons:
            self._noons[day] = (self.height(day) + self.height(day + timedelta(days=1))) / 2
        return self._noons[day]

    @cached_property
    def _noons(self) -> dict[date, float]:
        """Heights worked out before: a layout asks for the same days thousands of times."""
        return {}

    def band(self, year: int) -> YearBand:
        """Return the band of a year that has papers."""
        return next(band for band in self.years if band.year == year)

    def quarters(self) -> list[float]:
        """Return the heights of quarter days within drawn years, without January 1."""
        inside = []
        for band in self.years:
            for month in (4, 7, 10):
                y = self.height(date(band.year, month, 1))
                if band.bottom < y < band.top:
                    inside.append(y)
        return inside


def axis_span(days: Sequence[date], as_of: date) -> tuple[date, date]:
    """Return the first day (start of the first paper's quarter) and last day of the axis."""
    first, last = min(days), max(*days, as_of)
    return first.replace(month=(first.month - 1) // 3 * 3 + 1, day=1), last


def covered(year: int, first: date, last: date) -> float:
    """Return the share of a year that the axis shows."""
    start, end = date(year, 1, 1).toordinal(), _new_year_after(year)
    return (min(end, last.toordinal() + 1) - max(start, first.toordinal())) / (end - start)


def build_scale(days: Sequence[date], as_of: date, room: Mapping[int, float]) -> TimeScale:
    """Return an axis over all days up to `as_of`; `room` is the height in points of each year that has papers."""
    first, last = axis_span(days, as_of)
    knots, heights = [first.toordinal()], [0.0]
    bands: list[YearBand] = []
    breaks: list[AxisBreak] = []
    for begin, end, filled in _runs(first.year, last.year, set(room)):
        bottom = heights[-1]
        top = bottom + (room[begin] if filled else BREAK_HEIGHT)
        knots.append(min(_new_year_after(end), last.toordinal() + 1))
        heights.append(top)
        if filled:
            bands.append(YearBand(begin, bottom, top))
        else:
            breaks.append(AxisBreak(begin, end, bottom, top))
    return TimeScale(tuple(knots), tuple(heights), tuple(bands), tuple(breaks))


def _runs(first: int, last: int, filled: set[int]) -> Iterable[tuple[int, int, bool]]:
    year = first
    while year <= last:
        if year in filled:
            yield year, year, True
            year += 1
            continue
        end = year
        while end < last and end + 1 not in filled:
            end += 1
        yield year, end, False
        year = end + 1


def _new_year_after(year: int) -> int:
    return date(year, 12, 31).toordinal() + 1
