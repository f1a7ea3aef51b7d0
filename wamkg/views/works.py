"""Duplicates: records that are one work, judgements on pairs, and pairs to judge."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.matching.alike import Alike, Feature, alike
from wamkg.store.lookup import find_paper, listed_papers
from wamkg.store.reads_details import paper_rows
from wamkg.store.works import Pair, Works, judgement_rows, load_works, ordered
from wamkg.views.paging import Order, Page, page_of
from wamkg.views.papers import public_id


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
    features: list[Feature]


def work_of(session: Session, paper: str) -> list[RecordOfWork]:
    """All records of a paper's work, the paper itself first.

    Raises NotFoundError.
    """
    number = find_paper(session, paper).id
    assert number is not None
    others = load_works(session).members(number) - {number}
    records = _records(session, {number, *others})
    return [records[number], *(records[n] for n in sorted(others))]


def work_list(session: Session) -> list[list[RecordOfWork]]:
    """All works with more than one record in the store."""
    groups = load_works(session).groups()
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
    works, judged = load_works(session), {(j.left_id, j.right_id) for j, _, _ in judgement_rows(session)}
    found = [pair for pair in alike(listed_papers(session)) if _is_open(works, judged, pair)]
    records = _records(session, {n for pair in found for n in (pair.left.id, pair.right.id)})
    keyed = [
        (
            [-pair.score, pair.left.id, pair.right.id],
            CandidateItem(records[pair.left.id], records[pair.right.id], pair.score, pair.features),
        )
        for pair in found
    ]
    return page_of(keyed, Order("duplicates", (float, int, int)), limit, after)


def _is_open(works: Works, judged: set[Pair], pair: Alike) -> bool:
    numbers = ordered(pair.left.id, pair.right.id)
    return numbers not in judged and not works.are_told_apart(numbers)


def _records(session: Session, numbers: set[int]) -> dict[int, RecordOfWork]:
    rows = paper_rows(session, numbers, texts=False)
    return {
        n: RecordOfWork(public_id(r.arxiv, r.slug), r.title, r.venue, r.year, r.year_derived, r.standing)
        for n, r in rows.items()
    }
