"""Jobs as people and programs meet them: started, watched, cancelled, resumed, lost and found again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.helpers.enriching_checks import compare, given_by, held_by, import_library, settings_for
from tests.helpers.enriching_processes import fresh_store
from tests.s2_server.faults import FaultPlan
from tests.s2_server.server import S2Server
from tests.s2_server.world import World, make_world
from wamkg.errors import ConflictError, InvalidInputError, NotFoundError, RunAbortedError
from wamkg.jobs import dispatch, local
from wamkg.jobs.local import environment
from wamkg.jobs.process import run_job
from wamkg.jobs.stages import run_as_job
from wamkg.progress import Progress
from wamkg.settings import Settings
from wamkg.store import jobs
from wamkg.store.jobs import current_worker_id, is_worker_dead
from wamkg.store.session import Store
from wamkg.store.tables import Job, Task
from wamkg.vocabulary import JobStatus


@pytest.fixture
def world() -> World:
    return make_world(library=12, citations=150, references=4)


def job_of(store: Store, uid: str) -> Job:
    with store.reading() as session:
        return jobs.find_job(session, uid)


def until(store: Store, uid: str, *states: JobStatus, seconds: float = 60) -> Job:
    """The job once it is in one of the states."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = job_of(store, uid)
        if job.status in states:
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job is still {job.status}, {job.error}")


ENDED = (JobStatus.DONE, JobStatus.PARTIAL, JobStatus.FAILED, JobStatus.CANCELLED)


class TestLocal:
    def test_a_job_runs_in_a_process_of_its_own(self, store: Store, world: World, tmp_path: Path) -> None:
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            settings = settings_for(server, database_url=store.url, home=tmp_path)
            (job,) = dispatch.submit(store, settings, "enrich", {})
            ended = until(store, job.uid, *ENDED)
        assert (ended.status, ended.done, ended.total) == (JobStatus.DONE, 36, 36), ended.error
        assert ended.counts["new citations"] == 150
        assert ended.runner is not None and str(os.getpid()) not in ended.runner.split("|")
        assert not any(compare(given_by(world, server.faults), held_by(store)).values())

    def test_cancelled_and_resumed_it_asks_nothing_twice(self, store: Store, world: World, tmp_path: Path) -> None:
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            settings = settings_for(server, database_url=store.url, home=tmp_path, s2_requests_per_second=6.0)
            (job,) = dispatch.submit(store, settings, "enrich", {})
            until(store, job.uid, JobStatus.RUNNING)
            wait_for(lambda: len(server.log) >= 3)
            dispatch.cancel(store, job.uid)
            cancelled = until(store, job.uid, *ENDED)
            assert cancelled.status == JobStatus.CANCELLED and len(server.log) < 25
            with store.reading() as session:
                assert not session.scalar(select(func.count()).where(Task.status == "running"))  # type: ignore[arg-type]
            dispatch.resume(store, settings.model_copy(update={"s2_requests_per_second": 1000.0}), job.uid)
            assert until(store, job.uid, JobStatus.DONE).error is None
        assert server.repeated == 0
        assert not any(compare(given_by(world, server.faults), held_by(store)).values())

    def test_a_killed_process_is_noticed_and_resumed(self, store: Store, world: World, tmp_path: Path) -> None:
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            settings = settings_for(server, database_url=store.url, home=tmp_path, s2_requests_per_second=6.0)
            with store.writing() as session:
                uid = jobs.add_job(session, "enrich", {}).uid
            process = local.start(settings, uid)
            wait_for(lambda: len(server.log) >= 3)
            process.kill()
            process.wait()
            with store.writing() as session:
                assert jobs.close_dead(session) == 1
            assert "resume it to continue" in (job_of(store, uid).error or "")
            dispatch.resume(store, settings.model_copy(update={"s2_requests_per_second": 1000.0}), uid)
            until(store, uid, JobStatus.DONE)
        assert server.repeated <= 1

    def test_retry_failed_asks_for_nothing_else(self, store: Store, world: World, tmp_path: Path) -> None:
        import_library(store, world, tmp_path)
        subject = world.papers[world.library[0]].s2
        faults = FaultPlan(lasting={("citations", subject): "always 500"})
        with S2Server(world, faults) as server:
            settings = settings_for(server, database_url=store.url, home=tmp_path, s2_attempts=1)
            (job,) = dispatch.submit(store, settings, "enrich", {})
            assert until(store, job.uid, *ENDED).status == JobStatus.PARTIAL
            faults.lasting.clear()
            before = len(server.log)
            again = dispatch.retry_failed(store, settings, job.uid)
            assert until(store, again.uid, *ENDED).status == JobStatus.DONE
            assert [asked.path for asked in server.log[before:]] == [f"/graph/v1/paper/{subject}/citations"]

    def test_a_job_that_cannot_start_says_why(self, store: Store, world: World, tmp_path: Path) -> None:
        with S2Server(world) as server:
            settings = settings_for(server, database_url=store.url, home=tmp_path)
        (job,) = dispatch.submit(store, settings, "enrich", {})
        failed = until(store, job.uid, *ENDED)
        assert failed.status == JobStatus.FAILED and "cannot be reached" in (failed.error or "")
        log = (tmp_path / "jobs" / f"{job.uid}.log").read_text()
        assert "cannot be reached" in log and "Traceback" not in log


class TestStages:
    """The other stages as jobs."""

    def run(self, store: Store, home: Path, kind: str, **params: str) -> Job:
        settings = Settings(database_url=store.url, home=home, suggester="tfidf-lr")
        (job,) = dispatch.submit(store, settings, kind, params)
        return until(store, job.uid, *ENDED, seconds=300)

    def test_suggest(self, seeded_store: Store, home: Path) -> None:
        job = self.run(seeded_store, home, "suggest", taxonomy="wam")
        assert (job.status, job.error) == (JobStatus.DONE, None)
        assert job.counts["suggested"] == job.counts["changed"] > 0

    def test_suggest_for_an_unknown_taxonomy_says_so(self, seeded_store: Store, home: Path) -> None:
        job = self.run(seeded_store, home, "suggest", taxonomy="nowhere")
        assert job.status == JobStatus.FAILED and "unknown taxonomy 'nowhere'" in (job.error or "")

    @pytest.mark.embed
    def test_embed(self, store: Store, world: World, tmp_path: Path) -> None:
        pytest.importorskip("sentence_transformers")
        import_library(store, world, tmp_path)
        job = self.run(store, tmp_path, "embed")
        assert (job.status, job.done, job.total) == (JobStatus.DONE, 12, 12)
        assert job.counts["encoded"] == job.counts["texts"] == 12

    def test_only_a_stop_that_was_asked_for_is_a_cancellation(self, store: Store) -> None:
        with store.writing() as session:
            asked, broken = (jobs.add_job(session, "embed", {}).uid for _ in range(2))

        def stopped(progress: Progress) -> dict[str, Any]:
            with store.writing() as session:
                jobs.cancel(session, asked)
            progress(1, 2)
            raise AssertionError("it went on")

        def aborted(_progress: Progress) -> dict[str, Any]:
            raise RunAbortedError("no use to go on")

        run_as_job(store, asked, stopped)
        job = job_of(store, asked)
        assert (job.status, job.done, job.total) == (JobStatus.CANCELLED, 1, 2)
        with pytest.raises(RunAbortedError):
            run_as_job(store, broken, aborted)
        assert job_of(store, broken).status == JobStatus.RUNNING, "the caller notes the failure"


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


class TestRefused:
    @pytest.mark.parametrize(
        ("kind", "params"),
        [
            ("paint", {}),
            ("enrich", {"only": "x"}),
            ("enrich", {"limit": "3"}),
            ("enrich", {"limit": 0}),
            ("enrich", {"a": 1}),
        ],
    )
    def test_a_wrong_order_is_not_queued(self, store: Store, kind: str, params: dict[str, object]) -> None:
        with pytest.raises(InvalidInputError):
            dispatch.submit(store, Settings(), kind, params)
        with store.reading() as session:
            assert session.scalar(select(func.count()).select_from(Job)) == 0

    def test_what_has_ended_is_neither_cancelled_nor_run(self, store: Store) -> None:
        with store.writing() as session:
            job = jobs.add_job(session, "enrich", {})
            jobs.finish(session, job.uid, JobStatus.DONE, {})
        with pytest.raises(ConflictError):
            dispatch.cancel(store, job.uid)
        with pytest.raises(ConflictError):
            dispatch.resume(store, Settings(), job.uid)
        assert run_job(store, Settings(), job.uid) == JobStatus.DONE
        with pytest.raises(NotFoundError):
            dispatch.cancel(store, "nothing")

    def test_a_queued_job_is_cancelled_at_once(self, store: Store) -> None:
        with store.writing() as session:
            job = jobs.add_job(session, "enrich", {})
        assert dispatch.cancel(store, job.uid).status == JobStatus.CANCELLED


class TestOwners:
    def test_this_process_lives(self) -> None:
        assert not is_worker_dead(current_worker_id())

    def test_a_process_that_ended_is_dead(self) -> None:
        code = "from wamkg.store.jobs import current_worker_id; print(current_worker_id())"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert is_worker_dead(done.stdout.strip())

    def test_another_machine_cannot_be_told(self) -> None:
        machine, _, rest = current_worker_id().partition("|")
        assert not is_worker_dead(f"not-{machine}|1{rest}")


class TestQueue:
    """procrastinate on a real PostgreSQL."""

    def worker(self, settings: Settings) -> "subprocess.Popen[bytes]":
        code = (
            "from wamkg.jobs.procrastinate_queue import work; from wamkg.settings import Settings;"
            "work(Settings(), until_empty=True, update_heartbeat_interval=0.2, stalled_worker_timeout=1.0)"
        )
        return subprocess.Popen([sys.executable, "-c", code], env=environment(settings), stderr=subprocess.PIPE)

    def test_two_workers_share_one_enrichment(self, postgres_url: str, world: World, tmp_path: Path) -> None:
        store = fresh_store(postgres_url, world, tmp_path)
        with S2Server(world) as server:
            settings = settings_for(server, database_url=postgres_url, jobs="queue", s2_requests_per_second=10.0)
            queued = dispatch.submit(store, settings, "enrich", {}, shares=2)
            workers = [self.worker(settings) for _ in queued]
            for process in workers:
                _, errors = process.communicate(timeout=120)
                assert process.returncode == 0, errors.decode()
        assert [job_of(store, job.uid).status for job in queued] == [JobStatus.DONE] * 2
        assert server.repeated == 0 and server.closest >= 0.1
        assert len({asked.port for asked in server.log}) == 2, "both had a share"
        assert not any(compare(given_by(world, server.faults), held_by(store)).values())
        store.close()

    def test_a_lost_workers_job_is_started_again(self, postgres_url: str, world: World, tmp_path: Path) -> None:
        from wamkg.jobs.procrastinate_queue import requeue_lost_jobs, worker_app

        async def rescue() -> int:
            app = worker_app(settings)
            async with app.open_async():
                return await requeue_lost_jobs(app, silent_seconds=0.5)

        store = fresh_store(postgres_url, world, tmp_path)
        with S2Server(world) as server:
            settings = settings_for(server, database_url=postgres_url, jobs="queue", s2_requests_per_second=10.0)
            (job,) = dispatch.submit(store, settings, "enrich", {})
            first = self.worker(settings)
            wait_for(lambda: len(server.log) >= 3)
            os.kill(first.pid, signal.SIGKILL)
            first.communicate()
            wait_for(lambda: asyncio.run(rescue()) == 1)
            second = self.worker(settings.model_copy(update={"s2_requests_per_second": 1000.0}))
            _, errors = second.communicate(timeout=120)
            assert second.returncode == 0, errors.decode()
        assert job_of(store, job.uid).status == JobStatus.DONE
        assert server.repeated <= 1
        assert not any(compare(given_by(world, server.faults), held_by(store)).values())
        store.close()

    def test_sqlite_cannot_be_shared(self, tmp_path: Path) -> None:
        from wamkg.jobs.procrastinate_queue import set_up

        with pytest.raises(InvalidInputError, match="workers need PostgreSQL"):
            set_up(Settings(home=tmp_path))
