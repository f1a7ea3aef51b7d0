"""Questions whether a record describes the paper that its id names: the list, and one with both sides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from wamkg.enriching.questions import kept_as_record
from wamkg.matching.same_paper import year_of
from wamkg.store.paper_details import authors_of
from wamkg.store.papers import find_paper
from wamkg.store.questions import find_question, question_rows
from wamkg.store.tables import IdentityQuestion
from wamkg.views.paging import ListOrder, Page, page_of
from wamkg.views.papers import public_id
from wamkg.vocabulary import QuestionStatus


@dataclass(frozen=True, slots=True)
class QuestionItem:
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
    version: int


def question_list(
    session: Session, status: str | None, limit: int, after: str | None, *, paper: str | None = None
) -> Page[QuestionItem]:
    """One page of the questions, newest first, filtered by `status` and by `paper` (any id).

    Raises NotFoundError for an unknown paper, and for a cursor of another list.
    """
    number = find_paper(session, paper).id if paper else None
    items = _items(session, question_rows(session, status or None, number))
    keyed = [([-item.at.timestamp(), item.uid], item) for item in items]
    return page_of(keyed, ListOrder("questions", (float, str)), limit, after)


def open_questions(session: Session, paper: int | None = None) -> list[QuestionItem]:
    """All open questions, of one paper or of all, oldest first."""
    return _items(session, question_rows(session, QuestionStatus.OPEN, paper))[::-1]


def questions_on(session: Session, paper: str) -> list[QuestionItem]:
    """The open questions on a paper, by any of its ids.

    Raises NotFoundError.
    """
    return open_questions(session, find_paper(session, paper).id)


def question_item(session: Session, uid: str) -> QuestionItem:
    """One question by its id or the beginning of it.

    Raises NotFoundError.
    """
    question = find_question(session, uid)
    rows = [row for row in question_rows(session, None, question.paper_id) if row.IdentityQuestion.id == question.id]
    return _items(session, rows)[0]


def _items(session: Session, rows: list[Any]) -> list[QuestionItem]:
    authors = authors_of(session, [row.IdentityQuestion.paper_id for row in rows])
    return [_item(row, authors.get(row.IdentityQuestion.paper_id, [])) for row in rows]


def _item(row: Any, authors: list[str]) -> QuestionItem:
    question: IdentityQuestion = row.IdentityQuestion
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
        version=question.version,
    )
