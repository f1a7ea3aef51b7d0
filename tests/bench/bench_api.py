"""Requests a second of the API against a bare handler that answers the same bytes, side by side, in turns."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import orjson
import psutil

from tests.bench.bare_app import keep
from tests.bench.generate import papers
from wamkg.importing.run import ImportOptions, import_source
from wamkg.importing.seed_store import load_seeds
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.tokens import issue
from wamkg.views.tree import taxonomy_tree, walk

GOAL, START_SECONDS, MEMORY_MIB = 0.5, 2.0, 300
COUNT = 10_000
PATHS = ("papers?limit=100", "timeline/papers", "taxonomies/wam")
CONNECTIONS = (1, 32)
SECONDS, TURNS = 2.0, 3
API = "/api/v1/"
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


def ask(url: str, connections: int, header: str = "") -> tuple[float, float]:
    """Requests a second and the 99th percentile in milliseconds."""
    command = [sys.executable, "-m", "tests.bench.http_load", url, str(connections), str(SECONDS)]
    done = subprocess.run([*command, *([header] if header else [])], capture_output=True, check=True)
    found = orjson.loads(done.stdout)
    if not set(found["statuses"]) <= {"200", "304"}:
        raise RuntimeError(f"{url} answered {found['statuses']}")
    return float(found["rate"]), float(found["p99"])


def compare(name: str, ours: tuple[str, str], bare: str, connections: int) -> float:
    """Measure both in turns, print a line, give the ratio of the medians."""
    pairs = [(ask(ours[0], connections, ours[1]), ask(bare, connections)) for _ in range(TURNS)]
    mine, theirs = (median(pair[n][0] for pair in pairs) for n in (0, 1))
    slowest, their_slowest = (median(pair[n][1] for pair in pairs) for n in (0, 1))
    print(
        f"{name:28} {connections:3} connections: {mine:8.0f}/s, bare {theirs:8.0f}/s, ratio {mine / theirs:5.2f}; "
        f"p99 {slowest:7.2f} ms, bare {their_slowest:7.2f} ms"
    )
    return mine / theirs


def main() -> bool:
    """Run it and say whether the goals are met."""
    print(f"API: {COUNT} papers, own load generator (uvloop), {TURNS} turns of {SECONDS:.0f} s")
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = fill(folder)
        with store.writing() as session:
            token = issue(session, "bench", "reader").secret
        settings = Settings(database_url=store.url, home=folder)
        store.close()
        given = {"WAMKG_DATABASE_URL": settings.url, "WAMKG_HOME": name, "BARE_DB": str(folder / "bare.db")}
        with server("wamkg_api.app:create_app", given) as (address, process, start):
            used = sum(process.cpu_times()[:2])
            ratios = _side_by_side(address, folder / "bare.db", given, token)
            memory = process.memory_info().rss / 2**20
            heavy = any("torch" in m.path for m in process.memory_maps())
    print(f"start {start:.2f} s, {used:.2f} s of CPU (goal < {START_SECONDS})")
    print(f"{memory:.0f} MiB (goal < {MEMORY_MIB}), torch loaded: {heavy}")
    return min(ratios) >= GOAL and start < START_SECONDS and memory < MEMORY_MIB and not heavy


def _side_by_side(address: str, bare_file: Path, given: dict[str, str], token: str) -> list[float]:
    bodies = [httpx.get(f"{address}{API}{path}") for path in PATHS]
    with sqlite3.connect(bare_file) as connection:
        connection.execute("CREATE TABLE answer (number INTEGER PRIMARY KEY, head BLOB)")
        for number, answer in enumerate(bodies):
            keep(connection, number, answer.content)
    connection.close()
    ratios = []
    with server("tests.bench.bare_app:create_app", given) as (bare, _, _):
        for number, path in enumerate(PATHS):
            if httpx.get(f"{bare}/answers/{number}").content != bodies[number].content:
                raise RuntimeError(f"the bare handler answers other bytes for {path}")
        for connections in CONNECTIONS:
            for number, path in enumerate(PATHS):
                ratios.append(compare(path, (address + API + path, ""), f"{bare}/answers/{number}", connections))
            tag = f"If-None-Match: {bodies[0].headers['etag']}"
            ratios.append(compare("304", (address + API + PATHS[0], tag), f"{bare}/unchanged", connections))
        for number, path in enumerate(PATHS):
            # With a token nothing comes from the kept answers: what the first request after a write costs.
            anew = (address + API + path, f"Authorization: Bearer {token}")
            compare(f"{path}, worked out anew", anew, f"{bare}/answers/{number}", 1)
    return ratios


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
