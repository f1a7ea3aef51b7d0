"""Calibration: temperatures and thresholds, fitted on predictions for texts the model has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from wamkg.suggesting.metrics import top_log_loss
from wamkg.suggesting.taxon_tree import Bools, Floats, Ints, Tree

_TEMPERATURES = np.geomspace(0.2, 5.0, 65)
NEVER = 1.01
"""A threshold above every probability, used if no confidence reaches the requested precision."""


@dataclass(frozen=True)
class Calibration:
    """How raw probabilities become reported ones, and the thresholds from which they are confident.

    `top` and `below` are temperatures (above 1: less confident); `thresholds` has one entry per depth, from 1 on.
    `loss` is the mean top-level log loss of the calibrated probabilities on the texts used for the fit.
    """

    top: float = 1.0
    below: float = 1.0
    thresholds: tuple[float, ...] = ()
    loss: float = float("inf")

    def apply(self, tree: Tree, conditional: Floats) -> Floats:
        """Apply the temperatures to P(child | parent) among siblings; the shape stays the same."""
        out = np.empty_like(conditional)
        for parent, children in tree.children.items():
            temperature = self.top if parent < 0 else self.below
            out[:, children] = temper(conditional[:, children], temperature)
        return out

    def threshold(self, depth: int) -> float:
        """Return the probability that a node at this depth needs to be confident."""
        return self.thresholds[depth - 1] if depth <= len(self.thresholds) else NEVER


def temper(probabilities: Floats, temperature: float | Floats) -> Floats:
    """Divide log-odds by a temperature (Guo et al., 2017) and renormalize each row; by several at once, (t, 1, 1)."""
    logs = np.log(np.clip(probabilities, 1e-12, 1.0)) / temperature
    scaled = np.exp(logs - logs.max(axis=-1, keepdims=True))
    out: Floats = scaled / scaled.sum(axis=-1, keepdims=True)
    return out


class HeldOutProbabilities(NamedTuple):
    """Raw P(child | parent), (n, nodes), of texts that the model was fitted without, and their labeled nodes (n,)."""

    conditional: Floats
    nodes: Ints


def fit_calibration(tree: Tree, seen: Sequence[HeldOutProbabilities], precision: float, scale: bool) -> Calibration:
    """Fit temperatures on the first hold-out scheme, and thresholds that reach the precision in every scheme."""
    conditional, nodes = seen[0]
    top = _temperature(tree, conditional, nodes, True) if scale else 1.0
    below = _temperature(tree, conditional, nodes, False) if scale else 1.0
    tempered = Calibration(top, below)
    joints = [tree.joint(tempered.apply(tree, way.conditional)) for way in seen]
    thresholds = tuple(
        max(_threshold(tree, joint, way.nodes, depth, precision) for joint, way in zip(joints, seen, strict=True))
        for depth in range(1, int(tree.depths.max()) + 1)
    )
    return Calibration(top, below, thresholds, top_log_loss(tree, joints[0], nodes))


def _threshold(tree: Tree, joint: Floats, nodes: Ints, depth: int, precision: float) -> float:
    confidence, right, known = depth_confidence(tree, joint, nodes, depth)
    return threshold_for(confidence[known], right[known], precision)


def _temperature(tree: Tree, conditional: Floats, nodes: Ints, at_root: bool) -> float:
    """Return the temperature with the least log loss over the decisions at the root, or over all decisions below it."""
    losses = np.zeros(len(_TEMPERATURES))
    for parent, children in tree.children.items():
        labels = tree.child_on_path(nodes, parent)
        rows = np.flatnonzero(labels >= 0)
        if (parent < 0) != at_root or len(rows) == 0:
            continue
        tempered = temper(conditional[np.ix_(rows, children)], _TEMPERATURES[:, None, None])
        losses -= np.log(np.clip(tempered[:, np.arange(len(rows)), labels[rows]], 1e-12, 1.0)).sum(axis=1)
    return float(_TEMPERATURES[int(losses.argmin())]) if losses.any() else 1.0


def depth_confidence(tree: Tree, joint: Floats, nodes: Ints, depth: int) -> tuple[Floats, Bools, Bools]:
    """Return the confidence of the most likely node at a depth, whether it is correct, and whether the label is that
    deep.
    """
    here = np.flatnonzero(tree.depths == depth)
    best = here[joint[:, here].argmax(axis=1)]
    labeled = tree.ancestors[nodes, depth - 1]
    return joint[np.arange(len(joint)), best], best == labeled, labeled >= 0


def threshold_for(confidence: Floats, right: Bools, precision: float) -> float:
    """Return the smallest confidence from which the share of correct predictions is at least `precision`.

    If even the least confident predictions reach it, the data give no lower bound, and the result is `precision`
    itself.
    """
    order = np.argsort(-confidence, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last_of_tie = np.append(np.diff(confidence[order]) < 0, True) if len(order) else np.zeros(0, dtype=bool)
    good = np.flatnonzero((shares >= precision) & last_of_tie)
    if len(good) == 0:
        return NEVER
    lowest = float(confidence[order][good[-1]])
    return min(lowest, precision) if good[-1] == len(order) - 1 else lowest
