"""The weekly round: every stage runs, one may fail alone and is done next time; and what runs it by itself."""

from pathlib import Path

import orjson
import pytest

from tests.helpers.discovering import KITES, kite, server_of, set_routes, settings_of
from tests.s2_server.arxiv_shelf import ArxivShelf
from tests.s2_server.faults import FaultPlan
from wamkg.cli import run
from wamkg.jobs.process import run_job
from wamkg.services.weekly import STAGES, weekly
from wamkg.settings import get_settings
from wamkg.store.jobs import add_job, find_job
from wamkg.store.session import Store
from wamkg.vocabulary import JobStatus

Out = pytest.CaptureFixture[str]


def test_a_stage_that_fails_is_listed_and_done_next_time(file_store: Store) -> None:
    set_routes(file_store, KITES)
    shelf = ArxivShelf([kite(n, 2) for n in range(3)])
    values = {"embedding_model": "hashing", "s2_attempts": 1}
    with server_of(shelf, faults=FaultPlan(passing={("arxiv", "*"): ["503"]})) as server:
        first = {r.stage: r for r in weekly(file_store, settings_of(server, **values))}
        second = {r.stage: r for r in weekly(file_store, settings_of(server, **values))}
    assert list(first) == list(STAGES)
    assert first["discover"].status == "partial" and "503" in first["discover"].problems[0]
    assert (first["digest"].status, first["digest"].summary) == ("done", "0 entries")
    assert second["discover"].summary == "3 candidate"
    assert second["watch"].summary.startswith("3 papers compared")
    assert second["digest"].summary == "3 entries"
    # There is no taxonomy yet, so nothing can be suggested; the others ran all the same.
    assert first["suggest"].status == "failed" == second["suggest"].status


def test_the_round_as_a_job_ends_in_part(file_store: Store) -> None:
    with file_store.writing() as session:
        uid = add_job(session, "weekly", {}).uid
    with server_of(ArxivShelf()) as server:
        settings = settings_of(server, embedding_model="hashing")
        assert run_job(file_store, settings, uid) == JobStatus.PARTIAL
    with file_store.reading() as session:
        job = find_job(session, uid)
    assert [stage["stage"] for stage in job.counts["stages"]] == list(STAGES)
    assert "suggest: " in (job.error or "")


def test_the_command_prints_a_summary(file_store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Out) -> None:
    with server_of(ArxivShelf()) as server:
        monkeypatch.setenv("WAMKG_S2_API_URL", server.url)
        monkeypatch.setenv("WAMKG_EMBEDDING_MODEL", "hashing")
        get_settings.cache_clear()
        assert run(["weekly", "--json"]) == 3
    told = orjson.loads(capsys.readouterr().out)
    assert [stage["stage"] for stage in told] == list(STAGES)
    assert "WAMKG_ARXIV_API_URL" in str(told)


def test_schedules_are_printed(home: Path, capsys: Out) -> None:
    assert run(["schedule"]) == 0
    line = capsys.readouterr().out
    assert line.startswith("0 6 * * 1 WAMKG_HOME=") and line.count("\n") == 1 and " weekly >> " in line
    assert run(["schedule", "systemd", "--day", "Friday", "--time", "23:05"]) == 0
    assert "OnCalendar=Fri *-*-* 23:05:00" in capsys.readouterr().out
    assert run(["schedule", "queue", "--day", "sun"]) == 0
    assert capsys.readouterr().out == "WAMKG_WEEKLY='0 6 * * 0'\n"


@pytest.mark.parametrize("wrong", [["--day", "someday"], ["--time", "6"], ["--time", "24:00"], ["--time", "6:0x"]])
def test_other_times_are_refused(wrong: list[str], capsys: Out) -> None:
    assert run(["schedule", *wrong]) == 1
    assert "write" in capsys.readouterr().err
