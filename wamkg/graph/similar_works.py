"""Works that are close in the literature: cited together, or citing the same."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse

from wamkg.graph.citation_graph import Matrix

_ROWS = 256
"""Rows multiplied at a time, so that memory stays small if one work is cited by all others."""


class SimilarPair(NamedTuple):
    """Two nodes by their positions, the lower first; `shared` is the number of works they share, `cosine` is 0 to 1."""

    one: int
    other: int
    shared: int
    cosine: float


@dataclass(frozen=True)
class SimilarPairs:
    """The closest pairs, best first, and the number of all pairs that share anything."""

    pairs: list[SimilarPair]
    total: int


def similar_pairs(ends: Matrix, most: int, node: int | None = None) -> SimilarPairs:
    """The pairs of rows with the most common columns; with `node`, only its own pairs.

    With `CitationGraph.citers` it is co-citation: how many works cite both (Small, 1973). With
    `CitationGraph.references` it is bibliographic coupling: how many works both cite (Kessler, 1963). `cosine` is the
    count divided by the geometric mean of the two works' own numbers of columns (Salton and McGill, 1983). The order is
    by count, then cosine, then position.
    """
    sizes = np.diff(ends.indptr)
    columns = sparse.csr_array(ends.T)
    total, best = 0, list[SimilarPair]()
    for start in range(0, ends.shape[0], _ROWS) if node is None else (node,):
        shared = sparse.coo_array(ends[start : start + (_ROWS if node is None else 1)] @ columns)
        rows, others, counts = shared.row + start, shared.col, shared.data
        wanted = np.flatnonzero(rows < others if node is None else rows != others)
        total += len(wanted)
        cosines = counts[wanted] / np.sqrt(sizes[rows[wanted]] * sizes[others[wanted]])
        # Only what may be among the best becomes Python objects.
        chosen = np.lexsort((others[wanted], rows[wanted], -cosines, -counts[wanted]))[:most]
        best += [
            SimilarPair(min(rows[i], others[i]), max(rows[i], others[i]), int(counts[i]), float(cosine))
            for i, cosine in zip(wanted[chosen], cosines[chosen], strict=True)
        ]
        best = sorted(best, key=lambda pair: (-pair.shared, -pair.cosine, pair.one, pair.other))[:most]
    return SimilarPairs(best, total)
