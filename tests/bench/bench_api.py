"""Requests a second of the API against a bare handler that answers the same bytes, side by side, in turns."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import orjson
import psutil

from tests.bench.bare_app import keep
from tests.bench.generate import papers
from tests.bench.hand_written import ANSWERS
from tests.bench.load import ask, generator
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_loader import load_seeds
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.tokens import issue
from wamkg.views.taxonomies import taxonomy_tree, walk

GOAL, FRESH_GOAL, START_SECONDS, MEMORY_MIB = 0.5, 1 / 3, 2.0, 300
COUNT = 10_000
PATHS = tuple(ANSWERS)
CONNECTIONS = (1, 32)
SECONDS, TURNS = 2.0, 3
API = "/api/v1/"
OURS = "wamkg_api.app:create_app"
SERVE = "import uvicorn, sys; uvicorn.run(sys.argv[1], factory=True, port=int(sys.argv[2]), log_level='warning')"


def fill(folder: Path) -> Store:
    """A store of 10,000 papers, each with a place in `wam`."""
    store = Store(f"sqlite:///{folder / 'wamkg.db'}")
    migrate(store)
    with store.writing() as session:
        load_seeds(session)
        leaves = [node.path for node in walk(taxonomy_tree(session, "wam").taxa) if not node.children]
    with (folder / "papers.jsonl").open("wb") as out:
        for number, record in enumerate(papers(COUNT)):
            out.write(orjson.dumps(record | {"taxa": {"wam": leaves[number % len(leaves)]}}) + b"\n")
    import_source(store, str(folder / "papers.jsonl"), ImportOptions())
    return store


@contextmanager
def server(app: str, environment: dict[str, str]) -> Iterator[tuple[str, psutil.Process, float]]:
    """A server process; yields its address, its process, and the seconds until it answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.perf_counter()
    command = [sys.executable, "-c", SERVE, app, str(port)]
    process = subprocess.Popen(command, env=os.environ | environment, stdin=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.01)
        yield address, psutil.Process(process.pid), time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(20)


@dataclass(frozen=True)
class Target:
    """What is asked of which server, with which header."""

    url: str
    process: psutil.Process
    header: str = ""

    def measure(self, connections: int) -> tuple[float, float, float]:
        """Requests a second, requests a second of the server's CPU, 99th percentile in milliseconds."""
        before = sum(self.process.cpu_times()[:2])
        rate, slowest = ask(self.url, connections, SECONDS, self.header)
        return rate, rate * SECONDS / (sum(self.process.cpu_times()[:2]) - before or 0.01), slowest


def compare(name: str, ours: Target, bare: Target, connections: int) -> float:
    """Measure both in turns, print a line, give the ratio of the medians.

    Where other work runs on the machine, the ratio by CPU time says more than the one by the clock.
    """
    pairs = [(ours.measure(connections), bare.measure(connections)) for _ in range(TURNS)]
    mine, theirs = ([median(pair[side][n] for pair in pairs) for n in range(3)] for side in (0, 1))
    print(
        f"{name:38} {connections:3} connections: {mine[0]:8.0f}/s, bare {theirs[0]:8.0f}/s, "
        f"ratio {mine[0] / theirs[0]:5.2f}, by CPU {mine[1] / theirs[1]:5.2f}; "
        f"p99 {mine[2]:7.2f} ms, bare {theirs[2]:7.2f} ms",
        flush=True,
    )
    return mine[0] / theirs[0]


def main() -> bool:
    """Run it and say whether the goals are met."""
    print(f"API: {COUNT} papers, {generator()}, {TURNS} turns of {SECONDS:.0f} s")
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = fill(folder)
        with store.writing() as session:
            token = issue(session, "bench", "reader").secret
        settings = Settings(database_url=store.url, home=folder)
        store.close()
        given = {"WAMKG_DATABASE_URL": settings.url, "WAMKG_HOME": name, "BARE_DB": str(folder / "bare.db")}
        with server(OURS, given) as (address, process, start):
            used = sum(process.cpu_times()[:2])
            answers = [httpx.get(f"{address}{API}{path}") for path in PATHS]
            lay_out(folder / "bare.db", answers)
            with server("tests.bench.bare_app:create_app", given) as (bare, other, _):
                check(bare, answers)
                targets = {path: Target(f"{bare}/answers/{number}", other) for number, path in enumerate(PATHS)}
                ratios = _kept(address, process, targets, f"Authorization: Bearer {token}")
                unchanged = Target(f"{bare}/unchanged", other)
                ratios += _validated(address, process, unchanged, answers[0].headers["etag"])
                memory = process.memory_info().rss / 2**20
                heavy = any("torch" in m.path for m in process.memory_maps())
        fresh = _fresh(given | {"BARE_DB": str(folder / "wamkg.db")})
    print(f"start {start:.2f} s, {used:.2f} s of CPU (goal < {START_SECONDS})")
    print(f"{memory:.0f} MiB (goal < {MEMORY_MIB}), torch loaded: {heavy}")
    fast = min(ratios) >= GOAL and min(fresh) >= FRESH_GOAL and start < START_SECONDS
    return fast and memory < MEMORY_MIB and not heavy


def lay_out(file: Path, answers: list[httpx.Response]) -> None:
    """The answers as tables of the bare handler."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE answer (number INTEGER PRIMARY KEY, head BLOB)")
        for number, answer in enumerate(answers):
            keep(connection, number, answer.content)


def check(bare: str, answers: list[httpx.Response]) -> None:
    """Raises RuntimeError where the bare handler does not answer the same bytes."""
    for number, path in enumerate(PATHS):
        if httpx.get(f"{bare}/answers/{number}").content != answers[number].content:
            raise RuntimeError(f"the bare handler answers other bytes for {path}")


def _kept(address: str, process: psutil.Process, bare: dict[str, Target], token: str) -> list[float]:
    return [
        compare(path + who, Target(address + API + path, process, header), target, connections)
        for connections in CONNECTIONS
        for path, target in bare.items()
        for who, header in (("", ""), (", by token", token))
    ]


def _validated(address: str, process: psutil.Process, bare: Target, etag: str) -> list[float]:
    ours = Target(address + API + PATHS[0], process, f"If-None-Match: {etag}")
    return [compare("304", ours, bare, connections) for connections in CONNECTIONS]


def _fresh(given: dict[str, str]) -> list[float]:
    """What the first request after a write costs, beside SQL written by hand for the same answer."""
    uncached = given | {"WAMKG_RESPONSE_CACHE_MB": "0", "WAMKG_READS_PER_MINUTE": "0"}
    with (
        server(OURS, uncached) as (address, process, _),
        server("tests.bench.hand_written:create_app", uncached) as (bare, other, _),
    ):
        check(bare, [httpx.get(f"{address}{API}{path}") for path in PATHS])
        targets = {path: Target(f"{bare}/answers/{number}", other) for number, path in enumerate(PATHS)}
        return [
            compare(f"{path}, fresh", Target(address + API + path, process), target, 1)
            for path, target in targets.items()
        ]


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
