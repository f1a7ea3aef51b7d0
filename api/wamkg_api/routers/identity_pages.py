"""The pages of duplicates and identity questions, and the forms that judge and merge pairs."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.pages.identity import duplicates_page, merge_page, questions_page
from wamkg.pages.viewer import Viewer
from wamkg.reviewing.paper_merge import Merge, MergedPapers
from wamkg.services import duplicates as service
from wamkg.services.writers import Writer
from wamkg_api.access import ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.form_parser import parse_form, redirect_after_post, revision_of
from wamkg_api.page_forms import Text, caller_of_form, page, status_of
from wamkg_api.state import settings_of, store_of
from wamkg_api.writing import person_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
forms = APIRouter(include_in_schema=False)


@router.get("/duplicates")
def show_duplicates(session: SessionDep, who: ViewerDep, after: Text = None, done: Text = None) -> HTMLResponse:
    """Pairs of papers that may be one; `done` is the batch just written."""
    return page(duplicates_page(session, after or None, viewer=who, done=done), who=who)


@router.get("/questions")
def show_questions(session: SessionDep, who: ViewerDep, after: Text = None, done: Text = None) -> HTMLResponse:
    """The open identity questions; `done` is the batch just written."""
    return page(questions_page(session, after or None, viewer=who, done=done), who=who)


@forms.post("/duplicates/judge")
async def post_judgement(request: Request) -> Response:
    """Judge a pair, and return to the list."""
    form = await parse_form(request)
    who = person_of(await caller_of_form(request, form))
    pair = form.get("left", ""), form.get("right", "")
    verdict, note = form.get("verdict", ""), form.get("note", "")
    judged = await run_in_threadpool(service.judge_pair, store_of(request), who, pair, verdict, note)
    return redirect_after_post("/duplicates", done=judged.batch or "")


@forms.post("/duplicates/merge")
async def post_merge(request: Request, viewer: ViewerDep) -> Response:
    """Show the dry run of a merge, or make it and return to the list."""
    form = await parse_form(request)
    who = person_of(await caller_of_form(request, form))
    return await run_in_threadpool(_merge, request, form, who, viewer)


def _merge(request: Request, form: dict[str, str], who: Writer, viewer: Viewer | None) -> Response:
    wanted, problem, status, made = _wanted(form), None, 200, None
    try:
        if form.get("step") == "merge":
            return redirect_after_post("/duplicates", done=_run(request, who, wanted).batch or "")
    except (ConflictError, InvalidInputError) as error:
        problem, status = str(error), status_of(error)
    try:
        made = _run(request, who, wanted, dry_run=True)
    except (ConflictError, InvalidInputError) as error:
        problem, status = str(error), status_of(error)
    with store_of(request).reading() as session:
        shown = page(merge_page(session, wanted, made, problem, viewer), who=viewer)
    shown.status_code = status
    return shown


def _run(request: Request, who: Writer, wanted: Merge, *, dry_run: bool = False) -> MergedPapers:
    return service.merge(store_of(request), settings_of(request), who, wanted, dry_run=dry_run)


def _wanted(form: dict[str, str]) -> Merge:
    """The merge that a form describes: `keep` says which of the two papers remains."""
    sides = [form.get("left", ""), form.get("right", "")]
    keep, other = sides if form.get("keep") != "right" else reversed(sides)
    return Merge(
        keep=keep,
        other=other,
        prefer=form.get("prefer"),
        why=form.get("why", ""),
        although_dois_differ="although_dois_differ" in form,
        although_unlike="although_unlike" in form,
        revision=revision_of(form),
    )
