"""The page of one paper, why it has its place, and the form that edits a field."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.pages.links import paper_url
from wamkg.pages.paper import Refused, paper_page, why_page
from wamkg.pages.viewer import Viewer
from wamkg.services.entities import set_values
from wamkg.services.exports import cited_as
from wamkg.services.writers import Writer
from wamkg.store.session import Session
from wamkg_api.access import ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.form_parser import parse_form, redirect_after_post, revision_of
from wamkg_api.page_forms import Text, caller_of_form, page, refused_page
from wamkg_api.state import store_of
from wamkg_api.writing import person_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
forms = APIRouter(include_in_schema=False)


@router.get("/papers/{paper_id:path}/why")
def show_why(session: SessionDep, who: ViewerDep, paper_id: str) -> HTMLResponse:
    """Why a paper has its place, to be sent to its authors."""
    return page(why_page(session, paper_id, who), who=who)


@router.get("/papers/{paper_id:path}")
def show_paper(session: SessionDep, who: ViewerDep, paper_id: str, done: Text = None) -> HTMLResponse:
    """One paper; `done` is the batch that was just written."""
    return page(_paper(session, paper_id, who, done), who=who)


def _paper(
    session: Session, paper_id: str, who: Viewer | None, done: str | None = None, refused: Refused | None = None
) -> str:
    return paper_page(session, paper_id, cited_as(session, paper_id), who, done, refused)


@forms.post("/papers/{paper_id:path}/edit")
async def post_edit(request: Request, paper_id: str, viewer: ViewerDep) -> Response:
    """Set a field of a paper, and return to its page; a refused edit is shown again as it was typed."""
    form = await parse_form(request)
    writer = person_of(await caller_of_form(request, form))
    return await run_in_threadpool(_edit, request, paper_id, form, writer, viewer)


def _edit(request: Request, paper_id: str, form: dict[str, str], writer: Writer, viewer: Viewer | None) -> Response:
    store = store_of(request)
    field, value, why = form.get("field", ""), form.get("value", "").replace("\r\n", "\n"), form.get("why", "")
    revision = revision_of(form)
    try:
        edited = set_values(store, writer, paper_id, {field: value}, why, revision)
    except (ConflictError, InvalidInputError) as error:
        refused = Refused(field, value, why, str(error))
        return refused_page(request, viewer, error, lambda session: _paper(session, paper_id, viewer, refused=refused))
    return redirect_after_post(paper_url(paper_id), done=edited.batch or "")
