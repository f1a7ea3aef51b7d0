"""Classifiers among the children of one node, fast enough to be fitted thousands of times in an evaluation."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import dposv
from scipy.special import expit

from wamkg.suggesting.features import Matrix, dense, is_sparse, unit_rows
from wamkg.suggesting.newton import fit_rows
from wamkg.suggesting.taxon_tree import Bools, Floats, Ints

_STEPS = 50
_TOLERANCE = 1e-8
"""Difference of each coefficient from its condition dual = costs * (label - p), over the largest cost."""
MANY_ROWS = 200
"""Number of sparse rows from which products with the rows are faster than a matrix of all pairs of rows."""


class NodeClassifier(Protocol):
    """Chooses among the children of one node."""

    def fit(self, features: Matrix, labels: Ints, weights: Floats) -> "FittedNode":
        """Fit on features (n, d), dense or CSR, labels 0..k-1 (k > 1, each present) and row weights (n,)."""
        ...


class FittedNode(Protocol):
    """A fitted node classifier."""

    def predict(self, features: Matrix) -> Floats:
        """Return probabilities (m, k); each row sums to 1."""
        ...


@dataclass(frozen=True)
class Logistic:
    """L2-regularized logistic regression, one class against the rest, with equal class weights if `balanced`.

    With `ratios`, each feature is first scaled by how much its share differs between the two sides: the absolute naive
    Bayes log-count ratio (NBSVM: Wang and Manning, 2012). Rows are then normalized to unit length again.
    """

    c: float = 10.0
    balanced: bool = True
    ratios: bool = False

    def fit(self, features: Matrix, labels: Ints, weights: Floats) -> "FittedLogistic":
        return FittedLogistic(tuple(self._one_side(features, side, weights) for side in sides_of(labels)))

    def _one_side(self, features: Matrix, positive: Bools, weights: Floats) -> "Side":
        scale = log_ratios(features, positive, weights) if self.ratios else None
        scaled = rescaled(features, scale)
        costs = self.costs(positive, weights)
        if is_sparse(scaled) and scaled.shape[0] >= MANY_ROWS:
            fit = fit_rows(scaled, positive, costs, tolerance=1e-6)
            return Side(scaled.T @ fit.dual, fit.intercept, scale)
        dual, intercept = dual_logistic(dense(scaled @ scaled.T), positive, costs)
        return Side(scaled.T @ dual, intercept, scale)

    def costs(self, positive: Bools, weights: Floats) -> Floats:
        """Return the cost of each row's log loss: `c` times its weight; if `balanced`, both classes have equal total
        cost.
        """
        if not self.balanced:
            return self.c * weights
        share = np.where(positive, weights @ positive, weights @ ~positive)
        out: Floats = self.c * weights * weights.sum() / (2 * share)
        return out


@dataclass(frozen=True)
class Side:
    """One class against the rest: log-odds = (features * scale, unit length) @ weights + intercept."""

    weights: Floats
    intercept: float
    scale: Floats | None

    def log_odds(self, features: Matrix) -> Floats:
        """Return the log-odds of the class, shape (m,)."""
        out: Floats = rescaled(features, self.scale) @ self.weights + self.intercept
        return out

    def effects(self, features: Matrix) -> Matrix:
        """Return what each feature adds to the log-odds, same shape as `features`."""
        scaled = rescaled(features, self.scale)
        return scaled.multiply(self.weights).tocsr() if is_sparse(scaled) else scaled * self.weights


@dataclass(frozen=True)
class FittedLogistic:
    """One side (the second class's) for two classes, otherwise one per class."""

    sides: tuple[Side, ...]

    def effects(self, features: Matrix, which: int) -> Matrix:
        """Return what each feature adds to the log-odds of class `which`, same shape as `features`."""
        if len(self.sides) > 1:
            return self.sides[which].effects(features)
        return self.sides[0].effects(features) * (1.0 if which == 1 else -1.0)

    def predict(self, features: Matrix) -> Floats:
        return among_classes(np.column_stack([side.log_odds(features) for side in self.sides]))


def among_classes(odds: Floats) -> Floats:
    """Return probabilities (m, k) from log-odds (m, sides): one side for two classes, otherwise one per class."""
    positive = 1.0 / (1.0 + np.exp(-np.clip(odds, -50, 50)))
    table = np.hstack([1.0 - positive, positive]) if odds.shape[1] == 1 else positive
    out: Floats = table / table.sum(axis=1, keepdims=True)
    return out


@dataclass(frozen=True)
class Neighbours:
    """Votes of the k most similar texts, weighted by similarity and shrunk towards the class shares by `prior`."""

    k: int = 9
    prior: float = 1.0

    def fit(self, features: Matrix, labels: Ints, weights: Floats) -> "FittedNeighbours":
        return FittedNeighbours(self, features, (labels[:, None] == np.unique(labels)) * weights[:, None])


@dataclass(frozen=True)
class FittedNeighbours:
    """The texts and their votes, one column per class."""

    settings: Neighbours
    features: Matrix
    votes: Floats

    def predict(self, features: Matrix) -> Floats:
        similar = np.maximum(dense(features @ self.features.T), 0.0)
        k = min(self.settings.k, similar.shape[1])
        floor = -np.partition(-similar, k - 1, axis=1)[:, k - 1 : k]
        near = np.where(similar >= floor, similar, 0.0)
        near *= k / np.maximum(near.sum(axis=1, keepdims=True), 1e-12)
        counts = near @ self.votes + self.settings.prior * self.votes.sum(axis=0) / self.votes.sum()
        out: Floats = counts / counts.sum(axis=1, keepdims=True)
        return out


@dataclass(frozen=True)
class Majority:
    """The share of each class among the training rows, whatever the text."""

    def fit(self, features: Matrix, labels: Ints, weights: Floats) -> "FittedMajority":
        shares = ((labels[:, None] == np.unique(labels)) * weights[:, None]).sum(axis=0)
        return FittedMajority(shares / shares.sum())


@dataclass(frozen=True)
class FittedMajority:
    """Constant probabilities."""

    shares: Floats

    def predict(self, features: Matrix) -> Floats:
        return np.tile(self.shares, (features.shape[0], 1))


def sides_of(labels: Ints) -> list[Bools]:
    """Return which rows are positive in each fit among classes 0..k-1: one fit for two classes, else one per class."""
    classes = int(labels.max()) + 1
    return [labels == side for side in ([1] if classes == 2 else range(classes))]


def log_ratios(features: Matrix, positive: Bools, weights: Floats, columns: Ints | slice = slice(None)) -> Floats:
    """Return |log(p/q)| of each feature's add-one share p among the positive rows and q among the others.

    With `columns`, there are no other features than these.
    """
    here = (features.T @ (weights * positive))[columns] + 1.0
    there = (features.T @ (weights * ~positive))[columns] + 1.0
    out: Floats = np.abs(np.log((here / here.sum()) / (there / there.sum())))
    return out


def dual_logistic(gram: Floats, positive: Bools, costs: Floats) -> tuple[Floats, float]:
    """Minimize sum costs * log loss + |w|^2 / 2 by Newton steps on the n dual coefficients.

    Returns coefficients a with w = features.T @ a, and the unpenalized intercept. The optimum is the same as in
    scikit-learn's LogisticRegression (tested), found several times faster if n is far below d. Starts at the
    optimum of other rows were slower: steps from there often go too far.
    """
    labels = np.asarray(positive, dtype=np.float64)
    dual, intercept, odds = np.zeros(len(labels)), 0.0, np.zeros(len(labels))
    targets = np.ones((len(labels), 2), order="F")
    for step in range(_STEPS):
        p = expit(odds)
        pull = costs * (labels - p)
        if step and np.abs(pull - dual).max() <= _TOLERANCE * costs.max():
            break
        curvature = np.maximum(costs * p * (1.0 - p), 1e-12)
        targets[:, 0] = odds + pull / curvature
        system = gram.copy()
        system.flat[:: len(labels) + 1] += 1.0 / curvature
        _, solved, _ = dposv(system.T, targets, overwrite_a=True)  # symmetric, so the transposed view is no copy
        intercept = float(solved[:, 0].sum() / solved[:, 1].sum())
        dual = solved[:, 0] - intercept * solved[:, 1]
        odds = gram @ dual + intercept
    return dual, intercept


def rescaled(features: Matrix, scale: Floats | None) -> Matrix:
    """Multiply features by scale and normalize rows to unit length; without a scale, return them unchanged."""
    if scale is None:
        return features
    if not is_sparse(features):
        return unit_rows(features * scale)
    data = features.data * scale[features.indices]
    return unit_rows(sp.csr_matrix((data, features.indices, features.indptr), shape=features.shape))
