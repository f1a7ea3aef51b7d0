"""The page on which one pastes ids, links or a file, and its form."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from wamkg.errors import InvalidInputError
from wamkg.importing.importer import ImportOptions
from wamkg.pages.imports import PastedText, import_page
from wamkg.pages.viewer import Viewer
from wamkg.services.imports import import_content
from wamkg_api.access import Caller, ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.form_parser import parse_form, redirect_after_post
from wamkg_api.page_forms import Text, caller_of_form, page
from wamkg_api.state import store_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
forms = APIRouter(include_in_schema=False)


@router.get("/import")
def show_import(session: SessionDep, who: ViewerDep, done: Text = None) -> HTMLResponse:
    """The form; `done` is the batch just written."""
    return page(import_page(session, who, PastedText(), done=done), who=who)


@forms.post("/import")
async def post_import(request: Request, viewer: ViewerDep) -> Response:
    """Say what would happen to the pasted papers, or import them."""
    form = await parse_form(request)
    caller = await caller_of_form(request, form)
    return await run_in_threadpool(_import, request, form, caller, viewer)


def _import(request: Request, form: dict[str, str], caller: Caller, viewer: Viewer | None) -> Response:
    store = store_of(request)
    pasted = PastedText(form.get("text", ""), form.get("file", ""), form.get("as") != "list")
    applies = form.get("step") == "apply"
    options = ImportOptions(as_candidates=pasted.as_candidates, dry_run=not applies, actor=caller.holder.name)
    report, problem = None, ""
    try:
        report = import_content(store, pasted.file or "pasted", pasted.text.encode(), options)
    except InvalidInputError as error:
        problem = str(error)
    if applies and report is not None:
        return redirect_after_post("/import", done=report.batch or "")
    with store.reading() as session:
        shown = page(import_page(session, viewer, pasted, report, problem), who=viewer)
    shown.status_code = 422 if problem else 200
    return shown
