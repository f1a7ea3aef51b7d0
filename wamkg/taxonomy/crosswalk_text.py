"""A crosswalk as CSV and as a LaTeX table."""

import csv
import io

from wamkg.latex import escape_latex
from wamkg.taxonomy.crosswalk import Crosswalk


def confusion_rows(found: Crosswalk) -> list[list[str]]:
    """The table with a header: a row per taxon of A and a column per taxon of B."""
    columns = sorted({cell.b for cell in found.table})
    counts = {(cell.a, cell.b): cell.count for cell in found.table}
    rows = [[f"{found.a} \\ {found.b}", *columns, "all"]]
    for a in sorted({cell.a for cell in found.table}):
        row = [counts.get((a, b), 0) for b in columns]
        rows.append([a, *map(str, row), str(sum(row))])
    return rows


def crosswalk_csv(found: Crosswalk) -> str:
    """The confusion table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(confusion_rows(found))
    return text.getvalue()


def crosswalk_latex(found: Crosswalk) -> str:
    """The confusion table as a LaTeX table that needs `booktabs`; the agreement is in its caption."""
    head, *body = ([escape_latex(cell) for cell in row] for row in confusion_rows(found))
    leaves = found.levels[0]
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
        r"\toprule",
        " & ".join(head) + r" \\",
        r"\midrule",
        *(" & ".join(row) + r" \\" for row in body),
        r"\bottomrule",
        r"\end{tabular}",
        rf"\caption{{{found.shared} papers placed in both {escape_latex(found.a)} and {escape_latex(found.b)};"
        rf" normalised mutual information {leaves.nmi:.3f}.}}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"
