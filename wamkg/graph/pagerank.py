"""PageRank of works by the citations among them."""

import numpy as np
from scipy import sparse

from wamkg.errors import InvalidInputError
from wamkg.graph.citation_graph import Matrix, Values
from wamkg.graph.options import DAMPING

MOST_STEPS = 1_000


def pagerank(cites: Matrix, damping: float = DAMPING, tolerance: float = 1e-10) -> Values:
    """The PageRank of each node; the values sum to 1.

    Brin and Page (1998), "The anatomy of a large-scale hypertextual Web search engine": a reader follows a random
    reference with probability `damping`, else goes on at a random work; from a work without references among the
    nodes always at a random work (Langville and Meyer, 2004). Power iteration, until the values change by less than
    `tolerance` in total. Raises InvalidInputError for a damping that is not from 0 up to, but without, 1.
    """
    if not 0 <= damping < 1:
        raise InvalidInputError(f"damping {damping} is out of range: use 0 or more and less than 1")
    size = cites.shape[0]
    if size == 0:
        return np.zeros(0)
    references: Values = cites.sum(axis=1)
    shares = np.divide(damping, references, out=np.zeros(size), where=references > 0)
    spread = sparse.csr_array((sparse.diags_array(shares) @ cites).T)
    ends = references == 0
    rank: Values = np.full(size, 1 / size)
    for _ in range(MOST_STEPS):
        before = rank
        rank = spread @ before + (damping * before[ends].sum() + 1 - damping) / size
        if np.abs(rank - before).sum() < tolerance:
            break
    total: float = rank.sum()
    return rank / total
