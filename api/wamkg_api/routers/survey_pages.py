"""The page of the survey, and the form that edits it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from wamkg.pages.context import branch_names
from wamkg.pages.survey import survey_page, values_of_form
from wamkg.pages.viewer import Viewer
from wamkg.services.survey import set_survey_over_http
from wamkg.services.writers import Writer
from wamkg_api.access import ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.form_parser import parse_form, redirect_after_post, revision_of
from wamkg_api.page_forms import REFUSED, caller_of_form, page, refused_page
from wamkg_api.state import store_of
from wamkg_api.writing import person_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
forms = APIRouter(include_in_schema=False)


@router.get("/survey")
def show_survey(
    session: SessionDep, who: ViewerDep, done: Annotated[str | None, Query(max_length=100)] = None
) -> HTMLResponse:
    """What the survey is called, who wrote it, and how its papers are divided; `done` is the batch just written."""
    return page(survey_page(session, who, done), who=who)


@forms.post("/survey")
async def post_survey(request: Request, viewer: ViewerDep) -> Response:
    """Set the fields of the survey, and return to its page; a refused form is shown again as it was typed."""
    form = await parse_form(request)
    who = person_of(await caller_of_form(request, form))
    return await run_in_threadpool(_set, request, form, who, viewer)


def _set(request: Request, form: dict[str, str], who: Writer, viewer: Viewer | None) -> Response:
    store = store_of(request)
    with store.reading() as session:
        names = branch_names(session)
    revision = revision_of(form)
    try:
        edited = set_survey_over_http(store, who, values_of_form(form, names), form.get("why", ""), revision)
    except REFUSED as error:
        said = str(error)
        return refused_page(
            request, viewer, error, lambda session: survey_page(session, viewer, problem=said, typed=form)
        )
    return redirect_after_post("/survey", done=edited.batch or "")
