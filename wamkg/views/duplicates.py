"""Papers that are one work: groups, judgements, pairs to judge, and matching of records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import title_key
from wamkg.importing.jsonl import record_of
from wamkg.json_types import UncheckedMapping, UncheckedObject
from wamkg.matching.known import known_for
from wamkg.matching.record import Record, UnreadableLine
from wamkg.matching.same_paper import Match, as_known, ids_of, match
from wamkg.matching.similarity import FieldComparison, candidate_pairs, compare, score_of
from wamkg.store.duplicates import (
    judgement_rows,
    load_work_groups,
    sorted_pair,
    works_in_order,
)
from wamkg.store.paper_details import PaperRow, listed_numbers, paper_rows
from wamkg.store.papers import (
    KnownPaper,
    find_paper,
    library_papers,
    methods_of,
)
from wamkg.store.taxonomies import aliases_of
from wamkg.views.paging import ListOrder, Page, page_of
from wamkg.views.papers import PaperItem, paper_items, public_id


@dataclass(frozen=True, slots=True)
class RecordOfWork:
    """One record of a work; `id` is accepted by the API."""

    id: str
    title: str
    venue: str | None
    year: int | None
    year_derived: bool
    standing: str


@dataclass(frozen=True, slots=True)
class JudgementItem:
    """A person's judgement on two papers: `same`, `different` or `unsure`."""

    uid: str
    left: RecordOfWork
    right: RecordOfWork
    verdict: str
    note: str
    by: str
    at: datetime
    batch: str


@dataclass(frozen=True, slots=True)
class CandidateItem:
    """Two papers that may be the same work: a score from 0 to 1 and its components. No one has judged them."""

    left: RecordOfWork
    right: RecordOfWork
    score: float
    features: list[FieldComparison]


def work_of(session: Session, paper: str) -> list[RecordOfWork]:
    """All records of a paper's work: the paper itself, then the others, the one that represents the work first.

    Raises NotFoundError.
    """
    number = find_paper(session, paper).id
    assert number is not None
    return works_of(session, [number])[number]


def works_of(session: Session, numbers: Sequence[int]) -> dict[int, list[RecordOfWork]]:
    """The same for each of these papers, by number."""
    wanted = set(numbers)
    works = {number: work for work in works_in_order(session) for number in work if number in wanted}
    records = _records(session, wanted.union(*works.values()))
    return {n: [records[n], *(records[other] for other in works.get(n, ()) if other != n)] for n in numbers}


def work_list(session: Session) -> list[list[RecordOfWork]]:
    """All works with more than one record in the store; the record that represents a work comes first."""
    groups = works_in_order(session)
    records = _records(session, {number for group in groups for number in group})
    return [[records[number] for number in group] for group in groups]


def judgement_list(session: Session, paper: str | None = None) -> list[JudgementItem]:
    """The live judgements, newest first; optionally only pairs with one paper.

    Raises NotFoundError for an unknown paper.
    """
    number = find_paper(session, paper).id if paper is not None else None
    rows = judgement_rows(session, papers=[number] if number is not None else None)
    records = _records(session, {n for j, _, _ in rows for n in (j.left_id, j.right_id)})
    return [
        JudgementItem(j.uid, records[j.left_id], records[j.right_id], j.verdict, j.note, by, j.at, batch)
        for j, by, batch in rows
    ]


def candidate_list(session: Session, limit: int, after: str | None = None) -> Page[CandidateItem]:
    """One page of the pairs that may be the same work, most similar first, without pairs that judgements already
    determine.

    Raises NotFoundError for a cursor of another list.
    """
    works = load_work_groups(session)
    pairs = candidate_pairs(tuple(library_papers(session)))
    found = [pair for pair in pairs if works.is_open(sorted_pair(pair.left.id, pair.right.id))]
    keyed = [((-pair.score, pair.left.id, pair.right.id), pair) for pair in found]
    page = page_of(keyed, ListOrder("duplicates", (float, int, int)), limit, after)
    records = _records(session, {n for pair in page.items for n in (pair.left.id, pair.right.id)})
    items = [CandidateItem(records[p.left.id], records[p.right.id], p.score, p.features) for p in page.items]
    return Page(items, page.total, page.next)


def _records(session: Session, numbers: set[int]) -> dict[int, RecordOfWork]:
    rows = paper_rows(session, numbers, texts=False)
    return {
        n: RecordOfWork(public_id(r.arxiv, r.slug), r.title, r.venue, r.year, r.year_derived, r.standing)
        for n, r in rows.items()
    }


MAX_RECORDS = 100


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
    features: list[FieldComparison]


def match_records(session: Session, given: Sequence[UncheckedMapping]) -> list[MatchItem]:
    """For each record, with the importer's keys, the stored paper that it describes.

    Raises InvalidInputError for an unreadable record or for more than `MAX_RECORDS`.
    """
    if len(given) > MAX_RECORDS:
        raise InvalidInputError(f"{len(given)} records are too many at once: send at most {MAX_RECORDS}")
    records = [_read(row, number) for number, row in enumerate(given)]
    known = known_for(session, records)
    found = [match(record, known) for record in records]
    rows = paper_rows(session, {m.paper for m in found if m.paper}, texts=False)
    return [_item(n, r, m, known.by_title, rows) for n, (r, m) in enumerate(zip(records, found, strict=True))]


def _read(row: UncheckedMapping, number: int) -> Record:
    titled = row.get("title") is not None
    record = record_of(dict(row) if titled else {**row, "title": "none"}, number)
    if isinstance(record, UnreadableLine):
        raise InvalidInputError(f"record {number}: {record.reason}")
    if record.unknown_keys:
        raise InvalidInputError(f"record {number}: unknown key {record.unknown_keys[0]!r}")
    if not titled and not ids_of(record):
        raise InvalidInputError(f"record {number}: neither a title nor an id; give one of title, arxiv, doi, s2")
    return record if titled else replace(record, title="")


def _item(
    number: int,
    record: Record,
    found: Match,
    by_title: Mapping[str, Iterable[KnownPaper]],
    rows: Mapping[int, PaperRow],
) -> MatchItem:
    row = rows.get(found.paper) if found.paper else None
    namesakes = list(by_title.get(title_key(record.title), ()))
    known = next((k for k in namesakes if k.id == found.paper), namesakes[0] if namesakes else None)
    by_id = found.how not in ("title", "new", "ids")
    features = [FieldComparison("id", True, 1.0)] if by_id else compare(as_known(record), known) if known else []
    score = score_of(features) if found.how != "new" else 0.0
    public = public_id(row.arxiv, row.slug) if row is not None else None
    return MatchItem(number, public, found.how, score, found.question, features)


_FILLED = ("arxiv", "url", "method", "note", "date", "date_source", "summary", "abstract", "introduces", "aliases")
"""Fields that another record of the work fills in if the exported one lacks them. Year, venue, DOI and pages are
never mixed.
"""
_JOINED = ("links", "dates")
_PLACES = ("taxa", "also", "states")


class ExportedWorks:
    """The papers of the library, one per work; `numbers` are the exported ones, by slug.

    `papers` exports these records instead, in their order and each by itself.
    """

    def __init__(self, session: Session, papers: Sequence[int] | None = None) -> None:
        self.session = session
        self.further: dict[int, list[int]] = {}
        self.numbers = list(papers) if papers is not None else self._of_library(session)

    def _of_library(self, session: Session) -> list[int]:
        listed = listed_numbers(session)
        known = set(listed)
        works = ([n for n in work if n in known] for work in works_in_order(session))
        self.further = {work[0]: work[1:] for work in works if work}
        hidden = {n for others in self.further.values() for n in others}
        return [number for number in listed if number not in hidden]

    def with_further(self, numbers: Iterable[int]) -> list[int]:
        """Papers, each followed by the other records of its work."""
        return [n for number in numbers for n in (number, *self.further.get(number, ()))]

    def items(self, numbers: Sequence[int]) -> list[PaperItem]:
        """The papers with these numbers; fields they lack are filled in from other records of the work."""
        found = self.with_further(numbers)
        items = dict(zip(found, paper_items(self.session, found), strict=True))
        return [_filled(items[n], [items[m] for m in self.further.get(n, ())]) for n in numbers]

    def texts(self, numbers: Sequence[int]) -> dict[int, tuple[str | None, str | None]]:
        """Abstract and summary by paper, from a further record of the work where the one shown has none."""
        rows = paper_rows(self.session, self.with_further(numbers), texts=True)
        records = {n: [rows[m] for m in (n, *self.further.get(n, ()))] for n in numbers}
        return {n: (_first("abstract", found), _first("summary", found)) for n, found in records.items()}

    def aliases(self, numbers: Sequence[int]) -> dict[int, list[str]]:
        """Other spellings of each paper's method, or of that of a further record of the work."""
        methods = methods_of(self.session, self.with_further(numbers))
        spellings = aliases_of(self.session, [m.id for m in methods.values() if m.id is not None])
        found: dict[int, list[str]] = {}
        for number in numbers:
            records = [methods[n] for n in (number, *self.further.get(number, ())) if n in methods]
            found[number] = next((sorted(s) for m in records if m.id and (s := spellings.get(m.id))), [])
        return found

    def filled(self, numbers: Sequence[int], records: Mapping[int, UncheckedObject]) -> list[UncheckedObject]:
        """The same for records with an importer's keys; `records` has all records of each work."""
        return [_joined(records[n], [records[m] for m in self.further.get(n, ())]) for n in numbers]


def _first(name: str, records: Iterable[Any]) -> str | None:
    return next((text for record in records if (text := getattr(record, name))), None)


def _filled(item: PaperItem, others: Sequence[PaperItem]) -> PaperItem:
    for other in others:
        placed = {*item.taxa, *item.states}
        values: UncheckedObject = {
            name: getattr(other, name)
            for name in _FILLED
            if hasattr(item, name) and not getattr(item, name) and getattr(other, name)
        }
        values["links"] = other.links | item.links
        for name in _PLACES:
            theirs = {slug: value for slug, value in getattr(other, name).items() if slug not in placed}
            values[name] = theirs | getattr(item, name)
        item = replace(item, **values)
    return item


def _joined(record: UncheckedObject, others: Sequence[UncheckedObject]) -> UncheckedObject:
    for other in others:
        placed = {*record.get("taxa", {}), *record.get("states", {})}
        values = {name: other[name] for name in _FILLED if name in other and name not in record}
        values |= {name: other[name] | record.get(name, {}) for name in _JOINED if name in other}
        for name in _PLACES:
            theirs = {slug: value for slug, value in other.get(name, {}).items() if slug not in placed}
            if theirs:
                values[name] = theirs | record.get(name, {})
        if other.get("standing") == "included":
            values["standing"] = "included"
        record = record | values
    return record
