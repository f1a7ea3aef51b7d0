"""Logistic models of the tree from products of texts, without a weight for each term.

The model is that of `hierarchy`, for texts of a small corpus. An evaluation fits it thousands of times to nearly the
same texts. So the products of all pairs of texts are split by term once, and a fit only scales the terms.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp

from wamkg.suggesting.classifiers import Logistic, among_classes, dual_logistic, log_ratios, rescaled, sides_of
from wamkg.suggesting.features import DocumentFeatures, TextView, View, dense, kept_terms, unit_rows
from wamkg.suggesting.hierarchy import Rows, rows_by_node, smooth_unseen_children
from wamkg.suggesting.taxon_tree import Bools, Floats, Ints, Tree

COMMON = 0.2
"""Share of the texts from which a term is common: its products are faster to compute than to look up."""


class TermProducts:
    """The products of all pairs of `n` texts, for any scale of the terms."""

    def __init__(self, frequencies: Any) -> None:
        """Split the products of CSR frequencies (n, terms) by term."""
        self._n = frequencies.shape[0]
        columns = frequencies.tocsc()
        texts = np.diff(columns.indptr)
        rare = max(int(COMMON * self._n), 1)
        self._common = np.flatnonzero(texts > rare)
        self._frequencies = dense(columns[:, self._common])
        blocks = [_pairs(columns, np.flatnonzero(texts == k), k) for k in range(1, rare + 1)]
        cells, terms, values = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        self._rare = sp.csr_matrix((values, (cells, terms)), shape=(self._n**2, frequencies.shape[1]))

    def scaled(self, scale: Floats) -> Floats:
        """Return the cosine of each pair of texts, (n, n), after each term is multiplied by its scale."""
        gram: Floats = (self._rare @ scale**2).reshape(self._n, self._n)
        common = self._frequencies * scale[self._common]
        gram += common @ common.T
        lengths = np.maximum(np.sqrt(gram.diagonal()), 1e-12)
        gram /= lengths[:, None]
        gram /= lengths
        return gram


def _pairs(columns: Any, terms: Ints, k: int) -> tuple[Ints, Ints, Floats]:
    """Return cells i * n + j, terms and products of the pairs of texts that share terms of `k` texts each."""
    at = columns.indptr[terms][:, None] + np.arange(k)
    texts, values = columns.indices[at].astype(np.intp), columns.data[at]
    cells = texts[:, :, None] * columns.shape[0] + texts[:, None, :]
    return cells.ravel(), np.repeat(terms, k * k), (values[:, :, None] * values[:, None, :]).ravel()


class ProductModel:
    """One member of a model, fitted to any of the training rows `every`, the first of a corpus, for any others."""

    def __init__(self, tree: Tree, corpus: DocumentFeatures, every: Rows, view: View, classifier: Logistic) -> None:
        self._tree, self._view, self._classifier, self._size = tree, view, classifier, len(every.rows)
        if isinstance(view, TextView):
            frequencies = corpus.selected(view, every.rows)
            usable, _ = kept_terms(frequencies, corpus.selected(view, every.definitions), view.min_df)
            self._frequencies = frequencies[:, usable]
            self._products = TermProducts(self._frequencies)
        else:
            vectors = unit_rows(corpus.embedded(every.rows))
            self._cosines = vectors @ vectors.T

    def conditional(self, training: Rows, at: Ints) -> Floats:
        """Fit to rows of the corpus and return P(node | parent) of every node for others, shape (len(at), nodes)."""
        out = np.zeros((len(at), len(self._tree.paths)))
        gram_of = self._grams(training)
        for parent, members, labels, classes in rows_by_node(self._tree, training.nodes):
            seen = np.ones((len(at), len(classes)))
            if len(classes) > 1:
                rows, weights, sides = training.rows[members], training.weights[members], sides_of(labels)
                fits = [self._odds(gram_of(rows, side, weights), rows, side, weights, at) for side in sides]
                seen = among_classes(np.column_stack(fits))
            children = self._tree.children[parent]
            out[:, children] = smooth_unseen_children(seen, classes, len(children), len(members))
        return out

    def _grams(self, training: Rows) -> Callable[[Ints, Bools, Floats], Floats]:
        """Return a function of a side's rows, labels and weights that gives the cosines of all texts for its fit."""
        if not isinstance(self._view, TextView):
            return lambda *_: self._cosines
        known, definitions = self._frequencies[training.rows], self._frequencies[training.definitions]
        columns, idf = kept_terms(known, definitions, self._view.min_df)
        scale = np.zeros(known.shape[1])
        scale[columns] = idf
        if not self._classifier.ratios:
            gram = self._products.scaled(scale)
            return lambda *_: gram
        features = rescaled(self._frequencies, scale)

        def with_ratios(rows: Ints, positive: Bools, weights: Floats) -> Floats:
            whole, labels = np.zeros(self._size), np.zeros(self._size, dtype=bool)
            whole[rows], labels[rows] = weights, positive
            scale[columns] = idf * log_ratios(features, labels, whole, columns)
            return self._products.scaled(scale)

        return with_ratios

    def _odds(self, gram: Floats, rows: Ints, positive: Bools, weights: Floats, at: Ints) -> Floats:
        """Fit one side and return the log-odds of the texts `at`."""
        costs = self._classifier.costs(positive, weights)
        dual, intercept = dual_logistic(gram[np.ix_(rows, rows)], positive, costs)
        odds: Floats = gram[np.ix_(at, rows)] @ dual + intercept
        return odds
