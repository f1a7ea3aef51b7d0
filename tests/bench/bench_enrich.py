"""Enrichment's memory from 1,000 to 100,000 citations, against the local server: it must not grow with the list."""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.bench.memory import peak_mib
from tests.s2_server.server import S2Server
from tests.s2_server.world import World, add_famous, library_lines
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.jobs.local import environment
from wamkg.settings import Settings
from wamkg.store.jobs import add_job
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

SMALL, LARGE, EACH = 1_000, 100_000, 9_000
GOAL = 1.5
"""Largest peak memory at 100,000 citations, in that at 1,000."""


def world_of(citations: int) -> World:
    """A library whose papers are cited so often in all, each at most 9,000 times: under the service's cap."""
    world = World()
    left = citations
    while left:
        part = min(EACH, left)
        add_famous(world, part, seed=left)
        left -= part
    return world


def enrich_once(citations: int, folder: Path) -> tuple[float, float, int]:
    """Peak memory in MiB, seconds, and citations held after one enrichment in a process of its own."""
    world = world_of(citations)
    library = folder / "library.jsonl"
    library.write_text("".join(json.dumps(line) + "\n" for line in library_lines(world)))
    store = Store(f"sqlite:///{folder / f'{citations}.db'}")
    migrate(store)
    import_source(store, str(library), ImportOptions())
    with store.writing() as session:
        uid = add_job(session, "enrich", {}).uid
    with S2Server(world, key=None) as server:
        settings = Settings(database_url=store.url, home=folder, s2_api_url=server.url, s2_requests_per_second=1000)
        start = time.perf_counter()
        process = psutil.Popen([sys.executable, "-m", "wamkg.jobs", uid], env=environment(settings))
        peak = peak_mib(process, every=0.02)
        seconds = time.perf_counter() - start
    if process.wait() != 0:
        raise RuntimeError("the enrichment failed")
    with store.reading() as session:
        held = session.connection().exec_driver_sql("SELECT count(*) FROM citation").scalar_one()
    store.close()
    return peak, seconds, held


def main() -> bool:
    """Measure both sizes and print them; whether the goal is met."""
    with TemporaryDirectory() as folder:
        measured = {}
        for citations in (SMALL, LARGE):
            peak, seconds, held = enrich_once(citations, Path(folder))
            measured[citations] = peak
            print(f"enrich {held:>7,} citations: {peak:6.1f} MiB at most, {seconds:6.1f} s, {held / seconds:,.0f}/s")
    ratio = measured[LARGE] / measured[SMALL]
    print(f"enrich memory grows by {ratio:.2f} from {SMALL:,} to {LARGE:,} citations (goal: at most {GOAL})")
    return ratio <= GOAL


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
