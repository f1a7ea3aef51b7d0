"""Classifiers over one set of child labels, working on inner products so that n texts cost n x n numbers."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sklearn.linear_model import LogisticRegression

from wamkg.suggesting.tree import Floats, Ints


class NodeClassifier(Protocol):
    """Chooses among the children of one node."""

    def fit(self, gram: Floats, labels: Ints, weights: Floats) -> "FittedNode":
        """Fit on inner products (n, n), labels 0..k-1 of which some may be absent, weights (n,)."""
        ...


class FittedNode(Protocol):
    """A fitted node classifier."""

    def predict(self, products: Floats) -> Floats:
        """Probabilities (m, classes seen) from inner products with the training rows (m, n)."""
        ...


@dataclass(frozen=True)
class Logistic:
    """L2-regularised logistic regression, exact in the span of the training texts (representer theorem)."""

    c: float = 10.0
    balanced: bool = True

    def fit(self, gram: Floats, labels: Ints, weights: Floats) -> "FittedLogistic":
        values, vectors = np.linalg.eigh(gram)
        kept = values > 1e-9 * max(values[-1], 1e-12)
        basis = vectors[:, kept] / np.sqrt(values[kept])
        model = LogisticRegression(C=self.c, class_weight="balanced" if self.balanced else None, max_iter=500)
        model.fit(gram @ basis, labels, sample_weight=weights)
        return FittedLogistic(model, basis)


@dataclass(frozen=True)
class FittedLogistic:
    """Logistic regression on rotated inner products."""

    model: Any
    basis: Floats

    def predict(self, products: Floats) -> Floats:
        probabilities: Floats = self.model.predict_proba(products @ self.basis)
        return probabilities

    @property
    def dual(self) -> Floats:
        """Coefficients (n, classes, or 1 for two classes); training features.T @ dual are feature weights."""
        coefficients: Floats = self.basis @ self.model.coef_.T
        return coefficients


@dataclass(frozen=True)
class Neighbours:
    """Votes of the k most similar texts, weighted by similarity, pulled towards the class shares by `prior`."""

    k: int = 9
    prior: float = 1.0

    def fit(self, gram: Floats, labels: Ints, weights: Floats) -> "FittedNeighbours":
        classes = np.unique(labels)
        return FittedNeighbours(self, (labels[:, None] == classes) * weights[:, None])


@dataclass(frozen=True)
class FittedNeighbours:
    """Labels of the neighbours, one column a class seen."""

    settings: Neighbours
    votes: Floats

    def predict(self, products: Floats) -> Floats:
        k = min(self.settings.k, products.shape[1])
        floor = -np.partition(-products, k - 1, axis=1)[:, k - 1 : k]
        near = np.where(products >= floor, np.maximum(products, 0.0), 0.0)
        near /= np.maximum(near.sum(axis=1, keepdims=True), 1e-12) / k
        share = self.votes.sum(axis=0) / self.votes.sum()
        counts = near @ self.votes + self.settings.prior * share
        out: Floats = counts / counts.sum(axis=1, keepdims=True)
        return out


@dataclass(frozen=True)
class Majority:
    """The share of each class among the training rows, whatever the text."""

    def fit(self, gram: Floats, labels: Ints, weights: Floats) -> "FittedMajority":
        classes = np.unique(labels)
        shares = ((labels[:, None] == classes) * weights[:, None]).sum(axis=0)
        return FittedMajority(shares / shares.sum())


@dataclass(frozen=True)
class FittedMajority:
    """Constant probabilities."""

    shares: Floats

    def predict(self, products: Floats) -> Floats:
        return np.tile(self.shares, (len(products), 1))
