"""Background jobs: list, cancel, resume, and retry failed tasks."""

from wamkg.jobs import dispatch
from wamkg.settings import Settings
from wamkg.store.jobs import close_dead, find_job
from wamkg.store.session import Store
from wamkg.views.jobs import JobItem, job_item, job_list


def list_jobs(store: Store, limit: int) -> list[JobItem]:
    """The newest jobs. Jobs whose process died are marked as failed first."""
    with store.writing() as session:
        close_dead(session)
        return job_list(session, limit)


def get_job(store: Store, uid: str) -> JobItem:
    """One job. It is marked as failed first if its process died.

    Raises NotFoundError.
    """
    with store.writing() as session:
        close_dead(session)
        return job_item(find_job(session, uid))


def cancel(store: Store, uid: str) -> JobItem:
    """Ask a job to stop. What it has stored is not lost.

    Raises the errors of `dispatch.cancel`.
    """
    dispatch.cancel(store, uid)
    return get_job(store, uid)


def resume(store: Store, settings: Settings, uid: str) -> JobItem:
    """Resume a job that stopped early.

    Raises the errors of `dispatch.resume`.
    """
    dispatch.resume(store, settings, uid)
    return get_job(store, uid)


def retry_failed(store: Store, settings: Settings, uid: str) -> JobItem:
    """Start a job that retries the failed tasks of an earlier one.

    Raises the errors of `dispatch.retry_failed`.
    """
    return get_job(store, dispatch.retry_failed(store, settings, uid).uid)
