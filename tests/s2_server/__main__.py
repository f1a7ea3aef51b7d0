"""Run the server by hand: `python -m tests.s2_server --port 8123 [--faults]`."""

import argparse
import json
import sys
import time
from pathlib import Path

from tests.s2_server.faults import FaultPlan, full_plan
from tests.s2_server.server import S2Server
from tests.s2_server.world import library_lines, make_world


def main() -> None:
    """Serve until interrupted; `--library FILE` writes the library to import."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--papers", type=int, default=40)
    parser.add_argument("--citations", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--faults", action="store_true", help="let every kind of fault happen")
    parser.add_argument("--library", type=Path, help="write the library's papers to this JSON Lines file")
    given = parser.parse_args()
    world = make_world(given.papers, given.citations, given.seed)
    names = [world.papers[key].s2 for key in world.library]
    if given.library:
        given.library.write_text("".join(json.dumps(line) + "\n" for line in library_lines(world)))
    with S2Server(world, full_plan(names) if given.faults else FaultPlan(), key=None, port=given.port) as server:
        print(f"serving on {server.url}", file=sys.stderr, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
