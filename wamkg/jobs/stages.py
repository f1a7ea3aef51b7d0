"""A pipeline stage as a job: it reports its progress in the job's row and stops on request."""

from collections.abc import Callable, Iterable, Mapping

from wamkg.errors import InvalidInputError, JobCancelledError
from wamkg.json_types import JSON, JsonObject
from wamkg.near_matches import unknown
from wamkg.progress import Progress
from wamkg.store import jobs
from wamkg.store.jobs import current_worker_id
from wamkg.store.session import Store
from wamkg.vocabulary import JobStatus


def run_as_job(store: Store, uid: str, stage: Callable[[Progress], JsonObject]) -> None:
    """Run a stage for a queued job; its result becomes the counts of the job.

    If the result lists `failed` parts, the job ends in part with them as its error.

    Raises the errors of the stage; the caller records them in the row.
    """
    with store.writing() as session:
        jobs.begin(session, jobs.find_job(session, uid), current_worker_id())

    def show(done: int, total: int | None = None, more: str = "") -> None:
        with store.writing() as session:
            stop = jobs.beat(session, uid, {"done": done, "total": total})
        if stop:
            raise JobCancelledError("stopped on request; what was done is stored")

    try:
        counts = stage(show)
    except JobCancelledError as stop:
        with store.writing() as session:
            jobs.finish(session, uid, JobStatus.CANCELLED, {"error": str(stop)})
        return
    with store.writing() as session:
        failed = counts.get("failed")
        if isinstance(failed, list) and failed:
            jobs.finish(session, uid, JobStatus.PARTIAL, {"counts": counts, "error": "; ".join(map(str, failed))})
        else:
            jobs.finish(session, uid, JobStatus.DONE, {"counts": counts})


def check_embed(params: Mapping[str, JSON]) -> None:
    """Raise InvalidInputError for parameters other than `device`."""
    refuse_unknown("embed", params, ("device",))


def check_suggest(params: Mapping[str, JSON]) -> None:
    """Raise InvalidInputError for parameters other than `taxonomy`."""
    refuse_unknown("suggest", params, ("taxonomy",))


def check_watch(params: Mapping[str, JSON]) -> None:
    """Raise InvalidInputError for any parameter of a job of kind `watch`; it has none."""
    refuse_unknown("watch", params, ())


def check_weekly(params: Mapping[str, JSON]) -> None:
    """Raise InvalidInputError for any parameter of a job of kind `weekly`; it has none."""
    refuse_unknown("weekly", params, ())


def refuse_unknown(kind: str, params: Iterable[str], known: tuple[str, ...]) -> None:
    """Raise InvalidInputError for parameters that a kind of job does not accept."""
    # A job of any kind may be asked again for what failed; a stage that finds what is missing does just that.
    strange = set(params) - {*known, "retry_failed"}
    if strange:
        raise InvalidInputError(unknown(f"{kind} parameter", min(strange), known))
