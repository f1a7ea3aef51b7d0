"""Distribute the length of a horizontal axis over its years: crowded years get more, in several rounds."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from wamkg.figures.roadmap.columns import alternate_sides
from wamkg.figures.roadmap.entries import LabelContent
from wamkg.figures.roadmap.horizontal.lanes import MONTHLY, Lane, Wall
from wamkg.figures.roadmap.scale import BREAK_HEIGHT, TimeScale, build_scale
from wamkg.figures.roadmap.year_heights import YearSpace

PILL_PAD = 2.2
YEAR_WIDTH = 26.4
"""Width of a year's pill and the gap to the next one; the last year needs less."""
_LAST_YEAR = 14.0
_PER_FULLEST, _PER_LABEL = 5.0, 1.0
"""Points per label of the fullest lane of a year, and per label of the year."""
_ROUNDS, _IDLE, _MORE = 30, 6, 0.04
"""After this many rounds, or this many without improvement, the best axis so far is used."""
_SEARCHED = 100
"""With more labels than this, sides are not optimized during the search: they will not all fit anyway."""


@dataclass(frozen=True)
class LaneAxis:
    """An axis of a given length over some days, for the labels wanted in each lane."""

    days: Sequence[date]
    as_of: date
    drawn: Sequence[Sequence[LabelContent]]
    length: float
    wall: Wall

    def shared(self) -> TimeScale | None:
        """Return the axis on which all labels fit in date order; else the axis on which least space is missing.

        None if it is too short for its years.
        """
        need = self._need()
        breaks = len(build_scale(self.days, self.as_of, need.least).breaks)
        length = self.length - breaks * BREAK_HEIGHT
        if length < _LAST_YEAR * len(need.least):
            return None
        return self._grown(need, length, MONTHLY)[0]

    def _need(self) -> YearSpace:
        years = sorted({day.year for day in self.days})
        least = dict.fromkeys(years, YEAR_WIDTH) | {years[-1]: _LAST_YEAR}
        counts = [Counter(entry.when.year for entry in entries) for entries in self.drawn]
        wanted = {y: _PER_FULLEST * max(c[y] for c in counts) + _PER_LABEL * sum(c[y] for c in counts) for y in years}
        return YearSpace(least, wanted)

    def _grown(self, need: YearSpace, length: float, ordered: timedelta) -> tuple[TimeScale, float]:
        """Return the best axis found, and how many points are missing for labels on it."""
        best, least, idle = self._scale(need, length), float("inf"), 0
        for _ in range(_ROUNDS):
            scale = self._scale(need, length)
            missing = self._missing(scale, ordered)
            total = sum(missing.values())
            best, least, idle = (scale, total, 0) if total < least else (best, least, idle + 1)
            if not total or idle == _IDLE:
                break
            more = _MORE * sum(need.wanted.values()) / total
            wanted = {year: room + more * missing.get(year, 0.0) for year, room in need.wanted.items()}
            need = replace(need, wanted=wanted)
        return best, least

    def _scale(self, need: YearSpace, length: float) -> TimeScale:
        """Return the needed scale, or one below the minimum if the axis is too short for that."""
        room = need.filling(length)
        share = length / sum(room.values())
        return build_scale(self.days, self.as_of, {year: width * share for year, width in room.items()})

    def _missing(self, scale: TimeScale, ordered: timedelta) -> dict[int, float]:
        """Return how many points are missing for labels in each year."""
        found: dict[int, float] = defaultdict(float)
        search = sum(map(len, self.drawn)) <= _SEARCHED
        for entries in self.drawn:
            lane = Lane.on(scale, entries, self.wall, ordered)
            sides = lane.best_sides() if search else alternate_sides(lane.entries)
            for entry, missing in zip(lane.entries, lane.missing(sides), strict=True):
                if missing > 1e-9:
                    found[entry.when.year] += missing
        return found
