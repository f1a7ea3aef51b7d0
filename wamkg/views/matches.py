"""Matching of records against the library, with a score and its components."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import title_key
from wamkg.importing.jsonl import record_of
from wamkg.matching.alike import Feature, compare, score_of
from wamkg.matching.record import Record, Unreadable
from wamkg.matching.same_paper import Known, Match, as_known, ids_of, match
from wamkg.store.lookup import KnownPaper, known_papers, papers_by_ids, papers_by_titles, with_addresses
from wamkg.store.reads_details import paper_rows
from wamkg.store.works import load_works
from wamkg.views.papers import public_id

MOST_RECORDS = 100


@dataclass(frozen=True, slots=True)
class MatchItem:
    """The result for one record: `paper` is the stored one or None, `how` is the criterion (`arxiv`, `title`, `new`).

    `question` is set if a person has to decide.
    """

    record: int
    paper: str | None
    how: str
    score: float
    question: str | None
    features: list[Feature]


def match_records(session: Session, given: Sequence[Mapping[str, Any]]) -> list[MatchItem]:
    """For each record, with the importer's keys, the stored paper that it describes.

    Raises InvalidInputError for an unreadable record or for more than `MOST_RECORDS`.
    """
    if len(given) > MOST_RECORDS:
        raise InvalidInputError(f"{len(given)} records are too many at once: send at most {MOST_RECORDS}")
    records = [_read(row, number) for number, row in enumerate(given)]
    by_id = papers_by_ids(session, [i for record in records for i in ids_of(record)])
    same = papers_by_titles(session, [title_key(r.title) for r in records])
    by_title = {key: with_addresses(session, group) for key, group in same.items()}
    known = Known(by_id, by_title, load_works(session).members, known_papers(session, by_id.values()))
    found = [match(record, known) for record in records]
    rows = paper_rows(session, {m.paper for m in found if m.paper}, texts=False)
    return [_item(n, r, m, by_title, rows) for n, (r, m) in enumerate(zip(records, found, strict=True))]


def _read(row: Mapping[str, Any], number: int) -> Record:
    record = record_of(dict(row), number)
    if isinstance(record, Unreadable):
        raise InvalidInputError(f"record {number}: {record.reason}")
    if record.unknown_keys:
        raise InvalidInputError(f"record {number}: unknown key {record.unknown_keys[0]!r}")
    return record


def _item(
    number: int, record: Record, found: Match, by_title: Mapping[str, Sequence[KnownPaper]], rows: Mapping[int, Any]
) -> MatchItem:
    row = rows.get(found.paper) if found.paper else None
    namesakes = by_title.get(title_key(record.title), [])
    known = next((k for k in namesakes if k.id == found.paper), namesakes[0] if namesakes else None)
    by_id = found.how not in ("title", "new", "ids")
    features = [Feature("id", True, 1.0)] if by_id else compare(as_known(record), known) if known else []
    score = score_of(features) if found.how != "new" else 0.0
    public = public_id(row.arxiv, row.slug) if row is not None else None
    return MatchItem(number, public, found.how, score, found.question, features)
