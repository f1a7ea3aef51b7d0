"""The pages from which the survey is run: objections, releases, jobs, changes and tokens, with their forms."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.jobs import dispatch
from wamkg.jobs.kinds import KINDS
from wamkg.pages.running import changes_page, jobs_page, objections_page, releases_page, tokens_page
from wamkg.pages.viewer import Viewer
from wamkg.reviewing.objections import ObjectionOutcome
from wamkg.services import jobs, objections, tokens
from wamkg.services.releases import create_release
from wamkg.store.session import Session
from wamkg.views.jobs import job_list
from wamkg.views.snapshots import diff_snapshots
from wamkg.vocabulary import PERSON, PROGRAM, Role
from wamkg_api.access import Caller, ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.form_parser import redirect_after_post, revision_of
from wamkg_api.page_forms import Form, Text, handle_form, page
from wamkg_api.snapshots import release_or_day
from wamkg_api.state import settings_of, store_of
from wamkg_api.writing import person_of, writer_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
forms = APIRouter(include_in_schema=False)
SHOWN_JOBS = 50
STARTED_BY_HAND = tuple(kind for kind in KINDS if kind != "refit")
"""Kinds of jobs that a person starts; a refit follows each decision by itself."""


@router.get("/objections")
def show_objections(session: SessionDep, who: ViewerDep, done: Text = None) -> HTMLResponse:
    """Objections to places; `done` is the batch just written."""
    return page(objections_page(session, who, done), who=who)


@router.get("/releases")
def show_releases(request: Request, session: SessionDep, who: ViewerDep, a: Text = None, b: Text = None) -> Response:
    """The releases, and what changed from one to another."""
    if not (a and b):
        return page(releases_page(session, who), who=who)
    with release_or_day(request, a) as old, release_or_day(request, b) as new:
        diff = diff_snapshots(old, new, (a, b))
    return page(releases_page(session, who, diff), who=who)


@router.get("/jobs")
def show_jobs(session: SessionDep, who: ViewerDep) -> HTMLResponse:
    """The newest jobs."""
    return page(_jobs_with(session, who), who=who)


@forms.post("/objections/{uid}")
async def post_objection_outcome(request: Request, uid: str, viewer: ViewerDep) -> Response:
    """Answer an objection, or close it."""
    return await handle_form(request, viewer, lambda caller, form: _decide(request, caller, uid, form), objections_page)


def _decide(request: Request, caller: Caller, uid: str, form: Form) -> Response:
    store, writer = store_of(request), person_of(caller)
    answer, outcome = form.get("answer", ""), form.get("outcome", "")
    revision = revision_of(form)
    if outcome == "answer":
        done = objections.answer_objection(store, writer, uid, answer, revision)
    else:
        closing = ObjectionOutcome(outcome=outcome, answer=answer or None, revision=revision)
        done = objections.close_objection(store, settings_of(request), writer, uid, closing)
    return redirect_after_post("/objections", done=done.batch)


@forms.post("/releases")
async def post_release(request: Request, viewer: ViewerDep) -> Response:
    """Freeze the survey as it is now, under a name."""
    return await handle_form(request, viewer, lambda caller, form: _release(request, caller, form), releases_page)


def _release(request: Request, caller: Caller, form: Form) -> Response:
    home, name = settings_of(request).home, form.get("name", "").strip()
    create_release(store_of(request), home, writer_of(caller), name, form.get("note", ""))
    return redirect_after_post("/releases")


@forms.post("/jobs")
async def post_job(request: Request, viewer: ViewerDep) -> Response:
    """Start a job."""
    return await handle_form(request, viewer, lambda caller, form: _start(request, caller, form), _jobs_with)


def _start(request: Request, caller: Caller, form: Form) -> Response:
    kind = form.get("kind", "")
    if kind not in STARTED_BY_HAND:
        raise InvalidInputError(f"choose one of {', '.join(STARTED_BY_HAND)}")
    dispatch.submit(store_of(request), settings_of(request), kind, {}, caller.holder.actor_id)
    return redirect_after_post("/jobs")


@forms.post("/jobs/{uid}/{action}")
async def post_job_action(request: Request, uid: str, action: str, viewer: ViewerDep) -> Response:
    """Cancel or resume a job."""
    return await handle_form(request, viewer, lambda caller, form: _steer(request, uid, action), _jobs_with)


def _steer(request: Request, uid: str, action: str) -> Response:
    if action == "cancel":
        jobs.cancel(store_of(request), uid)
    elif action == "resume":
        jobs.resume(store_of(request), settings_of(request), uid)
    else:
        raise NotFoundError(f"a job can be cancelled or resumed, not {action[:20]!r}")
    return redirect_after_post("/jobs")


def _jobs_with(session: Session, viewer: Viewer | None, *, problem: str = "") -> str:
    return jobs_page(session, job_list(session, SHOWN_JOBS), STARTED_BY_HAND, viewer, problem)


@router.get("/changes")
def show_changes(session: SessionDep, who: ViewerDep) -> HTMLResponse:
    """What changed: the newest batches, each of which can be undone."""
    return page(changes_page(session, who), who=who)


@router.get("/tokens")
def show_tokens(session: SessionDep, who: ViewerDep) -> HTMLResponse:
    """Who can sign in or write over HTTP; an administrator creates and revokes it."""
    return page(tokens_page(session, who), who=who)


@forms.post("/tokens")
async def post_token(request: Request, viewer: ViewerDep) -> Response:
    """Create a token or a sign-in link; the page shows its secret once."""

    def create(_: Caller, form: Form) -> Response:
        store, name, role = store_of(request), form.get("name", ""), form.get("role", "")
        if form.get("kind") == "link":
            made = tokens.create_link(store, name, role)
            shown = tokens.sign_in_link(str(request.base_url), made)
        else:
            owner = PROGRAM if form.get("kind") == PROGRAM else PERSON
            shown = tokens.create_token(store, name, role, form.get("label", ""), owner).secret
        with store.reading() as session:
            return page(tokens_page(session, viewer, secret=shown), who=viewer)

    return await handle_form(request, viewer, create, tokens_page, Role.ADMIN)


@forms.post("/tokens/{uid}/revoke")
async def post_revoked_token(request: Request, uid: str, viewer: ViewerDep) -> Response:
    """Revoke a token, link or session, and the sessions that it opened."""

    def revoke(_: Caller, form: Form) -> Response:
        tokens.revoke(store_of(request), uid)
        return redirect_after_post("/tokens")

    return await handle_form(request, viewer, revoke, tokens_page, Role.ADMIN)
