"""One classifier per inner node of the tree; a leaf's probability is the product along its path.

Local classifiers per parent node (Silla and Freitas, 2011). A taxon without examples is reached through its
definition, which stands in as one light example, and through smoothing, so no leaf is impossible.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wamkg.suggesting.classifiers import FittedNode, NodeClassifier
from wamkg.suggesting.features import Corpus, Space, View, inner_products
from wamkg.suggesting.tree import Floats, Ints, Tree


@dataclass(frozen=True)
class Rows:
    """Training rows of a corpus: which documents, at which node of the tree, with which weight."""

    rows: Ints
    nodes: Ints
    weights: Floats

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class FittedHierarchy:
    """Node classifiers fitted on some rows of a corpus."""

    tree: Tree
    space: Space
    training: Rows
    nodes: dict[int, tuple[Ints, FittedNode | None, Ints]]
    features: list[Any] = field(repr=False)

    def conditional(self, rows: Ints) -> Floats:
        """P(node | parent) of every node, shape (len(rows), nodes)."""
        products = inner_products(self.space.matrices(rows), self.features)
        out = np.zeros((len(rows), len(self.tree.paths)))
        for parent, (members, fitted, classes) in self.nodes.items():
            children = self.tree.children[parent]
            seen = np.ones((len(rows), len(classes))) if fitted is None else fitted.predict(products[:, members])
            out[:, children] = spread(seen, classes, len(children), len(members))
        return out


def fit_hierarchy(
    tree: Tree, corpus: Corpus, training: Rows, views: Sequence[View], classifier: NodeClassifier
) -> FittedHierarchy:
    """Fit one classifier per inner node on the rows that lie strictly below it."""
    space = Space(corpus, views, training.rows)
    features = space.matrices(training.rows)
    gram = inner_products(features, features)
    nodes: dict[int, tuple[Ints, FittedNode | None, Ints]] = {}
    for parent in tree.children:
        labels = tree.child_on_path(training.nodes, parent)
        members = np.flatnonzero(labels >= 0)
        classes, compact = np.unique(labels[members], return_inverse=True)
        fitted = None
        if len(classes) > 1:
            fitted = classifier.fit(gram[np.ix_(members, members)], compact, training.weights[members])
        nodes[parent] = (members, fitted, classes)
    return FittedHierarchy(tree, space, training, nodes, features)


def spread(seen: Floats, classes: Ints, size: int, n: int) -> Floats:
    """Give every child a probability: children without a training row share 1 part in n + size each."""
    out = np.full((len(seen), size), 1.0 / (n + size))
    if len(classes) == 0:
        return np.full_like(out, 1.0 / size)
    unseen = (size - len(classes)) / (n + size)
    out[:, classes] = seen * (1.0 - unseen)
    return out
