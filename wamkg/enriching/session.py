"""One run: its owner, transactions, batch, job row and leases."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from wamkg.errors import JobCancelledError, StoreError
from wamkg.settings import Settings
from wamkg.store import jobs, tasks
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.jobs import current_worker_id
from wamkg.store.session import Store, one_writer
from wamkg.store.tables import Batch
from wamkg.vocabulary import BatchKind, JobStatus

T = TypeVar("T")
ACTOR = "enrich"
BEAT_SECONDS = 1.0
TRIES = 3
"""Maximum number of attempts of a transaction that another process's write interrupts."""


@dataclass
class RunSession:
    """The state of one enrichment run; every write goes through it."""

    store: Store
    settings: Settings
    job: str = ""
    owner: str = field(default_factory=current_worker_id)
    counts: Counter[str] = field(default_factory=Counter)
    on_beat: Callable[[], Mapping[str, object]] = dict
    _batch: Batch | None = None
    _beaten: float = 0.0
    _renewed: float = 0.0

    @property
    def lease(self) -> timedelta:
        """How long a task stays leased to this run without a heartbeat."""
        return timedelta(seconds=self.settings.enrich_lease_seconds)

    def transaction(self, write: Callable[[Session], T]) -> T:
        """Run `write` in its own transaction; repeat it if another process's write interrupts it."""
        for left in reversed(range(TRIES)):
            before = self._batch
            try:
                with self.store.writing() as session:
                    one_writer(session)
                    return write(session)
            except BaseException as error:
                self._batch = before
                if not (left and isinstance(error, StoreError) and isinstance(error.__cause__, IntegrityError)):
                    raise
        raise AssertionError

    def batch(self, session: Session) -> Batch:
        """The run's batch, opened by its first write."""
        if self._batch is None:
            actor = get_actor(session, ACTOR)
            self._batch = open_batch(session, BatchKind.ENRICH, self.settings.s2_api_url, actor)
        return self._batch

    @property
    def batch_uid(self) -> str | None:
        """Id of the batch, None while nothing has been written."""
        return self._batch.uid if self._batch else None

    def wait(self, seconds: float) -> None:
        """Sleep, with heartbeats; raises JobCancelledError if the job is cancelled meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, BEAT_SECONDS))
            self.beat()

    def beat(self, force: bool = False) -> None:
        """Renew the leases and record the progress; raises JobCancelledError if the job is cancelled."""
        now = time.monotonic()
        if not force and now - self._beaten < BEAT_SECONDS:
            return
        self._beaten = now
        values = self.on_beat()
        with self.store.writing() as session:
            if now - self._renewed > self.settings.enrich_lease_seconds / 4:
                self._renewed = now
                tasks.renew_leases(session, self.owner, self.lease)
            stop = jobs.beat(session, self.job, values)
        if stop:
            raise JobCancelledError("cancelled; fetched data is stored, resume the job to continue")

    def close(self, status: JobStatus, error: str) -> None:
        """Release the tasks, close the batch and the job."""
        values = {"counts": dict(self.counts), "error": error or None}
        with self.store.writing() as session:
            tasks.release_leases(session, self.owner)
            if self._batch is not None:
                close_batch(session, session.merge(self._batch), dict(self.counts))
            jobs.finish(session, self.job, status, values)
