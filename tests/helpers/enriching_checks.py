"""What the server holds and may give, and what the store holds of it: counted from the server's own data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlmodel import col

from tests.s2_server.faults import FaultPlan
from tests.s2_server.server import S2Server
from tests.s2_server.world import Edge, World, library_lines
from wamkg.enriching.client import LIST_END
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.settings import Settings
from wamkg.store.base import select_columns
from wamkg.store.session import Store
from wamkg.store.tables import Citation, Claim, Paper, metadata

QUICK = {"s2_requests_per_second": 1000.0, "s2_timeout": 1.0, "s2_backoff": 0.02}
"""Settings that keep a test short; the server is on this machine."""
NOTHING_COMES = ("withheld", "always 500", "gone", "refused")
EdgeKey = tuple[str, str]


def settings_for(server: S2Server, **values: Any) -> Settings:
    """Settings that lead to the server."""
    given: dict[str, Any] = QUICK | {"s2_api_url": server.url, "s2_api_key": server.key or ""} | values
    return Settings(**given)


def import_library(store: Store, world: World, folder: Path) -> None:
    """Import the world's library, as a user would."""
    file = folder / "library.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in library_lines(world)))
    import_source(store, str(file), ImportOptions())


@dataclass
class Held:
    """Facts and citations by what names them outside the store: Semantic Scholar's id, or the title without one."""

    edges: dict[EdgeKey, tuple[Any, ...]] = field(default_factory=dict)
    facts: dict[tuple[str, str], Any] = field(default_factory=dict)
    standings: dict[str, str] = field(default_factory=dict)


def given_by(world: World, faults: FaultPlan) -> Held:
    """Everything the server may give of its library under a plan."""
    held = Held()
    for key in world.library:
        for kind, lists in (("citations", world.citations), ("references", world.references)):
            for edge in _allowed(lists.get(key, []), faults.lasting.get((kind, world.papers[key].s2)), faults):
                held.edges[_edge_key(world, edge)] = (edge.contexts, edge.intents, edge.influential)
                other = edge.citing if kind == "citations" else edge.cited
                if other is not None and other not in world.library:
                    _add_facts(held, world, other, library=False)
        _add_facts(held, world, key, library=True)
    return held


def _allowed(edges: list[Edge], fault: str | None, faults: FaultPlan) -> list[Edge]:
    if fault in NOTHING_COMES:
        return []
    if fault == "short":
        edges = edges[: max(0, len(edges) - faults.short_by)]
    return edges[:LIST_END]


def _edge_key(world: World, edge: Edge) -> EdgeKey:
    def name(key: int | None) -> str:
        return edge.title if key is None else world.papers[key].s2

    return name(edge.citing), name(edge.cited)


def _add_facts(held: Held, world: World, key: int, *, library: bool) -> None:
    paper = world.papers[key]
    facts: dict[str, Any] = {
        "title": paper.title, "authors": paper.authors, "venue": paper.venue or None, "year": paper.year,
        "doi": paper.doi, "arxiv": paper.arxiv, "s2": paper.s2,
    }  # fmt: skip
    if library:
        facts |= {
            "abstract": None if paper.elided else paper.abstract,
            "tldr": paper.tldr,
            "citation_count": len(world.citations.get(key, [])),
            "reference_count": len(world.references.get(key, [])),
        }
    wrong = {"citationCount": "citation_count", "publicationDate": "date"}
    broken = {wrong.get(name, name) for name in paper.wrong}
    held.facts |= {(paper.s2, n): v for n, v in facts.items() if v not in (None, "", []) and n not in broken}
    held.standings[paper.s2] = "candidate" if library else "cited"


def held_by(store: Store) -> Held:
    """Everything the store holds from Semantic Scholar."""
    held = Held()
    with store.reading() as session:
        names = {p.id: p.s2 or p.title for p in session.scalars(select(Paper))}
        for edge in session.scalars(select(Citation)):
            value = (edge.contexts, edge.intents, edge.influential)
            assert (names[edge.citing_id], names[edge.cited_id]) not in held.edges, "a citation was written twice"
            held.edges[names[edge.citing_id], names[edge.cited_id]] = value
        of_s2 = select_columns(Claim.subject_id, Claim.field, Claim.value).where(col(Claim.source) == "s2")
        for subject, name, value in session.exec(of_s2.order_by(col(Claim.id))):
            held.facts[names[subject], name] = value
        held.standings = {
            names[p.id]: p.standing for p in session.scalars(select(Paper).where(col(Paper.s2).is_not(None)))
        }
    return held


def compare(given: Held, held: Held) -> dict[str, list[Any]]:
    """What is missing from the store, different in it, or there without having been given."""
    extra_facts = [
        key for key in held.facts if key not in given.facts and key[0] in given.standings and key[1] in SHARED
    ]
    return {
        "citations missing": sorted(set(given.edges) - set(held.edges)),
        "citations not given": sorted(set(held.edges) - set(given.edges)),
        "citations different": _different(given.edges, held.edges),
        "facts missing": sorted(set(given.facts) - set(held.facts)),
        "facts not given": [key for key in extra_facts if held.facts[key] is not None],
        "facts different": _different(given.facts, held.facts),
        "standings different": _different(given.standings, held.standings),
    }


SHARED = ("title", "authors", "venue", "year", "doi", "arxiv", "s2", "abstract", "tldr", "citation_count")


def _different(mine: Mapping[Any, Any], theirs: Mapping[Any, Any]) -> list[Any]:
    return [(key, value, theirs[key]) for key, value in mine.items() if key in theirs and theirs[key] != value]


NOT_COMPARED = {"id", "uid", "batch_id", "first_seen", "retrieved_at", "at", "fetched_at", "started_at", "in_citations",
                "in_references", "leased_by", "lease_until", "attempts", "revision", "source_ref"}  # fmt: skip


def rows_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Rows that enrichment writes, without numbers and times, papers named by their slugs."""
    tables = ("paper", "claim", "event", "citation", "task", "authorship", "former_id", "author", "venue", "link")
    found: dict[str, list[tuple[Any, ...]]] = {}
    with store.reading() as session:
        connection = session.connection()
        slugs: dict[Any, str] = {row[0]: row[1] for row in connection.execute(text("SELECT id, slug FROM paper"))}
        names = {
            table: {row[0]: row[1] for row in connection.execute(text(f"SELECT id, name FROM {table}"))}
            for table in ("author", "venue")
        }
        for table in tables:
            rows = []
            for row in connection.execute(select(metadata.tables[table])).mappings():
                values = {k: v for k, v in row.items() if k not in NOT_COMPARED}
                for name in ("paper_id", "subject_id", "citing_id", "cited_id", "source_id", "target_id"):
                    if name in values:
                        values[name] = slugs.get(values[name])
                for name, table_named in (("author_id", "author"), ("venue_id", "venue")):
                    if name in values:
                        values[name] = names[table_named].get(values[name])
                rows.append(tuple(str(value) for _, value in sorted(values.items())))
            found[table] = sorted(rows)
    return found
