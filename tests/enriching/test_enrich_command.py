"""Enrichment from the command line: exit status, what is printed, the bar a person watches."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import orjson
import pytest

from tests.helpers.enriching_checks import import_library, settings_for
from tests.helpers.store_dump import dump
from tests.s2_server.faults import FaultPlan
from tests.s2_server.server import S2Server
from tests.s2_server.world import World, make_world
from wamkg.cli import run
from wamkg.enriching.engine import run_job
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.jobs.local import environment
from wamkg.services.jobs import cancel, get_job
from wamkg.settings import get_settings
from wamkg.store.jobs import add_job
from wamkg.store.migrate import migrate
from wamkg.store.session import Store


@pytest.fixture
def world() -> World:
    return make_world(library=6, citations=60, references=3)


@pytest.fixture
def library(home: Path, world: World, tmp_path: Path) -> Store:
    """The world's library where the command line expects the store."""
    made = Store(f"sqlite:///{home / 'wamkg.db'}")
    migrate(made)
    import_library(made, world, tmp_path)
    return made


def ask(server: S2Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead the command line to the server."""
    for name, value in environment(settings_for(server)).items():
        if name.startswith(("WAMKG_S2_", "WAMKG_ENRICH_")):
            monkeypatch.setenv(name, value)
    get_settings.cache_clear()


def test_all_was_had(
    library: Store, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with S2Server(world) as server:
        ask(server, monkeypatch)
        assert run(["enrich", "--json"]) == 0
        said = orjson.loads(capsys.readouterr().out)
        assert said["counts"]["new citations"] == 60 and said["could_not_be_had"] == []
        assert run(["enrich"]) == 0
        assert "nothing to do" in capsys.readouterr().out
    assert run(["jobs", "--json"]) == 0
    assert [job["state"] for job in orjson.loads(capsys.readouterr().out)] == ["done", "done"]


def test_what_could_not_be_had_is_listed(
    library: Store, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = world.papers[world.library[0]].s2
    with S2Server(world, FaultPlan(lasting={("citations", subject): "withheld"})) as server:
        ask(server, monkeypatch)
        assert run(["enrich"]) == 3
    out = capsys.readouterr().out
    assert "could not be had: 1" in out and "withheld by the publisher" in " ".join(out.split())


def test_without_a_network_one_line_says_so_and_all_else_works(
    library: Store, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with S2Server(world) as server:
        ask(server, monkeypatch)
    before = dump(library)
    assert run(["enrich"]) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith(f"wamkg: Semantic Scholar cannot be reached at {server.url}")
    assert dump(library) == before
    cited = ["timeline", "citations", "--paper", f"arxiv:{world.papers[1].arxiv}"]
    for command in (["export", "jsonl"], ["jobs"], ["batches"], cited):
        assert run(command) == 0, command


def test_a_terminal_shows_a_bar_with_counts_rate_and_time_left(library: Store, world: World, home: Path) -> None:
    with S2Server(world) as server:
        settings = settings_for(server, home=home, s2_requests_per_second=10.0)
        leader, follower = pty.openpty()
        wide = environment(settings) | {"TERM": "xterm", "COLUMNS": "120", "WAMKG_PROGRESS": "true"}
        process = subprocess.Popen(
            [sys.executable, "-m", "wamkg", "enrich"], env=wide, stdout=subprocess.DEVNULL, stderr=follower
        )
        os.close(follower)
        shown = read_all(leader)
        assert process.wait() == 0
    assert "of 18" in shown or "/18" in shown
    assert "requests, " in shown and "/s, 0:0" in shown and " left" in shown


@pytest.mark.parametrize("where", ["batch", "citations"])
def test_ctrl_c_ends_a_run_whose_answer_trickles(library: Store, world: World, home: Path, where: str) -> None:
    subject = "*" if where == "batch" else world.papers[world.library[0]].s2
    with S2Server(world, FaultPlan(lasting={(where, subject): "trickle body"})) as server:
        settings = settings_for(server, home=home, s2_timeout=60.0)
        process = subprocess.Popen(
            [sys.executable, "-m", "wamkg", "enrich"], env=environment(settings), stderr=subprocess.PIPE, text=True
        )
        while not server.faults.met["trickle body"] and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=5)
    assert process.returncode == 130
    assert "interrupted" in said and "Traceback" not in said


def test_a_cancelled_job_leaves_a_title_match_that_trickles(library: Store, world: World, home: Path) -> None:
    title = "Nobody has an id for this one"
    (home / "more.jsonl").write_text(orjson.dumps({"title": title}).decode())
    import_source(library, str(home / "more.jsonl"), ImportOptions())
    with S2Server(world, FaultPlan(lasting={("match", title): "trickle head"})) as server:
        with library.writing() as session:
            uid = add_job(session, "enrich", {}).uid
        settings = settings_for(server, home=home, s2_timeout=60.0)
        run_it = Thread(target=run_job, args=[library, settings, uid, {}])
        run_it.start()
        while not server.faults.met["trickle head"] and run_it.is_alive():
            time.sleep(0.02)
        cancel(library, uid)
        run_it.join(5)
        assert not run_it.is_alive()
    assert get_job(library, uid).status == "cancelled"


def read_all(terminal: int) -> str:
    """Everything that is printed to a terminal until its other end closes."""
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()
