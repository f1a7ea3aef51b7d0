"""Measures of hierarchical, calibrated classification."""

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from wamkg.json_types import UncheckedObject
from wamkg.suggesting.taxon_tree import Bools, Floats, Ints, Tree

BINS = 5
RESAMPLES = 2000


def top_labels(tree: Tree, nodes: Ints) -> Ints:
    """Return the index of the root's child that contains each labeled node."""
    return tree.child_on_path(nodes, -1)


def top_right(tree: Tree, joint: Floats, nodes: Ints) -> Bools:
    """Whether the most likely top-level taxon is the labeled one."""
    right: Bools = joint[:, tree.tops].argmax(axis=1) == top_labels(tree, nodes)
    return right


def top_log_loss(tree: Tree, joint: Floats, nodes: Ints) -> float:
    """Return the mean negative log probability (nats) of the labeled top-level taxon."""
    p = joint[np.arange(len(joint)), tree.tops[top_labels(tree, nodes)]]
    return float(-np.log(np.clip(p, 1e-12, 1.0)).mean())


def top_macro_f1(tree: Tree, joint: Floats, nodes: Ints) -> float:
    """Return F1 of the top-level taxa, averaged over taxa."""
    predicted = joint[:, tree.tops].argmax(axis=1)
    return float(f1_score(top_labels(tree, nodes), predicted, average="macro", zero_division=0.0))


def leaf_top_k(tree: Tree, joint: Floats, nodes: Ints, k: int) -> float:
    """Return the share of leaf-labeled papers whose leaf is among the k most likely."""
    at_leaf = np.isin(nodes, tree.leaves)
    if not at_leaf.any():
        return float("nan")
    ranked = tree.leaves[np.argsort(-joint[np.ix_(at_leaf, tree.leaves)], axis=1, kind="stable")[:, :k]]
    return float((ranked == nodes[at_leaf, None]).any(axis=1).mean())


def hierarchical_f1(tree: Tree, joint: Floats, nodes: Ints) -> float:
    """Return F1 over the nodes on the paths to the predicted and the labeled taxon (Kiritchenko et al., 2006)."""
    best = tree.leaves[joint[:, tree.leaves].argmax(axis=1)]
    pairs = [(set(tree.line(int(b))), set(tree.line(int(n)))) for b, n in zip(best, nodes, strict=True)]
    shared = sum(len(a & b) for a, b in pairs)
    return 2 * shared / sum(len(a) + len(b) for a, b in pairs)


def expected_calibration_error(confidence: Floats, right: Bools, bins: int = BINS) -> float:
    """Return the mean gap between confidence and accuracy, over bins of equal size."""
    order = np.argsort(confidence, kind="stable")
    gaps = [abs(confidence[b].mean() - right[b].mean()) * len(b) for b in np.array_split(order, bins) if len(b)]
    return float(sum(gaps) / len(confidence))


def reliability(confidence: Floats, right: Bools, bins: int = BINS) -> list[dict[str, float]]:
    """Return one row per bin of equal size: the model's mean confidence and its accuracy."""
    order = np.argsort(confidence, kind="stable")
    return [
        {"confidence": float(confidence[b].mean()), "accuracy": float(right[b].mean()), "n": float(len(b))}
        for b in np.array_split(order, bins)
        if len(b)
    ]


def ece_interval(confidence: Floats, right: Bools) -> list[float]:
    """Return the 95% bootstrap interval of the calibration error."""
    draws = _resamples(len(right))
    draws = np.take_along_axis(draws, np.argsort(confidence[draws], axis=1, kind="stable"), axis=1)
    parts = [part for part in np.array_split(draws, BINS, axis=1) if part.shape[1]]
    gaps = [np.abs(confidence[p].mean(axis=1) - right[p].mean(axis=1)) * p.shape[1] for p in parts]
    return _percentiles(np.sum(gaps, axis=0) / len(right))


def bootstrap_interval(right: Bools) -> list[float]:
    """Return the 95% bootstrap interval of the accuracy."""
    return _percentiles(right[_resamples(len(right))].mean(axis=1))


def mcnemar(right: Bools, baseline: Bools) -> float:
    """Return the two-sided exact McNemar p: do the two models make errors on different papers equally often?"""
    gained, lost = int((right & ~baseline).sum()), int((~right & baseline).sum())
    return 1.0 if gained + lost == 0 else float(binomtest(gained, gained + lost, 0.5).pvalue)


def rounded(values: UncheckedObject) -> UncheckedObject:
    """Round every float to four decimals."""
    return {
        k: [round(x, 4) for x in v] if isinstance(v, list) else round(v, 4) if isinstance(v, float) else v
        for k, v in values.items()
    }


def _resamples(n: int) -> Ints:
    return np.random.default_rng(0).integers(0, n, size=(RESAMPLES, n))


def _percentiles(values: Floats) -> list[float]:
    return [float(x) for x in np.percentile(values, [2.5, 97.5])]
