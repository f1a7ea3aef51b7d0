"""Runs of jobs as rows, started, watched, cancelled and resumed from any process; and the workers that do them."""

import os
import platform
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from uuid import getnode, uuid4

import psutil
from sqlmodel import Session, col, select

from wamkg.errors import ConflictError
from wamkg.identifiers import new_uid
from wamkg.json_types import JsonObject
from wamkg.store.base import get_by_prefix
from wamkg.store.tables import Job
from wamkg.store.types import utc_now
from wamkg.vocabulary import JobStatus


def current_worker_id() -> str:
    """A unique name for one run of this process: machine, process id, start time, and a random part."""
    pid = os.getpid()
    return f"{_machine()}|{pid}|{psutil.Process(pid).create_time():.2f}|{uuid4().hex[:8]}"


def is_worker_dead(owner: str) -> bool:
    """Whether the owner is a process of this machine that has ended; False if that is unknown."""
    machine, _, rest = owner.partition("|")
    pid, _, rest = rest.partition("|")
    started = rest.partition("|")[0]
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        process = psutil.Process(int(pid))
        ended = process.status() == psutil.STATUS_ZOMBIE
        return ended or f"{process.create_time():.2f}" != started
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False


@lru_cache(maxsize=1)
def _machine() -> str:
    """The scope of process ids: a host and, for containers that share its name, their own process namespace."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{platform.node()}/{getnode():x}/{space}"


SILENT_AFTER = timedelta(minutes=10)
"""Seconds without a heartbeat after which a job on another machine counts as dead."""
LIVE = (JobStatus.QUEUED, JobStatus.RUNNING)


def add_job(session: Session, kind: str, params: JsonObject, actor_id: int | None = None) -> Job:
    """Create a job with the status `queued`."""
    job = Job(uid=new_uid(), kind=kind, status=JobStatus.QUEUED, params=params, actor_id=actor_id)
    session.add(job)
    session.flush()
    return job


def find_job(session: Session, uid: str) -> Job:
    """The job with that id, or with a unique beginning of it.

    Raises NotFoundError.
    """
    return get_by_prefix(session, Job, uid, "wamkg jobs", hold=True)


def live_jobs(session: Session, kind: str) -> list[Job]:
    """Queued and running jobs of a kind, locked until the end of the transaction."""
    statement = select(Job).where(Job.kind == kind, col(Job.status).in_(LIVE)).order_by(col(Job.id)).with_for_update()
    return list(session.exec(statement.execution_options(populate_existing=True)))


def set_params(session: Session, job: Job, values: JsonObject) -> None:
    """Change parameters of a job."""
    job.params = job.params | values
    session.add(job)


def begin(session: Session, job: Job, runner: str) -> None:
    """Mark the job as running and record its owner."""
    now = utc_now()
    job.status, job.runner, job.cancel, job.error = JobStatus.RUNNING, runner, False, None
    job.started_at, job.heartbeat_at, job.finished_at = job.started_at or now, now, None
    session.add(job)


def beat(session: Session, uid: str, values: Mapping[str, object]) -> bool:
    """Record the progress of a job; returns whether it was asked to stop."""
    job = find_job(session, uid)
    job.heartbeat_at = utc_now()
    for name, value in values.items():
        setattr(job, name, value)
    session.add(job)
    return job.cancel


def finish(session: Session, uid: str, status: JobStatus, values: Mapping[str, object]) -> None:
    """Record the final status of a job."""
    job = find_job(session, uid)
    job.status, job.finished_at = status, utc_now()
    for name, value in values.items():
        setattr(job, name, value)
    session.add(job)


def cancel(session: Session, uid: str) -> Job:
    """Ask a job to stop. A job that is not running yet is cancelled at once.

    Raises ConflictError if the job has ended.
    """
    job = find_job(session, uid)
    if job.status not in LIVE:
        raise ConflictError(f"job {job.uid} has already ended ({job.status})")
    job.cancel = True
    if job.status == JobStatus.QUEUED:
        job.status, job.finished_at = JobStatus.CANCELLED, utc_now()
    session.add(job)
    return job


def requeue(session: Session, uid: str) -> Job:
    """Queue a job again that was cancelled, failed, ended in part, or whose process died.

    Raises ConflictError if the job is running or done.
    """
    job = find_job(session, uid)
    if job.status in LIVE or job.status == JobStatus.DONE:
        raise ConflictError(f"job {job.uid} is {job.status}; only a job that stopped early can be resumed")
    job.status, job.cancel, job.finished_at = JobStatus.QUEUED, False, None
    session.add(job)
    return job


def take_back(session: Session, uid: str) -> None:
    """Queue a job again after the job queue reported that its worker is lost."""
    job = find_job(session, uid)
    if job.status == JobStatus.RUNNING:
        job.status, job.finished_at = JobStatus.QUEUED, None
        session.add(job)


def close_dead(session: Session) -> int:
    """Mark running jobs whose process has ended as failed; returns their number."""
    limit = utc_now() - SILENT_AFTER
    closed = 0
    for job in session.exec(select(Job).where(Job.status == JobStatus.RUNNING)):
        silent = job.heartbeat_at is None or job.heartbeat_at < limit
        if silent or (job.runner and is_worker_dead(job.runner)):
            job.status, job.finished_at = JobStatus.FAILED, utc_now()
            job.error = "its process ended before it was done; resume it to continue"
            session.add(job)
            closed += 1
    return closed


def list_jobs(session: Session, limit: int) -> list[Job]:
    """Jobs, newest first."""
    return list(session.exec(select(Job).order_by(col(Job.id).desc()).limit(limit)))
