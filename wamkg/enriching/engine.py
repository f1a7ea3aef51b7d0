"""Enrichment from start to end: plan, work on tasks until none is left, report."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from wamkg.enriching.abstracts import fetch_abstracts, plan_abstracts
from wamkg.enriching.arxiv import ArxivClient
from wamkg.enriching.client import S2Client
from wamkg.enriching.plan import check_order, order_from, plan
from wamkg.enriching.probe import check_reachable
from wamkg.enriching.progress import EnrichOptions, EnrichProgress, EnrichReport
from wamkg.enriching.requesters import S2, arxiv_requester, check_key, s2_origin, s2_rate, s2_requester
from wamkg.enriching.session import RunSession
from wamkg.enriching.task_workers import CircuitBreaker, ListWorker, MetadataWorker
from wamkg.errors import JobCancelledError, RunAbortedError
from wamkg.json_types import JSON
from wamkg.settings import Settings
from wamkg.store import jobs, tasks
from wamkg.store.decisions import warnings_of_batch
from wamkg.store.fetch_gaps import FetchGap, list_fetch_gaps
from wamkg.store.questions import Asked, TitleChange, asked_in, renamed_in
from wamkg.store.session import Session, Store
from wamkg.store.tasks import LeasedTask
from wamkg.vocabulary import JobStatus, TaskKind, TaskStatus

IDLE_SECONDS = 0.5
JOB_KIND = "enrich"


def enrich(
    store: Store,
    settings: Settings,
    order: EnrichOptions | None = None,
    progress: Callable[[EnrichProgress], None] | None = None,
    job: str | None = None,
) -> EnrichReport:
    """Fetch missing, failed or old data and store it with its source. Run it again to resume.

    `job` is the id of a queued job to run; without one a job is created. The tasks are shared with all other processes
    that run at the same time.

    Raises ServiceUnreachableError before anything is written if the service cannot be reached, AccessDeniedError if it
    denies access, another RunAbortedError if the run cannot continue, InvalidInputError for wrong options or
    settings, StoreError if the store cannot be written.
    """
    order = order or EnrichOptions()
    check_order(order)
    check_key(settings.s2_api_key)
    check_reachable(S2, s2_origin(settings))
    run = RunSession(store, settings)
    run.job = job or run.transaction(lambda session: jobs.add_job(session, JOB_KIND, asdict(order)).uid)
    run.transaction(lambda session: jobs.begin(session, jobs.find_job(session, run.job), run.owner))
    return _run(run, order, progress or (lambda _: None))


def run_job(store: Store, settings: Settings, uid: str, params: Mapping[str, JSON]) -> None:
    """Run a queued job of kind `enrich`; its parameters are those of `EnrichOptions`."""
    enrich(store, settings, order_from(params), job=uid)


def _run(run: RunSession, order: EnrichOptions, progress: Callable[[EnrichProgress], None]) -> EnrichReport:
    status, error = JobStatus.FAILED, "it ended before it was done; resume it to continue"
    lines: list[FetchGap] = []
    alarms: list[str] = []
    asked: list[Asked] = []
    renamed: list[TitleChange] = []
    try:
        scope = run.transaction(lambda session: plan(session, run.settings, order))
        status, error = _work(_Engine(run, scope, progress))
        with run.store.reading() as session:
            lines = list_fetch_gaps(session, scope.kinds)
            alarms = warnings_of_batch(session, run.batch_uid)
            asked, renamed = asked_in(session, run.batch_uid), renamed_in(session, run.batch_uid)
        if alarms:
            run.counts["quotes lost"] = len(alarms)
        if status is JobStatus.DONE and lines:
            status = JobStatus.PARTIAL
    except RunAbortedError as abort:
        error = str(abort)
        raise
    finally:
        run.close(status, error)
    interrupted = error == INTERRUPTED
    return EnrichReport(run.job, run.batch_uid, status, run.counts, lines, alarms, asked, renamed, interrupted)


INTERRUPTED = "interrupted; what was fetched is kept, run again to continue"


def _work(engine: "_Engine") -> tuple[JobStatus, str]:
    """Let the engine work; a cancelled run ends normally with what it has."""
    try:
        engine.work()
    except JobCancelledError as stop:
        return JobStatus.CANCELLED, str(stop)
    except KeyboardInterrupt:
        return JobStatus.CANCELLED, INTERRUPTED
    finally:
        engine.close()
    return JobStatus.DONE, ""


@dataclass
class _Engine:
    """Leases tasks and has them done until none is left."""

    run: RunSession
    scope: tasks.TaskScope
    show: Callable[[EnrichProgress], None]
    trouble: CircuitBreaker = field(default_factory=CircuitBreaker)
    started: float = field(default_factory=time.monotonic)
    doing: str = "planning"

    def __post_init__(self) -> None:
        settings = self.run.settings
        self.requester = s2_requester(self.run.store, settings, self.run.wait, self.run.beat)
        self.rate = s2_rate(settings)
        client = S2Client(self.requester)
        self.metadata = MetadataWorker(self.run, client, self.trouble)
        self.lists = ListWorker(self.run, client, self.trouble)
        self.arxiv: ArxivClient | None = None
        if settings.arxiv_api_url:
            self.arxiv = ArxivClient(arxiv_requester(self.run.store, settings, self.run.wait, self.run.beat))
        self.total = self.open = 0
        self.run.on_beat = self._beat

    def close(self) -> None:
        """Close the connections."""
        self.run.counts["requests"] = self.requester.requests
        self.requester.close()
        if self.arxiv:
            self.run.counts["requests to arXiv"] = self.arxiv.requester.requests
            self.arxiv.requester.close()

    def work(self) -> None:
        """Work until no available task is left; waits for tasks of other processes."""
        self.run.beat(force=True)
        while True:
            units = self._take()
            if units:
                self._do(units)
                self.run.beat()
            elif not self._others_are_at_it():
                self.run.beat(force=True)
                return
            else:
                self.doing = "waiting for another process"
                self.run.wait(IDLE_SECONDS)

    def _take(self) -> list[LeasedTask]:
        def take(session: Session) -> list[LeasedTask]:
            tasks.release_dead_leases(session, self.scope.kinds)
            for kind, limit in ((TaskKind.METADATA, self.metadata.batch_size), *((k, 1) for k in self.lists.kinds)):
                if kind in self.scope.kinds:
                    units = tasks.lease_tasks(session, self.scope, kind, limit, self.run.owner, self.run.lease)
                    if units:
                        return units
            if TaskKind.ABSTRACT in self.scope.kinds and self.arxiv:
                plan_abstracts(session, self.run.settings)
                limit = self.arxiv.batch_size
                return tasks.lease_tasks(session, self.scope, TaskKind.ABSTRACT, limit, self.run.owner, self.run.lease)
            return []

        return self.run.transaction(take)

    def _do(self, units: list[LeasedTask]) -> None:
        kind = units[0].kind
        self.doing = str(kind)
        if kind is TaskKind.METADATA:
            self.metadata.work(units)
        elif kind is TaskKind.ABSTRACT:
            assert self.arxiv is not None
            fetch_abstracts(self.run, self.arxiv, units, self.trouble)
        else:
            self.lists.work(units[0])

    def _others_are_at_it(self) -> bool:
        with self.run.store.reading() as session:
            return tasks.open_counts(session, self.scope).get(TaskStatus.RUNNING, 0) > 0

    def _beat(self) -> Mapping[str, object]:
        with self.run.store.reading() as session:
            left = tasks.open_items(session, self.scope)
        still_open = sum(units for _, units, _ in left)
        # Units that came up meanwhile (abstracts, other processes' plans) make the whole larger, never the part done.
        self.total += max(0, still_open - self.open)
        self.open = still_open
        shown = self._progress(left)
        self.show(shown)
        pace = {"doing": shown.doing, "requests": shown.requests, "requests a second": round(shown.rate, 2)}
        left_over = {"seconds left": None if shown.seconds_left is None else round(shown.seconds_left)}
        return {"done": shown.done, "total": shown.total, "counts": shown.counts | pace | left_over}

    def _progress(self, left: list[tuple[str, int, int]]) -> EnrichProgress:
        requests = self.requester.requests
        spent = time.monotonic() - self.started
        rate = requests / spent if spent > 0 else 0.0
        still = sum(self._requests_for(*item) for item in left)
        seconds = still / max(rate, 1e-9) if requests else still / self.rate
        counts = dict(self.run.counts)
        return EnrichProgress(self.total - self.open, self.total, requests, rate, seconds, self.doing, counts)

    def _requests_for(self, kind: str, units: int, items: int) -> int:
        if kind in (TaskKind.METADATA, TaskKind.ABSTRACT):
            return -(-units // 500)
        return units + items // self.lists.page_size
