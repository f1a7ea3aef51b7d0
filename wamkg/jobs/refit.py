"""Refits after decisions: one job at a time a taxonomy, which goes round again when somebody decides meanwhile."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from wamkg.jobs.dispatch import start
from wamkg.jobs.stages import refuse_unknown
from wamkg.settings import Settings
from wamkg.store import jobs
from wamkg.store.decisions import decided_taxonomy
from wamkg.store.owners import this_owner
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Job
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind, JobState

KIND = "refit"
LOST_AFTER = timedelta(seconds=60)
"""A job that has stood in the queue for so long is started again: its process may never have come up."""
LOOK = 0.05
"""Seconds between two looks at whether a decision has come."""


def learn(store: Store, settings: Settings, taxonomy: str) -> None:
    """Have the suggestions made again in the background after a decision, unless the settings say otherwise."""
    if settings.refit:
        ask_refit(store, settings, taxonomy)


def learn_undone(store: Store, settings: Settings, batch: Batch) -> None:
    """Have them made again after a batch was undone that was a decision or an edit of a taxonomy."""
    if batch.kind == BatchKind.DECISION:
        learn(store, settings, decided_taxonomy(batch))
    elif batch.kind == BatchKind.TAXONOMY and "taxonomy" in batch.counts:
        learn(store, settings, batch.counts["taxonomy"])


def ask_refit(store: Store, settings: Settings, taxonomy: str) -> str:
    """Have the suggestions of a taxonomy made again in the background; returns the id of the job that will.

    Asked again before the job has begun, nothing is added; while it runs, it is told to go round once more. So the
    last decision is always learnt from, however fast they come.
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
        if job.state == JobState.RUNNING:
            jobs.set_params(session, job, {"again": True})
            return job, False
        return job, job.queued_at < utc_now() - LOST_AFTER
    return jobs.add_job(session, KIND, {"taxonomy": taxonomy}), True


def check_refit(params: Mapping[str, Any]) -> None:
    """Raise InvalidInputError on parameters other than `taxonomy`."""
    # `again` is set on a job that runs, so that a copy of it holds it; nobody is told to give it.
    refuse_unknown(KIND, set(params) - {"again"}, ("taxonomy",))


@dataclass(frozen=True)
class Refit:
    """The two runs of a refit: `quick` right after a decision (None: it could not), `full` once nobody decides.

    `quiet` and `wait` are the seconds without a decision before the full run, and after it before the job ends.
    """

    full: Callable[[], dict[str, Any]]
    quick: Callable[[], dict[str, Any] | None] = lambda: None
    quiet: float = 0.0
    wait: float = 0.0


def run_refits(store: Store, uid: str, refit: Refit) -> None:
    """Run `refit` under a queued job's row until nobody has asked again; the last full run's counts are the job's.

    The job stays for a while after its last round: what it holds in memory makes the next one quick.
    """
    with store.writing() as session:
        job = jobs.find_job(session, uid)
        if job.state != JobState.QUEUED:
            return
        jobs.begin(session, job, this_owner())
    counts: dict[str, Any] = {}
    rounds = {"rounds": 0, "quick": 0}
    while True:
        quick = refit.quick()
        rounds["rounds"] += 1
        rounds["quick"] += quick is not None
        if quick is None or not _asked(store, uid, refit.quiet):
            counts = refit.full()
            _asked(store, uid, refit.wait)
        if _ended(store, uid, counts, rounds):
            return


def _asked(store: Store, uid: str, seconds: float) -> bool:
    """Wait so long, or until the job is asked again or to stop; whether it was."""
    end = time.monotonic() + seconds
    while True:
        with store.reading() as session:
            job = jobs.find_job(session, uid)
            if job.params.get("again") or job.cancel:
                return True
        if time.monotonic() >= end:
            return False
        time.sleep(LOOK)


def _ended(store: Store, uid: str, counts: dict[str, Any], rounds: dict[str, int]) -> bool:
    """End the job unless it was asked again, which is then forgotten."""
    with store.writing() as session:
        job = jobs.find_job(session, uid)
        stopped = jobs.beat(session, uid, {"done": rounds["rounds"]})
        if job.params.get("again") and not stopped:
            jobs.set_params(session, job, {"again": False})
            return False
        state = JobState.CANCELLED if stopped else JobState.DONE
        jobs.finish(session, uid, state, {"counts": counts | rounds})
        return True
