"""Citations over time: a rising line for each paper, method or branch, with a step for undated papers."""

from collections.abc import Iterator, Mapping, Sequence

from wamkg.errors import InvalidInputError
from wamkg.figures.box import Bounds
from wamkg.figures.charts.citation_chart import AXIS_GAP, LABEL_GAP, LINE_STEP, CitationChartLayout, CitationLine
from wamkg.figures.ids import slug
from wamkg.figures.measure import text_width
from wamkg.figures.page import ChartPage, FigureText, axis_title, rectangle
from wamkg.figures.paint import Painter, Point, Type, marker
from wamkg.figures.plaintext import plain
from wamkg.figures.save import Cell, Drawing, Rows
from wamkg.figures.shades import branch_colors, repeats, undated_ground
from wamkg.figures.style import MARGIN, TEXT_SIZE, FigureOptions, Theme
from wamkg.figures.svg import Element
from wamkg.readable import pluralize, shorten
from wamkg.views.taxonomies import TaxonomyPaper
from wamkg.views.timelines import CitationTimeline

MOST = 6
"""Maximum number of lines that remain distinguishable."""
RATIO, LOWEST, BLOCK_GAP = 0.42, 150.0, 2.5
LONGEST_NAME = 60
MIN_PERIODS = 2
_REPEATED, _DASHES, _TICK, _DOT, _LIGHTEST = (5.0, 1.2), (1.6, 1.4), 2.5, 1.8, 0.75


def draw_citations(
    timelines: Sequence[CitationTimeline], options: FigureOptions | None = None, placed: Sequence[TaxonomyPaper] = ()
) -> Drawing:
    """Draw the citation figure of one to six subjects, all with the same period.

    Papers and methods in `placed` have the color of their branch; papers are labeled with their short name.

    Raises InvalidInputError without a timeline, with too many, or with different periods.
    """
    options = options or FigureOptions()
    chart = _lay_out(timelines, options, placed)

    def paint(page: Painter, theme: Theme) -> None:
        _paint(chart, theme, page)

    title = "Citations of " + ", ".join(line.name for line in chart.lines)
    words = FigureText(
        title=title,
        caption=_caption(chart),
        alt=f"{title}: {_span(chart)}. " + "; ".join(line.label for line in chart.lines) + ".",
        notes=tuple(_notes(timelines)),
    )
    return ChartPage(options).drawing(chart.height, words, _elements(chart), paint, _rows(chart))


def _lay_out(
    timelines: Sequence[CitationTimeline], options: FigureOptions, placed: Sequence[TaxonomyPaper]
) -> CitationChartLayout:
    if not 1 <= len(timelines) <= MOST:
        raise InvalidInputError(f"{len(timelines)} lines cannot be drawn: ask for 1 to {MOST}")
    if len({timeline.by for timeline in timelines}) > 1:
        raise InvalidInputError("lines by different periods cannot be drawn together")
    periods = sorted({item.period for timeline in timelines for item in timeline.items})
    while len(periods) < MIN_PERIODS:
        periods.append(f"{periods[-1] if periods else ''} ")
    known = {name: item for item in placed for name in (f"paper-{item.key}", item.element_id)}
    branches = [_branch(timeline, known) for timeline in timelines]
    colors, repeated = branch_colors(branches, options, _LIGHTEST), repeats(branches, options)
    lines = [
        CitationLine(
            _element_id(timeline),
            timeline,
            tuple(_filled(timeline, periods)),
            _name(timeline, known),
            colors[branch],
            number,
            repeated[branch] > 0,
        )
        for number, (timeline, branch) in enumerate(zip(timelines, branches, strict=True))
    ]
    return CitationChartLayout(tuple(lines), tuple(periods), options.width_pt, max(options.width_pt * RATIO, LOWEST))


def _branch(timeline: CitationTimeline, known: Mapping[str, TaxonomyPaper]) -> str:
    """Return the branch that gives a line its color, so that Joint and Cascaded look the same in all figures."""
    name = _element_id(timeline)
    item = known.get(name)
    return f"{item.taxon}/{name}" if item else timeline.subject.partition(":")[2] or name


def _name(timeline: CitationTimeline, known: Mapping[str, TaxonomyPaper]) -> str:
    item = known.get(_element_id(timeline)) if timeline.kind == "paper" else None
    return shorten(plain(item.label) if item else timeline.label, LONGEST_NAME)


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


def _paint(chart: CitationChartLayout, theme: Theme, painter: Painter) -> None:
    _paint_scale(chart, theme, painter)
    heights = _label_heights(chart)
    for line, height in zip(chart.lines, heights, strict=True):
        points = chart.points(line)
        end = (chart.end, chart.y(line.timeline.total))
        size = Type(TEXT_SIZE, theme.ink, align="left")
        label_x = chart.end + LABEL_GAP
        texts = [
            painter.text("label", (label_x, height - row * TEXT_SIZE * LINE_STEP), text, size)
            for row, text in enumerate(line.rows(chart.label_room + 0.1))
        ]
        parts = [
            painter.line("leader", [end, (label_x - 1.0, height + TEXT_SIZE * 0.3)], theme.line, 0.4),
            painter.line("line", points, line.color, 1.2, _REPEATED if line.repeated else None),
            painter.line("undated", [points[-1], end], line.color, 1.0, _DASHES),
            *(painter.shape("mark", marker(line.shape, *place, _DOT), line.color) for place in _marked(chart, line)),
        ]
        painter.group(line.element_id, [*parts, *texts], 3)


def _marked(chart: CitationChartLayout, line: CitationLine) -> Iterator[Point]:
    """Return where a line has markers: at its end, and at the last period of each year after it leaves zero."""
    yield chart.end, chart.y(line.timeline.total)
    points = chart.points(line)
    yield from (points[last] for _, last, _ in chart.years()[:-1] if line.counts[last])


def _paint_scale(chart: CitationChartLayout, theme: Theme, painter: Painter) -> None:
    axis_title(painter, theme, MARGIN, chart.y(chart.top), "Citing papers, cumulative")
    small = Type(TEXT_SIZE, theme.muted)
    column = rectangle(Bounds(chart.right, chart.foot, chart.end, chart.y(chart.top)))
    at_right = Type(TEXT_SIZE, theme.muted, align="right")
    counts = [
        painter.text("scale", (chart.left - AXIS_GAP, chart.y(n) - TEXT_SIZE * 0.35), f"{n:,}", at_right)
        for n in chart.scale
    ]
    grid = [
        painter.line("grid", [(chart.left, chart.y(n)), (chart.end, chart.y(n))], theme.line, 0.4) for n in chart.scale
    ]
    below = chart.foot - TEXT_SIZE * LINE_STEP
    years = [painter.text("year", (x, below), text, small) for x, text in _years(chart)]
    words = painter.text("year", ((chart.right + chart.end) / 2, below), "no date", small)
    unknown = painter.shape("unknown", column, undated_ground(theme))
    lines = [
        painter.line("year-tick", [(x, chart.foot), (x, chart.foot - _TICK)], theme.muted, 0.5)
        for first, *_ in chart.years()[1:]
        for x in [chart.x(first) - chart.step / 2]
    ]
    painter.group("scale", [unknown, *grid, *lines, *counts, *years, words], 1)


def _years(chart: CitationChartLayout) -> Iterator[tuple[float, str]]:
    """Return the middle of each year and its name: in two digits or omitted if space is short."""
    end = 0.0
    for first, last, year in chart.years():
        for name in (year, f"’{year[2:]}"):
            half = text_width(name, TEXT_SIZE) / 2
            x = max((chart.x(first) + chart.x(last)) / 2, MARGIN + half)
            if x - half >= end and x + half <= chart.right + 1.0:
                end = x + half + AXIS_GAP
                yield x, name
                break


def _label_heights(chart: CitationChartLayout) -> list[float]:
    """Return the baseline of each label's first row: beside its line's end, moved apart if labels would touch."""
    step = TEXT_SIZE * LINE_STEP
    rooms = [len(line.rows(chart.label_room + 0.1)) * step + BLOCK_GAP for line in chart.lines]
    heights = [chart.y(line.timeline.total) - TEXT_SIZE * 0.35 for line in chart.lines]
    order = sorted(range(len(rooms)), key=lambda i: heights[i], reverse=True)
    ceiling = chart.height - MARGIN - TEXT_SIZE
    for i in order:
        heights[i] = min(heights[i], ceiling)
        ceiling = heights[i] - rooms[i]
    floor = MARGIN
    for i in reversed(order):
        heights[i] = max(heights[i], floor + rooms[i] - step - BLOCK_GAP)
        floor = heights[i] + step + BLOCK_GAP
    return heights


def _caption(chart: CitationChartLayout) -> str:
    """Describe what is counted, until when, and each line's numbers of citing, cited and undated papers."""
    lines = "; ".join(_counted(line) for line in chart.lines)
    undated = any(line.timeline.unknown_share for line in chart.lines)
    by = chart.lines[0].timeline.by
    last = f" Undated: without a date exact enough for a {by}, in the last column." if undated else ""
    held = "".join(f" {note}." for note in _notes([line.timeline for line in chart.lines]))
    return f"Different papers that cite each line's papers, cumulative, {_span(chart)}.{last} {lines}.{held}"


def _span(chart: CitationChartLayout) -> str:
    known = [period for period in chart.periods if period.strip()]
    by = chart.lines[0].timeline.by
    return f"by {by}, {known[0]} to {known[-1]}" if known else f"by {by}"


def _counted(line: CitationLine) -> str:
    timeline = line.timeline
    undated = timeline.undated + timeline.imprecise
    parts = [f"{line.name}: {timeline.total:,} cite {pluralize(timeline.papers)}"]
    parts += [f"{undated:,} undated"] if undated else []
    parts += [f"{timeline.derived:,} dated by the month in their arXiv id"] if timeline.derived else []
    return ", ".join(parts)


def _notes(timelines: Sequence[CitationTimeline]) -> Iterator[str]:
    for timeline in timelines:
        if timeline.missing:
            yield f"{timeline.label}: {timeline.missing}"


def _elements(chart: CitationChartLayout) -> Iterator[Element]:
    for line in chart.lines:
        timeline = line.timeline
        href = f"/papers/{timeline.subject}" if timeline.kind == "paper" else ""
        data = {"role": "line", "total": str(timeline.total), "undated": str(timeline.undated + timeline.imprecise)}
        yield Element(line.element_id, line.label, href, data)


def _rows(chart: CitationChartLayout) -> Rows:
    head: tuple[Cell, ...] = ("period", *(line.timeline.label for line in chart.lines))
    body: list[tuple[Cell, ...]] = [
        (period.strip(), *(line.counts[number] for line in chart.lines))
        for number, period in enumerate(chart.periods)
        if period.strip()
    ]
    foot: tuple[Cell, ...] = ("with those of no known date", *(line.timeline.total for line in chart.lines))
    return (head, *body, foot)
