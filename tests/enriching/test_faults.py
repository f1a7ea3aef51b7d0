"""A large library and everything that can go wrong, counted from the server's own data."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import select

from tests.helpers.enriching_checks import compare, given_by, held_by, import_library, settings_for
from tests.s2_server.faults import PASSING, FaultPlan, full_plan
from tests.s2_server.server import S2Server
from tests.s2_server.world import Made, World, add_famous, make_world
from wamkg.enriching.engine import enrich
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.store.session import Store
from wamkg.store.tables import FormerId, Paper

WRONG = {"title": 7, "year": "soon", "tldr": [1], "abstract": "x" * 200_000, "publicationDate": {"day": 1}}
WRONG_FIELDS = {"title", "year", "tldr", "abstract", "date"}


@dataclass
class Troubled:
    """A world with odd papers in it, and what is expected to be listed: (title, what)."""

    world: World
    faults: FaultPlan
    capped: Made
    expected: set[tuple[str, str]] = field(default_factory=set)
    unknown: list[dict[str, str]] = field(default_factory=list)

    def expect(self, paper: Made, *what: str) -> None:
        self.expected |= {(paper.title, name) for name in what}


def troubled(papers: int, citations: int, famous: int, each: int, lasting: int) -> Troubled:
    """Every kind of fault and every kind of oddity, each in a paper of its own."""
    world = make_world(library=papers, citations=citations)
    library = [world.papers[key] for key in world.library]
    odd, plain = library[-6:], library[:-6]
    faults = full_plan([paper.s2 for paper in plain], each=each, lasting=lasting)
    faults.slow_seconds, faults.retry_after = 1.0, 1
    capped = add_famous(world, famous)
    made = Troubled(world, faults, capped)
    for kind, s2 in faults.lasting:
        made.expect(next(p for p in plain if p.s2 == s2), kind)
    wrong, elided, changed, repeated, untitled, _ = odd
    wrong.wrong = dict(WRONG)
    made.expect(wrong, *WRONG_FIELDS)
    elided.elided = True
    made.expect(elided, "abstract")
    changed.former = ["e" * 40]
    world.add(changed)
    edges = world.references[repeated.key]
    edges.append(edges[0])
    made.expect(repeated, "references")
    untitled.arxiv = None
    made.expect(capped, "citations")
    made.unknown = [
        {"title": f"A paper that nobody else knows, number {n}", "arxiv": f"9901.{n:05d}"} for n in range(3)
    ]
    made.expected |= {
        (line["title"], what) for line in made.unknown for what in ("metadata", "citations", "references")
    }
    return made


def import_troubled(store: Store, made: Troubled, folder: Path) -> None:
    import_library(store, made.world, folder)
    changed = next(p for p in made.world.papers.values() if p.former)
    file = folder / "more.jsonl"
    lines = [*made.unknown, {"title": changed.title, "arxiv": changed.arxiv, "s2": changed.former[0]}]
    file.write_text("\n".join(map(json.dumps, lines)))
    import_source(store, str(file), ImportOptions())


def check(store: Store, made: Troubled, folder: Path) -> dict[str, float]:
    """Enrich and compare everything; gives back what was measured."""
    import_troubled(store, made, folder)
    began = time.monotonic()
    with S2Server(made.world, made.faults, max_answer=400_000) as server:
        report = enrich(store, settings_for(server, s2_timeout=0.5))
    seconds = time.monotonic() - began
    differences = compare(given_by(made.world, made.faults), held_by(store))
    assert not any(differences.values()), {name: found[:5] for name, found in differences.items()}
    assert {(line.title, line.what) for line in report.lines} == made.expected
    assert all(line.reason for line in report.lines)
    (cap,) = (line for line in report.lines if line.title == made.capped.title)
    count = len(made.world.citations[made.capped.key])
    assert (cap.status, cap.found, cap.expected) == ("partial", 9_999, count)
    assert cap.reason == f"capped: Semantic Scholar serves the first 9,999 of {count:,}"
    assert report.exit_status == 3
    assert not any(made.faults.passing.values()), "a planned fault was never met"
    assert set(PASSING) <= set(made.faults.met)
    with store.reading() as session:
        assert session.exec(select(FormerId.value).where(FormerId.scheme == "s2")).all() == ["e" * 40]
        assert session.exec(select(Paper).where(Paper.s2 == "e" * 40)).first() is None
        shown = session.exec(select(Paper).where(Paper.s2 == made.capped.s2)).one()
        assert shown.citation_count == count, "what is counted, not what is held"
    held = held_by(store)
    return {
        "seconds": seconds,
        "requests": len(server.log),
        "citations": len(held.edges),
        "facts": len(held.facts),
        "listed": len(report.lines),
        "faults met": sum(made.faults.met.values()),
    }


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.drill)], indirect=True)
def test_everything_that_can_go_wrong_at_once(store: Store, tmp_path: Path) -> None:
    check(store, troubled(40, 800, famous=10_100, each=1, lasting=1), tmp_path)


@pytest.mark.drill
def test_three_hundred_papers_and_every_fault(store: Store, tmp_path: Path) -> None:
    measured = check(store, troubled(300, 20_000, famous=25_000, each=4, lasting=4), tmp_path)
    print(measured)
