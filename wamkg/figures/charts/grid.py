"""Draw a table of counts: taxa as rows in their branch's color, values as columns, darker cells for higher counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt

from matplotlib.artist import Artist

from wamkg.errors import InvalidInputError
from wamkg.figures.box import Bounds
from wamkg.figures.ids import taxon_id
from wamkg.figures.measure import text_width, wrap
from wamkg.figures.page import (
    FRONT,
    GRID,
    LINE,
    MARKS,
    ChartPage,
    FigureText,
    LegendKey,
    baseline,
    rectangle,
    truncate_to_width,
)
from wamkg.figures.paint import Painter, Type
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.shades import branch_of, legible, mixed
from wamkg.figures.style import MARGIN, TEXT_SIZE, THEMES, FigureOptions, Theme, hues_for
from wamkg.figures.svg import Element

ROW = 11.0
_WIDEST, _NARROWEST, _TOTAL, _PAD, _GAP = 86.0, 11.0, 24.0, 2.0, 3.0
_BRANCH_COLUMN, _BAR, _MIN_HEAD = 62.0, 6.0, 56.0


@dataclass(frozen=True)
class GridRow:
    """A taxon with its count per column, and its total number of papers."""

    path: str
    name: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class GridColumn:
    """A value; `code` replaces the name if the name does not fit."""

    name: str
    code: str


@dataclass(frozen=True)
class Grid:
    """The data of the table; `branches` names the branches of the rows, if rows have one above them."""

    rows: tuple[GridRow, ...]
    columns: tuple[GridColumn, ...]
    branches: dict[str, str]
    total: int

    @property
    def sums(self) -> list[int]:
        """Return the sum of each column."""
        return [sum(row.counts[i] for row in self.rows) for i in range(len(self.columns))]


@dataclass(frozen=True)
class _GridPlan:
    sheet: ChartPage
    grid: Grid
    side: float
    width: float
    heads: tuple[tuple[str, ...], ...]

    @property
    def left(self) -> float:
        """Return the left edge of the cells."""
        return self.sheet.right - _TOTAL - self.width * len(self.grid.columns)

    @property
    def foot(self) -> float:
        """Return the height below the row of sums."""
        return self.sheet.floor

    @property
    def top(self) -> float:
        return self.foot + ROW * (len(self.grid.rows) + 1) + _GAP

    @property
    def height(self) -> float:
        return self.top + max(map(len, self.heads)) * LINE + MARGIN + 1.0

    def cell(self, row: int, column: int) -> Bounds:
        x, y = self.left + column * self.width, self.top - (row + 1) * ROW
        return Bounds(x + 0.4, y + 0.4, x + self.width - 0.4, y + ROW - 0.4)

    def middle(self, row: int) -> float:
        """Return the height of a row; the one after the last is the row of sums."""
        last = len(self.grid.rows)
        return self.top - (row + 0.5) * ROW - (_GAP if row == last else 0.0)


def draw_grid(grid: Grid, options: FigureOptions, words: FigureText, notes: Sequence[str], rows: Rows) -> Drawing:
    """Draw a table of counts.

    Raises InvalidInputError without rows or columns, or with more columns than fit the width.
    """
    if not grid.rows or not grid.columns:
        raise InvalidInputError("there is nothing to draw: no paper is assigned here")
    plan = _plan(grid, options, notes)

    def paint(page: Painter, theme: Theme) -> None:
        _paint_heads(plan, page, theme)
        _paint_branches(plan, page, theme)
        _paint_rows(plan, page, theme)

    elements = [
        Element(taxon_id(row.path), _tooltip(grid, row), "", {"role": "row", "taxon": row.path}) for row in grid.rows
    ]
    return plan.sheet.drawing(plan.height, words, elements, paint, rows)


def _plan(grid: Grid, options: FigureOptions, notes: Sequence[str]) -> _GridPlan:
    labels = max(text_width(row.name, TEXT_SIZE) for row in grid.rows) + 2 * _PAD
    side = _BRANCH_COLUMN if grid.branches else 0.0
    room = options.width_pt - 2 * MARGIN - _TOTAL
    width = min(max((room - side - labels) / len(grid.columns), _least(grid)), _WIDEST)
    needed = max(text_width(word, TEXT_SIZE) for column in grid.columns for word in column.name.split()) + _PAD + 0.1
    if side and (room - width * len(grid.columns) < labels + side or width < needed):
        side = _BAR  # taxon and column names matter more than branch names, whose color stays
        width = min(max((room - side - labels) / len(grid.columns), width), _WIDEST)
    if room - width * len(grid.columns) < min(labels, _MIN_HEAD) + side:
        raise InvalidInputError(
            f"{len(grid.columns)} columns do not fit {options.width_mm:g} mm: choose a wider figure or a smaller depth"
        )
    heads = [tuple(wrap(column.name, TEXT_SIZE, width - _PAD)) for column in grid.columns]
    named = all(text_width(line, TEXT_SIZE) <= width - _PAD for head in heads for line in head)
    coded = "; ".join(f"{column.code}:\xa0{column.name}" for column in grid.columns)
    shown = tuple(heads) if named else tuple((column.code,) for column in grid.columns)
    keys = list(_keys(grid, options)) if grid.branches and side < _BRANCH_COLUMN else []
    sheet = ChartPage(options, keys, [*notes] if named else [*notes, f"{coded}."])
    return _GridPlan(sheet, grid, side, width, shown)


def _hues(grid: Grid, options: FigureOptions) -> dict[str, int]:
    return hues_for((branch_of(row.path) for row in grid.rows), options.branch_hues)


def _keys(grid: Grid, options: FigureOptions) -> Iterator[LegendKey]:
    """Return the branches by color, for use if their names do not fit beside the rows."""
    hues = _hues(grid, options)
    for branch, number in hues.items():
        yield LegendKey(grid.branches.get(branch, branch), THEMES[options.theme].hues[number].trunk)


def _least(grid: Grid) -> float:
    """Return the width of a column that fits its code and its largest sum."""
    words = [str(max(grid.sums)), *(column.code for column in grid.columns)]
    return max(_NARROWEST, *(text_width(word, TEXT_SIZE) + _PAD for word in words))


def _tooltip(grid: Grid, row: GridRow) -> str:
    parts = [f"{column.name} {n}" for column, n in zip(grid.columns, row.counts, strict=True) if n]
    return f"{row.name}: {row.total} in all{''.join(f'; {part}' for part in parts)}"


def _paint_heads(plan: _GridPlan, page: Painter, theme: Theme) -> None:
    style, parts = Type(TEXT_SIZE, theme.ink, bold=True), list[Artist]()
    for number, lines in enumerate(plan.heads):
        x = plan.left + (number + 0.5) * plan.width
        for up, line in enumerate(reversed(lines)):
            parts.append(page.text("head", (x, plan.top + 2.0 + up * LINE), line, Type(TEXT_SIZE, theme.ink)))
    parts.append(page.text("head", (plan.sheet.right - _TOTAL / 2, plan.top + 2.0), "all", style))
    page.group("heads", parts, FRONT)
    y = plan.middle(len(plan.grid.rows))
    foot = [
        page.text("sum", (plan.left + (i + 0.5) * plan.width, baseline(y)), str(n), Type(TEXT_SIZE, theme.ink))
        for i, n in enumerate(plan.grid.sums)
    ]
    foot.append(page.text("sum", (plan.sheet.right - _TOTAL / 2, baseline(y)), str(plan.grid.total), style))
    foot.append(page.text("sum", (plan.left - _PAD, baseline(y)), "all", Type(TEXT_SIZE, theme.ink, True, "right")))
    rule = page.line("rule", [(plan.left, y + ROW / 2 + 1), (plan.sheet.right, y + ROW / 2 + 1)], theme.line, 0.6)
    page.group("sums", [rule, *foot], FRONT)


def _paint_branches(plan: _GridPlan, page: Painter, theme: Theme) -> None:
    if not plan.grid.branches:
        return
    hues = _hues(plan.grid, plan.sheet.options)
    parts: list[Artist] = []
    for branch, group in groupby(enumerate(plan.grid.rows), key=lambda pair: branch_of(pair[1].path)):
        numbers = [number for number, _ in group]
        high, low = plan.middle(numbers[0]) + ROW / 2 - 0.4, plan.middle(numbers[-1]) - ROW / 2 + 0.4
        hue, x = theme.hues[hues[branch]], plan.sheet.left
        parts.append(page.shape("family-bar", rectangle(Bounds(x, low, x + 2.2, high)), hue.trunk))
        if plan.side < _BRANCH_COLUMN:
            continue
        name = truncate_to_width(plan.grid.branches.get(branch, branch), _BRANCH_COLUMN - 8.0, bold=True)
        place = (x + 5.0, baseline(high - ROW / 2 + 0.4))
        parts.append(page.text("family", place, name, Type(TEXT_SIZE, theme.ink, True, "left")))
    page.group("families", parts, GRID)


def _paint_rows(plan: _GridPlan, page: Painter, theme: Theme) -> None:
    hues = _hues(plan.grid, plan.sheet.options)
    most = max(max(row.counts) for row in plan.grid.rows) or 1
    room = plan.left - plan.sheet.left - plan.side - _PAD
    for number, row in enumerate(plan.grid.rows):
        y, ink = baseline(plan.middle(number)), Type(TEXT_SIZE, theme.ink)
        name = page.text(
            "label",
            (plan.left - _PAD, y),
            truncate_to_width(row.name, room),
            Type(TEXT_SIZE, theme.ink, False, "right"),
        )
        total = page.text("sum", (plan.sheet.right - _TOTAL / 2, y), str(row.total), ink)
        hue = theme.hues[hues[branch_of(row.path)]]
        cells = _cells(plan, page, number, [mixed(theme.paper, hue.trunk, sqrt(n / most)) for n in row.counts], theme)
        page.group(taxon_id(row.path), [*cells, name, total], MARKS)


def _cells(plan: _GridPlan, page: Painter, number: int, grounds: Sequence[str], theme: Theme) -> Iterator[Artist]:
    for column, (count, ground) in enumerate(zip(plan.grid.rows[number].counts, grounds, strict=True)):
        box = plan.cell(number, column)
        yield page.shape("cell", rectangle(box), ground, theme.line, 0.3)
        if count:
            place = ((box.left + box.right) / 2, baseline((box.bottom + box.top) / 2))
            yield page.text("count", place, str(count), Type(TEXT_SIZE, legible(ground, "#000000", "#ffffff")))
