"""Split a table into rows: delimiters, unbalanced quotes, and rows with a cell too many or too few."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from wamkg.matching.record import Dropped

MAX_CELL = 1 << 20
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"^\ufeff?\"?sep=(.)\"?\r?\n", re.I)
_COMMENT_LINES = 20
"""Maximum number of lines before the header."""


@dataclass
class ReferenceRow:
    """Cells of one row, with the number of its first line."""

    line: int
    cells: list[str]
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Aligned:
    """Cells by column number; the columns in `unsure` may have been shifted and have no value."""

    cells: list[str]
    unsure: range


def read_rows(text: str, is_header: Callable[[list[str]], bool]) -> tuple[list[str], Iterator[ReferenceRow]]:
    """Return the header and the rows after it; the delimiter is the one that gives a header, after any comments.

    An empty header means that there is none.
    """
    given = _SEPARATOR_LINE.match(text)
    skipped = 1 if given else 0
    text = text[given.end() :] if given else text
    starts = [0, *(found.end() for found in re.finditer(r"\n", text[: 1 << 16]))][:_COMMENT_LINES]
    for number, start in enumerate(starts):
        line = text[start : text.find("\n", start) if "\n" in text[start:] else len(text)]
        for delimiter in sorted(given[1] if given else _DELIMITERS, key=line.count, reverse=True):
            header = next(_rows(text[start:], delimiter), ReferenceRow(1, [])).cells
            if is_header(header):
                rows = _rows(text[start:], delimiter)
                return header, _numbered(rows, number + skipped)
    return [], iter(())


def _numbered(rows: Iterator[ReferenceRow], before: int) -> Iterator[ReferenceRow]:
    next(rows)
    for row in rows:
        row.line += before
        if any(cell.strip() for cell in row.cells):
            yield row


def _rows(text: str, delimiter: str) -> Iterator[ReferenceRow]:
    """Read rows by CSV's rules while these hold; from the first broken row on, cell by cell."""
    csv.field_size_limit(MAX_CELL)
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield ReferenceRow(line, cells)
            line = reader.line_num + 1
    except csv.Error:
        at = _start_of_line(text, line)
        yield from _loose_rows(text, at, line, delimiter)


def _start_of_line(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        found = re.compile(r"\r\n|\r|\n").search(text, at)
        at = found.end() if found else len(text)
    return at


def _loose_rows(text: str, at: int, line: int, delimiter: str) -> Iterator[ReferenceRow]:
    """Read rows where a quote inside a cell is text, as is one that is never closed."""
    mark = re.escape(delimiter)
    quoted = re.compile(rf"\"((?:[^\"]|\"(?!{mark}|\r?\n|\r|\Z))*)\"(?={mark}|\r?\n|\r|\Z)")
    plain = re.compile(rf"[^\r\n{mark}]*")
    end = re.compile(r"\r\n|\r|\n|\Z")
    while at < len(text):
        row, begun = ReferenceRow(line, []), at
        while True:
            cell = quoted.match(text, at)
            if cell and _is_broken(cell[1]):
                cell = None
            if cell is None and text[at : at + 1] == '"':
                row.doubts.append("a quote in this row is never closed; it is taken for text")
                if not text[at:].partition("\n")[2].strip():
                    row.doubts.append(Dropped("the file may have been cut off in this row; what stood behind is lost"))
            if cell is None:
                cell = plain.match(text, at)
                row.cells.append(cell[0].strip('"') if cell and row.doubts else cell[0] if cell else "")
            else:
                row.cells.append(_unquoted(cell[1], row))
            at = cell.end() if cell else at
            if text[at : at + 1] != delimiter:
                break
            at += 1
        over = end.match(text, at)
        at = over.end() if over else len(text)
        line += len(re.findall(r"\r\n|\r|\n", text[begun:at]))
        yield row


def _is_broken(cell: str) -> bool:
    """Whether a lone quote follows a line end within the cell: then the opening quote was just text."""
    _, _, behind = cell.partition("\n")
    return '"' in behind.replace('""', "")


def _unquoted(cell: str, row: ReferenceRow) -> str:
    text = cell.replace('""', '"')
    if '"' in cell.replace('""', ""):
        row.doubts.append(f"quotes within a cell are not doubled: {text[:60]!r}")
    return text


def align(cells: list[str], fits: Sequence[Callable[[str], bool] | None], likely: int | None = None) -> Aligned:
    """Align the cells of a row that has too many or too few, by columns whose values have a known form.

    `fits` tests for each column whether a text may be in it; None accepts anything. A cell that starts with a space is
    the rest of the cell before it, if that makes the number right. `likely` is where further cells belong if nothing
    contradicts it.
    """
    surplus = len(cells) - len(fits)
    rests = [number for number, cell in enumerate(cells) if number and cell.startswith(" ")]
    if 0 < surplus == len(rests):
        joined: list[str] = []
        for number, cell in enumerate(cells):
            if number in rests:
                joined[-1] += f",{cell}"
            else:
                joined.append(cell)
        return Aligned(joined, range(0))
    shorter = min(len(cells), len(fits))
    scores = [_score(cells, fits, place, surplus) for place in range(shorter + 1)]
    best = max(scores)
    first, last = scores.index(best), len(scores) - 1 - scores[::-1].index(best)
    if surplus < 0 and last == shorter:
        first = last  # programs omit empty cells at the end of a row
    elif surplus > 0 and likely is not None and scores[min(likely, shorter)] == best:
        first = last = min(likely, shorter)
    missing = max(-surplus, 0)
    right = cells[last + max(surplus, 0) :]
    unsure = range(first, last + missing)
    middle = [""] * len(unsure)
    return Aligned([*cells[:first], *middle, *right], unsure)


def _score(cells: list[str], fits: Sequence[Callable[[str], bool] | None], place: int, surplus: int) -> int:
    """Count the cells that fit if the surplus, or the gap, is at this position."""
    left = zip(cells[:place], fits, strict=False)
    right = zip(reversed(cells[place + max(surplus, 0) :]), reversed(fits), strict=False)
    judged = [fit(cell) for cell, fit in (*left, *right) if fit and cell.strip()]
    return sum(1 if fine else -1 for fine in judged)
