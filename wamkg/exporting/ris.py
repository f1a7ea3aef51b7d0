"""RIS: tagged records for reference managers (EndNote, Zotero, Mendeley)."""

import json
from collections.abc import Iterator, Sequence

from sqlmodel import Session

from wamkg.exporting.characters import without_controls
from wamkg.exporting.references import (
    address,
    bibliographic_records,
    entry_type,
    not_given_back,
    published,
    publisher,
)
from wamkg.importing.references.bibtex_names import read_bibtex_names
from wamkg.importing.references.own_values import OWN
from wamkg.importing.references.tagged import parse_ris
from wamkg.json_types import UncheckedObject
from wamkg.names import PersonName, name_from_dict

_TYPES = {
    "article": "JOUR", "inproceedings": "CONF", "conference": "CONF", "incollection": "CHAP", "inbook": "CHAP",
    "book": "BOOK", "proceedings": "CONF", "collection": "EDBOOK", "phdthesis": "THES", "mastersthesis": "THES",
    "thesis": "THES", "techreport": "RPRT", "report": "RPRT", "unpublished": "UNPB", "patent": "PAT", "online": "ELEC",
    "dataset": "DATA", "software": "COMP",
}  # fmt: skip
"""RIS types by the entry types of BibTeX; others are GEN."""
_DETAILS = {
    "address": "CY", "shortjournal": "J2", "edition": "ET", "language": "LA", "isbn": "SN", "issn": "SN", "note": "N1",
    "shorttitle": "ST", "series": "T3", "section": "SE", "type": "M3", "accession": "AN", "callnumber": "CN",
    "pmcid": "C2", "articleno": "C7", "volumes": "NV", "origtitle": "OP", "urldate": "Y2", "reprinttitle": "RP",
}  # fmt: skip
"""RIS tags of the further fields of BibTeX."""


def export_ris(session: Session, papers: Sequence[int] | None = None) -> Iterator[str]:
    """The papers of the library as RIS records by slug.

    What RIS has no tag for stands in `U1`, a field for users, so that the file is imported as the same papers.
    """
    for record in bibliographic_records(session, papers):
        yield ris_record(record)


def ris_record(record: UncheckedObject) -> str:
    """A paper, given with the keys of JSON Lines, as a record from TY to ER."""
    pairs = [("TY", _TYPES.get(entry_type(record), "GEN")), *_pairs(record)]
    lines = [f"{tag}  - {text}" for tag, value in pairs if (text := _line(value))]
    added = not_given_back(record, next(parse_ris("\n".join([*lines, "ER  - "]))))
    own = [f"U1  - {OWN} {json.dumps(added)}"] if added else []
    return "\n".join([*lines, *own, "ER  - "]) + "\n\n"


def _line(value: str | None) -> str:
    return " ".join(without_controls(value or "").split())


def _pairs(record: UncheckedObject) -> Iterator[tuple[str, str | None]]:
    details = record.get("details") or {}
    yield "ID", record["key"]
    yield "TI", record["title"]
    authors = [name_from_dict(parts) for parts in record.get("authors_structured", [])]
    yield from _people("AU", authors, cut=record.get("authors_cut", False))
    editors = read_bibtex_names(details.get("editor", ""))
    yield from _people("ED", editors.names, cut=editors.cut)
    yield "T2", record.get("venue")
    date = published(record)
    yield "PY", str(date[0]) if date else None
    if len(date) > 1:
        yield "DA", "/".join([str(date[0]), *(f"{part:02d}" for part in date[1:]), *[""] * (4 - len(date))])
    first, dash, last = (record.get("pages") or "").partition("-")
    yield from (("VL", record.get("volume")), ("IS", record.get("number")), ("SP", first), ("EP", last if dash else ""))
    yield from (("PB", publisher(record)), ("DO", record.get("doi")), ("UR", address(record)))
    if record.get("arxiv") and record.get("url"):
        yield "L3", f"https://arxiv.org/abs/{record['arxiv']}"
    yield "AB", record.get("abstract")
    yield from ((tag, details.get(name)) for name, tag in _DETAILS.items())
    yield from (("KW", word) for word in details.get("keywords", "").split("; "))


def _people(tag: str, names: Sequence[PersonName], *, cut: bool) -> Iterator[tuple[str, str]]:
    for name in names:
        family = f"{name.particle} {name.family}".strip()
        yield tag, name.literal or ", ".join(part for part in (family, name.given, name.suffix) if part)
    if cut and names:
        yield tag, "et al."
