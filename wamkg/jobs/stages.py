"""A stage of the pipeline as a job: its row says how far it is, and it stops when asked to."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wamkg.errors import InvalidInputError, StopAskedError
from wamkg.store import jobs
from wamkg.store.owners import this_owner
from wamkg.store.session import Store
from wamkg.vocabulary import JobState

Progress = Callable[[int, int], None]


def run_as_job(store: Store, uid: str, stage: Callable[[Progress], dict[str, Any]]) -> None:
    """Run a stage under a queued job's row; what it returns is kept as the job's counts.

    Raises what the stage raises; the caller notes that in the row.
    """
    with store.writing() as session:
        jobs.begin(session, jobs.find_job(session, uid), this_owner())

    def show(done: int, total: int) -> None:
        with store.writing() as session:
            stop = jobs.beat(session, uid, {"done": done, "total": total})
        if stop:
            raise StopAskedError("stopped as asked; what was done is kept")

    try:
        counts = stage(show)
    except StopAskedError as stop:
        with store.writing() as session:
            jobs.finish(session, uid, JobState.CANCELLED, {"error": str(stop)})
        return
    with store.writing() as session:
        jobs.finish(session, uid, JobState.DONE, {"counts": counts})


def check_embed(params: Mapping[str, Any]) -> None:
    """Raise InvalidInputError on parameters other than `device`."""
    refuse_unknown("embed", params, ("device",))


def check_suggest(params: Mapping[str, Any]) -> None:
    """Raise InvalidInputError on parameters other than `taxonomy`."""
    refuse_unknown("suggest", params, ("taxonomy",))


def refuse_unknown(kind: str, params: Iterable[str], known: tuple[str, ...]) -> None:
    """Raise InvalidInputError on parameters of a job that its kind does not take."""
    # A job of any kind may be asked again for what failed; a stage that finds what is missing does just that.
    unknown = set(params) - {*known, "retry_failed"}
    if unknown:
        takes = ", ".join(known) or "no parameters"
        raise InvalidInputError(f"{kind}: no parameter {', '.join(sorted(unknown))}; it takes {takes}")
