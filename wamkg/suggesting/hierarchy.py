"""One classifier per inner node of the tree; a leaf's probability is the product along its path.

Local classifiers per parent node (Silla and Freitas, 2011). A taxon without examples stays possible: its definition
serves as one example with a small weight, and smoothing gives every leaf a probability.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wamkg.suggesting.classifiers import FittedNode, NodeClassifier
from wamkg.suggesting.features import DocumentFeatures, FeatureSpace, View
from wamkg.suggesting.taxon_tree import Floats, Ints, Tree


@dataclass(frozen=True)
class Rows:
    """Training rows of a corpus: document, node and weight of each, and which rows are definitions."""

    rows: Ints
    nodes: Ints
    weights: Floats
    definitions: Ints


@dataclass(frozen=True)
class FittedHierarchy:
    """Node classifiers fitted on some rows of a corpus; `nodes` maps a parent to (rows below it, fit, classes)."""

    tree: Tree
    space: FeatureSpace
    nodes: dict[int, tuple[int, FittedNode | None, Ints]]

    def conditional(self, rows: Ints) -> Floats:
        """Return P(node | parent) of every node, shape (len(rows), nodes)."""
        features = self.space.matrix(rows)
        out = np.zeros((len(rows), len(self.tree.paths)))
        for parent, (support, fitted, classes) in self.nodes.items():
            children = self.tree.children[parent]
            seen = np.ones((len(rows), len(classes))) if fitted is None else fitted.predict(features)
            out[:, children] = smooth_unseen_children(seen, classes, len(children), support)
        return out


def fit_hierarchy(
    tree: Tree, corpus: DocumentFeatures, training: Rows, view: View, classifier: NodeClassifier
) -> FittedHierarchy:
    """Fit one classifier per inner node on the rows assigned to its descendants."""
    space = FeatureSpace(corpus, view, training.rows, training.definitions)
    features = space.matrix(training.rows)
    nodes: dict[int, tuple[int, FittedNode | None, Ints]] = {}
    for parent, members, labels, classes in rows_by_node(tree, training.nodes):
        enough = len(classes) > 1
        fitted = classifier.fit(features[members], labels, training.weights[members]) if enough else None
        nodes[parent] = (len(members), fitted, classes)
    return FittedHierarchy(tree, space, nodes)


def rows_by_node(tree: Tree, nodes: Ints) -> Iterator[tuple[int, Ints, Ints, Ints]]:
    """Yield what each inner node is trained on, given the node of each row.

    That is the node, the positions of the rows below it, the class of each, 0..k-1, and the child of each class.
    """
    for parent in tree.children:
        below = tree.child_on_path(nodes, parent)
        members = np.flatnonzero(below >= 0)
        classes = np.flatnonzero(np.bincount(below[members]))
        yield parent, members, np.searchsorted(classes, below[members]), classes


def smooth_unseen_children(seen: Floats, classes: Ints, size: int, n: int) -> Floats:
    """Give every child a probability: children without a training row get 1 part in n + size each."""
    out = np.full((len(seen), size), 1.0 / (n + size))
    if len(classes) == 0:
        return np.full_like(out, 1.0 / size)
    unseen = (size - len(classes)) / (n + size)
    out[:, classes] = seen * (1.0 - unseen)
    return out
