"""A workbook (.xlsx): the papers, the classes, and what each column means."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from openpyxl import Workbook
from sqlmodel import Session

from wamkg.exporting.file_content import FileContent
from wamkg.exporting.table import COLUMNS, export_table, safe_text
from wamkg.views.taxonomies import taxonomy_list, taxonomy_tree, walk

LONGEST = 32_767
"""Characters that a cell of a workbook can have."""
_NUMBERS = ("year", "citations")
GUIDE = {
    "title": "title of the paper",
    "key": "citation key, which stays the same",
    "type": "BibTeX entry type, such as article or inproceedings",
    "method": "name of the method that the paper proposes",
    "authors": "authors, separated by semicolons; 'Family, Given' where the order could be misread",
    "authors cut": "true if there are further authors",
    "year": "year that a source states; empty if it is only known from the date",
    "venue": "journal, meeting or server",
    "volume": "volume of the journal",
    "number": "issue of the journal",
    "pages": "first and last page, or the number of the article",
    "publisher": "publisher, school or institution",
    "first public": "first known day, month or year of the paper",
    "arxiv": "arXiv id",
    "doi": "DOI",
    "url": "address of the paper",
    "s2": "id of Semantic Scholar",
    "openalex": "id of OpenAlex",
    "standing": "candidate, included or excluded",
    "citations": "citations that Semantic Scholar counts",
    "aliases": "other names of the method",
    "note": "note of the survey",
    "summary": "summary in the survey's own words",
    "abstract": "abstract of the authors; check their copyright before you publish it",
    "details": "further fields of BibTeX as a JSON object",
}
"""What each column of the papers means."""


def workbook(session: Session, papers: Sequence[int] | None = None) -> FileContent:
    """The papers of the library, or some of them, as a workbook; a text that is too long for a cell is cut and named.

    Its sheet `papers` has the columns of the CSV table, so that the import reads it back; `classes` lists every class
    of every taxonomy, and `guide` explains the columns. No cell is a formula.
    """
    book, cut = Workbook(write_only=True), list[str]()
    for title, rows in (
        ("papers", _papers(session, papers, cut)),
        ("classes", _classes(session)),
        ("guide", _guide(session)),
    ):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for row in rows:
            sheet.append(list(row))
    # The same store gives the same workbook, whenever it is written.
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)
    out = io.BytesIO()
    book.save(out)
    return FileContent(out.getvalue(), cut)


def _papers(session: Session, papers: Sequence[int] | None, cut: list[str]) -> Iterator[Iterable[str | int | None]]:
    rows = csv.reader(export_table(session, papers))
    head = next(rows)
    yield head
    for row in rows:
        named = dict(zip(head, row, strict=True))
        long = {name: len(value) for name, value in named.items() if len(value) > LONGEST}
        cut += [f"{named['title']}: {name} is cut, {size:,} characters do not fit" for name, size in long.items()]
        yield [
            int(value) if name in _NUMBERS and value.isdecimal() else value[:LONGEST] or None
            for name, value in named.items()
        ]


def _classes(session: Session) -> Iterator[Iterable[str | int]]:
    yield "taxonomy", "class", "name", "code", "definition", "belongs here", "does not", "papers"
    for taxonomy in taxonomy_list(session):
        for node in walk(taxonomy_tree(session, taxonomy.slug).taxa):
            texts = (taxonomy.slug, node.path, node.name, node.code, node.definition)
            lists = ("; ".join(node.include), "; ".join(node.exclude))
            yield *(safe_text(text)[:LONGEST] for text in (*texts, *lists)), node.count


def _guide(session: Session) -> Iterator[Iterable[str]]:
    yield "column", "meaning"
    yield from ((name, GUIDE[name]) for name in COLUMNS)
    yield from (
        (f"taxon:{item.slug}", f"class in the taxonomy {safe_text(item.title)!r}") for item in taxonomy_list(session)
    )
