"""Starts, cancels and resumes jobs, for the command line and the API."""

from collections.abc import Mapping

from wamkg.jobs import local
from wamkg.jobs.kinds import check_job
from wamkg.json_types import JSON
from wamkg.settings import Settings
from wamkg.store import jobs
from wamkg.store.session import Store
from wamkg.store.tables import Job


def submit(
    store: Store,
    settings: Settings,
    kind: str,
    params: Mapping[str, JSON],
    actor_id: int | None = None,
    shares: int = 1,
) -> list[Job]:
    """Queue a job and start it, in its own process on this machine or on a worker.

    With `shares`, so many jobs are queued at once; those of kind `enrich` or `embed` share their tasks.

    Raises InvalidInputError for an unknown kind or parameter.
    """
    check_job(kind, params)
    with store.writing() as session:
        jobs.close_dead(session)
        queued = [jobs.add_job(session, kind, dict(params), actor_id) for _ in range(shares)]
    start(settings, *queued)
    return queued


def cancel(store: Store, uid: str) -> Job:
    """Ask a job to stop after the current request. What it has stored is not lost.

    Raises NotFoundError, and ConflictError if the job has ended.
    """
    with store.writing() as session:
        jobs.close_dead(session)
        return jobs.cancel(session, uid)


def resume(store: Store, settings: Settings, uid: str) -> Job:
    """Resume a job that was cancelled, failed, ended in part, or whose process died.

    Raises NotFoundError, and ConflictError if the job is running or done.
    """
    with store.writing() as session:
        jobs.close_dead(session)
        job = jobs.requeue(session, uid)
    start(settings, job)
    return job


def retry_failed(store: Store, settings: Settings, uid: str) -> Job:
    """Start a job that retries the failed tasks of an earlier job, with the same kind and parameters.

    Raises NotFoundError.
    """
    with store.reading() as session:
        job = jobs.find_job(session, uid)
    return submit(store, settings, job.kind, job.params | {"retry_failed": True}, job.actor_id)[0]


def start(settings: Settings, *queued: Job) -> None:
    """Start queued jobs, in their own processes on this machine or on workers."""
    if settings.jobs == "queue":
        from wamkg.jobs.procrastinate_queue import enqueue  # procrastinate is needed on a server only

        enqueue(settings, *(job.uid for job in queued))
    else:
        for job in queued:
            local.start(settings, job.uid)
