"""Questions whether a record describes the paper that its id names. Everyone may read them; people answer them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.parameters import Word
from wamkg.reviewing.identity_questions import IdentityAnswer, QuestionAnswered
from wamkg.services.questions import answer_question
from wamkg.store.session import Session
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.questions import QuestionItem, question_item, question_list
from wamkg.vocabulary import QuestionStatus, Role
from wamkg_api.access import CallerDep
from wamkg_api.deps import After, Limit, SessionDep, Uid, json_response
from wamkg_api.errors import problems
from wamkg_api.preconditions import IfMatch, required_revision
from wamkg_api.schemas.duplicates import QuestionAnswer
from wamkg_api.writing import StoreDep, person_of, writing_router

router = APIRouter(prefix="/questions", tags=["review"])
writes = writing_router(Role.CURATOR, 412)


@router.get("", response_model=Page[QuestionItem], responses=problems(404, 422))
def list_questions(
    session: SessionDep,
    status: Annotated[QuestionStatus | None, Query(description="Only questions of this status.")] = None,
    paper: Annotated[Word | None, Query(description="Only on this paper.", examples=["arxiv:2302.00111"])] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Records that were not applied because they look like another paper than the one with their id; newest first."""
    return json_response(question_list(session, status, limit, after, paper=paper))


@router.get("/{uid}", response_model=QuestionItem, responses=problems(404, 422))
def get_question(session: SessionDep, uid: Uid) -> Response:
    """One question, with the paper and the record side by side."""
    return json_response(question_item(session, uid))


@writes.post("/questions/{uid}/answer", response_model=QuestionAnswered)
def post_answer(
    store: StoreDep, caller: CallerDep, uid: Uid, said: QuestionAnswer, if_match: IfMatch = None
) -> Response:
    """Answer a question: the id is wrong, the title has changed, or the record is wrong. One batch; it can be
    undone.
    """
    with store.reading() as session:
        seen = _seen(session, uid, if_match)
    revision = seen if said.revision is None else said.revision
    given = IdentityAnswer(answer=said.answer, note=said.note, revision=revision)
    return json_response(answer_question(store, person_of(caller), uid, given))


def _seen(session: Session, uid: str, if_match: str | None) -> int | None:
    if not if_match:
        return None
    item = question_item(session, uid)
    happened = f"{item.answered_by} answered {item.status}" if item.answered_by else "nothing that was recorded"
    return required_revision(if_match, item, happened)
