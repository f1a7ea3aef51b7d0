"""Commands that are killed or interrupted at any moment: the store is whole, and a second run ends as if undisturbed.

Enrichment and embedding with several workers have tests of their own in `tests/enriching`.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.bench.generate import papers, write_jsonl
from tests.helpers.enriching_checks import NOT_COMPARED, QUICK, import_library, rows_of
from tests.s2_server.server import S2Server
from tests.s2_server.world import make_world
from wamkg.history.backup import write_backup
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_loader import load_seeds
from wamkg.reviewing.doctor import find_problems
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.tables import metadata

WHOLE = ("dangling-links", "resolved-values", "search-index", "broken-taxon-paths", "broken-rules", "duplicate-names")
"""Checks of the doctor that find nothing in a whole store."""
_RUNNING = {"job", "rate_limit", "change", "batch", "actor", "task"}
"""Tables that say what was run when."""
# A shell starts background jobs with Ctrl-C ignored and children inherit that; a user's terminal does not.
_START = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from wamkg.cli import main; main()"


@dataclass
class Order:
    """A command, the folder with the store that it starts from, and its environment."""

    arguments: list[str]
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, home: Path) -> "subprocess.Popen[str]":
        """Start the command on the store of a folder."""
        environment = os.environ | self.environment | {"WAMKG_HOME": str(home), "WAMKG_DATABASE_URL": ""}
        command = [sys.executable, "-c", _START, *self.arguments]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    """The store of a folder."""
    store = Store(f"sqlite:///{home / 'wamkg.db'}")
    try:
        yield store
    finally:
        store.close()


@contextmanager
def importing(home: Path, size: int, write: Callable[[Path, int], None]) -> Iterator[Order]:
    """An import of a file into an empty store."""
    file = home.parent / "input"
    write(file, size)
    with opened(home) as store:
        migrate(store)
    yield Order(["import", str(file)], home)


def write_list(file: Path, size: int) -> None:
    """A Markdown list."""
    lines = (f"- [{p['title']}]({p['url']}) {', '.join(p['authors'])}, {p['venue']} {p['year']}" for p in papers(size))
    file.write_text("# Papers\n## Planning\n" + "\n".join(lines) + "\n")


def write_bibtex(file: Path, size: int) -> None:
    """A bibliography."""
    file.write_text(
        "".join(
            f"@article{{key{n}, title = {{{p['title']}}}, author = {{{' and '.join(p['authors'])}}}, "
            f"year = {p['year']}, eprint = {{{p['arxiv']}}}, journal = {{{p['venue']}}}}}\n"
            for n, p in enumerate(papers(size))
        )
    )


@contextmanager
def embedding(home: Path, size: int) -> Iterator[Order]:
    """The encoding of all texts of a store."""
    with opened(home) as store:
        migrate(store)
        import_source(store, str(write_jsonl(home.parent / "papers.jsonl", size)), ImportOptions())
    yield Order(["embed"], home, {"WAMKG_EMBEDDING_MODEL": "hashing"})


@contextmanager
def suggesting(home: Path, size: int) -> Iterator[Order]:
    """Suggestions for the packaged survey."""
    with opened(home) as store:
        migrate(store)
        with store.writing() as session:
            load_seeds(session)
        import_source(store, str(write_jsonl(home.parent / "papers.jsonl", size // 10)), ImportOptions())
    yield Order(["suggest"], home, {"WAMKG_SUGGESTER": "tfidf-lr"})


@contextmanager
def restoring(home: Path, size: int) -> Iterator[Order]:
    """A restore into an empty store."""
    backup, full = home.parent / "backup.tar", home.parent / "full"
    full.mkdir()
    with opened(full) as store:
        migrate(store)
        import_source(store, str(write_jsonl(home.parent / "papers.jsonl", size)), ImportOptions())
        write_backup(store, full, backup)
    with opened(home) as store:
        migrate(store)
    yield Order(["restore", str(backup)], home)


@contextmanager
def enriching(home: Path, size: int) -> Iterator[Order]:
    """Enrichment from a local server."""
    world = make_world(library=max(4, size // 30), citations=size)
    with opened(home) as store:
        migrate(store)
        import_library(store, world, home.parent)
    with S2Server(world) as server:
        values: dict[str, Any] = QUICK | {"s2_api_url": server.url, "s2_api_key": server.key or "", "s2_timeout": 60.0}
        yield Order(["enrich"], home, {f"WAMKG_{name.upper()}": str(value) for name, value in values.items()})


ORDERS: dict[str, Callable[[Path, int], Any]] = {
    "list": lambda home, size: importing(home, size, write_list),
    "bibtex": lambda home, size: importing(home, size, write_bibtex),
    "embed": embedding,
    "suggest": suggesting,
    "restore": restoring,
    "enrich": enriching,
}


def contents(store: Store) -> dict[str, Any]:
    """What a store holds, without numbers and times."""
    held: dict[str, Any] = dict(rows_of(store))
    del held["task"]
    with store.reading() as session:
        for table in metadata.sorted_tables:
            if table.name not in _RUNNING:
                counted = session.connection().execute(select(func.count()).select_from(table)).scalar_one()
                held[f"rows of {table.name}"] = counted
        for name in ("suggestion", "embedding"):
            columns = [c for c in metadata.tables[name].columns if c.name not in NOT_COMPARED and not c.foreign_keys]
            kept = [c for c in columns if not c.name.endswith(("_at", "uid"))]
            held[name] = sorted(tuple(map(str, row)) for row in session.connection().execute(select(*kept)))
    return held


def check_whole(home: Path) -> None:
    """The doctor finds nothing broken."""
    with opened(home) as store, store.reading() as session:
        broken = {report.check: report.findings for report in find_problems(session, WHOLE) if report.findings}
    assert not broken


def check_order(kind: str, folder: Path, *, size: int, kills: int, seed: int, sent: signal.Signals) -> int:
    """Run a command undisturbed, and with kills in a copy of the store; gives back how many kills came in time."""
    rng, base, copy = random.Random(seed), folder / "base", folder / "copy"
    base.mkdir()
    with ORDERS[kind](base, size) as order:
        shutil.copytree(base, copy)
        begun = time.monotonic()
        calm = order.start(base)
        _, errors = calm.communicate(timeout=600)
        lasted = time.monotonic() - begun
        assert calm.returncode in (0, 3), errors
        in_time = 0
        for _ in range(kills):
            if not stopped(order, copy, rng.uniform(0.4, 1.0) * lasted, sent):
                break
            in_time += 1
            check_whole(copy)
        else:
            last = order.start(copy)
            _, errors = last.communicate(timeout=600)
            assert last.returncode == calm.returncode, errors
    check_whole(copy)
    with opened(base) as one, opened(copy) as other:
        assert contents(other) == contents(one)
    return in_time


def stopped(order: Order, home: Path, after: float, sent: signal.Signals) -> bool:
    """Start a command and stop it after so many seconds; False if it had ended before."""
    process = order.start(home)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(sent)
    _, errors = process.communicate(timeout=600)
    if process.returncode in (0, 3):
        return False
    if process.returncode == -sent and not errors:
        return True  # an interrupt before Python has begun, too
    assert sent == signal.SIGINT and process.returncode == 130, errors
    assert errors.strip().splitlines()[-1].startswith("wamkg: interrupted"), errors
    return True


def test_a_killed_import_is_run_again(tmp_path: Path) -> None:
    check_order("bibtex", tmp_path, size=100, kills=2, seed=3, sent=signal.SIGKILL)


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT], ids=["kill", "interrupt"])
@pytest.mark.parametrize("kind", sorted(ORDERS))
def test_commands_killed_at_random_moments(kind: str, sent: signal.Signals, seed: int, tmp_path: Path) -> None:
    print(check_order(kind, tmp_path, size=600, kills=3, seed=seed, sent=sent), "kills in time")
