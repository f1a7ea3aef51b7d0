"""The matrix of taxa against a facet, as a drawing and as a LaTeX table."""

from dataclasses import replace

from wamkg.figures.charts.grid import Grid, GridColumn, GridRow, draw_grid
from wamkg.figures.date_rules import DATE_RULES
from wamkg.figures.latex import latex_table
from wamkg.figures.page import FigureText
from wamkg.figures.plaintext import plain
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.shades import branch_of
from wamkg.figures.style import FigureOptions
from wamkg.readable import pluralize
from wamkg.views.matrix import YEAR, FacetMatrix, matrix_rows


def draw_matrix(matrix: FacetMatrix, options: FigureOptions | None = None) -> Drawing:
    """Draw taxa against the values of a facet, with sums.

    Raises InvalidInputError if no paper is classified or the columns do not fit.
    """
    rows: Rows = tuple(tuple(row) for row in matrix_rows(matrix))
    drawing = draw_grid(_grid(matrix), options or FigureOptions(), _words(matrix), [_note(matrix)], rows)
    return replace(drawing, latex=_latex(matrix))


def _grid(matrix: FacetMatrix) -> Grid:
    rows = tuple(
        GridRow(
            taxon.path,
            plain(taxon.name),
            tuple(matrix.counts.get((taxon.path, value), 0) for value in matrix.values),
            matrix.sizes.get(taxon.path, 0),
        )
        for taxon in matrix.taxa
    )
    above = {branch_of(t.path) for t in matrix.taxa if "/" in t.path}
    branches = {branch: plain(matrix.names.get(branch, branch)) for branch in above}
    columns = tuple(GridColumn(plain(value), _letter(number)) for number, value in enumerate(matrix.values))
    return Grid(rows, columns, branches, matrix.total)


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")


def _note(matrix: FacetMatrix) -> str:
    several = sum(matrix.counts.values()) > matrix.total
    parts = [pluralize(matrix.total)]
    parts += [f"Date: {DATE_RULES[matrix.date_rule]}"] if matrix.facet == YEAR else []
    parts += ["A paper with several values counts at each, in the sums of rows once"] if several else []
    return ". ".join(parts) + "."


def _words(matrix: FacetMatrix) -> FigureText:
    title = f"Classes of {matrix.taxonomy} by {matrix.facet}"
    largest = max(matrix.counts.items(), key=lambda cell: cell[1], default=None)
    sums = {value: sum(matrix.counts.get((taxon.path, value), 0) for taxon in matrix.taxa) for value in matrix.values}
    each = ", ".join(f"{plain(value)} {count}" for value, count in sums.items())
    most = ""
    if largest is not None:
        (path, value), count = largest
        most = f" The fullest cell is {plain(matrix.names.get(path, path))} in {plain(value)} with {count}."
    return FigureText(
        title=title,
        caption=f"Papers by class and {matrix.facet}; darker cells hold more. {_note(matrix)}",
        alt=f"Table of {len(matrix.taxa)} classes by {matrix.facet}, {pluralize(matrix.total)}: {each}.{most}",
    )


def _latex(matrix: FacetMatrix) -> str:
    head, *body = [[str(cell) for cell in row] for row in matrix_rows(matrix)]
    table = [[row[1] or row[0], *row[2:]] for row in body]
    return latex_table(["", *head[2:]], table, _words(matrix).caption, f"tab:{matrix.taxonomy}-{matrix.facet}")
