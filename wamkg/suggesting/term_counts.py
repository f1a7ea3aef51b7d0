"""Term frequencies of a whole queue, counted once and kept: what a refit reads instead of texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from wamkg.store.base import chunks
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.features import TextView, counted, kept_terms, read_by, vectorizer_of
from wamkg.suggesting.taxon_tree import Floats, Ints

CHUNK = 5_000
"""Texts counted at once; bounds the memory that counting takes beside the counts."""


class WeightTable(NamedTuple):
    """What fitted classifiers multiply term frequencies with, a column a side, and their intercepts.

    `columns` (terms, 2 * sides) float32 holds the weights and, right of them, the squares of the sides' own scales.
    """

    columns: Any
    intercepts: Floats

    @classmethod
    def of(cls, weights: Sequence[Any], squares: Sequence[Any], intercepts: Sequence[float]) -> "WeightTable":
        """Side by side, each (terms,)."""
        return cls(np.column_stack([*weights, *squares]).astype(np.float32), np.array(intercepts))


@dataclass(frozen=True)
class CountBlock:
    """Some rows of term frequencies f, split so that most entries need no value of their own.

    `held` is 1 for every term a text holds; most it holds once, f = 1. For the rest, `more` adds f - 1 and
    `more_squared` f squared - 1. All are CSR float32 (rows, terms).
    """

    held: Any
    more: Any
    more_squared: Any

    def log_odds(self, table: WeightTable) -> Floats:
        """Log-odds (rows, sides): f @ weights over the length that the side's scale gives f."""
        sides = len(table.intercepts)
        found = self._held_sums(table.columns)
        found[:, :sides] += self.more @ table.columns[:, :sides]
        found[:, sides:] += self.more_squared @ table.columns[:, sides:]
        lengths = np.sqrt(np.maximum(found[:, sides:], 1e-24))
        out: Floats = (found[:, :sides] / lengths + table.intercepts).astype(np.float64)
        return out

    def _held_sums(self, columns: Any) -> Any:
        # Two columns are summed twice as fast one after the other; of many, all in one pass over the terms.
        if columns.shape[1] == 2:
            return np.column_stack([self.held @ np.ascontiguousarray(column) for column in columns.T])
        return self.held @ columns

    def picked(self, at: Ints) -> "CountBlock":
        """Some of the rows."""
        return CountBlock(self.held[at], self.more[at], self.more_squared[at])


@dataclass(frozen=True)
class TermCounts:
    """The candidates' blocks in order."""

    blocks: tuple[CountBlock, ...]

    def part(self, at: Ints) -> CountBlock:
        """Rows picked from anywhere, in the order asked for."""
        starts = np.cumsum([0, *(block.held.shape[0] for block in self.blocks)])
        owner = np.searchsorted(starts, at, side="right") - 1
        order = np.argsort(owner, kind="stable")
        picked = [self.blocks[b].picked(at[order][owner[order] == b] - starts[b]) for b in np.unique(owner)]
        back = np.argsort(order, kind="stable")
        kinds = zip(*((block.held, block.more, block.more_squared) for block in picked), strict=True)
        return CountBlock(*(sp.vstack(rows, format="csr")[back] for rows in kinds))


def to_block(rows: Any, ones: Any) -> CountBlock:
    """CSR term frequencies as a block; `ones` are float32 ones, at least as many as entries, and are shared."""
    held = _csr(ones[: rows.nnz], rows.indices, rows.indptr, rows.shape)
    often = np.flatnonzero(rows.data > 1.0)
    starts = np.searchsorted(often, rows.indptr).astype(rows.indptr.dtype)
    terms, values = rows.indices[often], rows.data[often]
    more = _csr(values - 1.0, terms, starts, rows.shape)
    return CountBlock(held, more, _csr(values * values - 1.0, terms, starts, rows.shape))


def _csr(data: Any, indices: Any, indptr: Any, shape: tuple[int, int]) -> Any:
    return sp.csr_matrix((data, indices, indptr), shape=shape, copy=False)


def frequencies(view: TextView, documents: Sequence[PaperDocument], vectorizer: CountVectorizer) -> Any:
    """Sublinear term frequencies of documents, CSR float32 (len(documents), terms of the view's vectorizer)."""
    rows = vectorizer.transform(read_by(view, d) for d in documents).tocsr().astype(np.float32)
    rows.data = 1.0 + np.log(rows.data)
    return rows


def count(
    vectorizers: Mapping[TextView, CountVectorizer], documents: Iterable[PaperDocument]
) -> dict[TextView, TermCounts]:
    """Count the terms of each view, a chunk of documents at a time; they may come from a generator, none is kept."""
    blocks: dict[TextView, list[CountBlock]] = {view: [] for view in vectorizers}
    ones = np.ones(0, dtype=np.float32)
    for chunk in chunks(documents, CHUNK):
        for view, vectorizer in vectorizers.items():
            rows = frequencies(view, chunk, vectorizer)
            ones = ones if len(ones) >= rows.nnz else np.ones(rows.nnz + rows.nnz // 4, dtype=np.float32)
            blocks[view].append(to_block(rows, ones))
    return {view: TermCounts(tuple(found)) for view, found in blocks.items()}


def learnable_terms(
    view: TextView, documents: Sequence[PaperDocument], definitions: Sequence[PaperDocument]
) -> list[str]:
    """Terms that a model fitted on any of these documents may give a weight, in alphabetical order.

    As `features.Space`: those of at least `min_df` texts, or of one definition.
    """
    vectorizer = vectorizer_of(view)
    counts = counted(vectorizer, [read_by(view, d) for d in [*documents, *definitions]])
    columns, _ = kept_terms(counts, counts[len(documents) :], view.min_df)
    return list(vectorizer.get_feature_names_out()[columns])
