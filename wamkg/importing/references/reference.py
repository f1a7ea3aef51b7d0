"""What a reference manager says of a paper, and the record it makes."""

import re
from dataclasses import dataclass, field
from typing import Any

from wamkg.identifiers import Precision, arxiv_id, doi
from wamkg.importing.jsonl import record_of
from wamkg.importing.links import arxiv_of, is_web
from wamkg.importing.result import Item
from wamkg.importing.venues import read_date
from wamkg.matching.record import Record
from wamkg.vocabulary import EventKind

_ARXIV = re.compile(r"\barxiv(?:\.org/(?:abs|pdf|html)/|\s*[:.]\s*)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})", re.I)
_ARCHIVE = re.compile(r"^\s*(?:arxiv|corr)\b", re.I)
_YEAR = re.compile(r"^\s*((?:18|19|20)\d\d)\b")


@dataclass
class Reference:
    """One entry as its file prints it; `ids_in` are texts that may name the arXiv id in passing."""

    line: int
    title: str | None
    authors: list[str] = field(default_factory=list)
    venue: str | None = None
    date: str | None = None
    doi: str | None = None
    arxiv: str | None = None
    url: str | None = None
    abstract: str | None = None
    ids_in: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Names of fields that hold something which is not kept."""


def item_of(reference: Reference) -> Item:
    """The record, or why it is none; a value that cannot be read is left out, and its field reported as unknown."""
    row: dict[str, Any] = {
        "title": reference.title or None,
        "authors": reference.authors or None,
        "abstract": reference.abstract or None,
        "arxiv": _arxiv(reference),
        "venue": _venue(reference.venue),
    }
    _take_doi(row, reference)
    _take_url(row, reference)
    _take_date(row, reference)
    item = record_of(row, reference.line)
    if isinstance(item, Record):
        item.unknown_keys = tuple(dict.fromkeys(reference.unread))
    return item


def given_first(name: str) -> str:
    """A person's name as it is spoken: "Family, Given" turned round, any other as it is."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}".strip() if comma else name.strip()


def _arxiv(reference: Reference) -> str | None:
    said = arxiv_id(reference.arxiv or "")
    named = (_ARXIV.search(text) for text in (reference.venue or "", *reference.ids_in))
    return said or arxiv_of(reference.url or "") or next((found[1] for found in named if found), None)


def _venue(venue: str | None) -> str | None:
    """An archive is written as such, without the number that some programs print behind it."""
    if not venue or not venue.strip():
        return None
    return "arXiv" if _ARCHIVE.match(venue) else venue


def _take_doi(row: dict[str, Any], reference: Reference) -> None:
    text = (reference.doi or "").strip()
    if doi(text):
        row["doi"] = text
    elif arxiv_of(text):
        row["arxiv"] = row["arxiv"] or arxiv_of(text)
    elif text:
        reference.unread.append("doi (not a DOI)")


def _take_url(row: dict[str, Any], reference: Reference) -> None:
    text = (reference.url or "").strip()
    if is_web(text):
        row["url"] = text
    elif text:
        reference.unread.append("url (no web address)")


def _take_date(row: dict[str, Any], reference: Reference) -> None:
    """A month or day of publication is that of the venue; an archive's is not, because it may be any version's."""
    text = " ".join((reference.date or "").replace("/", "-").strip("- ").split())
    date, year = read_date(text), _YEAR.match(text)
    if date:
        row["year"] = date.first.year
        if date.precision is not Precision.YEAR and row["venue"] not in (None, "arXiv"):
            row["dates"] = {EventKind.VENUE.value: str(date)}
    elif year:
        row["year"] = int(year[1])
    elif text:
        reference.unread.append("date (not a date)")
