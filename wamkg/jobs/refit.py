"""Refits after decisions: one job at a time per taxonomy. It repeats if new decisions arrive while it runs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from wamkg.jobs.dispatch import start
from wamkg.jobs.stages import refuse_unknown
from wamkg.json_types import UncheckedMapping, UncheckedObject
from wamkg.settings import Settings
from wamkg.store import jobs
from wamkg.store.decisions import decided_taxonomy
from wamkg.store.jobs import current_worker_id
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Job
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind, JobStatus

KIND = "refit"
LOST_AFTER_SECONDS = timedelta(seconds=60)
"""Seconds in the queue after which a job is started again: its process may have failed to start."""
POLL_SECONDS = 0.05
"""Seconds between two checks for new decisions."""


def schedule_refit(store: Store, settings: Settings, taxonomy: str) -> None:
    """Schedule a background refit after a decision, unless the settings disable it."""
    if settings.refit:
        request_refit(store, settings, taxonomy)


def schedule_refit_after_undo(store: Store, settings: Settings, batch: Batch) -> None:
    """Schedule a refit after a batch was undone that contained a decision or a taxonomy edit."""
    if batch.kind == BatchKind.DECISION:
        schedule_refit(store, settings, decided_taxonomy(batch))
    elif batch.kind == BatchKind.TAXONOMY and "taxonomy" in batch.counts:
        schedule_refit(store, settings, str(batch.counts["taxonomy"]))


def request_refit(store: Store, settings: Settings, taxonomy: str) -> str:
    """Schedule a background refit of a taxonomy; returns the id of its job.

    A second request before the job starts adds nothing. A request while it runs makes it repeat. So the last decision
    is always included, however fast decisions arrive.
    """
    with store.writing() as session:
        jobs.close_dead(session)
        job, to_start = _job_for(session, taxonomy)
    if to_start:
        start(settings, job)
    return job.uid


def _job_for(session: Session, taxonomy: str) -> tuple[Job, bool]:
    for job in jobs.live_jobs(session, KIND):
        if job.params.get("taxonomy") != taxonomy:
            continue
        if job.status == JobStatus.RUNNING:
            jobs.set_params(session, job, {"again": True})
            return job, False
        return job, job.queued_at < utc_now() - LOST_AFTER_SECONDS
    return jobs.add_job(session, KIND, {"taxonomy": taxonomy}), True


def check_refit(params: UncheckedMapping) -> None:
    """Raise InvalidInputError for parameters other than `taxonomy`."""
    # `again` is set on a job that runs, so that a copy of it holds it; nobody is told to give it.
    refuse_unknown(KIND, set(params) - {"again"}, ("taxonomy",))


@dataclass(frozen=True)
class RefitSteps:
    """The two steps of a refit: `quick` right after a decision (None if it is not possible), `full` after a pause.

    `quiet` is the pause in seconds before the full step; `wait` is the time in seconds that the job waits for another
    decision before it ends.
    """

    full: Callable[[], UncheckedObject]
    quick: Callable[[], UncheckedObject | None] = lambda: None
    quiet: float = 0.0
    wait: float = 0.0


def run_refits(store: Store, uid: str, refit: RefitSteps) -> None:
    """Run `refit` for a queued job until there are no further requests. The job keeps the counts of the last full step.

    The job waits for a while after its last run, because its cached model makes the next refit fast.
    """
    with store.writing() as session:
        job = jobs.find_job(session, uid)
        if job.status != JobStatus.QUEUED:
            return
        jobs.begin(session, job, current_worker_id())
    counts: UncheckedObject = {}
    rounds = {"rounds": 0, "quick": 0}
    while True:
        quick = refit.quick()
        rounds["rounds"] += 1
        rounds["quick"] += quick is not None
        if quick is None or not _wait_for_request(store, uid, refit.quiet):
            counts = refit.full()
            _wait_for_request(store, uid, refit.wait)
        if _ended(store, uid, counts, rounds):
            return


def _wait_for_request(store: Store, uid: str, seconds: float) -> bool:
    """Wait for a new request, or for a request to stop, at most for the given time; returns whether there was one."""
    end = time.monotonic() + seconds
    while True:
        with store.reading() as session:
            job = jobs.find_job(session, uid)
            if job.params.get("again") or job.cancel:
                return True
        if time.monotonic() >= end:
            return False
        time.sleep(POLL_SECONDS)


def _ended(store: Store, uid: str, counts: UncheckedObject, rounds: dict[str, int]) -> bool:
    """End the job unless a new request has arrived; clears that request."""
    with store.writing() as session:
        job = jobs.find_job(session, uid)
        stopped = jobs.beat(session, uid, {"done": rounds["rounds"]})
        if job.params.get("again") and not stopped:
            jobs.set_params(session, job, {"again": False})
            return False
        status = JobStatus.CANCELLED if stopped else JobStatus.DONE
        jobs.finish(session, uid, status, {"counts": counts | rounds})
        return True
