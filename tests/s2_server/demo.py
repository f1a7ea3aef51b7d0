"""Enrichment from start to end with no network: `python -m tests.s2_server.demo [--out FOLDER]`.

Made-up papers are imported and placed, a local server with every kind of fault is asked about them, and the citations
of the two branches are counted by month and drawn.
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests.s2_server.faults import full_plan
from tests.s2_server.server import S2Server
from tests.s2_server.world import World, library_lines, make_world
from wamkg.enriching.engine import enrich
from wamkg.enriching.progress import EnrichProgress
from wamkg.figures.query import FigureQuery, FigureRequest
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.services.figures import draw_figure
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.views.timelines import citation_timeline

TAXA = ("joint/diffusion/unified-stream/explicit", "cascaded/implicit", "joint/autoregressive/unified-discrete")
BRANCHES = ("wam:joint", "wam:cascaded")
say = Console(highlight=False, soft_wrap=True).print


def import_placed(store: Store, world: World, folder: Path) -> None:
    """Import the world's library, each paper placed in the taxonomy in turn."""
    lines = [line | {"taxa": {"wam": TAXA[n % len(TAXA)]}} for n, line in enumerate(library_lines(world))]
    file = folder / "library.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_source(store, str(file), ImportOptions())


def play(store: Store, folder: Path) -> list[Path]:
    """The whole path; gives back the figure's files, with its data and manifest."""
    world = make_world(40, 2_000)
    import_placed(store, world, folder)
    faults = full_plan([world.papers[key].s2 for key in world.library])
    faults.slow_seconds = 1.5
    with S2Server(world, faults) as server:
        say(f"a local server on {server.url} holds {len(world.papers):,} made-up papers; no network is used")
        settings = Settings(
            home=folder, s2_api_url=server.url, s2_api_key="secret-key", s2_requests_per_second=50,
            s2_timeout=1, s2_backoff=0.1, s2_attempts=4,
        )  # fmt: skip
        shown: set[str] = set()

        def show(progress: EnrichProgress) -> None:
            if progress.doing not in shown:
                shown.add(progress.doing)
                say(f"  {progress.doing}: {progress.done} of {progress.total} units, {progress.requests} requests")

        report = enrich(store, settings, progress=show)
    say(f"{len(server.log)} requests met {sum(faults.met.values())} faults of {len(faults.met)} kinds")
    say(", ".join(f"{name} {count:,}" for name, count in sorted(report.counts.items()) if count))
    say(f"{len(report.lines)} things could not be had, each with its reason, such as:")
    for line in report.lines[:4]:
        say(f"  {line.what} of {line.paper}: {line.reason}")
    with store.reading() as session:
        timelines = [citation_timeline(session, taxon=branch) for branch in BRANCHES]
    for found in timelines:
        known = f"{found.total:,} citing papers, {found.unknown_share or 0:.0%} of them without a month"
        say(f"{found.label}: {known}, {len(found.short)} lists not held whole")
    request = FigureRequest("citations", FigureQuery(taxon=BRANCHES))
    return draw_figure(store, request, [folder / f"citations.{form}" for form in ("svg", "pdf", "png")]).files


def main() -> None:
    """Play it in a folder that is kept if it is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for the store and the figure; empty: a temporary one")
    out = parser.parse_args().out
    with TemporaryDirectory() as temporary:
        folder = out or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        store = Store(f"sqlite:///{folder / 'demo.db'}")
        migrate(store)
        files = play(store, folder)
        store.close()
        say(f"drawn: {', '.join(map(str, files))}" if out else "drawn; give --out FOLDER to keep the figure")


if __name__ == "__main__":
    main()
