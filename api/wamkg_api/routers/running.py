"""Starts, shows and stops jobs."""

from typing import Annotated, Any

from fastapi import Path, Response

from wamkg.errors import NotFoundError
from wamkg.jobs import dispatch
from wamkg.jobs.kinds import KINDS
from wamkg.services import jobs
from wamkg.views.work import JobItem, job_item
from wamkg_api.access import CallerDep
from wamkg_api.bodies import JobOrder
from wamkg_api.deps import SettingsDep, Uid, answer
from wamkg_api.writing import StoreDep, writing_router

router = writing_router()


@router.post("/jobs/{uid}/cancel", response_model=JobItem)
def cancel_job(store: StoreDep, uid: Uid) -> Response:
    """Ask a job to stop. What it has stored is not lost."""
    return answer(jobs.cancel(store, uid))


@router.post("/jobs/{uid}/resume", response_model=JobItem)
def resume_job(store: StoreDep, settings: SettingsDep, uid: Uid) -> Response:
    """Resume a job that stopped early."""
    return answer(jobs.resume(store, settings, uid))


@router.post("/jobs/{kind}", status_code=202, response_model=JobItem)
def start_job(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    kind: Annotated[str, Path(max_length=40, examples=["enrich"])],
    order: JobOrder | None = None,
) -> Response:
    """Start a job of kind embed, enrich or suggest. It continues after the response; `jobs/{uid}` shows its
    progress.
    """
    if kind not in KINDS:
        raise NotFoundError(f"there is no job {kind!r}; there are: {', '.join(sorted(KINDS))}")
    params: dict[str, Any] = order.model_dump(exclude_none=True) if order else {}
    return answer(job_item(dispatch.submit(store, settings, kind, params, caller.holder.actor_id)[0]), 202)
