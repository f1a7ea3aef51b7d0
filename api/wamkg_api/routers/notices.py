"""Changes of library papers at their sources. Everyone may read them; people accept or dismiss them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.parameters import Word
from wamkg.reviewing.notices import NoticeAnswered
from wamkg.services.watching import answer_notice
from wamkg.views.notices import NoticeItem, notice_list
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.vocabulary import NoticeStatus, Role
from wamkg_api.access import CallerDep
from wamkg_api.deps import Limit, SessionDep, Uid, json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.operations import NoticeAnswer
from wamkg_api.writing import StoreDep, person_of, writing_router

router = APIRouter(prefix="/notices", tags=["review"])
writes = writing_router(Role.CURATOR)


@router.get("", response_model=Page[NoticeItem], responses=problems(404, 422))
def list_notices(
    session: SessionDep,
    status: Annotated[NoticeStatus | None, Query(description="Only notices of this status.")] = None,
    paper: Annotated[Word | None, Query(description="Only on this paper.", examples=["arxiv:2302.00111"])] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Changes of library papers at their sources, newest first. `POST jobs/watch` looks for them."""
    items = notice_list(session, status, paper, limit)
    return json_response(Page(items, len(items), None))


@writes.post("/notices/{uid}/answer", response_model=NoticeAnswered)
def post_notice_answer(store: StoreDep, caller: CallerDep, uid: Uid, said: NoticeAnswer) -> Response:
    """Accept a notice, which sets the new values of the paper, or dismiss it. One batch; it can be undone."""
    return json_response(answer_notice(store, person_of(caller), uid, NoticeStatus(said.status), said.revision))
