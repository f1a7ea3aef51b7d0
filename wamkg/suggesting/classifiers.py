"""Classifiers among the children of one node, fast enough to be fitted thousands of times in an evaluation."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import dposv, sposv
from scipy.special import expit

from wamkg.suggesting.features import Matrix, dense, is_sparse, unit_rows
from wamkg.suggesting.newton import fit_rows
from wamkg.suggesting.taxon_tree import Bools, Floats, Ints, Singles

_STEPS, _STEPS_FROM_START = 50, 6
"""Newton steps at most, and those after which a side leaves its start and begins at zero."""
_TOLERANCE = 1e-6
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
        duals, intercepts = dual_logistic(dense(scaled @ scaled.T)[None], positive[None], costs[None])
        return Side(scaled.T @ duals[0], float(intercepts[0]), scale)

    def costs(self, positive: Bools, weights: Floats) -> Floats:
        """Return the cost of each row's log loss: `c` times its weight; if `balanced`, both classes have equal total
        cost. For several sides at once, `positive` has one row per side, and so has the result.
        """
        if not self.balanced:
            return self.c * np.broadcast_to(weights, positive.shape)
        share = np.where(positive, (positive @ weights)[..., None], (~positive @ weights)[..., None])
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

    With `columns`, there are no other features than these. For several sides at once, `positive` has one row per side,
    and so has the result.
    """
    held = (features.T @ (weights * positive).T).T[..., columns]
    here, there = held + 1.0, (features.T @ weights)[columns] - held + 1.0
    shares = (here / here.sum(axis=-1, keepdims=True)) / (there / there.sum(axis=-1, keepdims=True))
    out: Floats = np.abs(np.log(shares))
    return out


def dual_logistic(
    grams: Floats, positive: Bools, costs: Floats, start: tuple[Floats, Floats] | None = None
) -> tuple[Floats, Floats]:
    """Minimize sum costs * log loss + |w|^2 / 2 by Newton steps on the n dual coefficients, for several sides.

    `positive` and `costs` are (sides, n); `grams` is (sides, n, n), or (1, n, n) if all sides share it. Returns
    coefficients a (sides, n) with w = features.T @ a, and unpenalized intercepts (sides,). The optimum is the same as
    in scikit-learn's LogisticRegression (tested), found several times faster if n is far below d.

    `start` is the optimum for nearly the same rows. It saves steps, and changes the result by less than the tolerance
    (tested). A side that it does not lead to the optimum in a few steps starts at zero.
    """
    singles, left = grams.astype(np.float32), np.arange(len(positive))
    duals, intercepts = (part.copy() for part in start or (np.zeros(positive.shape), np.zeros(len(positive))))
    for step in range(_STEPS):
        if start and step == _STEPS_FROM_START:
            duals[left], intercepts[left] = 0.0, 0.0
        odds = np.stack([grams[side % len(grams)] @ duals[side] for side in left]) + intercepts[left, None]
        p = expit(odds)
        short = costs[left] * (positive[left] - p) - duals[left]
        wrong = np.maximum(np.abs(short).max(axis=1), np.abs(duals[left].sum(axis=1)))
        more = wrong > _TOLERANCE * costs[left].max(axis=1)
        left, short, p = left[more], short[more], p[more]
        if not len(left):
            break
        added = 1.0 / np.maximum(costs[left] * p * (1.0 - p), 1e-12)
        targets = added * short
        solved = np.stack([_solved(singles[side % len(grams)], added[i], targets[i]) for i, side in enumerate(left)])
        change = (solved[:, 0].sum(axis=1) + duals[left].sum(axis=1)) / solved[:, 1].sum(axis=1)
        duals[left] += solved[:, 0] - change[:, None] * solved[:, 1]
        intercepts[left] += change
    return duals, intercepts


def _solved(gram: Singles, added: Floats, target: Floats) -> Floats:
    """Solve (gram + diag(added)) x = y for y = `target` and y = 1; return both solutions, (2, n).

    In single precision, twice as fast: each Newton step corrects the error of the one before.
    """
    system, targets = gram.copy(), np.ones((2, len(target)), dtype=np.float32)
    targets[0] = target
    system.flat[:: len(added) + 1] += added
    _, solved, failed = sposv(system.T, targets.T, overwrite_a=True)  # symmetric, so the transposed view is no copy
    if failed:
        _, solved, _ = dposv(gram + np.diag(added), targets.T)
    out: Floats = solved.T.astype(np.float64)
    return out


def rescaled(features: Matrix, scale: Floats | None) -> Matrix:
    """Multiply features by scale and normalize rows to unit length; without a scale, return them unchanged."""
    if scale is None:
        return features
    if not is_sparse(features):
        return unit_rows(features * scale)
    data = features.data * scale[features.indices]
    return unit_rows(sp.csr_matrix((data, features.indices, features.indptr), shape=features.shape))
