"""The learning curve of screening: recall against effort, one line per model, a band for the range over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.artist import Artist

from wamkg.errors import InvalidInputError
from wamkg.figures.box import Bounds
from wamkg.figures.charts.evaluation import read_json
from wamkg.figures.ids import slug
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
)
from wamkg.figures.paint import Painter, Point, Type, polygon
from wamkg.figures.save import Cell, Drawing, Rows
from wamkg.figures.shades import mixed
from wamkg.figures.style import MARGIN, TEXT_SIZE, THEMES, FigureOptions, Theme, hues_for
from wamkg.figures.svg import Element
from wamkg.json_types import UncheckedObject

MOST = 6
"""Maximum number of lines that remain distinguishable."""
_STEPS = 100
_TICKS = tuple(n / 5 for n in range(6))
_LOWEST, _TALLEST, _RATIO, _GAP = 130.0, 220.0, 0.62, 4.0
_BAND = 0.75
"""How much lighter a band is than its line: the share of paper color."""


@dataclass(frozen=True)
class ModelCurve:
    """One model: mean, minimum and maximum recall over the seeds, at each share of records read."""

    model: str
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    seeds: int
    loss: float
    saved: float


@dataclass(frozen=True)
class SimulationResult:
    """The simulated screening, with every model, the default first."""

    source: str
    n: int
    relevant: int
    models: tuple[ModelCurve, ...]


def read_simulation(path: Path | None) -> SimulationResult:
    """Read the output of `wamkg simulate --json`. Raises InvalidInputError as `read_json` does, and if a number is
    missing.
    """
    data = read_json(path, "wamkg simulate --json")
    try:
        default = str(data["default"])
        models = sorted(data["models"].items(), key=lambda item: item[0] != default)
        learned = tuple(_learned(str(name), values) for name, values in models)
        if not learned:
            raise ValueError("no model was replayed")
        return SimulationResult(str(data["source"]), int(data["n"]), int(data["relevant"]), learned)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise InvalidInputError(f"{path} is not the output of `wamkg simulate --json`: {error}") from error


def _learned(name: str, values: UncheckedObject) -> ModelCurve:
    curves = [_curve([int(n) for n in seed["found_at"]], int(seed["total"])) for seed in values["seeds"]]
    if not curves:
        raise ValueError(f"{name} has no seeds")
    columns = list(zip(*curves, strict=True))
    means = values["mean"]
    return ModelCurve(
        name,
        tuple(sum(at) / len(at) for at in columns),
        tuple(min(at) for at in columns),
        tuple(max(at) for at in columns),
        len(curves),
        float(means["loss"]),
        float(means["wss_95"]),
    )


def _curve(found: Sequence[int], total: int) -> list[float]:
    """Return the recall at each hundredth of the records; a fraction of a record is not read."""
    return [sum(n * _STEPS <= step * total for n in found) / len(found) for step in range(_STEPS + 1)]


@dataclass(frozen=True)
class _LearningCurveChart:
    found: SimulationResult
    box: Bounds

    def place(self, effort: float, recall: float) -> Point:
        box = self.box
        return box.left + (box.right - box.left) * effort, box.bottom + (box.top - box.bottom) * recall

    def line(self, recalls: Sequence[float]) -> list[Point]:
        return [self.place(step / _STEPS, recall) for step, recall in enumerate(recalls)]


def draw_learning_curve(found: SimulationResult, options: FigureOptions | None = None) -> Drawing:
    """Draw recall against effort of up to six models, with the best possible and the random order.

    Raises InvalidInputError for more models.
    """
    options = options or FigureOptions()
    if len(found.models) > MOST:
        raise InvalidInputError(f"{len(found.models)} models are too many for one figure: replay 1 to {MOST}")
    hues = hues_for((f"model-{model.model}" for model in found.models), options.branch_hues)
    colors = [THEMES[options.theme].hues[number].trunk for number in hues.values()]
    keys = [LegendKey(_said(model), color) for model, color in zip(found.models, colors, strict=True)]
    sheet = ChartPage(options, keys, [_note(found)])
    left = sheet.left + text_width("100%", TEXT_SIZE) + _GAP
    bottom = sheet.floor + 2 * LINE
    top = bottom + min(max(sheet.width * _RATIO, _LOWEST), _TALLEST)
    chart = _LearningCurveChart(found, Bounds(left, bottom, sheet.right - text_width("100%", TEXT_SIZE) / 2, top))

    def paint(page: Painter, theme: Theme) -> None:
        axis_title(page, theme, sheet.left, top, "Relevant records found")
        _paint_scale(chart, page, theme)
        for model, color in zip(found.models, colors, strict=True):
            band = [*chart.line(model.low), *reversed(chart.line(model.high))]
            shape = page.shape("band", polygon(band), mixed(color, theme.paper, _BAND))
            page.group(f"band-{slug(model.model)}", [shape], MARKS)
        for model, color in zip(found.models, colors, strict=True):
            page.group(_id(model), [page.line("line", chart.line(model.mean), color, 1.3)], LABELS)

    elements = [Element(_id(model), _said(model), "", {"role": "line", "model": model.model}) for model in found.models]
    return sheet.drawing(top + TITLE + MARGIN, _words(found), elements, paint, _rows(found))


def _paint_scale(chart: _LearningCurveChart, page: Painter, theme: Theme) -> None:
    box, middle, right = chart.box, Type(TEXT_SIZE, theme.muted), Type(TEXT_SIZE, theme.muted, align="right")
    parts: list[Artist] = []
    for share in _TICKS:
        x, y = chart.place(share, share)
        parts += [page.line("grid", [(box.left, y), (box.right, y)], theme.line, 0.4)]
        parts += [page.line("grid", [(x, box.bottom), (x, box.top)], theme.line, 0.4)]
        parts += [page.text("scale", (box.left - _GAP, baseline(y)), f"{share:.0%}", right)]
        parts += [page.text("scale", (x, box.bottom - LINE), f"{share:.0%}", middle)]
    best = chart.found.relevant / chart.found.n
    ideal = [chart.place(0, 0), chart.place(best, 1), chart.place(1, 1)]
    parts.append(page.line("best", ideal, theme.muted, 0.8, (1.5, 1.5)))
    parts.append(page.line("random", [chart.place(0, 0), chart.place(1, 1)], theme.muted, 0.8, (4.0, 3.0)))
    page.group("scale", parts, GRID)
    page.group("axis", [page.text("axis", (box.middle[0], box.bottom - 2 * LINE), "Records read", middle)], FRONT)


def _id(model: ModelCurve) -> str:
    return f"model-{slug(model.model)}"


def _said(model: ModelCurve) -> str:
    return f"{model.model}: loss {model.loss:.3f}, WSS@95 {model.saved:.3f}"


def _note(found: SimulationResult) -> str:
    seeds = max(model.seeds for model in found.models)
    spread = f"; line: mean, band: range of {seeds} starts" if seeds > 1 else ""
    return (
        f"Replay of {found.source}: {found.relevant} of {found.n} records are relevant{spread}. "
        "Dotted: the best possible order; dashed: reading at random. "
        "Loss: area lost to the best possible order (0: none); WSS@95: work saved at 95% recall."
    )


def _words(found: SimulationResult) -> FigureText:
    title = f"Learning curve of screening, {found.source}"
    caption = f"Share of the relevant records found by share of the records read in screening. {_note(found)}"
    return FigureText(title, caption, f"{title}. {'; '.join(map(_told, found.models))}.")


def _told(model: ModelCurve) -> str:
    half = f"{model.mean[_STEPS // 4]:.0%} found after reading 25%, {model.mean[_STEPS // 2]:.0%} after 50%"
    return f"{_said(model)}; {half}"


def _rows(found: SimulationResult) -> Rows:
    head: tuple[Cell, ...] = ("model", "read", "recall", "least", "most")
    body: list[tuple[Cell, ...]] = [
        (model.model, step / _STEPS, *(round(values[step], 4) for values in (model.mean, model.low, model.high)))
        for model in found.models
        for step in range(_STEPS + 1)
    ]
    return (head, *body)
