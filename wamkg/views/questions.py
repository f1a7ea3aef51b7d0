"""Questions whether a record describes the paper that its id names: the list, and one with both sides."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.enriching.questions import kept_as_record
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.matching.same_paper import year_of
from wamkg.store.paper_details import authors_of
from wamkg.store.papers import find_paper
from wamkg.store.questions import (
    QuestionFilter,
    QuestionRow,
    count_questions,
    find_question,
    page_of_questions,
    question_rows,
)
from wamkg.views.paging import Page, decode_time, encode_time
from wamkg.views.papers import public_id
from wamkg.vocabulary import QuestionStatus


@dataclass(frozen=True, slots=True)
class QuestionItem(WithFormerNames):
    """A record that was not applied to `paper`, although it has an id of it, because it looks like another paper.

    `ids` are the shared ids; `record_title`, `record_authors` and `record_year` are the record's. `status` is `open`,
    or the answer: `wrong-id`, `renamed` or `wrong-record`; `wrong_ids` were removed from the paper.
    """

    uid: str
    paper: str
    title: str
    authors: list[str]
    year: int | None
    source: str
    ids: list[str]
    record_title: str
    record_authors: list[str]
    record_year: int | None
    reasons: list[str]
    status: str
    wrong_ids: list[str]
    note: str
    asked_by: str
    at: datetime
    batch: str
    answered_by: str | None
    answered_at: datetime | None
    answer_batch: str | None
    revision: int
    version: Former[int] = former("revision")


def question_list(
    session: Session, status: str | None, limit: int, after: str | None, *, paper: str | None = None
) -> Page[QuestionItem]:
    """One page of the questions, newest first, filtered by `status` and by `paper` (any id).

    Raises NotFoundError for an unknown paper, and for a cursor of another list.
    """
    number = find_paper(session, paper).id if paper else None
    wanted = QuestionFilter(status or None, None if number is None else [number])
    rows = page_of_questions(session, wanted, decode_time(after, "questions") if after else None, limit + 1)
    following = encode_time("questions", rows[limit - 1].question) if len(rows) > limit else None
    return Page(_items(session, rows[:limit]), count_questions(session, wanted), following)


def open_questions(session: Session) -> list[QuestionItem]:
    """All open questions, oldest first."""
    return _items(session, question_rows(session, QuestionFilter(QuestionStatus.OPEN)))


def questions_on(session: Session, papers: Collection[int]) -> dict[int, list[QuestionItem]]:
    """The open questions on each paper, oldest first."""
    rows = question_rows(session, QuestionFilter(QuestionStatus.OPEN, papers))
    found: dict[int, list[QuestionItem]] = {}
    for row, item in zip(rows, _items(session, rows), strict=True):
        found.setdefault(row.question.paper_id, []).append(item)
    return found


def question_item(session: Session, uid: str) -> QuestionItem:
    """One question by its id or the beginning of it.

    Raises NotFoundError.
    """
    question = find_question(session, uid)
    return _items(session, question_rows(session, QuestionFilter(uid=question.uid)))[0]


def _items(session: Session, rows: list[QuestionRow]) -> list[QuestionItem]:
    authors = authors_of(session, [row.question.paper_id for row in rows])
    return [_item(row, authors.get(row.question.paper_id, [])) for row in rows]


def _item(row: QuestionRow, authors: list[str]) -> QuestionItem:
    question = row.question
    record = kept_as_record(question)
    return QuestionItem(
        uid=question.uid,
        paper=public_id(row.arxiv, row.slug),
        title=row.paper_title,
        authors=authors,
        year=row.year,
        source=question.source,
        ids=question.ids,
        record_title=question.title,
        record_authors=record.authors,
        record_year=year_of(record),
        reasons=question.reasons,
        status=question.status,
        wrong_ids=question.wrong_ids,
        note=question.note,
        asked_by=row.asked_by,
        at=question.at,
        batch=row.batch,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        answer_batch=question.answer_batch,
        revision=question.revision,
    )
