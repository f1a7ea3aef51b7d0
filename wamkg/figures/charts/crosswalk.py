"""Draw the crosswalk of two taxonomies: how the papers of each taxon of one are classified in the other."""

from collections.abc import Mapping
from dataclasses import replace

from wamkg.errors import InvalidInputError
from wamkg.figures.charts.grid import Grid, GridColumn, GridRow, draw_grid
from wamkg.figures.latex import latex_table
from wamkg.figures.page import FigureText
from wamkg.figures.plaintext import plain
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.shades import branch_of
from wamkg.figures.style import FigureOptions
from wamkg.readable import pluralize
from wamkg.taxonomy.crosswalk import Crosswalk
from wamkg.taxonomy.crosswalk_text import confusion_rows

_TOLD = 5
"""Number of cells named in the alt text."""


def draw_crosswalk(
    found: Crosswalk, names_a: Mapping[str, str], names_b: Mapping[str, str], options: FigureOptions | None = None
) -> Drawing:
    """Draw taxa of A as rows and taxa of B as columns, with the papers that both classify; names are by path.

    Raises InvalidInputError if no paper is in both, or if the columns do not fit.
    """
    if not found.shared:
        raise InvalidInputError(f"no paper is assigned in both {found.a!r} and {found.b!r}: assign some first")
    grid, words = _grid(found, names_a, names_b), _words(found, names_a, names_b)
    rows: Rows = tuple(tuple(row) for row in confusion_rows(found))
    drawing = draw_grid(grid, options or FigureOptions(), words, [_note(found)], rows)
    return replace(drawing, latex=_latex(grid, words.caption, found))


def _grid(found: Crosswalk, names_a: Mapping[str, str], names_b: Mapping[str, str]) -> Grid:
    counts = {(cell.a, cell.b): cell.count for cell in found.table}
    across = [path for path in names_b if any(b == path for _, b in counts)]
    down = [path for path in names_a if any(a == path for a, _ in counts)]
    rows = []
    for path in down:
        row = tuple(counts.get((path, b), 0) for b in across)
        rows.append(GridRow(path, _name(path, down, names_a), row, sum(row)))
    columns = tuple(GridColumn(_name(path, across, names_b), f"{n + 1}") for n, path in enumerate(across))
    above = {branch_of(path) for path in down if "/" in path}
    return Grid(tuple(rows), columns, {f: plain(names_a.get(f, f)) for f in above}, found.shared)


def _name(path: str, shown: list[str], names: Mapping[str, str]) -> str:
    """Return a taxon's name, with its parent's name before it if two have the same name."""
    name = names[path]
    twins = [other for other in shown if other != path and names[other] == name]
    above = path.rpartition("/")[0]
    return plain(f"{names.get(above, above)}: {name}") if twins and above else plain(name)


def _note(found: Crosswalk) -> str:
    alone = f"{found.only_a} only in {found.a}, {found.only_b} only in {found.b}"
    leaves = next(level for level in found.levels if level.depth_a == level.depth_b == 0)
    agreement = f"Normalised mutual information of the leaves {leaves.nmi:.3f}"
    broken = f"papers that break the mapping: {len(found.breaks)}"
    return f"{pluralize(found.shared)} placed in both; {alone}. {agreement}; {broken}."


def _words(found: Crosswalk, names_a: Mapping[str, str], names_b: Mapping[str, str]) -> FigureText:
    cells = sorted(found.table, key=lambda cell: -cell.count)[:_TOLD]
    most = "; ".join(f"{plain(names_a[cell.a])} and {plain(names_b[cell.b])} {cell.count}" for cell in cells)
    return FigureText(
        title=f"Crosswalk of {found.a} and {found.b}",
        caption=f"Classes of {found.a} (rows) against those of {found.b} (columns). {_note(found)}",
        alt=f"Table of the {found.shared} papers placed in both {found.a} and {found.b}, by class in each. "
        f"Most papers: {most}.",
    )


def _latex(grid: Grid, caption: str, found: Crosswalk) -> str:
    head = ["", *(column.code for column in grid.columns), "all"]
    body = [[row.name, *(str(n or "") for n in row.counts), str(row.total)] for row in grid.rows]
    key = "; ".join(f"{column.code} {column.name}" for column in grid.columns)
    body.append(["all", *map(str, grid.sums), str(grid.total)])
    return latex_table(head, body, f"{caption} {key}.", f"tab:{found.a}-{found.b}")
