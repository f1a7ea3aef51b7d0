"""Reliability diagrams of the suggester: confidence against accuracy, one panel per model."""

from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.artist import Artist

from wamkg.figures.box import Bounds
from wamkg.figures.charts.evaluation import Bin, Evaluation, ModelCalibration, evaluation_rows
from wamkg.figures.ids import slug
from wamkg.figures.measure import text_width
from wamkg.figures.page import FRONT, GRID, LABELS, LINE, ChartPage, FigureText, baseline, truncate_to_width
from wamkg.figures.paint import Painter, Point, Type, marker
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.style import MARGIN, TEXT_SIZE, FigureOptions, Theme
from wamkg.figures.svg import Element
from wamkg.readable import pluralize

LEAST, LARGEST, GAP, AXIS_GAP = 92.0, 150.0, 12.0, 3.0
_MOST = 8
_SCALES = {0.5: (0.5, 0.75, 1.0), 0.4: (0.4, 0.6, 0.8, 1.0), 0.2: (0.2, 0.6, 1.0), 0.0: (0.0, 0.5, 1.0)}
"""Ticks of both axes by their start."""


@dataclass(frozen=True)
class _ModelPanel:
    """One model in its square; both axes start at `low`."""

    model: ModelCalibration
    box: Bounds
    low: float

    def place(self, confidence: float, accuracy: float) -> Point:
        share = (confidence - self.low) / (1 - self.low), (accuracy - self.low) / (1 - self.low)
        box = self.box
        return box.left + (box.right - box.left) * share[0], box.bottom + (box.top - box.bottom) * share[1]

    def element_id(self, number: int) -> str:
        return f"bin-{slug(self.model.model)}-{number + 1}"


def draw_reliability(found: Evaluation, options: FigureOptions | None = None) -> Drawing:
    """Draw up to eight models, the default first, each with the diagonal of perfect calibration."""
    options = options or FigureOptions()
    sheet = ChartPage(options, (), [_note(found)])
    panels, height = _panels(found, sheet)

    def paint(page: Painter, theme: Theme) -> None:
        for panel in panels:
            _paint_scale(panel, page, theme)
            _paint_bins(panel, page, theme)

    elements = [element for panel in panels for element in _elements(panel)]
    rows: Rows = tuple(tuple(row) for row in evaluation_rows(found))
    return sheet.drawing(height, _words(found, panels), elements, paint, rows)


def _panels(found: Evaluation, sheet: ChartPage) -> tuple[list[_ModelPanel], float]:
    models = found.models[:_MOST]
    ends = [share for m in models for b in m.bins for share in (b.confidence, b.interval[0])]
    low = next(begin for begin in _SCALES if min(ends) >= begin)
    axis = text_width("100%", TEXT_SIZE) + AXIS_GAP
    width = sheet.right - sheet.left
    across = max(min(int((width + GAP) / (LEAST + axis + GAP)), len(models)), 1)
    down = -(-len(models) // across)
    across = -(-len(models) // down)
    side = min((width + GAP) / across - GAP - axis, LARGEST)
    step = side + axis + (width - across * (side + axis)) / across
    whole = side + 5 * LINE + 6.0
    height = sheet.floor + down * whole + MARGIN
    panels = []
    for number, model in enumerate(models):
        row, column = divmod(number, across)
        left, top = sheet.left + column * step + axis, height - MARGIN - row * whole - 3 * LINE - 1.0
        panels.append(_ModelPanel(model, Bounds(left, top - side, left + side, top), low))
    return panels, height


def _paint_scale(panel: _ModelPanel, page: Painter, theme: Theme) -> None:
    box, muted, right = panel.box, Type(TEXT_SIZE, theme.muted), Type(TEXT_SIZE, theme.muted, align="right")
    parts: list[Artist] = []
    for share in _SCALES[panel.low]:
        x, y = panel.place(share, share)
        parts += [page.line("grid", [(box.left, y), (box.right, y)], theme.line, 0.4)]
        parts += [page.line("grid", [(x, box.bottom), (x, box.top)], theme.line, 0.4)]
        parts += [page.text("scale", (box.left - AXIS_GAP, baseline(y)), f"{share:.0%}", right)]
        parts += [page.text("scale", (min(x, box.right - 5.0), box.bottom - LINE), f"{share:.0%}", muted)]
    ends = [panel.place(panel.low, panel.low), panel.place(1.0, 1.0)]
    parts.append(page.line("diagonal", ends, theme.muted, 0.8, (4.0, 3.0)))
    name = slug(panel.model.model)
    page.group(f"scale-{name}", parts, GRID)
    style, left = Type(TEXT_SIZE, theme.ink, True, "left"), Type(TEXT_SIZE, theme.muted, align="left")
    room = box.right - box.left
    words = [
        page.text(
            "title", (box.left, box.top + 4.0 + 2 * LINE), truncate_to_width(panel.model.model, room, bold=True), style
        ),
        page.text("title", (box.left, box.top + 4.0 + LINE), truncate_to_width(_measured(panel.model), room), left),
        page.text("axis-title", (box.left, box.top + 4.0), "Share right", left),
        page.text("axis", ((box.left + box.right) / 2, box.bottom - 2 * LINE), "Stated confidence", muted),
    ]
    page.group(f"titles-{name}", words, FRONT)


def _paint_bins(panel: _ModelPanel, page: Painter, theme: Theme) -> None:
    color = theme.ink
    points = [panel.place(b.confidence, b.accuracy) for b in panel.model.bins]
    page.group(f"line-{slug(panel.model.model)}", [page.line("line", points, color, 1.0)], GRID + 1)
    for number, (point, found) in enumerate(zip(points, panel.model.bins, strict=True)):
        low, high = (max(end, panel.low) for end in found.interval)
        bar = [panel.place(found.confidence, low), panel.place(found.confidence, high)]
        parts = [
            page.line("interval", bar, color, 0.7),
            page.shape("dot", marker(0, *point, 2.0), color, theme.paper, 0.5),
        ]
        page.group(panel.element_id(number), parts, LABELS)


def _elements(panel: _ModelPanel) -> Iterator[Element]:
    for number, found in enumerate(panel.model.bins):
        yield Element(
            panel.element_id(number), _said(panel.model, found), "", {"role": "bin", "model": panel.model.model}
        )


def _said(model: ModelCalibration, found: Bin) -> str:
    return f"{model.model}: {pluralize(found.n)}, {found.confidence:.0%} sure, {found.accuracy:.0%} right"


def _measured(model: ModelCalibration) -> str:
    return f"{model.accuracy:.0%} right, ECE {model.ece:.3f}"


def _note(found: Evaluation) -> str:
    sizes = sorted({b.n for model in found.models for b in model.bins})
    each = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    return (
        f"Top level of {found.taxonomy}, {pluralize(found.n)}, {found.protocol}. Dots: bins of {each} papers; "
        "bars: 95% Wilson intervals; dashed: calibrated. ECE: expected calibration error."
    )


def _words(found: Evaluation, panels: list[_ModelPanel]) -> FigureText:
    first = found.models[0]
    left_out = len(found.models) - len(panels)
    return FigureText(
        title=f"Reliability of the suggestions in {found.taxonomy}",
        caption=f"Share of the suggestions that are right by their stated confidence. {_note(found)}",
        alt=f"{pluralize(len(panels), 'panel')}. "
        + "; ".join(f"{panel.model.model}: {_measured(panel.model)}" for panel in panels)
        + f". Of {'; '.join(_said(first, b) for b in first.bins)}.",
        notes=(f"{left_out} more models are in the data only",) if left_out else (),
    )
