"""A table of the papers, a row each, for spreadsheets and for programs that read CSV."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from wamkg.exporting.jsonl import CHUNK
from wamkg.store.bulk import chunks
from wamkg.store.reads_details import listed_numbers
from wamkg.store.taxonomies import list_taxonomies
from wamkg.views.papers import PaperItem, paper_items

COLUMNS = {
    "title": "title", "method": "method", "authors": "authors", "year": "year", "venue": "venue",
    "first public": "date", "arxiv": "arxiv", "doi": "doi", "url": "url", "standing": "standing",
    "citations": "citations",
}  # fmt: skip
"""Head of each column, as the importer reads it, and what of a paper stands in it."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_table(session: Session) -> Iterator[str]:
    """All listed papers by their slugs as CSV with a head; a column a taxonomy holds the path of the place there.

    Authors are parted by semicolons. What a spreadsheet would take for a formula begins with an apostrophe.
    """
    slugs = [taxonomy.slug for taxonomy in list_taxonomies(session)]
    yield _line([*COLUMNS, *(f"taxon:{slug}" for slug in slugs)])
    for numbers in chunks(listed_numbers(session), CHUNK):
        for item in paper_items(session, numbers):
            yield _line(_cells(item) + [item.taxa.get(slug, "") for slug in slugs])


def _cells(item: PaperItem) -> list[str]:
    return [_cell(getattr(item, name)) for name in COLUMNS.values()]


def _cell(value: Any) -> str:
    """Text that no spreadsheet runs (OWASP, CSV injection); nothing where nothing is known, which 0 is not."""
    text = "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
