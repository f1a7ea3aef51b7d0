"""Citations over time as a figure: a rising line for each paper, method or branch, a step for what has no date."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from wamkg.errors import InvalidInputError
from wamkg.figures.geometry import Box
from wamkg.figures.ids import slug
from wamkg.figures.measure import text_width, wrap
from wamkg.figures.page import Sheet, Words, rectangle
from wamkg.figures.page import ticks as round_values
from wamkg.figures.paint import Painter, Point, Type, marker
from wamkg.figures.save import Cell, Drawing, Rows
from wamkg.figures.style import MARGIN, TEXT_SIZE, THEMES, FigureOptions, Hue, Theme, hues_for
from wamkg.figures.svg import Element
from wamkg.views.citations import CitationTimeline

MOST = 6
"""Lines that can still be told apart."""
LABEL_WIDTH, UNKNOWN_WIDTH = 0.24, 0.09
AXIS_GAP, LABEL_GAP = 3.0, 7.5
RATIO = 0.52
LINE_STEP = 1.35
LONGEST_NAME = 60
LEAST_PERIODS = 2
_DASHES = (1.6, 1.4)


@dataclass(frozen=True)
class Line:
    """One subject's line: cumulative counts for each period, then its total with those of no known date."""

    element_id: str
    timeline: CitationTimeline
    counts: tuple[int, ...]
    hue: Hue
    shape: int

    @property
    def label(self) -> str:
        """What is written at the line's end."""
        unknown = self.timeline.unknown_share or 0.0
        more = f", {unknown:.0%} undated" if unknown else ""
        name = self.timeline.label if len(self.timeline.label) <= LONGEST_NAME else f"{self.timeline.label[:57]}..."
        return f"{name}: {self.timeline.total:,}{more}"


@dataclass(frozen=True)
class Chart:
    """Where everything stands, in points from the lower left corner."""

    lines: tuple[Line, ...]
    periods: tuple[str, ...]
    width: float
    height: float

    @cached_property
    def top(self) -> int:
        """Upper end of the scale of counts."""
        return ticks(max(line.timeline.total for line in self.lines))[-1]

    @cached_property
    def left(self) -> float:
        """Where the first period stands: right of the widest number."""
        return MARGIN + text_width(f"{self.top:,}", TEXT_SIZE) + AXIS_GAP

    @property
    def right(self) -> float:
        """Where the last period stands."""
        return self.width * (1 - UNKNOWN_WIDTH) - MARGIN - self.label_room - LABEL_GAP

    @cached_property
    def label_room(self) -> float:
        """Width for the labels: that of the longest, or the share where longer ones are broken into lines."""
        longest = max(text_width(line.label, TEXT_SIZE) for line in self.lines)
        return min(self.width * LABEL_WIDTH, longest)

    @property
    def end(self) -> float:
        """Where the lines end, behind the column of what has no date."""
        return self.right + self.width * UNKNOWN_WIDTH

    @property
    def foot(self) -> float:
        """Height of the zero line."""
        return MARGIN + TEXT_SIZE * LINE_STEP

    def x(self, number: int) -> float:
        """Place of a period."""
        return self.left + (self.right - self.left) * number / (len(self.periods) - 1)

    def y(self, count: float) -> float:
        """Place of a count."""
        return self.foot + (self.height - MARGIN - TEXT_SIZE - self.foot) * count / self.top

    def points(self, line: Line) -> list[Point]:
        """The line's corners, in periods."""
        return [(self.x(number), self.y(count)) for number, count in enumerate(line.counts)]


def ticks(most: int) -> list[int]:
    """Round counts from 0 to the first at or above the largest, at most six in all."""
    return [int(value) for value in round_values(0, most, 5, whole=True)]


def draw_citations(timelines: Sequence[CitationTimeline], options: FigureOptions | None = None) -> Drawing:
    """The citation figure of one to six subjects, all with the same period.

    Raises InvalidInputError without a timeline, with too many, or with different periods.
    """
    options = options or FigureOptions()
    chart = _lay_out(timelines, options)

    def paint(page: Painter, theme: Theme) -> None:
        _paint(chart, theme, page)

    title = "Citations of " + ", ".join(timeline.label for timeline in timelines)
    words = Words(
        title=title,
        caption=_caption(timelines),
        alt=f"{title}. " + "; ".join(line.label for line in chart.lines),
        notes=tuple(_notes(timelines)),
    )
    return Sheet(options).drawing(chart.height, words, _elements(chart), paint, _rows(chart))


def _lay_out(timelines: Sequence[CitationTimeline], options: FigureOptions) -> Chart:
    if not 1 <= len(timelines) <= MOST:
        raise InvalidInputError(f"{len(timelines)} lines cannot be drawn: ask for 1 to {MOST}")
    if len({timeline.by for timeline in timelines}) > 1:
        raise InvalidInputError("lines by different periods cannot be drawn together")
    periods = sorted({item.period for timeline in timelines for item in timeline.items})
    while len(periods) < LEAST_PERIODS:
        periods.append(f"{periods[-1] if periods else ''} ")
    keys = [_family(timeline) for timeline in timelines]
    hues = THEMES[options.theme].hues
    numbers = hues_for(keys)
    lines = [
        Line(_element_id(timeline), timeline, tuple(_filled(timeline, periods)), hues[numbers[key]], number)
        for number, (timeline, key) in enumerate(zip(timelines, keys, strict=True))
    ]
    return Chart(tuple(lines), tuple(periods), options.width_pt, options.width_pt * RATIO)


def _family(timeline: CitationTimeline) -> str:
    """What a line's colour goes by: the branch, so that Joint and Cascaded look as everywhere else."""
    return timeline.subject.partition(":")[2].split("/")[0] or f"{timeline.kind}-{timeline.subject}"


def _element_id(timeline: CitationTimeline) -> str:
    kind = "taxon" if timeline.kind == "taxonomy" else timeline.kind
    name = timeline.subject.partition(":")[2] or timeline.subject
    return f"{kind}-{slug(name)}"


def _filled(timeline: CitationTimeline, periods: Sequence[str]) -> Iterator[int]:
    cumulative = {item.period: item.cumulative for item in timeline.items}
    running = 0
    for period in periods:
        running = cumulative.get(period, running)
        yield running


def _paint(chart: Chart, theme: Theme, painter: Painter) -> None:
    _paint_scale(chart, theme, painter)
    heights = _label_heights(chart)
    for line, height in zip(chart.lines, heights, strict=True):
        points = chart.points(line)
        end = (chart.end, chart.y(line.timeline.total))
        size = Type(TEXT_SIZE, theme.ink, align="left")
        label_x = chart.end + LABEL_GAP
        texts = [
            painter.text("label", (label_x, height - row * TEXT_SIZE * LINE_STEP), text, size)
            for row, text in enumerate(_wrapped(chart, line))
        ]
        parts = [
            painter.line("leader", [end, (label_x - 1.0, height + TEXT_SIZE * 0.3)], theme.line, 0.4),
            painter.line("line", points, line.hue.trunk, 1.2),
            painter.line("undated", [points[-1], end], line.hue.trunk, 1.0, _DASHES),
            painter.shape("mark", marker(line.shape, *end, 1.8), line.hue.trunk),
        ]
        painter.group(line.element_id, [*parts, *texts], 3)


def _paint_scale(chart: Chart, theme: Theme, painter: Painter) -> None:
    small = Type(TEXT_SIZE, theme.muted)
    column = rectangle(Box(chart.right, chart.foot, chart.end, chart.y(chart.top)))
    at_right = Type(TEXT_SIZE, theme.muted, align="right")
    counts = [
        painter.text("scale", (chart.left - AXIS_GAP, chart.y(n) - TEXT_SIZE * 0.35), f"{n:,}", at_right)
        for n in ticks(chart.top)
    ]
    grid = [
        painter.line("grid", [(chart.left, chart.y(n)), (chart.end, chart.y(n))], theme.line, 0.4)
        for n in ticks(chart.top)
    ]
    below = chart.foot - TEXT_SIZE * LINE_STEP
    years = [painter.text("year", (x, below), text, small) for x, text in _years(chart)]
    words = painter.text("year", ((chart.right + chart.end) / 2, below), "no date", small)
    unknown = painter.shape("unknown", column, theme.hues[0].tint)
    painter.group("scale", [unknown, *grid, *counts, *years, words], 1)


def _years(chart: Chart) -> Iterator[tuple[float, str]]:
    """Where each year begins, leaving out those whose labels would touch."""
    room = text_width("2000", TEXT_SIZE) * 1.5
    last = -room
    for number, period in enumerate(chart.periods):
        begins = number == 0 or period[:4] != chart.periods[number - 1][:4]
        x = chart.x(number)
        if begins and period.strip() and x - last >= room and x <= chart.right - room / 2:
            last = x
            yield x, period[:4]


def _wrapped(chart: Chart, line: Line) -> list[str]:
    return wrap(line.label, TEXT_SIZE, chart.label_room + 0.1)


def _label_heights(chart: Chart) -> list[float]:
    """Baseline of each label's first row: beside its line's end, moved apart where labels would touch."""
    step = TEXT_SIZE * LINE_STEP
    rooms = [len(_wrapped(chart, line)) * step for line in chart.lines]
    heights = [chart.y(line.timeline.total) - TEXT_SIZE * 0.35 for line in chart.lines]
    order = sorted(range(len(rooms)), key=lambda i: heights[i], reverse=True)
    ceiling = chart.height - MARGIN - TEXT_SIZE
    for i in order:
        heights[i] = min(heights[i], ceiling)
        ceiling = heights[i] - rooms[i]
    floor = MARGIN
    for i in reversed(order):
        heights[i] = max(heights[i], floor + rooms[i] - step)
        floor = heights[i] + step
    return heights


def _caption(timelines: Sequence[CitationTimeline]) -> str:
    by = timelines[0].by
    derived = sum(timeline.derived for timeline in timelines)
    undated = sum(timeline.undated + timeline.imprecise for timeline in timelines)
    words = [f"Papers citing each subject, counted once, cumulative by {by}."]
    words += [f"{undated:,} have no date exact enough and stand in the last column."] if undated else []
    words += [f"{derived:,} are dated by the month in their arXiv id."] if derived else []
    return " ".join(words)


def _notes(timelines: Sequence[CitationTimeline]) -> Iterator[str]:
    for timeline in timelines:
        if timeline.missing:
            yield f"{timeline.label}: {timeline.missing}"


def _elements(chart: Chart) -> Iterator[Element]:
    for line in chart.lines:
        timeline = line.timeline
        href = f"/papers/{timeline.subject}" if timeline.kind == "paper" else ""
        data = {"role": "line", "total": str(timeline.total), "undated": str(timeline.undated + timeline.imprecise)}
        yield Element(line.element_id, line.label, href, data)


def _rows(chart: Chart) -> Rows:
    head: tuple[Cell, ...] = ("period", *(line.timeline.label for line in chart.lines))
    body: list[tuple[Cell, ...]] = [
        (period.strip(), *(line.counts[number] for line in chart.lines))
        for number, period in enumerate(chart.periods)
        if period.strip()
    ]
    foot: tuple[Cell, ...] = ("with those of no known date", *(line.timeline.total for line in chart.lines))
    return (head, *body, foot)
