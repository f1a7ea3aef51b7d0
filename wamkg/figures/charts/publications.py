"""Publications by branch over time: one bar per period, stacked by branch; a note counts papers outside all bars."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby

from matplotlib.artist import Artist

from wamkg.errors import InvalidInputError
from wamkg.figures.box import Bounds
from wamkg.figures.date_rules import DATE_RULES
from wamkg.figures.ids import taxon_id
from wamkg.figures.measure import text_width
from wamkg.figures.page import (
    FRONT,
    GRID,
    LABELS,
    LINE,
    MARKS,
    TITLE,
    ChartPage,
    FigureText,
    LegendKey,
    axis_title,
    baseline,
    rectangle,
    ticks,
)
from wamkg.figures.paint import Painter, Type
from wamkg.figures.plaintext import plain
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.shades import branch_colors, repeats
from wamkg.figures.style import MARGIN, TEXT_SIZE, FigureOptions, Theme
from wamkg.figures.svg import Element
from wamkg.readable import pluralize
from wamkg.views.timelines import PaperTimeline, timeline_csv_rows

_RATIO, _LOWEST, _TALLEST, _BAR_SHARE = 0.36, 120.0, 190.0, 0.72
_AXIS_GAP, _NUMBER_RISE = 4.0, 2.4


@dataclass(frozen=True)
class _PublicationsChart:
    """Bars in a box; `scale` contains the ticks of the counts."""

    timeline: PaperTimeline
    box: Bounds
    scale: list[float]

    @property
    def step(self) -> float:
        return (self.box.right - self.box.left) / len(self.timeline.items)

    @property
    def middles(self) -> list[float]:
        return [self.box.left + (number + 0.5) * self.step for number in range(len(self.timeline.items))]

    @property
    def short_names(self) -> list[str]:
        """Return the periods without their year."""
        return [item.period[5:] for item in self.timeline.items]

    def y(self, count: float) -> float:
        return self.box.bottom + (self.box.top - self.box.bottom) * count / self.scale[-1]

    def years(self) -> Iterator[tuple[float, float, str]]:
        """Return the left and right end of each year and its name."""
        for year, group in groupby(enumerate(self.timeline.items), key=lambda pair: pair[1].period[:4]):
            numbers = [number for number, _ in group]
            yield self.box.left + numbers[0] * self.step, self.box.left + (numbers[-1] + 1) * self.step, year

    def segments(self, path: str) -> Iterator[Bounds]:
        """Return the part of each bar for each taxon; a depth of 0 has one part."""
        place, half = self.timeline.taxa.index(path), self.step * _BAR_SHARE / 2
        for x, item in zip(self.middles, self.timeline.items, strict=True):
            sums = [0, *accumulate(item.counts.get(taxon, 0) for taxon in self.timeline.taxa)]
            if sums[place + 1] > sums[place]:
                yield Bounds(x - half, self.y(sums[place]), x + half, self.y(sums[place + 1]))

    def whole(self) -> Iterator[Bounds]:
        """Return each bar up to its total."""
        half = self.step * _BAR_SHARE / 2
        for x, item in zip(self.middles, self.timeline.items, strict=True):
            if item.total:
                yield Bounds(x - half, self.box.bottom, x + half, self.y(item.total))


def draw_publications(timeline: PaperTimeline, options: FigureOptions | None = None) -> Drawing:
    """Draw stacked bars of the papers in a taxonomy, by period.

    Raises InvalidInputError if no paper has a date.
    """
    options = options or FigureOptions()
    if not timeline.items:
        raise InvalidInputError(
            f"no paper assigned in {timeline.taxonomy!r} has a date precise enough for a {timeline.by}"
        )
    colors = branch_colors(timeline.taxa, options)
    names = {path: plain(timeline.names[path]) for path in timeline.taxa}
    patterns = repeats(timeline.taxa, options)
    keys = [
        LegendKey(f"{names[path]} {_count(timeline, path)}", colors[path], pattern=patterns[path])
        for path in timeline.taxa
    ]
    sheet = ChartPage(options, keys if timeline.depth else (), _notes(timeline))
    chart = _lay_out(timeline, sheet)

    def paint(page: Painter, theme: Theme) -> None:
        axis_title(page, theme, sheet.left, chart.box.top, f"Papers per {timeline.by}")
        _paint_scale(chart, page, theme)
        _paint_periods(chart, page, theme)
        if not timeline.taxa:
            page.group("bars", [page.shape("bar", rectangle(box), theme.muted) for box in chart.whole()], MARKS)
        for path in timeline.taxa:
            look = (colors[path], theme.paper, 0.4, patterns[path])
            bars = [page.shape("bar", rectangle(box), *look) for box in chart.segments(path)]
            page.group(taxon_id(path), bars, MARKS)
        _paint_totals(chart, page, theme)

    elements = [
        Element(taxon_id(path), f"{names[path]}: {_count(timeline, path)} papers", "", {"role": "bars", "taxon": path})
        for path in timeline.taxa
    ]
    rows: Rows = tuple(tuple(row) for row in timeline_csv_rows(timeline))
    return sheet.drawing(chart.box.top + TITLE + MARGIN, _words(timeline, names), elements, paint, rows)


def _count(timeline: PaperTimeline, path: str) -> int:
    return sum(item.counts.get(path, 0) for item in timeline.items)


def _lay_out(timeline: PaperTimeline, sheet: ChartPage) -> _PublicationsChart:
    scale = ticks(0, max(item.total for item in timeline.items), whole=True)
    left = sheet.left + text_width(f"{scale[-1]:,.0f}", TEXT_SIZE) + _AXIS_GAP
    bottom = sheet.floor + 2 * LINE
    top = bottom + min(max(sheet.width * _RATIO, _LOWEST), _TALLEST)
    return _PublicationsChart(timeline, Bounds(left, bottom, sheet.right, top), scale)


def _paint_scale(chart: _PublicationsChart, page: Painter, theme: Theme) -> None:
    box, style = chart.box, Type(TEXT_SIZE, theme.muted, align="right")
    lines = [page.line("grid", [(box.left, chart.y(v)), (box.right, chart.y(v))], theme.line, 0.4) for v in chart.scale]
    words = [page.text("scale", (box.left - _AXIS_GAP, baseline(chart.y(v))), f"{v:,.0f}", style) for v in chart.scale]
    page.group("scale", [*lines, *words], GRID)


def _paint_periods(chart: _PublicationsChart, page: Painter, theme: Theme) -> None:
    style, foot = Type(TEXT_SIZE, theme.muted), chart.box.bottom
    parts: list[Artist] = []
    widest = max(text_width(text, TEXT_SIZE) for text in chart.short_names)
    for x, text in zip(chart.middles, chart.short_names, strict=True):
        if text and chart.step >= widest + 2.0:
            parts.append(page.text("period", (x, foot - LINE + 1.5), text, style))
    for left, right, year in chart.years():
        if left > chart.box.left + 1:
            parts.append(page.line("year-tick", [(left, foot), (left, foot - 2 * LINE + 2)], theme.line, 0.6))
        if right - left >= text_width(year, TEXT_SIZE, True) + 2.0:
            place = ((left + right) / 2, foot - 2 * LINE + 1.5)
            parts.append(page.text("year", place, year, Type(TEXT_SIZE, theme.ink, True)))
    page.group("periods", parts, LABELS)


def _paint_totals(chart: _PublicationsChart, page: Painter, theme: Theme) -> None:
    style = Type(TEXT_SIZE, theme.ink)
    if chart.step < text_width(f"{chart.scale[-1]:.0f}", TEXT_SIZE) + 1.0:
        return
    totals = [
        page.text("total", (x, chart.y(item.total) + _NUMBER_RISE), str(item.total), style)
        for x, item in zip(chart.middles, chart.timeline.items, strict=True)
        if item.total
    ]
    page.group("totals", totals, FRONT)


def _notes(timeline: PaperTimeline) -> list[str]:
    left_out = [(timeline.undated, "without a date"), (timeline.imprecise, "known to the year only")]
    parts = [f"Date: {DATE_RULES.get(timeline.date_rule, timeline.date_rule)}", pluralize(timeline.total)]
    parts += [f"{count:,} {what} not drawn" for count, what in left_out if count]
    parts += [f"{timeline.derived:,} dated by the month in their arXiv id"] if timeline.derived else []
    return [". ".join([*parts, f"The last {timeline.by} may be incomplete"]) + "."]


def _words(timeline: PaperTimeline, names: dict[str, str]) -> FigureText:
    first, last = timeline.items[0].period, timeline.items[-1].period
    split = ", ".join(f"{names[path]} {_count(timeline, path)}" for path in timeline.taxa)
    title = f"Publications by {timeline.by} in {timeline.taxonomy}"
    by = " and branch" if timeline.depth else ""
    return FigureText(
        title=title,
        caption=f"Publications by {timeline.by}{by}, {first} to {last}. {_notes(timeline)[0]}",
        alt=f"Bars of {pluralize(timeline.total)} by {timeline.by} from {first} to {last}{split and f': {split}'}.",
    )
