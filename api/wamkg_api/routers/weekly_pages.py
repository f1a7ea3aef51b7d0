"""The pages of the weekly round: found papers, notices, proposals and digests, with their forms."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from wamkg.errors import InvalidInputError
from wamkg.exporting.digest import DIGEST_FORMATS
from wamkg.pages.viewer import Viewer
from wamkg.pages.weekly import FindChoice, digests_page, discoveries_page, notices_page, proposals_page
from wamkg.services.digests import LAST_WEEK, make_digest, moment_since
from wamkg.services.discovery import add_find
from wamkg.services.proposals import accept_proposal, close_proposal
from wamkg.services.watching import answer_notice
from wamkg.store.session import Session
from wamkg.views.digests import digest_now
from wamkg.vocabulary import NoticeStatus, ProposalStatus
from wamkg_api.access import Caller, ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.form_parser import redirect_after_post, revision_of
from wamkg_api.page_forms import Form, Text, handle_form, page
from wamkg_api.state import settings_of, store_of
from wamkg_api.writing import person_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
forms = APIRouter(include_in_schema=False)


@router.get("/discoveries")
def show_discoveries(
    session: SessionDep,
    who: ViewerDep,
    route: Annotated[tuple[str, ...], Query(max_length=100)] = (),
    set_aside: bool = False,
    done: Text = None,
) -> HTMLResponse:
    """What the routes of discovery found; `done` is the batch just written."""
    return page(discoveries_page(session, FindChoice(route, set_aside), who, done), who=who)


@forms.post("/discoveries/{uid}/add")
async def post_find(request: Request, uid: str, viewer: ViewerDep) -> Response:
    """Add a find that was set aside to the queue."""

    def add(caller: Caller, form: Form) -> Response:
        done = add_find(store_of(request), person_of(caller), uid)
        return redirect_after_post("/discoveries", done=done.batch)

    def refused(session: Session, viewer: Viewer | None, *, problem: str) -> str:
        return discoveries_page(session, FindChoice(set_aside=True), viewer, problem=problem)

    return await handle_form(request, viewer, add, refused)


@router.get("/notices")
def show_notices(session: SessionDep, who: ViewerDep, done: Text = None) -> HTMLResponse:
    """Changes of library papers at their sources; `done` is the batch just written."""
    return page(notices_page(session, who, done), who=who)


@router.get("/proposals")
def show_proposals(session: SessionDep, who: ViewerDep, done: Text = None) -> HTMLResponse:
    """Classes that others propose; `done` is the batch just written."""
    return page(proposals_page(session, who, done), who=who)


@forms.post("/proposals/{uid}")
async def post_proposal_answer(request: Request, uid: str, viewer: ViewerDep) -> Response:
    """Accept a proposal or decline it."""
    return await handle_form(
        request, viewer, lambda caller, form: _answer_proposal(request, caller, uid, form), proposals_page
    )


def _answer_proposal(request: Request, caller: Caller, uid: str, form: Form) -> Response:
    store, writer, revision = store_of(request), person_of(caller), revision_of(form)
    if form.get("status") == ProposalStatus.ACCEPTED:
        done = accept_proposal(store, settings_of(request), writer, uid, revision)
    elif form.get("status") == ProposalStatus.DECLINED:
        done = close_proposal(store, writer, uid, ProposalStatus.DECLINED, form.get("why", ""), revision)
    else:
        raise InvalidInputError("accept the proposal or decline it")
    return redirect_after_post("/proposals", done=done.batch)


@router.get("/digests")
def show_digests(session: SessionDep, who: ViewerDep) -> HTMLResponse:
    """The digests, and what the next one would contain."""
    return page(_digests(session, who), who=who)


def _digests(session: Session, viewer: Viewer | None, *, problem: str = "") -> str:
    return digests_page(session, digest_now(session, moment_since(LAST_WEEK)), tuple(DIGEST_FORMATS), viewer, problem)


@forms.post("/notices/{uid}")
async def post_notice_answer(request: Request, uid: str, viewer: ViewerDep) -> Response:
    """Accept a notice or dismiss it."""
    return await handle_form(request, viewer, lambda caller, form: _answer(request, caller, uid, form), notices_page)


def _answer(request: Request, caller: Caller, uid: str, form: Form) -> Response:
    if form.get("status") not in (NoticeStatus.ACCEPTED, NoticeStatus.DISMISSED):
        raise InvalidInputError("accept the notice or dismiss it")
    status, revision = NoticeStatus(form["status"]), revision_of(form)
    done = answer_notice(store_of(request), person_of(caller), uid, status, revision)
    return redirect_after_post("/notices", done=done.batch)


@forms.post("/digests")
async def post_digest(request: Request, viewer: ViewerDep) -> Response:
    """Make a digest of the last seven days."""
    return await handle_form(request, viewer, lambda caller, form: _make(request, caller), _digests)


def _make(request: Request, caller: Caller) -> Response:
    make_digest(store_of(request), person_of(caller))
    return redirect_after_post("/digests")
