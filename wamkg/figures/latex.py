"""Figures as LaTeX source: escaped text, tables with booktabs."""

import re
from collections.abc import Sequence

from wamkg.figures.measure import text_width
from wamkg.figures.plaintext import GREEK, SUB, SUPER, plain
from wamkg.latex import escape_latex

_SUPER_CHARS = {char: key for key, char in SUPER.items()}
_SUB_CHARS = {char: key for key, char in SUB.items() if char != key}
_GREEK_NAMES = {char: name for name, char in GREEK.items() if name not in ("lamda", "omicron")}
_OTHERS = {"ο": "o", "‑": "-", "–": "--", "—": "---", "’": "'", "‘": "`", "“": "``", "”": "''", "…": r"\ldots{}"}
_SPECIAL = re.compile("|".join(f"[{re.escape(''.join(t))}]+" for t in (_SUPER_CHARS, _SUB_CHARS)))
_SIZE, _SEPARATION, _COLUMN = 8.0, 2.5, 240.0
"""In points: the text size of a table, the space on both sides of a cell, and the width of a paper's column."""


def latex_text(text: str) -> str:
    """Escape text for LaTeX; scripts, Greek letters and dashes become commands that every engine knows.

    Other characters stay: Chinese, for example, needs XeLaTeX or LuaLaTeX and a suitable font.
    """
    escaped = escape_latex(plain(text))
    scripted = _SPECIAL.sub(_script, escaped)
    return "".join(_char(char) for char in scripted)


def _script(match: re.Match[str]) -> str:
    text = match[0]
    table, command = (_SUPER_CHARS, "super") if text[0] in _SUPER_CHARS else (_SUB_CHARS, "sub")
    return rf"\text{command}script{{{''.join(table[char] for char in text)}}}"


def _char(char: str) -> str:
    if char in _GREEK_NAMES:
        return rf"\ensuremath{{\{_GREEK_NAMES[char]}}}"
    return _OTHERS.get(char, char)


def latex_table(head: Sequence[str], body: Sequence[Sequence[str]], caption: str, label: str) -> str:
    """Return a table that needs `booktabs`; the first column is text, the rest numbers, the last row sums.

    A table too wide for one column spans both.
    """
    columns = zip(head, *body, strict=True)
    width = sum(max(text_width(cell, _SIZE) for cell in column) + 2 * _SEPARATION for column in columns)
    name = "table" if width < _COLUMN else "table*"
    cells = [" & ".join(map(latex_text, row)) + r" \\" for row in (head, *body)]
    lines = [
        r"% needs \usepackage{booktabs}",
        rf"\begin{{{name}}}",
        r"\centering\footnotesize",
        rf"\setlength{{\tabcolsep}}{{{_SEPARATION:g}pt}}",
        rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
        r"\toprule",
        cells[0],
        r"\midrule",
        *cells[1:-1],
        r"\midrule",
        cells[-1],
        r"\bottomrule",
        r"\end{tabular}",
        rf"\caption{{{latex_text(caption)}}}",
        rf"\label{{{label}}}",
        rf"\end{{{name}}}",
    ]
    return "\n".join(lines) + "\n"
