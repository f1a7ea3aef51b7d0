"""Workbooks (.xlsx): the sheet with the papers as a table that the reader of CSV takes."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO
from warnings import catch_warnings, simplefilter
from zipfile import BadZipFile, ZipFile

from wamkg.errors import InvalidInputError

PAPERS = "papers"
"""Name of the sheet that is read if there is one."""
_CONTENTS = "xl/workbook.xml"
_LARGEST = 512 * 1024 * 1024
"""Maximum size of an unpacked workbook in bytes: a small archive may unpack to any size."""


@dataclass(frozen=True)
class Sheet:
    """A sheet as CSV in UTF-8, and what was assumed to read it."""

    csv: bytes
    notes: list[str]


def read_workbook(name: str, stream: IO[bytes]) -> Sheet | None:
    """The sheet named `papers`, else the first one with a column of titles, else the first; None for another archive.

    Raises InvalidInputError for a workbook that is damaged, empty, or too large.
    """
    try:
        with ZipFile(stream) as archive:
            if _CONTENTS not in archive.namelist():
                return None
            if sum(part.file_size for part in archive.infolist()) > _LARGEST:
                raise InvalidInputError(f"{name} unpacks to more than {_LARGEST >> 20} MiB; save its table as CSV")
        return _read(name, stream)
    except (BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise InvalidInputError(f"{name} is a damaged workbook or archive ({error}); save its table as CSV") from error


def _read(name: str, stream: IO[bytes]) -> Sheet:
    from openpyxl import load_workbook  # takes a while to load, and few files are workbooks

    with catch_warnings():
        simplefilter("ignore")  # about styles and extensions, which hold no values
        book = load_workbook(stream, read_only=True, data_only=True)
    sheets = {sheet.title: [_cells(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}
    filled = {title: rows for title, rows in sheets.items() if any(any(row) for row in rows)}
    if not filled:
        raise InvalidInputError(f"{name} has no sheet with values")
    titled = next((title for title, rows in filled.items() if _names_titles(rows)), next(iter(filled)))
    chosen = PAPERS if PAPERS in filled else titled
    notes = [f"read as a table: the sheet {chosen!r}"]
    if others := [title for title in filled if title != chosen]:
        notes.append(f"not read: the {'sheet' if len(others) == 1 else 'sheets'} {', '.join(map(repr, others))}")
    rows = [row for row in filled[chosen] if any(row)]
    width = max(map(len, rows))  # a row ends with its last value
    return Sheet(_as_csv([*row, *[""] * (width - len(row))] for row in rows), notes)


def _names_titles(rows: Sequence[Sequence[str]]) -> bool:
    head = next(row for row in rows if any(row))
    return any("title" in cell.lower() for cell in head)


def _cells(row: Iterable[object]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A value as it is shown: whole numbers without a decimal point, days without a time."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
