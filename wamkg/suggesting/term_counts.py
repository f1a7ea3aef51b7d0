"""Cached term frequencies of a whole queue, counted once: a refit reads them instead of texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from wamkg.store.base import chunks
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.features import Rows, TextView, counted, kept_terms, read_by, vectorizer_of
from wamkg.suggesting.taxon_tree import Floats, Ints, Singles

Places = npt.NDArray[np.int32]
CHUNK = 5_000
"""Number of texts counted at once; limits the extra memory for counting."""


class WeightTable(NamedTuple):
    """Weights that fitted classifiers multiply term frequencies with, one column per side, and their intercepts.

    `columns` (terms, 2 * sides) float32 contains the weights and, right of them, the squares of the sides' own scales.
    """

    columns: Singles
    intercepts: Floats

    @classmethod
    def of(cls, weights: Sequence[Singles], squares: Sequence[Singles], intercepts: Sequence[float]) -> "WeightTable":
        """Combine sides, each (terms,), side by side."""
        return cls(np.column_stack([*weights, *squares]).astype(np.float32), np.array(intercepts))


@dataclass(frozen=True)
class CountBlock:
    """Some rows of term frequencies f, split so that most entries need no value of their own.

    `held` is 1 for every term in a text; most terms occur once, f = 1. For the rest, `more` adds f - 1 and
    `more_squared` f squared - 1. All are CSR float32 (rows, terms).
    """

    held: Rows
    more: Rows
    more_squared: Rows

    def log_odds(self, table: WeightTable) -> Floats:
        """Return log-odds (rows, sides): f @ weights, divided by the length that the side's scale gives f."""
        sides = len(table.intercepts)
        found = self._held_sums(table.columns)
        found[:, :sides] += self.more @ table.columns[:, :sides]
        found[:, sides:] += self.more_squared @ table.columns[:, sides:]
        lengths = np.sqrt(np.maximum(found[:, sides:], 1e-24))
        out: Floats = (found[:, :sides] / lengths + table.intercepts).astype(np.float64)
        return out

    def _held_sums(self, columns: Singles) -> Singles:
        # Two columns are twice as fast one after the other; many are faster in one pass over the terms.
        if columns.shape[1] == 2:
            return np.column_stack([self.held @ np.ascontiguousarray(column) for column in columns.T])
        out: Singles = self.held @ columns
        return out

    def picked(self, at: Ints) -> "CountBlock":
        """Return some of the rows."""
        return CountBlock(self.held[at], self.more[at], self.more_squared[at])


@dataclass(frozen=True)
class TermCounts:
    """The candidates' blocks in order."""

    blocks: tuple[CountBlock, ...]

    def part(self, at: Ints) -> CountBlock:
        """Return rows from any block, in the requested order."""
        starts = np.cumsum([0, *(block.held.shape[0] for block in self.blocks)])
        owner = np.searchsorted(starts, at, side="right") - 1
        order = np.argsort(owner, kind="stable")
        picked = [self.blocks[b].picked(at[order][owner[order] == b] - starts[b]) for b in np.unique(owner)]
        back = np.argsort(order, kind="stable")
        kinds = zip(*((block.held, block.more, block.more_squared) for block in picked), strict=True)
        return CountBlock(*(sp.vstack(rows, format="csr")[back] for rows in kinds))


def to_block(rows: Rows, ones: Singles) -> CountBlock:
    """Return CSR term frequencies as a block; `ones` are shared float32 ones, at least as many as entries."""
    held = _csr(ones[: rows.nnz], rows.indices, rows.indptr, rows.shape)
    often = np.flatnonzero(rows.data > 1.0)
    starts = np.searchsorted(often, rows.indptr).astype(rows.indptr.dtype)
    terms, values = rows.indices[often], rows.data[often]
    more = _csr(values - 1.0, terms, starts, rows.shape)
    return CountBlock(held, more, _csr(values * values - 1.0, terms, starts, rows.shape))


def _csr(data: Singles, indices: Places, indptr: Places, shape: tuple[int, int]) -> Rows:
    return sp.csr_matrix((data, indices, indptr), shape=shape, copy=False)


def frequencies(view: TextView, documents: Sequence[PaperDocument], vectorizer: CountVectorizer) -> Rows:
    """Return sublinear term frequencies of documents, CSR float32 (len(documents), terms of the view's vectorizer)."""
    rows = vectorizer.transform(read_by(view, d) for d in documents).tocsr().astype(np.float32)
    rows.data = 1.0 + np.log(rows.data)
    return rows


def count(
    vectorizers: Mapping[TextView, CountVectorizer], documents: Iterable[PaperDocument]
) -> dict[TextView, TermCounts]:
    """Count the terms of each view, a chunk of documents at a time; the documents may come from a generator."""
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
    """Return terms that a model fitted on any of these documents may weight, in alphabetical order.

    As in `features.FeatureSpace`: terms in at least `min_df` texts, or in one definition.
    """
    vectorizer = vectorizer_of(view)
    counts = counted(vectorizer, [read_by(view, d) for d in [*documents, *definitions]])
    columns, _ = kept_terms(counts, counts[len(documents) :], view.min_df)
    return list(vectorizer.get_feature_names_out()[columns])
