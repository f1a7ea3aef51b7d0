"""Jobs: list, start, watch and stop them."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from wamkg.errors import NotFoundError
from wamkg.jobs import dispatch
from wamkg.jobs.kinds import KINDS
from wamkg.json_types import JsonObject
from wamkg.near_matches import unknown
from wamkg.services import jobs
from wamkg.views.jobs import JobItem, job_item, job_list, job_named
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg_api.access import CallerDep
from wamkg_api.deps import Limit, SessionDep, SettingsDep, Uid, json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.operations import JobParameters
from wamkg_api.writing import StoreDep, writing_router

writes = writing_router()


@writes.post("/jobs/{uid}/cancel", response_model=JobItem)
def cancel_job(store: StoreDep, uid: Uid) -> Response:
    """Ask a job to stop. What it has stored is not lost."""
    return json_response(jobs.cancel(store, uid))


@writes.post("/jobs/{uid}/resume", response_model=JobItem)
def resume_job(store: StoreDep, settings: SettingsDep, uid: Uid) -> Response:
    """Resume a job that stopped early."""
    return json_response(jobs.resume(store, settings, uid))


@writes.post("/jobs/{kind}", status_code=202, response_model=JobItem)
def start_job(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    kind: Annotated[str, Path(max_length=40, description="Kind of job.", examples=["enrich"])],
    order: Annotated[JobParameters, Body(default_factory=JobParameters)],
) -> Response:
    """Start a job of kind discover, embed, enrich, suggest, watch or weekly. It continues after the response;
    `jobs/{uid}` shows its progress.
    """
    if kind not in KINDS:
        raise NotFoundError(unknown("job kind", kind, sorted(KINDS)))
    params: JsonObject = order.model_dump(exclude_none=True)
    return json_response(job_item(dispatch.submit(store, settings, kind, params, caller.holder.actor_id)[0]), 202)


router = APIRouter(tags=["record"])


@router.get("/jobs", response_model=Page[JobItem], responses=problems(422))
def list_jobs(session: SessionDep, limit: Limit = DEFAULT_LIMIT) -> Response:
    """The newest jobs."""
    items = job_list(session, limit)
    return json_response(Page(items, len(items), None))


@router.get("/jobs/{uid}", response_model=JobItem, responses=problems(404, 422))
def get_job(session: SessionDep, uid: Uid) -> Response:
    """One job and its progress."""
    return json_response(job_named(session, uid))
