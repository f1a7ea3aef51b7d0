"""A table as LaTeX, Markdown, CSV or HTML."""

import csv
import io
from collections.abc import Callable, Iterable
from html import escape

from wamkg.errors import InvalidInputError
from wamkg.exporting.awesome_list import plain_markdown
from wamkg.exporting.table import spreadsheet_cell
from wamkg.figures.latex import latex_text
from wamkg.figures.measure import text_width
from wamkg.near_matches import unknown
from wamkg.views.tables import YES, TableCell, TableColumn, TableData

SIZE, SEPARATION = 8.0, 6.0
"""In points: `\\footnotesize` of a ten-point article, and the space on both sides of a cell."""
LONG = 40
"""Rows from which a table continues on the next page."""
NARROWEST = 36.0
"""Least width of a column that wraps, in points."""


def render_table(table: TableData, form: str, width: float) -> str:
    """The table in a form; `width` in points is that of the page, for LaTeX.

    Raises InvalidInputError for an unknown form.
    """
    if form == "latex":
        return latex(table, width, f"tab:{table.name}")
    forms: dict[str, Callable[[TableData], str]] = {"markdown": markdown, "csv": csv_text, "html": html}
    if form not in forms:
        raise InvalidInputError(unknown("form of a table", form, ["latex", *forms]))
    return forms[form](table)


FORMS = ("latex", "markdown", "csv", "html")
SUFFIXES = {".tex": "latex", ".md": "markdown", ".csv": "csv", ".html": "html"}


def latex(table: TableData, width: float, label: str) -> str:
    r"""A table with booktabs, or a longtable if it is long: columns that do not fit wrap. Keys go into `\cite`."""
    widths = column_widths(table, width)
    wrapped = [given for given in widths if given is not None]
    columns = "".join(
        rf">{{\raggedright\arraybackslash}}p{{{given:.1f}pt}}" if given is not None else "lr"[column.is_number]
        for column, given in zip(table.columns, widths, strict=True)
    )
    head = " & ".join(rf"{{{latex_text(column.name)}}}" for column in table.columns) + r" \\"
    is_long = len(table.rows) > LONG
    packages = ["booktabs"] + ["array"] * bool(wrapped) + ["longtable"] * is_long
    lines = [rf"% needs \usepackage{{{','.join(packages)}}}"]
    caption = rf"\caption{{{latex_text(table.caption)}}}\label{{{label}}}"
    body = list(_latex_body(table))
    notes = [rf"\textsuperscript{{{mark}}}\,{latex_text(text)}" for mark, text in table.notes.items()]
    if is_long:
        lines += [
            r"{\footnotesize\setlength{\tabcolsep}{3pt}",
            rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
            caption + r"\\",
            r"\toprule", head, r"\midrule", r"\endfirsthead",
            r"\toprule", head, r"\midrule", r"\endhead",
            r"\bottomrule", r"\endfoot",
            *body,
            r"\end{longtable}",
            *([r"\par\noindent " + r"\quad ".join(notes)] if notes else []),
            "}",
        ]  # fmt: skip
    else:
        name = "table*" if width > WIDE else "table"
        lines += [
            rf"\begin{{{name}}}",
            r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
            caption,
            rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
            r"\toprule", head, r"\midrule",
            *body,
            r"\bottomrule", r"\end{tabular}",
            *([r"\par\smallskip\raggedright " + r"\quad ".join(notes)] if notes else []),
            rf"\end{{{name}}}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


WIDE = 300.0
"""Width in points from which a table spans both columns of a page."""


def _latex_body(table: TableData) -> list[str]:
    lines = []
    for number, group in enumerate(table.groups):
        if group.heading:
            lines += [r"\addlinespace"] * bool(number)
            lines.append(
                rf"\multicolumn{{{len(table.columns)}}}{{@{{}}l}}{{\textit{{{latex_text(group.heading)}}}}} \\"
            )
        lines += [" & ".join(map(_latex_cell, row)) + r" \\" for row in group.rows]
    return lines


def _latex_cell(cell: TableCell) -> str:
    text = r"$\checkmark$" if cell.text == YES else latex_text(cell.text)
    cites = rf"\cite{{{','.join(cell.cites)}}}" if cell.cites else ""
    marks = rf"\textsuperscript{{{','.join(cell.marks)}}}" if cell.marks else ""
    return (f"{text}~{cites}" if text and cites else text or cites) + marks


def column_widths(table: TableData, width: float) -> list[float | None]:
    """For each column None if it keeps its natural width, else the width in points at which its text wraps.

    Columns that may wrap share what the others leave, in proportion to their longest text.
    """
    natural = _natural_widths(table)
    free = width - SEPARATION * (len(natural) - 1)
    if sum(natural) <= free:
        return [None] * len(natural)
    wrapping = [n for n, column in enumerate(table.columns) if column.wraps]
    free -= sum(size for n, size in enumerate(natural) if n not in wrapping)
    given: dict[int, float] = {}
    # The short ones first: what they do not need is for the others.
    for left, n in zip(range(len(wrapping), 0, -1), sorted(wrapping, key=lambda n: natural[n]), strict=True):
        rest = [natural[m] for m in wrapping if m not in given]
        share = max(free * natural[n] / sum(rest), free / left * 0.6, NARROWEST) if sum(rest) else NARROWEST
        given[n] = min(natural[n] + 1, share)
        free -= given[n]
    return [given.get(n) for n in range(len(natural))]


def _natural_widths(table: TableData) -> list[float]:
    """Width of the widest text of each column in points."""
    rows = table.rows
    return [
        max(text_width(text, SIZE) for text in (column.name, *(_measured(row[n]) for row in rows)))
        for n, column in enumerate(table.columns)
    ]


def _measured(cell: TableCell) -> str:
    """Text about as wide as a cell prints: a citation is a number in brackets."""
    return cell.text + " [00]" * bool(cell.cites) + ",".join(cell.marks)


def overfull(table: TableData, width: float) -> float:
    """Points by which a table is wider than the page even with its text wrapped; 0 if it fits."""
    widths, natural = column_widths(table, width), _natural_widths(table)
    needed = sum(given if given is not None else size for given, size in zip(widths, natural, strict=True))
    return max(0.0, needed + SEPARATION * (len(natural) - 1) - width)


def markdown(table: TableData) -> str:
    """A table of GitHub's Markdown, one per group; citation keys as Pandoc reads them."""
    rule = " | ".join("---:" if column.is_number else "---" for column in table.columns)
    lines = []
    for group in table.groups:
        lines += [f"**{plain_markdown(group.heading)}**", ""] if group.heading else []
        lines += [_bars(plain_markdown(column.name) for column in table.columns), f"| {rule} |"]
        lines += [*(_bars(_markdown_cell(cell) for cell in row) for row in group.rows), ""]
    lines += [f"<sup>{mark}</sup> {plain_markdown(text)}  " for mark, text in table.notes.items()]
    return "\n".join([*lines, *([""] if table.notes else []), f"{plain_markdown(table.caption)}"]) + "\n"


def _bars(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown_cell(cell: TableCell) -> str:
    text = plain_markdown(" ".join(cell.text.split()))
    text = f"[{text}](<{cell.url}>)" if text and cell.url else text
    cites = f"[{'; '.join(f'@{key}' for key in cell.cites)}]" if cell.cites else ""
    marks = f"<sup>{','.join(cell.marks)}</sup>" if cell.marks else ""
    return " ".join(part for part in (text, cites) if part) + marks


def csv_text(table: TableData) -> str:
    """Rows with a header; the heading of a group is the first column, keys and footnotes the last ones."""
    grouped, cited, noted = (
        any(group.heading for group in table.groups),
        any(cell.cites for row in table.rows for cell in row),
        bool(table.notes),
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    extra = ["keys"] * cited + ["notes"] * noted
    writer.writerow([*["group"] * grouped, *(column.name for column in table.columns), *extra])
    for group in table.groups:
        for row in group.rows:
            keys = "; ".join(dict.fromkeys(key for cell in row for key in cell.cites))
            notes = "; ".join(table.notes[mark] for cell in row for mark in cell.marks)
            texts = [cell.text or (cell.cites[0] if cell.cites else "") for cell in row]
            values = [*[group.heading] * grouped, *texts, *[keys] * cited, *[notes] * noted]
            writer.writerow([spreadsheet_cell(value) for value in values])
    return out.getvalue()


def html(table: TableData) -> str:
    """A table element with a caption; links where the paper has one."""
    head = "".join(f'<th scope="col">{escape(column.name)}</th>' for column in table.columns)
    lines = ["<table>", f"<caption>{escape(table.caption)}</caption>", f"<thead><tr>{head}</tr></thead>"]
    for group in table.groups:
        lines.append("<tbody>")
        if group.heading:
            span = len(table.columns)
            lines.append(f'<tr><th scope="rowgroup" colspan="{span}">{escape(group.heading)}</th></tr>')
        for row in group.rows:
            cells = "".join(_html_cell(cell, column) for cell, column in zip(row, table.columns, strict=True))
            lines.append(f"<tr>{cells}</tr>")
        lines.append("</tbody>")
    lines.append("</table>")
    lines += [f"<p><sup>{mark}</sup> {escape(text)}</p>" for mark, text in table.notes.items()]
    return "\n".join(lines) + "\n"


def _html_cell(cell: TableCell, column: TableColumn) -> str:
    text = escape(cell.text)
    cites = escape(", ".join(cell.cites))
    shown = " ".join(part for part in (text, f"<cite>{cites}</cite>" if cites else "") if part)
    shown = f'<a href="{escape(cell.url)}">{shown}</a>' if cell.url and shown else shown
    marks = f"<sup>{','.join(cell.marks)}</sup>" if cell.marks else ""
    style = ' style="text-align: right"' if column.is_number else ""
    return f"<td{style}>{shown}{marks}</td>"
