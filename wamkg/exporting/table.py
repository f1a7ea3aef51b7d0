"""A table of the papers for spreadsheets and for programs that read CSV, one row per paper."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

import orjson
from sqlmodel import Session

from wamkg.exporting.characters import without_controls
from wamkg.exporting.jsonl import CHUNK
from wamkg.names import listed_name
from wamkg.store.base import chunks
from wamkg.store.paper_details import names_of, paper_rows
from wamkg.store.taxonomies import list_taxonomies
from wamkg.views.citation_keys import citation_keys
from wamkg.views.duplicates import ExportedWorks

COLUMNS = {
    "title": "title", "key": "key", "type": "type", "method": "method", "authors": "authors",
    "authors cut": "authors_cut", "year": "year", "venue": "venue", "volume": "volume", "number": "number",
    "pages": "pages", "publisher": "publisher", "first public": "date", "arxiv": "arxiv", "doi": "doi", "url": "url",
    "s2": "s2", "openalex": "openalex", "standing": "standing", "citations": "citations", "aliases": "aliases",
    "note": "note", "summary": "summary", "abstract": "abstract", "details": "details",
}  # fmt: skip
"""Header of each column, as the importer reads it, and the field of the paper."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""Beginnings of cells that a spreadsheet would execute, or that look like protected ones."""


def export_table(session: Session, papers: Sequence[int] | None = None) -> Iterator[str]:
    """The papers of the library by slug as CSV with a header; one column per taxonomy has the path of the taxon.

    Further fields of BibTeX are in `details` as a JSON object. Authors are separated by semicolons, "Family, Given"
    where the name could be read wrongly otherwise. What a spreadsheet would take for a formula begins with an
    apostrophe, which the importer takes off again.
    """
    slugs = [taxonomy.slug for taxonomy in list_taxonomies(session)]
    yield _line([*COLUMNS, *(f"taxon:{slug}" for slug in slugs)])
    works = ExportedWorks(session, papers)
    keys = citation_keys(session, works.numbers)
    for numbers in chunks(works.numbers, CHUNK):
        names, rows, texts = names_of(session, numbers), paper_rows(session, numbers, texts=False), works.texts(numbers)
        aliases = works.aliases(numbers)
        for number, item in zip(numbers, works.items(numbers), strict=True):
            authors = [listed_name(name) for name in names.get(number, [])]
            own = {"key": keys[number], "authors": authors, "year": item.stated_year, "aliases": aliases[number]}
            own |= {"openalex": rows[number].openalex, "details": _object(rows[number].details)}
            own |= dict(zip(("abstract", "summary"), texts[number], strict=True))
            values = {name: own[name] if name in own else getattr(item, name) for name in COLUMNS.values()}
            yield _line(
                [*map(spreadsheet_cell, values.values()), *(spreadsheet_cell(item.taxa.get(slug)) for slug in slugs)]
            )


def _object(details: dict[str, str] | None) -> str | None:
    return orjson.dumps(details, option=orjson.OPT_SORT_KEYS).decode() if details else None


def spreadsheet_cell(value: object) -> str:
    """Text that no spreadsheet executes (OWASP, CSV injection); empty if the value is unknown, which 0 is not."""
    text = _listed(value) if isinstance(value, list) else "" if value is None or value is False else str(value)
    return safe_text("true" if value is True else text)


def safe_text(text: str) -> str:
    """A text that no spreadsheet executes, without characters that no file may have."""
    text = without_controls(text)
    return f"'{text}" if _FORMULA.match(text) else text


def _listed(names: list[str]) -> str:
    """Names separated by semicolons; also after a single "Family, Given", so that the comma does not separate two
    names.
    """
    return "; ".join(names) + (";" if len(names) == 1 and "," in names[0] else "")


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
