"""Geometry of the citation figure: lines, scales and labels."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from wamkg.figures.measure import text_width, wrap
from wamkg.figures.page import TITLE
from wamkg.figures.page import ticks as round_values
from wamkg.figures.paint import Point
from wamkg.figures.style import MARGIN, TEXT_SIZE
from wamkg.views.timelines import CitationTimeline

LABEL_WIDTH, UNKNOWN_WIDTH, MIN_UNKNOWN = 0.24, 0.09, 28.0
AXIS_GAP, LABEL_GAP = 3.0, 7.5
LINE_STEP = 1.35
_HEADROOM = 1.08


@dataclass(frozen=True)
class CitationLine:
    """One subject's line: cumulative counts per period, then the total including undated papers.

    `repeated` says that an earlier line of another branch has the same color.
    """

    element_id: str
    timeline: CitationTimeline
    counts: tuple[int, ...]
    name: str
    color: str
    shape: int
    repeated: bool = False

    @property
    def said(self) -> str:
        """Return how many papers cite it, and how many of them have no date."""
        unknown = self.timeline.unknown_share or 0.0
        return f"{self.timeline.total:,}{f', {unknown:.0%} undated' if unknown else ''}"

    @property
    def label(self) -> str:
        """Return the text at the end of the line."""
        return f"{self.name}: {self.said}"

    def rows(self, width: float) -> list[str]:
        """Return the label in lines of at most `width` points; if it does not fit on one, the numbers are last."""
        if text_width(self.label, TEXT_SIZE) <= width:
            return [self.label]
        return [*wrap(f"{self.name}:", TEXT_SIZE, width), *wrap(self.said, TEXT_SIZE, width)]


@dataclass(frozen=True)
class CitationChartLayout:
    """All positions, in points from the lower left corner."""

    lines: tuple[CitationLine, ...]
    periods: tuple[str, ...]
    width: float
    height: float

    @cached_property
    def top(self) -> float:
        """Return the upper end of the count scale: slightly above the largest count."""
        most = max(line.timeline.total for line in self.lines)
        return min(ticks(most)[-1], most * _HEADROOM) or 1.0

    @cached_property
    def scale(self) -> list[int]:
        """Return the counts printed beside the scale."""
        return [count for count in ticks(int(self.top)) if count <= self.top]

    @cached_property
    def left(self) -> float:
        """Return the position of the first period: right of the widest number."""
        return MARGIN + text_width(f"{self.scale[-1]:,}", TEXT_SIZE) + AXIS_GAP

    @property
    def undated_width(self) -> float:
        """Return the width of the column for undated papers."""
        return max(self.width * UNKNOWN_WIDTH, MIN_UNKNOWN)

    @property
    def right(self) -> float:
        """Return the position of the last period."""
        return self.width - self.undated_width - MARGIN - self.label_room - LABEL_GAP

    @cached_property
    def label_room(self) -> float:
        """Return the width for labels: that of the longest, or the maximum share, at which longer ones are wrapped."""
        most = self.width * LABEL_WIDTH
        return max(text_width(row, TEXT_SIZE) for line in self.lines for row in line.rows(most))

    @property
    def end(self) -> float:
        """Return where the lines end, after the column for undated papers."""
        return self.right + self.undated_width

    @property
    def foot(self) -> float:
        """Return the height of the zero line."""
        return MARGIN + TEXT_SIZE * LINE_STEP

    @property
    def step(self) -> float:
        """Return the distance between two periods."""
        return (self.right - self.left) / (len(self.periods) - 1)

    def x(self, number: int) -> float:
        """Return the position of a period."""
        return self.left + self.step * number

    def y(self, count: float) -> float:
        """Return the position of a count."""
        return self.foot + (self.height - MARGIN - TITLE - self.foot) * count / self.top

    def points(self, line: CitationLine) -> list[Point]:
        """Return the line's points, one per period."""
        return [(self.x(number), self.y(count)) for number, count in enumerate(line.counts)]

    def years(self) -> list[tuple[int, int, str]]:
        """Return the first and last period of each year and its name."""
        groups = groupby(enumerate(self.periods), key=lambda pair: pair[1][:4])
        spans = [(year, [number for number, _ in group]) for year, group in groups]
        return [(numbers[0], numbers[-1], year) for year, numbers in spans if year.strip()]


def ticks(most: int) -> list[int]:
    """Return round counts from 0 to the first at or above the largest, at most six in total."""
    return [int(value) for value in round_values(0, most, 5, whole=True)]
