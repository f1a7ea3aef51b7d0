"""JSON Lines: one paper per line, with the keys that the importer reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlmodel import Session

from wamkg.identifiers import PartialDate, Precision
from wamkg.json_types import JsonObject
from wamkg.matching.resolve import rank
from wamkg.store.base import chunks
from wamkg.store.entities import introduced_by
from wamkg.store.paper_details import EventRow, events_of, names_of, paper_rows
from wamkg.store.papers import methods_of
from wamkg.store.taxonomies import aliases_of
from wamkg.views.citation_keys import citation_keys
from wamkg.views.duplicates import ExportedWorks
from wamkg.views.papers import PaperItem, paper_items
from wamkg.vocabulary import EventKind

CHUNK = 500
"""Number of papers read at a time, so that memory use does not grow."""
_COPIED = ("arxiv", "doi", "s2")
_COPIED_LATER = ("venue", "volume", "number", "pages", "publisher")
_ORDER = (
    "title", "abstract", "summary", "key", "type", "authors", "authors_structured", "authors_cut", "arxiv", "doi", "s2",
    "openalex", "date", "dates", "year", "year_derived", "venue", "volume", "number", "pages", "publisher", "details",
    "url", "links", "method", "standing", "taxa", "also", "aliases", "introduces", "states", "note",
)  # fmt: skip
"""Keys of a line, in their order."""
_COPIED_LAST = ("url", "links", "method", "standing", "taxa", "also")


def export_jsonl(session: Session, papers: Sequence[int] | None = None) -> Iterator[str]:
    """The papers of the library as one JSON object per line, by slug.

    A work with several records is one line: its publication, with what only the preprint has added. Unknown values are
    left out. The same store gives the same bytes: there are no time stamps, and no ids of this copy of the store.
    """
    works = ExportedWorks(session, papers)
    keys = citation_keys(session, works.with_further(works.numbers))
    for numbers in chunks(works.numbers, CHUNK):
        found = works.with_further(numbers)
        records = dict(zip(found, paper_records(session, found, keys), strict=True))
        for record in works.filled(numbers, records):
            yield orjson.dumps({name: record[name] for name in _ORDER if name in record}).decode() + "\n"


def paper_records(session: Session, numbers: list[int], keys: Mapping[int, str]) -> Iterator[JsonObject]:
    """Papers as objects with the importer's keys; `keys` are their citation keys."""
    texts, events = paper_rows(session, numbers, texts=True), events_of(session, numbers)
    names = names_of(session, numbers)
    introduced, methods = introduced_by(session, numbers), methods_of(session, numbers)
    spellings = aliases_of(session, [m.id for m in methods.values() if m.id is not None])
    for number, item in zip(numbers, paper_items(session, numbers), strict=True):
        row, method = texts[number], methods.get(number)
        known = {
            "title": item.title,
            "abstract": row.abstract,
            "summary": row.summary,
            "key": keys[number],
            "type": item.type,
            "authors": item.authors,
            "authors_structured": [name.as_dict() for name in names.get(number, [])],
            "authors_cut": item.authors_cut or None,
            **{name: getattr(item, name) for name in _COPIED},
            "openalex": row.openalex,
            **_dates(events.get(number, [])),
            "year": item.year,
            "year_derived": (item.year_derived and item.year is not None) or None,
            **{name: getattr(item, name) for name in _COPIED_LATER},
            "details": row.details,
            **{name: getattr(item, name) for name in _COPIED_LAST},
            "aliases": sorted(spellings.get(method.id, [])) if method and method.id else [],
            "introduces": [{"kind": kind, "name": name} for kind, name in sorted(introduced.get(number, []))],
            "states": _states(item),
            "note": item.note,
        }
        yield {name: _fixed(value) for name, value in known.items() if value not in (None, [], {})}


def _fixed(value: Any) -> Any:
    """Objects with their items in a fixed order, because the order of rows depends on who wrote them first."""
    return dict(sorted(value.items())) if isinstance(value, dict) else value


def _states(item: PaperItem) -> JsonObject:
    return {
        slug: {k: v for k, v in (("state", s.status), ("kind", s.kind), ("reason", s.reason)) if v is not None}
        for slug, s in item.states.items()
    }


def stated_dates(events: Iterable[EventRow]) -> dict[str, PartialDate]:
    """The best date of each kind of event. Only stated ones, since derived ones can be derived again."""
    best: dict[str, EventRow] = {}
    for event in events:
        if not event.derived and (event.kind not in best or _order(event) < _order(best[event.kind])):
            best[event.kind] = event
    return {kind: PartialDate(e.day, Precision(e.precision)) for kind, e in sorted(best.items())}


def _dates(events: list[EventRow]) -> JsonObject:
    dates = {kind: str(when) for kind, when in stated_dates(events).items()}
    return {"date": dates.get(EventKind.ARXIV_V1), "dates": dates}


def _order(event: EventRow) -> tuple[int, int]:
    return list(Precision).index(Precision(event.precision)), rank(event.source)
