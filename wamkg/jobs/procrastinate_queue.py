"""Jobs on a server: procrastinate passes them, through PostgreSQL, to workers on any number of machines.

It only dispatches. The remaining tasks are rows of the store. So it is safe to run a job twice or in several workers at
once, and a job whose worker died is simply started again.
"""

import re
from contextlib import suppress
from typing import Any

import psycopg
from procrastinate import App, JobContext, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager
from sqlalchemy.engine import make_url

from wamkg.errors import InvalidInputError, StoreError, WamkgError
from wamkg.jobs.process import run_job
from wamkg.settings import Settings
from wamkg.store import jobs
from wamkg.store.session import Store

QUEUE = "wamkg"
SCHEMA = "procrastinate"
"""PostgreSQL schema of procrastinate's tables, apart from those of the survey."""
TASK = "wamkg.run_job"
LOST_WORKER_SECONDS = 30.0
"""Seconds without a heartbeat after which a worker counts as dead and its jobs are started again."""
_RESCUE_TIMES = "* * * * * */10"
"""When lost jobs are looked for: every ten seconds, so that another worker has them within 45 seconds."""
_CRON = re.compile(r"(?:[\d*,/-]+\s+){4}[\d*,/-]+")
_SETUP_LOCK = 7236421
_OPTIONS = {"options": f"-c search_path={SCHEMA}"}


def _conninfo(settings: Settings) -> str:
    """The database as a libpq connection string.

    Raises InvalidInputError for SQLite, which machines cannot share.
    """
    url = make_url(settings.url)
    if url.get_backend_name() != "postgresql":
        raise InvalidInputError("workers need PostgreSQL; set WAMKG_DATABASE_URL, or leave WAMKG_JOBS at `local`")
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def set_up(settings: Settings) -> None:
    """Create procrastinate's tables if they are missing. Several processes may call this at once.

    Raises StoreError if the database cannot be reached.
    """
    try:
        with psycopg.connect(_conninfo(settings), options=_OPTIONS["options"]) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_SETUP_LOCK])
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            there = connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.procrastinate_jobs"]).fetchone()
            if there is None or there[0] is None:
                connection.execute(SchemaManager.get_schema())
    except psycopg.OperationalError as error:
        raise StoreError("the database server cannot be reached; check WAMKG_DATABASE_URL") from error


def enqueue(settings: Settings, *uids: str) -> None:
    """Pass queued jobs to the workers."""
    set_up(settings)
    app = App(connector=SyncPsycopgConnector(conninfo=_conninfo(settings), kwargs=_OPTIONS))
    try:
        with app.open():
            for uid in uids:
                app.configure_task(TASK, queue=QUEUE, queueing_lock=uid).defer(job=uid)
    except ConnectorException as error:
        raise StoreError("the database server cannot be reached; check WAMKG_DATABASE_URL") from error


def worker_app(settings: Settings) -> App:
    """The application that a worker runs: one task for every kind of job, and one that restarts lost jobs."""
    app = App(connector=PsycopgConnector(conninfo=_conninfo(settings), kwargs=_OPTIONS))

    @app.task(name=TASK, queue=QUEUE, pass_context=True)
    def run(context: JobContext, job: str) -> None:
        # An error is in the job's row, where people look; a service that is down is not the queue's fault.
        with suppress(WamkgError), Store(settings.url) as store:
            if context.job.attempts:
                _requeue(store, job)
            run_job(store, settings, job)

    if settings.weekly:
        _run_weekly(app, settings)

    @app.periodic(cron=_RESCUE_TIMES)
    @app.task(name="wamkg.rescue", queue=QUEUE, queueing_lock="rescue", pass_context=True)
    async def rescue(context: JobContext, timestamp: int) -> None:
        await requeue_lost_jobs(context.app)

    return app


def _run_weekly(app: App, settings: Settings) -> None:
    """Let one of the workers queue the weekly round at the time of the setting.

    Raises InvalidInputError if it is not a time as cron has it.
    """
    if not _CRON.fullmatch(settings.weekly.strip()):
        raise InvalidInputError(
            f"WAMKG_WEEKLY cannot be {settings.weekly!r}; `wamkg schedule queue` prints a valid one"
        )

    @app.periodic(cron=settings.weekly)
    @app.task(name="wamkg.weekly", queue=QUEUE, queueing_lock="weekly")
    def weekly(timestamp: int) -> None:
        with Store(settings.url) as store, store.writing() as session:
            uid = jobs.add_job(session, "weekly", {}).uid
        enqueue(settings, uid)


async def requeue_lost_jobs(app: App, silent_seconds: float = LOST_WORKER_SECONDS) -> int:
    """Restart the jobs whose worker died; returns their number."""
    lost = list(await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=silent_seconds))
    for job in lost:
        await app.job_manager.retry_job(job)
    return len(lost)


def _requeue(store: Store, uid: str) -> None:
    with store.writing() as session:
        jobs.take_back(session, uid)


def work(settings: Settings, *, until_empty: bool = False, **options: Any) -> None:
    """Run jobs until a signal arrives, or until no job is queued. `options` are those of procrastinate's worker."""
    set_up(settings)
    worker_app(settings).run_worker(queues=[QUEUE], wait=not until_empty, delete_jobs="successful", **options)
