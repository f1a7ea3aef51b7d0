"""A few papers in the packaged taxonomies, and short ways to curate them."""

from pathlib import Path
from typing import Any

import orjson

from wamkg.history.undo import undo_batch
from wamkg.importing.import_report import ImportReport
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.reviewing.decisions import DecisionResult, decide
from wamkg.reviewing.verdicts import Decision
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.decisions import live_of
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.taxonomies import get_taxonomy

ABSTRACT = "We denoise video and action jointly in one transformer. The future is never decoded at test time."
PAPERS: list[dict[str, Any]] = [
    {"title": "A First Paper about Robots", "arxiv": "2501.00001", "taxa": {"wam": "joint"}, "abstract": ABSTRACT},
    {"title": "A Second Paper about Robots", "arxiv": "2501.00002", "taxa": {"wam": "cascaded/implicit"}},
    {"title": "A Third Paper about Robots", "arxiv": "2501.00003"},
]
FIRST, SECOND, THIRD = (f"arxiv:{paper['arxiv']}" for paper in PAPERS)
UNIFIED = "joint/diffusion/unified-stream"


def fill(store: Store, folder: Path, *papers: dict[str, Any]) -> ImportReport:
    """Import these papers, or the three above, as one list of the survey's."""
    file = folder / "papers.jsonl"
    file.write_bytes(b"".join(orjson.dumps(paper) + b"\n" for paper in papers or PAPERS))
    return import_source(store, str(file), ImportOptions())


def say(
    store: Store, paper: str, verdict: str, taxon: str | None = None, by: str = "ana", **more: Any
) -> DecisionResult:
    """One decision of a person."""
    with store.writing() as session:
        decision = Decision(paper=paper, verdict=verdict, taxon=taxon, **more)
        return decide(session, get_actor(session, by, "person"), decision)


def undo(store: Store, batch: str) -> dict[str, int]:
    """Take a batch back."""
    with store.writing() as session:
        return undo_batch(session, find_batch(session, batch), get_actor(session, "ana", "person"))


def standing_at(store: Store, paper: str, taxonomy: str = "wam") -> list[str]:
    """Taxa or states of a paper's live assignments, the primary one first."""
    with store.reading() as session:
        number, slug = find_paper(session, paper).id, get_taxonomy(session, taxonomy).id
        assert number is not None and slug is not None
        return [taxon.path if taxon else assignment.status for assignment, taxon in live_of(session, number, slug)]
