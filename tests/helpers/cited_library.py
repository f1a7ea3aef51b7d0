"""Libraries whose citations are known: written as enrichment writes them, from the server of made-up papers."""

import hashlib
import json
import random
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from sqlmodel import col

from tests.helpers.enriching_checks import settings_for
from tests.s2_server.server import S2Server
from tests.s2_server.world import Made, World, make_edge
from wamkg.enriching.engine import enrich
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.store.base import select_columns
from wamkg.store.session import Store
from wamkg.store.tables import Paper
from wamkg.vocabulary import Standing

Citations = Iterable[tuple[str, str]]
"""Pairs (citing, cited)."""


def made(key: int, title: str, day: date, arxiv: str) -> Made:
    """A paper of the server with only what identifies and dates it."""
    s2 = hashlib.sha1(title.encode(), usedforsecurity=False).hexdigest()
    return Made(key=key, s2=s2, title=title, year=day.year, day=day, venue="", authors=[f"Ada Abe{key}"], arxiv=arxiv)


def fill_cited(store: Store, folder: Path, papers: Mapping[str, tuple[str, str | None]], citations: Citations) -> None:
    """Import papers by the names of their methods, each with its day and its taxon in `wam`, and enrich them.

    A name in `citations` that is none of `papers` becomes a paper known only by citations.
    """
    world, keys = World(), dict[str, int]()
    citations = list(citations)
    for key, name in enumerate(dict.fromkeys([*papers, *(end for pair in citations for end in pair)]), start=1):
        day = date.fromisoformat(papers[name][0] if name in papers else "2020-01-01")
        keys[name] = key
        world.add(made(key, f"{name} learns a made-up skill number {key}", day, f"{day:%y%m}.{key:05d}"))
    world.library = [keys[name] for name in papers]
    file = folder / "cited.jsonl"
    lines = [
        {"title": world.papers[keys[name]].title, "arxiv": world.papers[keys[name]].arxiv, "method": name}
        | ({"taxa": {"wam": taxon}} if taxon else {})
        for name, (_, taxon) in papers.items()
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_source(store, str(file), ImportOptions())
    _enrich(store, world, ((keys[citing], keys[cited]) for citing, cited in citations))


def cite_library(store: Store, each: int = 6, seed: int = 5) -> None:
    """Let each paper of a library that has an arXiv id cite about so many older ones, mostly young and much cited."""
    with store.reading() as session:
        columns = select_columns(Paper.arxiv, Paper.title, Paper.date).where(Paper.standing != Standing.CITED)
        found = session.connection().execute(columns.where(col(Paper.arxiv).is_not(None), col(Paper.date).is_not(None)))
        rows = sorted((day, arxiv, title) for arxiv, title, day in found)
    world, rng = World(), random.Random(seed)
    for key, (day, arxiv, title) in enumerate(rows, start=1):
        world.add(made(key, title, day, arxiv))
    world.library = list(world.papers)
    cited = [1.0] * (len(rows) + 1)
    pairs: set[tuple[int, int]] = set()
    for key in world.library[1:]:
        older = range(max(1, key - 60), key)
        for other in rng.choices(older, [cited[o] for o in older], k=each):
            cited[other] += 1
            pairs.add((key, other))
    _enrich(store, world, sorted(pairs))


def _enrich(store: Store, world: World, pairs: Iterable[tuple[int, int]]) -> None:
    rng = random.Random(1)
    for citing, cited in pairs:
        world.cite(make_edge(citing, cited, rng))
    with S2Server(world) as server:
        enrich(store, settings_for(server))
