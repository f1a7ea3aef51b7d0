"""Background jobs: listed, cancelled, resumed, and asked again for what failed."""

from wamkg.jobs import dispatch
from wamkg.settings import Settings
from wamkg.store.jobs import close_dead, find_job
from wamkg.store.session import Store
from wamkg.views.work import JobItem, job_item, job_list


def list_jobs(store: Store, limit: int) -> list[JobItem]:
    """The newest jobs; those whose process died are closed first."""
    with store.writing() as session:
        close_dead(session)
        return job_list(session, limit)


def get_job(store: Store, uid: str) -> JobItem:
    """One job, closed first if its process died.

    Raises NotFoundError.
    """
    with store.writing() as session:
        close_dead(session)
        return job_item(find_job(session, uid))


def cancel(store: Store, uid: str) -> JobItem:
    """Ask a job to stop; what it has done is kept. Raises as `dispatch.cancel`."""
    dispatch.cancel(store, uid)
    return get_job(store, uid)


def resume(store: Store, settings: Settings, uid: str) -> JobItem:
    """Continue a job that stopped early. Raises as `dispatch.resume`."""
    dispatch.resume(store, settings, uid)
    return get_job(store, uid)


def retry_failed(store: Store, settings: Settings, uid: str) -> JobItem:
    """Start a job that tries again what failed in an earlier one. Raises as `dispatch.retry_failed`."""
    return get_job(store, dispatch.retry_failed(store, settings, uid).uid)
