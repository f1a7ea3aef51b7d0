"""History of the store: changes, batches, jobs and releases; also counts and coverage."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.views.coverage import CoverageItem, Overview, coverage, overview
from wamkg.views.history import BatchItem, ChangeItem, batch_list, change_list
from wamkg.views.library import moment
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.work import JobItem, ReleaseItem, job_list, job_named, release_list
from wamkg_api.deps import After, Limit, SessionDep, Uid, answer
from wamkg_api.errors import problems
from wamkg_api.forms import MomentText

router = APIRouter(tags=["record"])
Since = Annotated[MomentText | None, Query(description="A date or a time.", examples=["2026-01-31"])]


@router.get("/changes", response_model=Page[ChangeItem], responses=problems(404, 422))
def list_changes(
    session: SessionDep, since: Since = None, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Response:
    """Edits and batches since a date or a time, newest first."""
    return answer(change_list(session, moment(since, "since"), limit, after))


@router.get("/batches", response_model=Page[BatchItem], responses=problems(422))
def list_batches(session: SessionDep, since: Since = None, limit: Limit = DEFAULT_LIMIT) -> Response:
    """The newest batches."""
    items = batch_list(session, limit, moment(since, "since"))
    return answer(Page(items, len(items), None))


@router.get("/jobs", response_model=Page[JobItem], responses=problems(422))
def list_jobs(session: SessionDep, limit: Limit = DEFAULT_LIMIT) -> Response:
    """The newest jobs."""
    items = job_list(session, limit)
    return answer(Page(items, len(items), None))


@router.get("/jobs/{uid}", response_model=JobItem, responses=problems(404, 422))
def get_job(session: SessionDep, uid: Uid) -> Response:
    """One job and its progress."""
    return answer(job_named(session, uid))


@router.get("/releases", response_model=Page[ReleaseItem], responses=problems(422))
def list_releases(session: SessionDep) -> Response:
    """The releases of the survey."""
    items = release_list(session)
    return answer(Page(items, len(items), None))


@router.get("/overview", response_model=Overview, responses=problems(422))
def get_overview(session: SessionDep) -> Response:
    """Counts of everything in the store."""
    return answer(overview(session))


@router.get("/coverage", response_model=Page[CoverageItem], responses=problems(422))
def list_coverage(session: SessionDep) -> Response:
    """For each field, the number of papers in the library that have a value."""
    items = coverage(session)
    return answer(Page(items, len(items), None))
