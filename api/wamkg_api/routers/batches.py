"""Batches and changes, undo, overview and coverage."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from wamkg.parameters import MomentText, parse_moment
from wamkg.services.batches import Undone
from wamkg.views.coverage import CoverageItem, Overview, coverage, overview
from wamkg.views.history import BatchItem, ChangeItem, batch_list, change_list
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.paper_changes import ChangedPapers, changed_papers
from wamkg_api.access import CallerDep
from wamkg_api.deps import After, Limit, SessionDep, SettingsDep, Uid, json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.operations import Reason
from wamkg_api.writing import StoreDep, undo_batch, writing_router

router = APIRouter(tags=["record"])
Since = Annotated[MomentText | None, Query(description="A date or a time.", examples=["2026-01-31"])]


@router.get("/changes", response_model=Page[ChangeItem], responses=problems(404, 422))
def list_changes(
    session: SessionDep, since: Since = None, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Response:
    """Edits and batches since a date or a time, newest first."""
    return json_response(change_list(session, parse_moment(since, "since"), limit, after))


@router.get("/changes/papers", response_model=ChangedPapers, responses=problems(404, 422))
def list_changed_papers(
    store: StoreDep, since: Since = None, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Response:
    """Papers that changed since a date or a time, the oldest change first, with those that were merged or deleted.
    `next` always continues: keep it, and ask again with `after`.
    """
    with store.reading() as session:
        return json_response(changed_papers(session, parse_moment(since, "since"), limit, after))


@router.get("/batches", response_model=Page[BatchItem], responses=problems(422))
def list_batches(session: SessionDep, since: Since = None, limit: Limit = DEFAULT_LIMIT) -> Response:
    """The newest batches."""
    items = batch_list(session, limit, parse_moment(since, "since"))
    return json_response(Page(items, len(items), None))


@router.get("/overview", response_model=Overview, responses=problems(422))
def get_overview(session: SessionDep) -> Response:
    """Counts of everything in the store."""
    return json_response(overview(session))


@router.get("/coverage", response_model=Page[CoverageItem], responses=problems(422))
def list_coverage(session: SessionDep) -> Response:
    """For each field, the number of papers in the library that have a value."""
    items = coverage(session)
    return json_response(Page(items, len(items), None))


writes = writing_router()


@writes.post("/batches/{uid}/undo", response_model=Undone)
def undo(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    uid: Uid,
    reason: Annotated[Reason, Body(default_factory=Reason)],
) -> Response:
    """Undo a batch as a whole. Only an admin may undo the batch of a program or another person's import."""
    return json_response(undo_batch(store, settings, caller, uid, reason.why))
