"""The page of a taxonomy, and the form that edits it after showing what would change."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from wamkg.pages.taxonomy import (
    CrosswalkChoice,
    EditTried,
    TaxonomyChoice,
    crosswalk_page,
    edit_of_form,
    taxonomy_page,
)
from wamkg.pages.viewer import Viewer
from wamkg.services.taxonomies import Trial, edit_taxonomy
from wamkg.services.writers import Writer
from wamkg.views.timelines import MAX_DEPTH
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.access import ViewerDep
from wamkg_api.deps import SessionDep
from wamkg_api.form_parser import parse_form, redirect_after_post
from wamkg_api.page_forms import REFUSED, Slug, Text, caller_of_form, page, status_of
from wamkg_api.state import settings_of, store_of
from wamkg_api.writing import person_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
forms = APIRouter(include_in_schema=False)


def _choice(
    taxonomy: Slug = MAIN_TAXONOMY, at: Text = None, facet: Annotated[str, Query(max_length=20)] = "year"
) -> TaxonomyChoice:
    return TaxonomyChoice(taxonomy, at or "", facet)


@router.get("/taxonomy")
def show_taxonomy(
    session: SessionDep, who: ViewerDep, choice: Annotated[TaxonomyChoice, Depends(_choice)], done: Text = None
) -> HTMLResponse:
    """A taxonomy with its definitions, and one of its classes; `done` is the batch just written."""
    return page(taxonomy_page(session, choice, who, done), who=who)


@router.get("/taxonomy/crosswalk")
def show_crosswalk(
    session: SessionDep,
    who: ViewerDep,
    taxonomy: Slug = "",
    compare_with: Slug = "",
    depth_a: Annotated[int, Query(ge=0, le=MAX_DEPTH)] = 1,
    depth_b: Annotated[int, Query(ge=0, le=MAX_DEPTH)] = 1,
) -> HTMLResponse:
    """Two taxonomies compared, with the papers that do not follow the mapping."""
    return page(crosswalk_page(session, CrosswalkChoice(taxonomy, compare_with, depth_a, depth_b), who), who=who)


@forms.post("/taxonomy/edit")
async def post_edit(request: Request, viewer: ViewerDep) -> Response:
    """Show what an edit would change, or make it."""
    form = await parse_form(request)
    writer = person_of(await caller_of_form(request, form))
    return await run_in_threadpool(_edit, request, form, writer, viewer)


def _edit(request: Request, form: dict[str, str], writer: Writer, viewer: Viewer | None) -> Response:
    store, slug, applies = store_of(request), form.get("taxonomy", ""), form.get("step") == "apply"
    report, problem, status = None, "", 200
    try:
        edit = edit_of_form(form)
        report = edit_taxonomy(store, settings_of(request), writer, slug, edit, Trial(dry_run=not applies))
    except REFUSED as error:
        problem, status = str(error), status_of(error)
    if applies and report is not None:
        return redirect_after_post("/taxonomy", taxonomy=slug, done=report.batch or "")
    with store.reading() as session:
        choice = TaxonomyChoice(slug, form.get("taxon", "") or form.get("parent", ""))
        shown = page(taxonomy_page(session, choice, viewer, tried=EditTried(form, report, problem)), who=viewer)
    shown.status_code = status
    return shown
