"""Charts as plain numbers for an SVG template: no style attributes, no scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wamkg.figures.style import earlier_with_the_same
from wamkg.views.timelines import BranchCitations, CitationPeriod, PaperTimeline, TimelinePeriod

HEIGHT = 300.0
LEFT, BOTTOM, TOP = 36.0, 26.0, 14.0
GAP = 0.22
MAX_STEPS, OUTLINED = 8, 4
"""Number of looks of one color, and the first of them with a dashed outline."""
_STEPS = (*(factor * 10**power for power in range(7) for factor in (1, 2, 5)), 10**9)
"""Distances between the lines of an axis of counts."""


WIDE, SCREEN, PHONE = 1200.0, 860.0, 350.0
"""Widths of a chart over the whole screen, beside a column and on a phone, in user units of 12 px text."""
_LOW, _SIDE, _ROOM_FOR_SUM, _ROOM_FOR_PERIOD = 210.0, 34.0, 76.0, 72.0


@dataclass(frozen=True)
class Segment:
    """One colored part of a bar; `step` distinguishes sub-branches of one branch by lightness and, from the
    fifth on, by a dashed outline."""

    x: float
    y: float
    width: float
    height: float
    branch: str
    step: int
    words: str
    taxon: str
    period: str


@dataclass(frozen=True)
class Tick:
    """A labeled position on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class StackedBars:
    """A bar chart in user units of `width` by `height`."""

    width: float
    height: float
    left: float
    base: float
    segments: list[Segment]
    periods: list[Tick]
    counts: list[Tick]


def steps_of(paths: Sequence[str], branch_hues: Mapping[str, int]) -> dict[str, int]:
    """For each path, the number of earlier paths of the same branch; a branch whose color another has starts with the
    dashed outlines. `branch_hues` has the color of each branch.
    """
    seen: dict[str, int] = {}
    found = {}
    repeated = earlier_with_the_same(branch_hues)
    for path in paths:
        branch = path.partition("/")[0]
        found[path] = (seen.get(branch, 0) + OUTLINED * repeated.get(branch, 0)) % MAX_STEPS
        seen[branch] = seen.get(branch, 0) + 1
    return found


def timeline_chart(timeline: PaperTimeline | BranchCitations, width: float, steps: Mapping[str, int]) -> StackedBars:
    """Bars by period, split by taxon, with whole numbers on the axis and few labels on a narrow chart."""
    highest = max((sum(_parts(item, timeline.taxa).values()) for item in timeline.items), default=1) or 1
    every = next(step for step in _STEPS if highest / step <= 6)
    base, room = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    top = -(-highest // every) * every
    slot = (width - LEFT) / max(len(timeline.items), 1)
    segments: list[Segment] = []
    for i, item in enumerate(timeline.items):
        y = base
        for path, count in _parts(item, timeline.taxa).items():
            height = count / top * room
            y -= height
            if count:
                words = f"{item.period}, {timeline.names.get(path, 'papers')}: {count}"
                x = LEFT + (i + GAP / 2) * slot
                branch = path.partition("/")[0]
                bar = slot * (1 - GAP)
                segments.append(Segment(x, y, bar, height, branch, steps.get(path, 0), words, path, item.period))
    each = max(1, -(-len(timeline.items) // int((width - LEFT) // _ROOM_FOR_PERIOD)))
    periods = [Tick(LEFT + (i + 0.5) * slot, item.period) for i, item in enumerate(timeline.items) if i % each == 0]
    counts = [Tick(base - value / top * room, str(value)) for value in range(0, top + 1, every)]
    return StackedBars(width, HEIGHT, LEFT, base, segments, periods, counts)


def _parts(item: TimelinePeriod, taxa: Sequence[str]) -> dict[str, int]:
    """The counts of a period from the bottom of its bar to the top; under an empty path if nothing is split."""
    return {path: item.counts.get(path, 0) for path in taxa} if taxa else {"": item.total}


@dataclass(frozen=True)
class Bar:
    """A bar of a chart; `words` says its period and its number."""

    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True)
class BarsAndSum:
    """Bars by period and their running sum as a line, in user units of `width` by `height`."""

    width: float
    height: float
    left: float
    right: float
    base: float
    bars: list[Bar]
    line: list[tuple[float, float]]
    periods: list[Tick]
    counts: list[Tick]


SPARK_WIDTH, SPARK_HEIGHT = 72.0, 16.0
"""Size of a small chart within a line, in user units."""


@dataclass(frozen=True)
class Spark:
    """Counts by quarter as small bars, and what they say in words."""

    bars: list[Bar]
    words: str


def sparks_of(counts: Mapping[str, Mapping[str, int]]) -> dict[str, Spark]:
    """For each name its counts by quarter (`2025-Q1`), on the same quarters for all names; without other periods."""
    known = {name: {_quarter(q): n for q, n in by.items() if "-Q" in q} for name, by in counts.items()}
    quarters = {quarter for by in known.values() for quarter in by}
    first, last = min(quarters, default=0), max(quarters, default=0)
    slot = SPARK_WIDTH / (last - first + 1)
    found = {}
    for name, by in known.items():
        highest = max(by.values(), default=0)
        bars = [
            Bar((quarter - first) * slot, SPARK_HEIGHT * (1 - n / highest), slot * (1 - GAP),
                SPARK_HEIGHT * n / highest, "")
            for quarter, n in sorted(by.items())
        ]  # fmt: skip
        if bars:
            found[name] = Spark(bars, f"by quarter from {_named(min(by))} to {_named(max(by))}, at most {highest}")
    return found


def _quarter(period: str) -> int:
    year, quarter = period.split("-Q")
    return int(year) * 4 + int(quarter) - 1


def _named(quarter: int) -> str:
    return f"{quarter // 4}-Q{quarter % 4 + 1}"


def counts_chart(items: Sequence[CitationPeriod], width: float) -> BarsAndSum:
    """Counts by period as bars, and the sum so far as a line, with few labels on a narrow chart."""
    base, right = _LOW - BOTTOM, width - _ROOM_FOR_SUM
    highest = max((item.cumulative for item in items), default=1) or 1
    every = next(step for step in _STEPS if highest / step <= 4)
    top = -(-highest // every) * every
    slot = (right - _SIDE) / max(len(items), 1)
    room = base - TOP
    bars, line = [], []
    for i, item in enumerate(items):
        height = item.count / top * room
        x = _SIDE + i * slot
        words = f"{item.period}: {item.count}, {item.cumulative} in all"
        bars.append(Bar(x + slot * GAP / 2, base - height, slot * (1 - GAP), height, words))
        line.append((x + slot / 2, base - item.cumulative / top * room))
    each = max(1, -(-len(items) // int((right - _SIDE) // _ROOM_FOR_PERIOD)))
    periods = [Tick(_SIDE + (i + 0.5) * slot, item.period) for i, item in enumerate(items) if i % each == 0]
    counts = [Tick(base - value / top * room, str(value)) for value in range(0, top + 1, every)]
    return BarsAndSum(width, _LOW, _SIDE, right, base, bars, line, periods, counts)
