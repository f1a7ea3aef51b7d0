"""Questions whether a record describes the paper that its id names: stored, read, and applied."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from wamkg.identifiers import new_uid
from wamkg.json_types import JSON
from wamkg.store.base import Condition, Selected, SortKey, chunks, get_by_prefix, paged, select_columns
from wamkg.store.batches import record_change
from wamkg.store.tables import Actor, Batch, Change, Citation, Claim, Entity, IdentityQuestion, Paper
from wamkg.vocabulary import QuestionStatus

IDENTITY, RENAMED = "identity", "renamed"
"""Fields of changes that record a question, and a paper whose title changed."""
FETCHED_FROM = ("s2", "arxiv")
"""Sources that are queried for a paper by its ids."""


@dataclass(frozen=True)
class NewQuestion:
    """A record to store as a question; `ids` are the ids that it shares with the paper, as scheme:value. Without any,
    its title led to the paper.
    """

    paper: int
    source: str
    ids: Sequence[str]
    title: str
    record: Mapping[str, JSON]
    reasons: Sequence[str]
    uid: str = field(default_factory=new_uid)


def led_by(ids: Sequence[str]) -> str:
    """What led from a record to a paper, in words: ids, or the title."""
    return ", ".join(ids) or "its title"


def insert_question(session: Session, batch: Batch, asked: NewQuestion) -> IdentityQuestion:
    """Store a record as an open question; it appears in the paper's history."""
    assert batch.id is not None
    question = IdentityQuestion(
        uid=asked.uid,
        paper_id=asked.paper,
        source=asked.source,
        ids=list(asked.ids),
        title=asked.title,
        record=dict(asked.record),
        reasons=list(asked.reasons),
        batch_id=batch.id,
    )
    session.add(question)
    session.flush()
    after = {"question": question.uid, "source": asked.source, "ids": list(asked.ids), "reasons": list(asked.reasons)}
    record_change(session, batch, IDENTITY, subject_uid=_uid_of(session, asked.paper), after=after)
    return question


def _uid_of(session: Session, paper: int) -> str:
    return session.exec(select(Entity.uid).where(Entity.id == paper)).one()


def record_rename(session: Session, batch: Batch, paper: int, before: str, after: str) -> None:
    """Record in the paper's history that its title changed."""
    record_change(session, batch, RENAMED, subject_uid=_uid_of(session, paper), before=before, after=after)


def find_question(session: Session, uid: str, *, writing: bool = False) -> IdentityQuestion:
    """The question with that id, or a unique beginning of it; `writing` locks it until the transaction ends.

    Raises NotFoundError if no question or several match.
    """
    return get_by_prefix(session, IdentityQuestion, uid, "wamkg questions", hold=writing)


def questions_of(
    session: Session, papers: Iterable[int], *statuses: QuestionStatus
) -> dict[int, list[IdentityQuestion]]:
    """The questions on each paper, oldest first; `statuses` filters them."""
    found: dict[int, list[IdentityQuestion]] = {}
    for part in chunks(sorted(set(papers))):
        statement = select(IdentityQuestion).where(col(IdentityQuestion.paper_id).in_(part))
        if statuses:
            statement = statement.where(col(IdentityQuestion.status).in_(statuses))
        for question in session.exec(statement.order_by(col(IdentityQuestion.id))):
            found.setdefault(question.paper_id, []).append(question)
    return found


def open_question_of(session: Session, paper: int) -> IdentityQuestion | None:
    """The oldest open question on a paper."""
    return next(iter(questions_of(session, [paper], QuestionStatus.OPEN).get(paper, ())), None)


def answered_questions(session: Session) -> list[IdentityQuestion]:
    """All answered questions, oldest first."""
    answered = select(IdentityQuestion).where(IdentityQuestion.status != QuestionStatus.OPEN)
    return list(session.exec(answered.order_by(col(IdentityQuestion.id))))


def wrong_ids_of(session: Session, papers: Iterable[int]) -> dict[int, frozenset[tuple[str, str]]]:
    """For papers that have some: ids (scheme, value) that a person ruled out, whatever a source states."""
    found: dict[int, set[tuple[str, str]]] = {}
    for part in chunks(papers):
        columns = select_columns(IdentityQuestion.paper_id, IdentityQuestion.wrong_ids)
        rows = columns.where(col(IdentityQuestion.paper_id).in_(part), IdentityQuestion.status != QuestionStatus.OPEN)
        for paper, ids in session.connection().execute(rows):
            for text in ids:
                scheme, _, value = text.partition(":")
                found.setdefault(paper, set()).add((scheme, value))
    return {paper: frozenset(ids) for paper, ids in found.items()}


class QuestionRow(NamedTuple):
    """A question with the paper it is about, who asked, who answered, and when."""

    question: IdentityQuestion
    slug: str
    arxiv: str | None
    year: int | None
    paper_title: str
    asked_by: str
    batch: str
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class QuestionFilter:
    """Filter of questions: by status, papers, id, and the id of the batch that asked."""

    status: str | None = None
    papers: Collection[int] | None = None
    uid: str | None = None
    batch: str | None = None

    def conditions(self) -> list[Condition]:
        """The filter as SQL conditions."""
        asking = select(Batch.id).where(Batch.uid == self.batch)
        given = (
            (self.status, col(IdentityQuestion.status) == self.status),
            (self.papers, col(IdentityQuestion.paper_id).in_(self.papers or ())),
            (self.uid, col(IdentityQuestion.uid) == self.uid),
            (self.batch, col(IdentityQuestion.batch_id).in_(asking)),
        )
        return [condition for value, condition in given if value is not None]


_NEWEST = (SortKey(col(IdentityQuestion.at), descending=True), SortKey(col(IdentityQuestion.uid)))


def count_questions(session: Session, wanted: QuestionFilter) -> int:
    """Number of questions that match."""
    statement = select_columns(func.count()).select_from(IdentityQuestion).where(*wanted.conditions())
    return int(session.connection().execute(statement).scalar_one())


def page_of_questions(
    session: Session, wanted: QuestionFilter, after: tuple[datetime, str] | None, limit: int
) -> list[QuestionRow]:
    """Up to `limit` questions that match, newest first, after the one with that time and id."""
    return [QuestionRow._make(row) for row in session.execute(paged(_rows(wanted), _NEWEST, after, limit))]


def question_rows(session: Session, wanted: QuestionFilter) -> list[QuestionRow]:
    """All questions that match, oldest first."""
    return [QuestionRow._make(row) for row in session.execute(_rows(wanted).order_by(col(IdentityQuestion.id)))]


def _rows(wanted: QuestionFilter) -> Selected:
    asking, asker, answering, answerer = aliased(Batch), aliased(Actor), aliased(Batch), aliased(Actor)
    found: Selected = (
        select_columns(
            IdentityQuestion,
            Paper.slug,
            Paper.arxiv,
            Paper.year,
            col(Paper.title).label("paper_title"),
            col(asker.name).label("asked_by"),
            col(asking.uid).label("batch"),
            col(answerer.name).label("answered_by"),
            col(answering.started_at).label("answered_at"),
        )
        .select_from(IdentityQuestion)
        .join(Paper, col(Paper.id) == col(IdentityQuestion.paper_id))
        .join(asking, col(asking.id) == col(IdentityQuestion.batch_id))
        .join(asker, col(asker.id) == col(asking.actor_id))
        .join(answering, col(answering.uid) == col(IdentityQuestion.answer_batch), isouter=True)
        .join(answerer, col(answerer.id) == col(answering.actor_id), isouter=True)
        .where(*wanted.conditions())
    )
    return found


@dataclass(frozen=True)
class Asked:
    """A question that a batch opened, for its report; `paper` is the paper's slug."""

    question: str
    paper: str
    paper_title: str
    source: str
    ids: list[str]
    title: str
    reasons: list[str]

    def __str__(self) -> str:
        return (
            f"{self.paper}: {led_by(self.ids)} may lead to another paper by {self.source} ({'; '.join(self.reasons)}); "
            f"nothing of it is taken; answer `wamkg questions answer {self.question} wrong-id|renamed|wrong-record`"
        )


@dataclass(frozen=True)
class TitleChange:
    """A paper whose title changed in a batch; `paper` is its slug."""

    paper: str
    before: str
    after: str


def asked_in(session: Session, batch: str | None) -> list[Asked]:
    """The questions that a batch opened, oldest first."""
    return [
        Asked(q.uid, row.slug, row.paper_title, q.source, q.ids, q.title, q.reasons)
        for row in question_rows(session, QuestionFilter(batch=batch or ""))
        if (q := row.question)
    ]


def renamed_in(session: Session, batch: str | None) -> list[TitleChange]:
    """The papers whose title a batch changed, in order."""
    statement = (
        select_columns(Paper.slug, Change.before, Change.after)
        .select_from(Change)
        .join(Batch, col(Batch.id) == col(Change.batch_id))
        .join(Entity, col(Entity.uid) == col(Change.subject_uid))
        .join(Paper, col(Paper.id) == col(Entity.id))
        .where(Batch.uid == batch, Change.field == RENAMED)
        .order_by(col(Change.id))
    )
    return [TitleChange(*row) for row in session.connection().execute(statement)]


def answered_in(session: Session, batch: str) -> list[IdentityQuestion]:
    """The questions that a batch answered."""
    answered = select(IdentityQuestion).where(IdentityQuestion.answer_batch == batch)
    return list(session.exec(answered.order_by(col(IdentityQuestion.id))))


def batches_resting_on_answers(session: Session, batch: Batch) -> set[int]:
    """Later batches, not undone, that fetched data for papers of questions that this batch answered."""
    found: set[int] = set()
    for question in answered_in(session, batch.uid):
        paper = question.paper_id
        facts = select(Claim.batch_id).where(Claim.subject_id == paper, col(Claim.source).in_(FETCHED_FROM))
        citations = select(Citation.batch_id).where(
            or_(col(Citation.cited_id) == paper, col(Citation.citing_id) == paper)
        )
        for model, rows in ((Claim, facts), (Citation, citations)):
            later = rows.join(Batch, col(Batch.id) == col(model.batch_id))
            found |= set(session.exec(later.where(col(Batch.id) > batch.id, col(Batch.undone_at).is_(None))))
    return found
