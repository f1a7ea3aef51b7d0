"""Nested leave-one-out: how good each model is on papers it has never seen, and how sure it may say it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from wamkg.errors import InvalidInputError
from wamkg.suggesting import metrics
from wamkg.suggesting.calibration import depth_confidence
from wamkg.suggesting.examples import TrainingSet
from wamkg.suggesting.features import VectorsByHash
from wamkg.suggesting.models import BASELINE, DEFAULT, Model, Workbench, model_named
from wamkg.suggesting.tree import Floats, Ints, Tree

PROTOCOL = "nested-loo"


@dataclass(frozen=True)
class Held:
    """Predictions for every left-out paper: calibrated P(node), (n, nodes), and the fold's top threshold."""

    joint: Floats
    thresholds: Floats


def evaluate(
    training: TrainingSet,
    models: Sequence[str],
    vectors: VectorsByHash | None = None,
    precision: float = 0.95,
    shuffle_seed: int | None = None,
) -> dict[str, Any]:
    """Leave each example out in turn and report every model in the shape of `evaluate --json`.

    Temperature and threshold are fitted by cross-validation inside each fold, without the left-out paper. With
    `shuffle_seed` the labels are permuted first: the same protocol must then fall to chance.
    """
    if len(training.examples) < 4:
        raise InvalidInputError("evaluation needs at least 4 classified papers")
    if shuffle_seed is not None:
        training = shuffled(training, shuffle_seed)
    bench = Workbench(training, vectors=vectors)
    names = list(dict.fromkeys([BASELINE, *models]))
    held = {name: hold_out(bench, model_named(name), precision) for name in names}
    right = metrics.top_right(bench.tree, held[BASELINE].joint, bench.nodes)
    return {
        "protocol": PROTOCOL,
        "n": len(training.examples),
        "default": DEFAULT,
        "shuffled": shuffle_seed is not None,
        "models": {name: scores(bench.tree, h, bench.nodes, right) for name, h in held.items()},
    }


def hold_out(bench: Workbench, model: Model, precision: float) -> Held:
    """Predict every example by a model fitted, calibrated and thresholded without it."""
    everything = np.arange(len(bench.nodes), dtype=np.intp)
    joint = np.zeros((len(everything), len(bench.tree.paths)))
    thresholds = np.zeros(len(everything))
    for i in everything:
        rest = np.delete(everything, i)
        calibration = bench.calibration(model, rest, precision)
        raw = bench.predict(model, rest, everything[i : i + 1])
        joint[i] = bench.tree.joint(calibration.apply(bench.tree, raw))[0]
        thresholds[i] = calibration.threshold(1)
    return Held(joint, thresholds)


def scores(
    tree: Tree, held: Held, nodes: Ints, baseline_right: "np.ndarray[Any, np.dtype[np.bool_]]"
) -> dict[str, Any]:
    """All measures of one model, rounded to four places."""
    right = metrics.top_right(tree, held.joint, nodes)
    confidence, _, _ = depth_confidence(tree, held.joint, nodes, 1)
    sure = confidence >= held.thresholds
    out = {
        "accuracy_top": float(right.mean()),
        "log_loss_top": metrics.top_log_loss(tree, held.joint, nodes),
        "macro_f1_top": metrics.top_macro_f1(tree, held.joint, nodes),
        "accuracy_leaf": metrics.leaf_top_k(tree, held.joint, nodes, 1),
        "top3_leaf": metrics.leaf_top_k(tree, held.joint, nodes, 3),
        "hierarchical_f1": metrics.hierarchical_f1(tree, held.joint, nodes),
        "ece": metrics.expected_calibration_error(confidence, right),
        "ece_interval": metrics.ece_interval(confidence, right),
        "coverage_at_95": float(sure.mean()),
        "precision_at_95": float(right[sure].mean()) if sure.any() else None,
        "interval": metrics.bootstrap_interval(right),
        "p_vs_baseline": metrics.mcnemar(right, baseline_right),
    }
    return metrics.rounded(out)


def shuffled(training: TrainingSet, seed: int) -> TrainingSet:
    """The same texts with their labels permuted."""
    order = np.random.default_rng(seed).permutation(len(training.examples))
    taxa = [training.examples[i].taxon for i in order]
    examples = tuple(replace(e, taxon=t) for e, t in zip(training.examples, taxa, strict=True))
    return replace(training, examples=examples)
