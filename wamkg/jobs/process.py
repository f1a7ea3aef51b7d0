"""Runs one job in this process, from start to end."""

import sys

from wamkg.errors import WamkgError
from wamkg.jobs.kinds import runner_of
from wamkg.settings import Settings
from wamkg.store import jobs
from wamkg.store.session import Store
from wamkg.vocabulary import JobStatus

DONE, FAILED, PARTIAL = 0, 1, 3


def run_job(store: Store, settings: Settings, uid: str) -> JobStatus:
    """Run a queued job and return its final status. A job that is not queued is skipped.

    Raises NotFoundError for an unknown id, and the errors of the job, after they are recorded in its row.
    """
    with store.reading() as session:
        job = jobs.find_job(session, uid)
    if job.status != JobStatus.QUEUED:
        return JobStatus(job.status)
    try:
        runner_of(job.kind)(store, settings, job.uid, job.params)
    except WamkgError as error:
        _note_failure(store, job.uid, str(error))
        raise
    with store.reading() as session:
        return JobStatus(jobs.find_job(session, uid).status)


def _note_failure(store: Store, uid: str, error: str) -> None:
    with store.writing() as session:
        if jobs.find_job(session, uid).status in jobs.LIVE:
            jobs.finish(session, uid, JobStatus.FAILED, {"error": error})


def main(arguments: list[str]) -> int:
    """Run the job with the given id. The exit status is that of the command line."""
    settings = Settings()
    try:
        with Store(settings.url) as store:
            status = run_job(store, settings, arguments[0])
    except WamkgError as error:
        print(f"wamkg: {error}", file=sys.stderr)
        return FAILED
    return {JobStatus.DONE: DONE, JobStatus.FAILED: FAILED}.get(status, PARTIAL)
