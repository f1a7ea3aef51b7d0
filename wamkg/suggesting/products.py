"""Logistic models of the tree from products of texts, without a weight for each term.

The model is that of `hierarchy`, for texts of a small corpus. An evaluation fits it thousands of times to nearly the
same texts. So the products of all pairs of texts are split by term once, and a fit only scales the terms.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from wamkg.suggesting.classifiers import Logistic, among_classes, dual_logistic, log_ratios, rescaled, sides_of
from wamkg.suggesting.features import DocumentFeatures, TextView, View, dense, kept_terms, unit_rows
from wamkg.suggesting.hierarchy import Rows, rows_by_node, smooth_unseen_children
from wamkg.suggesting.taxon_tree import Bools, Floats, Ints, Tree

COMMON = 0.2
"""Share of the texts from which a term is common: its products are faster to compute than to look up."""

REMEMBERED = 64
"""Number of fits from which a new one may start: those of the last few papers that an evaluation left out."""


class TermProducts:
    """The products of all pairs of `n` texts, for any scales of the terms."""

    def __init__(self, frequencies: Any) -> None:
        """Split the products of CSR frequencies (n, terms) by term."""
        self._n = frequencies.shape[0]
        columns = frequencies.tocsc()
        texts = np.diff(columns.indptr)
        rare = max(int(COMMON * self._n), 1)
        self._common = np.flatnonzero(texts > rare)
        self._frequencies = dense(columns[:, self._common]).astype(np.float32)  # three times as fast
        blocks = [_pairs(columns, np.flatnonzero(texts == k), k) for k in range(1, rare + 1)]
        first, second, terms, values = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        self._cells = np.zeros((self._n, self._n), dtype=np.intp)
        self._cells[np.triu_indices(self._n)] = np.arange(self._n * (self._n + 1) // 2)
        self._cells = np.maximum(self._cells, self._cells.T)
        shape = (self._n * (self._n + 1) // 2, frequencies.shape[1])
        self._rare = sp.csr_matrix((values, (self._cells[first, second], terms)), shape=shape)

    def scaled(self, scales: Floats) -> Floats:
        """Return the cosine of each pair of texts after each term is multiplied by its scale.

        `scales` has one row for each way to scale, (sides, terms); the result is (sides, n, n).
        """
        grams = np.ascontiguousarray((self._rare @ (scales**2).T).T)[:, self._cells]
        for side, scale in enumerate(scales):
            common = self._frequencies * scale[self._common].astype(np.float32)
            grams[side] += common @ common.T
        lengths = 1.0 / np.maximum(np.sqrt(np.diagonal(grams, axis1=1, axis2=2)), 1e-12)
        grams *= lengths[:, :, None]
        grams *= lengths[:, None]
        out: Floats = grams
        return out


def _pairs(columns: Any, terms: Ints, k: int) -> tuple[Ints, Ints, Ints, Floats]:
    """Return both texts, terms and products of the pairs of texts that share terms of `k` texts each, in one order."""
    at = columns.indptr[terms][:, None] + np.arange(k)
    texts, values = columns.indices[at].astype(np.intp), columns.data[at]
    one, other = np.triu_indices(k)
    products = (values[:, one] * values[:, other]).ravel()
    return texts[:, one].ravel(), texts[:, other].ravel(), np.repeat(terms, len(one)), products


class _Fit(NamedTuple):
    """A fit among the children of a node: its texts, one bit each, duals (sides, n) and intercepts (sides,)."""

    used: int
    duals: Floats
    intercepts: Floats


class _FormerFits:
    """The latest fits of a model; a new fit starts from the one with the most similar texts."""

    def __init__(self) -> None:
        self._fits: dict[tuple[int, bytes], deque[_Fit]] = {}

    def nearest(self, parent: int, classes: Ints, used: int) -> _Fit | None:
        """Return the fit among the same classes whose texts differ least from these; None before the first."""
        fits = self._fits.get((parent, classes.tobytes()), ())
        return min(fits, key=lambda fit: (fit.used ^ used).bit_count(), default=None)

    def add(self, parent: int, classes: Ints, fit: _Fit) -> None:
        self._fits.setdefault((parent, classes.tobytes()), deque(maxlen=REMEMBERED)).append(fit)


class ProductModel:
    """One member of a model, fitted to any of the training rows `every`, the first of a corpus, for any others."""

    def __init__(self, tree: Tree, corpus: DocumentFeatures, every: Rows, view: View, classifier: Logistic) -> None:
        self._tree, self._view, self._classifier, self._size = tree, view, classifier, len(every.rows)
        self._former = _FormerFits()
        if isinstance(view, TextView):
            frequencies = corpus.selected(view, every.rows)
            usable, _ = kept_terms(frequencies, corpus.selected(view, every.definitions), view.min_df)
            self._frequencies = frequencies[:, usable]
            self._products = TermProducts(self._frequencies)
        else:
            vectors = unit_rows(corpus.embedded(every.rows))
            self._cosines = (vectors @ vectors.T)[None]

    def conditional(self, training: Rows, at: Ints) -> Floats:
        """Fit to rows of the corpus and return P(node | parent) of every node for others, shape (len(at), nodes)."""
        out = np.zeros((len(at), len(self._tree.paths)))
        grams_of = self._grams(training)
        for parent, members, labels, classes in rows_by_node(self._tree, training.nodes):
            seen = np.ones((len(at), len(classes)))
            if len(classes) > 1:
                rows, weights, sides = training.rows[members], training.weights[members], np.stack(sides_of(labels))
                grams = grams_of(rows, sides, weights)
                used = int.from_bytes(np.packbits(np.bincount(rows, minlength=self._size) > 0).tobytes())
                near = self._former.nearest(parent, classes, used)
                duals, intercepts = self._fit(grams, rows, sides, weights, near)
                self._former.add(parent, classes, _Fit(used, duals, intercepts))
                odds = (grams[:, at] @ duals[:, :, None])[:, :, 0] + intercepts[:, None]
                seen = among_classes(odds.T)
            children = self._tree.children[parent]
            out[:, children] = smooth_unseen_children(seen, classes, len(children), len(members))
        return out

    def _grams(self, training: Rows) -> Callable[[Ints, Bools, Floats], Floats]:
        """Return a function of rows, their labels by side and weights that gives the cosines of all texts.

        They are (sides, n, n), or (1, n, n) if all sides read the same cosines.
        """
        if not isinstance(self._view, TextView):
            return lambda *_: self._cosines
        known, definitions = self._frequencies[training.rows], self._frequencies[training.definitions]
        columns, idf = kept_terms(known, definitions, self._view.min_df)
        scale = np.zeros(known.shape[1])
        scale[columns] = idf
        if not self._classifier.ratios:
            gram = self._products.scaled(scale[None])
            return lambda *_: gram
        features = rescaled(self._frequencies, scale)

        def with_ratios(rows: Ints, sides: Bools, weights: Floats) -> Floats:
            whole, labels = np.zeros(self._size), np.zeros((len(sides), self._size), dtype=bool)
            whole[rows], labels[:, rows] = weights, sides
            scales = np.zeros((len(sides), len(scale)))
            scales[:, columns] = idf * log_ratios(features, labels, whole, columns)
            return self._products.scaled(scales)

        return with_ratios

    def _fit(
        self, grams: Floats, rows: Ints, sides: Bools, weights: Floats, near: _Fit | None
    ) -> tuple[Floats, Floats]:
        """Fit every side on some rows, from a fit on similar rows if there is one; return duals and intercepts."""
        duals, costs = np.zeros((len(sides), self._size)), self._classifier.costs(sides, weights)
        start = None if near is None else (near.duals[:, rows], near.intercepts)
        duals[:, rows], intercepts = dual_logistic(grams[:, rows[:, None], rows], sides, costs, start)
        return duals, intercepts
