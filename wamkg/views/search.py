"""Search by words, and by words and embeddings together."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from wamkg.store.paper_filter import PaperFilter, paper_numbers
from wamkg.store.search import newest_vectors, search_papers
from wamkg.views.paging import DEFAULT_LIMIT
from wamkg.views.papers import PaperItem, paper_items

Mode = Literal["text", "hybrid"]
VECTOR_SEEDS = 5
"""Number of best text hits whose vectors represent the query, because no encoder runs here."""
RRF_CONSTANT = 60
"""Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""
CANDIDATES_PER_RANKING = 1000


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A found paper with its ranks by words and by vectors (None if it has none), and the fused score."""

    paper: PaperItem
    score: float
    text_rank: int | None
    vector_rank: int | None


@dataclass(frozen=True)
class SearchResult:
    """The best hits; `mode` is the search that was actually done: `text` if there are no vectors."""

    items: list[SearchHit]
    total: int
    next: None
    mode: str


def search(session: Session, query: PaperFilter, mode: Mode, limit: int = DEFAULT_LIMIT) -> SearchResult:
    """The papers that match the words of the query best, within its other filters.

    Hybrid search adds the papers most similar to the best text hits and fuses both rankings.

    Raises the errors of `conditions`.
    """
    by_text = search_papers(session, query.q or "", CANDIDATES_PER_RANKING)
    by_vector = _nearest(session, by_text[:VECTOR_SEEDS]) if mode == "hybrid" else []
    allowed = paper_numbers(session, query.model_copy(update={"q": None}))
    text_ranks = {n: i for i, n in enumerate((n for n in by_text if n in allowed), start=1)}
    vector_ranks = {n: i for i, n in enumerate((n for n in by_vector if n in allowed), start=1)}
    scores = {n: _score(text_ranks.get(n), vector_ranks.get(n)) for n in {*text_ranks, *vector_ranks}}
    best = sorted(scores, key=lambda n: (-scores[n], n))
    shown = paper_items(session, best[:limit])
    hits = [
        SearchHit(item, round(scores[n], 6), text_ranks.get(n), vector_ranks.get(n))
        for n, item in zip(best[:limit], shown, strict=True)
    ]
    return SearchResult(hits, len(best), None, "hybrid" if by_vector else "text")


def _score(text_rank: int | None, vector_rank: int | None) -> float:
    return sum(1 / (RRF_CONSTANT + rank) for rank in (text_rank, vector_rank) if rank)


def _nearest(session: Session, seeds: list[int], most: int = 100) -> list[int]:
    # A fifth of the API's start-up time, for a question that is asked seldom.
    import numpy as np

    numbers, blob = newest_vectors(session)
    places = [numbers.index(n) for n in seeds if n in set(numbers)]
    if not places:
        return []
    matrix = np.frombuffer(blob, dtype="<f4").reshape(len(numbers), -1)
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit = matrix / np.where(norms == 0, 1, norms)
    near = unit @ unit[places].mean(axis=0)
    return [numbers[i] for i in np.argsort(-near, kind="stable")[:most]]
