"""Term frequencies of a whole queue, counted once and kept: what a refit reads instead of texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from wamkg.suggesting.examples import Document
from wamkg.suggesting.features import TextView, counted, kept_terms, read_by, vectorizer_of
from wamkg.suggesting.tree import Floats, Ints

CHUNK = 5_000
"""Texts counted at once; bounds the memory that counting takes beside the counts."""


@dataclass(frozen=True)
class Block:
    """Some rows of term frequencies as CSR float32, and the squares of their values."""

    rows: Any
    squares: Any

    def log_odds(self, weights: Any, norms: Any, intercepts: Floats) -> Floats:
        """Log-odds (rows, sides): rows @ weights over the rows' lengths under the side's own scale."""
        lengths = np.sqrt(np.maximum(self.squares @ norms, 1e-24))
        out: Floats = (self.rows @ weights / lengths + intercepts).astype(np.float64)
        return out


@dataclass(frozen=True)
class Counted:
    """The candidates' blocks in order."""

    blocks: tuple[Block, ...]

    def part(self, at: Ints) -> Block:
        """Rows picked from anywhere, in the order asked for."""
        starts = np.cumsum([0, *(block.rows.shape[0] for block in self.blocks)])
        owner = np.searchsorted(starts, at, side="right") - 1
        order = np.argsort(owner, kind="stable")
        picked = [self.blocks[b].rows[at[order][owner[order] == b] - starts[b]] for b in np.unique(owner)]
        rows = sp.vstack(picked, format="csr")[np.argsort(order, kind="stable")]
        return Block(rows, squared(rows))


def squared(rows: Any) -> Any:
    """The rows with every value squared; the structure is shared, not copied."""
    return sp.csr_matrix((rows.data * rows.data, rows.indices, rows.indptr), shape=rows.shape)


def frequencies(view: TextView, documents: Sequence[Document], vectorizer: CountVectorizer) -> Any:
    """Sublinear term frequencies of documents, CSR float32 (len(documents), terms of the view's vectorizer)."""
    rows = vectorizer.transform(read_by(view, d) for d in documents).tocsr().astype(np.float32)
    rows.data = 1.0 + np.log(rows.data)
    return rows


def count(vectorizers: Mapping[TextView, CountVectorizer], documents: Iterable[Document]) -> dict[TextView, Counted]:
    """Count the terms of each view, a chunk of documents at a time; they may come from a generator, none is kept."""
    blocks: dict[TextView, list[Block]] = {view: [] for view in vectorizers}
    for chunk in _chunks(documents):
        for view, vectorizer in vectorizers.items():
            rows = frequencies(view, chunk, vectorizer)
            blocks[view].append(Block(rows, squared(rows)))
    return {view: Counted(tuple(found)) for view, found in blocks.items()}


def learnable_terms(view: TextView, documents: Sequence[Document], definitions: Sequence[Document]) -> list[str]:
    """Terms that a model fitted on any of these documents may give a weight, in alphabetical order.

    As `features.Space`: those of at least `min_df` texts, or of one definition.
    """
    vectorizer = vectorizer_of(view)
    counts = counted(vectorizer, [read_by(view, d) for d in [*documents, *definitions]])
    columns, _ = kept_terms(counts, counts[len(documents) :], view.min_df)
    return list(vectorizer.get_feature_names_out()[columns])


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    iterator = iter(documents)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
