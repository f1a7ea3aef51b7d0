"""Refits after decisions: one job at a time a taxonomy, which goes round again if somebody decided meanwhile."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from wamkg.jobs.dispatch import start
from wamkg.jobs.stages import refuse_unknown
from wamkg.settings import Settings
from wamkg.store import jobs
from wamkg.store.owners import this_owner
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Job
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind, JobState

KIND = "refit"
LOST_AFTER = timedelta(seconds=60)
"""A job that has stood in the queue for so long is started again: its process may never have come up."""


def learn(store: Store, settings: Settings, taxonomy: str) -> None:
    """Have the suggestions made again in the background after a decision, unless the settings say otherwise."""
    if settings.refit:
        ask_refit(store, settings, taxonomy)


def learn_undone(store: Store, settings: Settings, batch: Batch) -> None:
    """Have them made again after a batch was taken back that was a decision."""
    if batch.kind == BatchKind.DECISION:
        learn(store, settings, batch.source)


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


def run_refits(store: Store, uid: str, refit: Callable[[], dict[str, Any]]) -> None:
    """Run `refit` under a queued job's row until nobody has asked again; its last counts are the job's."""
    with store.writing() as session:
        job = jobs.find_job(session, uid)
        if job.state != JobState.QUEUED:
            return
        jobs.begin(session, job, this_owner())
    rounds = 0
    while True:
        counts = refit()
        rounds += 1
        with store.writing() as session:
            job = jobs.find_job(session, uid)
            stopped = jobs.beat(session, uid, {"done": rounds})
            if not job.params.get("again") or stopped:
                state = JobState.CANCELLED if stopped else JobState.DONE
                jobs.finish(session, uid, state, {"counts": counts | {"rounds": rounds}})
                return
            jobs.set_params(session, job, {"again": False})
