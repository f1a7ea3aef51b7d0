"""BibTeX: one entry a listed paper, keyed by its slug, ready for a manuscript."""

import re
from collections.abc import Iterator
from typing import Any

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from sqlmodel import Session

from wamkg.exporting.jsonl import CHUNK
from wamkg.identifiers import is_venue
from wamkg.store.bulk import chunks
from wamkg.store.reads_details import listed_numbers, paper_rows
from wamkg.views.papers import PaperItem, paper_items

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_FORMULA = re.compile(r"(\$[^$]+\$)")
_JOURNALS = {"nature", "ra-l", "t-ro", "ijrr", "science robotics", "tpami", "tmlr"}


def export_bibtex(session: Session) -> Iterator[str]:
    """All listed papers as BibTeX entries in the order of their slugs; what is unknown is left out."""
    for numbers in chunks(listed_numbers(session), CHUNK):
        rows = paper_rows(session, numbers, texts=False)
        for number, item in zip(numbers, paper_items(session, numbers), strict=True):
            library = Library([Entry(*entry_of(item, rows[number]))])
            yield write_string(library) + "\n"


def entry_of(item: PaperItem, row: Any) -> tuple[str, str, list[Field]]:
    """Type, key and fields of a paper's entry."""
    published = is_venue(item.venue)
    kind = "misc" if not published else "article" if str(item.venue).lower() in _JOURNALS else "inproceedings"
    where = {"article": "journal", "inproceedings": "booktitle"}.get(kind)
    year = item.year or (row.date.year if row.date else None)
    values = {
        "title": "{" + escape(item.title) + "}",
        "author": " and ".join(escape(name) for name in item.authors),
        where or "howpublished": escape(item.venue or "") if where else "",
        "year": str(year or ""),
        "eprint": item.arxiv or "",
        "archiveprefix": "arXiv" if item.arxiv else "",
        "doi": item.doi or "",
        "url": item.url or "",
    }
    return kind, item.slug, [Field(name, value) for name, value in values.items() if value]


def escape(text: str) -> str:
    """Text as BibTeX takes it: special characters escaped, formulas left alone."""
    parts = _FORMULA.split(text)
    return "".join(p if i % 2 else "".join(_SPECIAL.get(c, c) for c in p) for i, p in enumerate(parts))
