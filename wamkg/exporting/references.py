"""What RIS and CSL-JSON share: the bibliographic part of each paper, and what their fields would not give back."""

from collections.abc import Iterator, Sequence

import orjson
from sqlmodel import Session

from wamkg.exporting.jsonl import export_jsonl
from wamkg.figures.plaintext import plain
from wamkg.identifiers import PartialDate, Precision
from wamkg.importing.jsonl import loose_record
from wamkg.importing.parse_result import Item
from wamkg.importing.references.own_values import ATTRIBUTES
from wamkg.json_types import UncheckedObject
from wamkg.matching.entry_types import default_type
from wamkg.matching.record import Record
from wamkg.vocabulary import EventKind

_PUBLISHERS = ("school", "institution", "organization")


def bibliographic_records(session: Session, papers: Sequence[int] | None = None) -> Iterator[UncheckedObject]:
    """The papers of the library with the keys of JSON Lines that reference files have a place for."""
    for line in export_jsonl(session, papers):
        record: UncheckedObject = orjson.loads(line)
        venue_date = record.get("dates", {}).get(EventKind.VENUE)
        record["dates"] = {EventKind.VENUE.value: venue_date} if venue_date else None
        if record.get("year_derived"):
            record["shown_year"] = record.pop("year")
        yield {name: value for name, value in record.items() if name in (*ATTRIBUTES, "shown_year")}


def not_given_back(record: UncheckedObject, read: Item) -> UncheckedObject:
    """The values of a paper that its written form does not give when it is read; null where it gives one too many."""
    truth = loose_record({key: record.get(key) for key in ATTRIBUTES}, 0, b"")
    if not isinstance(truth, Record):
        return {}
    if not isinstance(read, Record) or read.doubts or read.unknown_keys:
        return {key: record.get(key) for key in ATTRIBUTES}
    return {
        key: record.get(key)
        for key, names in ATTRIBUTES.items()
        if any(getattr(read, name) != getattr(truth, name) for name in names) and not _is_usual_type(key, record)
    }


def _is_usual_type(key: str, record: UncheckedObject) -> bool:
    """Whether the entry type is only the usual one for the venue, which every reference file has to state."""
    return key == "type" and not record.get("type")


def entry_type(record: UncheckedObject) -> str:
    """The BibTeX entry type of a paper, or the usual one for its venue."""
    return record.get("type") or default_type(record.get("venue"))


def publisher(record: UncheckedObject) -> str | None:
    """The publisher, or the school or institution that published it."""
    details = record.get("details") or {}
    return record.get("publisher") or next((details[name] for name in _PUBLISHERS if name in details), None)


def published(record: UncheckedObject) -> list[int]:
    """Year, month and day of publication, as far as they are known; empty without a year."""
    year, details = record.get("year") or record.get("shown_year"), record.get("details") or {}
    if not year:
        return []
    if record.get("dates"):
        when = PartialDate.parse(record["dates"][EventKind.VENUE])
        parts = [when.first.year, when.first.month, when.first.day]
        if when.first.year == year:
            return parts[: list(reversed(Precision)).index(when.precision) + 1]
    month = details.get("month", "")
    return [year, int(month)] if month.isdecimal() and 1 <= int(month) <= 12 else [year]


def address(record: UncheckedObject) -> str | None:
    """The URL of a paper, or its page on arXiv."""
    return record.get("url") or (f"https://arxiv.org/abs/{record['arxiv']}" if record.get("arxiv") else None)


def plain_citation(record: UncheckedObject) -> str:
    """A paper, given with the keys of JSON Lines, as one line of text for a document without a citation manager."""
    authors = ", ".join(record.get("authors", [])) + (" et al." if record.get("authors_cut") else "")
    year = next((str(part) for part in published(record)), "")
    numbers = (record.get("volume") or "") + (f"({record['number']})" if record.get("number") else "")
    place = ", ".join(part for part in (record.get("venue"), numbers, record.get("pages")) if part)
    doi = f"https://doi.org/{record['doi']}" if record.get("doi") else address(record)
    said = [f"{authors} ({year})" if authors and year else authors or year, plain(record["title"]), place, doi]
    return " ".join(part if part.endswith(("?", "!")) or part is doi else f"{part}." for part in said if part)
