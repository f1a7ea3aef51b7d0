"""Jobs and their progress."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.json_types import JsonObject
from wamkg.store.jobs import find_job, list_jobs
from wamkg.store.tables import Job
from wamkg.views.history import object_in_order


@dataclass(frozen=True, slots=True)
class JobItem(WithFormerNames):
    """One job and its progress."""

    uid: str
    kind: str
    status: str
    done: int
    total: int | None
    counts: JsonObject
    error: str | None
    queued: datetime
    started: datetime | None
    finished: datetime | None
    state: Former[str] = former("status")


def job_list(session: Session, limit: int) -> list[JobItem]:
    """Jobs, newest first."""
    return [job_item(job) for job in list_jobs(session, limit)]


def job_item(j: Job) -> JobItem:
    """One job."""
    return JobItem(
        j.uid,
        j.kind,
        j.status,
        j.done,
        j.total,
        object_in_order(j.counts),
        j.error,
        j.queued_at,
        j.started_at,
        j.finished_at,
    )


def job_named(session: Session, uid: str) -> JobItem:
    """One job by its id or the beginning of it.

    Raises NotFoundError.
    """
    return job_item(find_job(session, uid))
