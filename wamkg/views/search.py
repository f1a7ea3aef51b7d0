"""Search by words, and by words and embeddings together."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from wamkg.identifiers import normalise
from wamkg.store.paper_details import paper_rows
from wamkg.store.paper_filter import PaperFilter, find_papers, paper_numbers, paper_order
from wamkg.store.paper_texts import body_of, sentences
from wamkg.store.search import newest_vectors
from wamkg.store.text_search import is_form_of, matches_of, methods_called, read_query, words_of
from wamkg.views.paging import DEFAULT_LIMIT, ListOrder, page_of
from wamkg.views.papers import PaperItem, paper_items

Mode = Literal["text", "hybrid"]
VECTOR_SEEDS = 5
"""Number of best text hits whose vectors represent the query, because no encoder runs here."""
RRF_CONSTANT = 60
"""Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""
MAX_HITS = 1_000_000
"""Number of hits by words that are ranked; more than a store has papers."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A found paper with its ranks by words and by vectors (None if it has none), and the fused score.

    `matched` says why it was found: see `match_labels`.
    """

    paper: PaperItem
    score: float
    text_rank: int | None
    vector_rank: int | None
    matched: str


@dataclass(frozen=True)
class SearchResult:
    """A page of the hits, the best first. `mode` is the search that was done: `text` if there are no vectors."""

    items: list[SearchHit]
    total: int
    next: str | None
    mode: str


def search(
    session: Session, query: PaperFilter, mode: Mode, limit: int = DEFAULT_LIMIT, after: str | None = None
) -> SearchResult:
    """A page of the papers that match the query, the best first, within its other filters; a paper named by its id is
    found in any standing.

    Hybrid search adds the papers most similar to the best text hits and fuses both rankings; an exact id, name or title
    stays first.

    Raises the errors of `conditions`, and NotFoundError for a cursor of another list.
    """
    asked = read_query(session, query.q or "")
    by_text = _by_words(session, query, asked.named)
    by_vector = _nearest(session, by_text[:VECTOR_SEEDS]) if mode == "hybrid" else []
    if by_vector:
        allowed = paper_numbers(session, query.model_copy(update={"q": None})) | set(by_text)
        by_vector = [n for n in by_vector if n in allowed]
    text_ranks = {n: i for i, n in enumerate(by_text, start=1)}
    vector_ranks = {n: i for i, n in enumerate(by_vector, start=1)}
    scores = {n: _score(text_ranks.get(n), vector_ranks.get(n)) for n in {*text_ranks, *vector_ranks}}
    exact = {n for n, match in matches_of(session, asked, list(text_ranks)[:EXACT_FIRST]).items() if match.exact}
    keyed = [((int(n not in exact), float(text_ranks[n]) if n in exact else -scores[n], n), n) for n in scores]
    page = page_of(keyed, ListOrder(f"search {mode}", (int, float, int)), limit, after)
    best = page.items
    labels = match_labels(session, query.q or "", [n for n in best if n in text_ranks])
    hits = [
        SearchHit(item, round(scores[n], 6), text_ranks.get(n), vector_ranks.get(n), labels.get(n, SIMILAR))
        for n, item in zip(best, paper_items(session, best), strict=True)
    ]
    return SearchResult(hits, page.total, page.next, "hybrid" if by_vector else "text")


def _by_words(session: Session, query: PaperFilter, named: Set[int]) -> list[int]:
    """All papers that match the words, the best first; those that they name come in any standing."""
    if not query.q:
        return []
    order = paper_order(session, "relevance", query.q)
    found = [n for n, _ in find_papers(session, query, order, None, MAX_HITS)]
    return [*sorted(named - set(found)), *found] if query.given.keys() == {"q"} else found


MATCH_LABELS = {
    "id": "id or address",
    "method": "method name",
    "title": "title",
    "authors": "author",
    "venue": "venue",
    "text": "words of title, text, authors or venue",
}
SIMILAR = "similar text"
_WORD = re.compile(r"(\w+)")
EXACT_FIRST = 50
"""Number of best text hits among which exact ones are looked for."""


def match_labels(session: Session, typed: str, papers: Sequence[int]) -> dict[int, str]:
    """Why each of these papers was found: what matched, and another name of its method if that did."""
    matches = matches_of(session, read_query(session, typed), papers)
    called = methods_called(session, [n for n, match in matches.items() if match.field == "method"], typed)
    return {
        number: f"other name of the method: {called[number]}" if number in called else MATCH_LABELS[match.field]
        for number, match in matches.items()
    }


def matched_sentences(session: Session, typed: str, papers: Sequence[int]) -> dict[int, str]:
    """The sentence of each paper's abstract or summary that has most of the words; papers without any are missing."""
    words = words_of(typed)
    found = {}
    for number, row in paper_rows(session, papers, texts=True).items():
        _, body = body_of(row.abstract, row.summary)
        best = max(sentences(body), key=lambda sentence: _words_in(sentence, words), default="")
        if _words_in(best, words):
            found[number] = best
    return found


def _words_in(sentence: str, words: Sequence[str]) -> int:
    said = normalise(sentence).split()
    return sum(any(is_form_of(each, word) for each in said) for word in words)


def mark_words(text: str, typed: str) -> list[tuple[str, bool]]:
    """A text in parts, each with whether it is one of the words that are looked for."""
    words = words_of(typed)
    parts = [(part, any(is_form_of(normalise(part), word) for word in words)) for part in _WORD.split(text)]
    return [(part, marked) for part, marked in parts if part]


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
