"""CSL-JSON: the list of items that Zotero, Pandoc and citation processors read (schema 1.0.2)."""

from collections.abc import Iterable, Iterator, Sequence

import orjson
from sqlmodel import Session

from wamkg.exporting.references import (
    address,
    bibliographic_records,
    entry_type,
    not_given_back,
    published,
    publisher,
)
from wamkg.importing.references.bibtex_names import read_bibtex_names
from wamkg.importing.references.csl import parse_csl
from wamkg.importing.references.own_values import OWN
from wamkg.json_types import UncheckedObject

_TYPES = {
    "article": "article-journal", "inproceedings": "paper-conference", "conference": "paper-conference",
    "incollection": "chapter", "inbook": "chapter", "book": "book", "proceedings": "book", "collection": "book",
    "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis", "techreport": "report", "report": "report",
    "unpublished": "manuscript", "patent": "patent", "online": "webpage", "dataset": "dataset", "software": "software",
}  # fmt: skip
"""CSL's types by the entry types of BibTeX; others are documents, and articles if they are on arXiv."""
_COPIED = {
    "title": "title", "venue": "container-title", "volume": "volume", "number": "issue", "pages": "page", "doi": "DOI",
    "abstract": "abstract",
}  # fmt: skip
_DETAILS = {
    "address": "publisher-place", "edition": "edition", "isbn": "ISBN", "issn": "ISSN", "pmid": "PMID",
    "pmcid": "PMCID", "language": "language", "keywords": "keyword", "note": "note", "series": "collection-title",
    "eventtitle": "event-title", "venue": "event-place", "type": "genre", "shorttitle": "title-short",
    "pagetotal": "number-of-pages", "volumes": "number-of-volumes", "version": "version", "section": "section",
    "chapter": "chapter-number", "medium": "medium", "callnumber": "call-number", "origtitle": "original-title",
    "pubstate": "status",
}  # fmt: skip
"""CSL's names of the further fields of BibTeX."""
_PARTS = {"family": "family", "given": "given", "particle": "non-dropping-particle", "suffix": "suffix",
          "literal": "literal"}  # fmt: skip


def export_csl_json(session: Session, papers: Sequence[int] | None = None) -> Iterator[str]:
    """The papers of the library as one array of CSL items, by slug.

    What CSL has no field for stands in `custom`, so that the file is imported as the same papers.
    """
    return csl_json(bibliographic_records(session, papers))


def csl_json(records: Iterable[UncheckedObject]) -> Iterator[str]:
    """Papers, given with the keys of JSON Lines, as one array of items."""
    before = "[\n"
    for record in records:
        yield f"{before}{orjson.dumps(csl_item(record)).decode()}"
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def csl_item(record: UncheckedObject) -> UncheckedObject:
    """A paper, given with the keys of JSON Lines, as an item."""
    details = record.get("details") or {}
    kind = _TYPES.get(entry_type(record), "article" if record.get("arxiv") else "document")
    item = {"id": record["key"], "type": kind}
    item |= {name: record.get(key) for key, name in _COPIED.items()}
    item |= {"author": _people(record.get("authors_structured", []), cut=record.get("authors_cut", False))}
    item |= {"editor": _editors(details.get("editor", "")), "publisher": publisher(record), "URL": address(record)}
    item |= {"issued": {"date-parts": [published(record)]} if published(record) else None}
    if record.get("arxiv"):
        item |= {"archive": "arXiv", "archive_location": f"arXiv:{record['arxiv']}"}
    item |= {name: details.get(key) for key, name in _DETAILS.items()}
    item = {name: value for name, value in item.items() if value}
    added = not_given_back(record, next(parse_csl(orjson.dumps([item]).decode())))
    return item | ({"custom": {OWN: added}} if added else {})


def _people(names: Sequence[UncheckedObject], *, cut: bool) -> list[UncheckedObject]:
    people = [{_PARTS[part]: value for part, value in name.items()} for name in names]
    return [*people, {"literal": "et al."}] if cut and people else people


def _editors(listed: str) -> list[UncheckedObject]:
    people = read_bibtex_names(listed)
    return _people([name.as_dict() for name in people.names], cut=people.cut)
