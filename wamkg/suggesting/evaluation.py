"""Evaluate each model on papers it has not seen, and how reliable its confidence is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from wamkg.json_types import UncheckedObject
from wamkg.progress import Progress
from wamkg.suggesting import metrics
from wamkg.suggesting.calibration import Calibration, depth_confidence
from wamkg.suggesting.examples import TrainingSet
from wamkg.suggesting.features import VectorsByHash
from wamkg.suggesting.options import EvaluateOptions
from wamkg.suggesting.outside import OutsideModel
from wamkg.suggesting.registry import BASELINE, DEFAULT, FitCache, Model, model_named
from wamkg.suggesting.splits import Split, splits_of
from wamkg.suggesting.taxon_tree import Bools, Floats, Ints, Tree

NESTED_CHOICE = "nested-choice"
"""Not a model: in each fold, the evaluated model with the least log loss within that fold."""


@dataclass(frozen=True)
class HeldOutPredictions:
    """Predictions for the held-out papers: rows, calibrated P(node) (n, nodes), the fold's top threshold."""

    rows: Ints
    joint: Floats
    thresholds: Floats


def evaluate(
    training: TrainingSet,
    options: EvaluateOptions,
    vectors: VectorsByHash | None = None,
    progress: Progress | None = None,
) -> UncheckedObject:
    """Evaluate the models of the options, and the baseline; return the report of `evaluate --json`.

    Temperature, threshold and, for `nested-choice`, the model are chosen by cross-validation inside each fold, without
    the held-out papers. `progress` takes the splits done and their number. Raises InvalidInputError for too few
    examples or an unknown model or protocol.
    """
    if options.shuffle is not None:
        training = shuffled(training, options.shuffle)
    splits = splits_of(training, options.protocol)
    bench = FitCache(training, vectors=vectors)
    names = list(dict.fromkeys([BASELINE, *options.models]))
    choices = {name: [model_named(name)] for name in names}
    if len(names) > 1:
        choices[NESTED_CHOICE] = [model_named(name) for name in names]
    parts: dict[str, dict[int, HeldOutPredictions]] = {name: {} for name in choices}
    with threadpool_limits(1):  # the matrices are small: a second thread would only wait for the first
        for done, number in enumerate(_similar_together(splits, bench.nodes), 1):
            for name, models_of in choices.items():
                parts[name][number] = hold_out(bench, models_of, splits[number], options.precision)
            if progress:
                progress(done, len(splits))
    held = {name: joined([found[number] for number in sorted(found)]) for name, found in parts.items()}
    right = metrics.top_right(bench.tree, held[BASELINE].joint, bench.nodes[held[BASELINE].rows])
    return {
        "protocol": options.protocol,
        "n": len(held[BASELINE].rows),
        "default": DEFAULT,
        "shuffled": options.shuffle is not None,
        "models": {name: scores(bench, h, right) for name, h in held.items()},
        "outside": outside_scores(training),
    }


def _similar_together(splits: Sequence[Split], nodes: Ints) -> list[int]:
    """Return the numbers of the splits, by the taxon that they leave out: then folds differ little from one to the
    next, and so do the fits, each of which starts from an earlier one.
    """
    return sorted(range(len(splits)), key=lambda number: int(nodes[splits[number].predict[0]]))


def hold_out(bench: FitCache, models: Sequence[Model], split: Split, precision: float) -> HeldOutPredictions:
    """Predict with a model fitted, calibrated and thresholded without the held-out papers; of several, use the best.

    The best has the least top-level log loss in cross-validation within the fold.
    """
    fitted = [(model, bench.calibration(model, split.fit, precision)) for model in models]
    model, calibration = min(fitted, key=_inner_loss)
    raw = bench.predict(model, split.fit, split.predict)
    joint = bench.tree.joint(calibration.apply(bench.tree, raw))
    return HeldOutPredictions(split.predict, joint, np.full(len(split.predict), calibration.threshold(1)))


def joined(parts: Sequence[HeldOutPredictions]) -> HeldOutPredictions:
    """Return the predictions of all splits together."""
    rows, joint, thresholds = zip(*((part.rows, part.joint, part.thresholds) for part in parts), strict=True)
    return HeldOutPredictions(np.concatenate(rows), np.concatenate(joint), np.concatenate(thresholds))


def _inner_loss(fitted: tuple[Model, Calibration]) -> float:
    return fitted[1].loss


def scores(bench: FitCache, held: HeldOutPredictions, baseline_right: Bools) -> UncheckedObject:
    """Return all measures of one model, rounded to four decimals."""
    tree, nodes, joint = bench.tree, bench.nodes[held.rows], held.joint
    right = metrics.top_right(tree, joint, nodes)
    confidence, _, _ = depth_confidence(tree, joint, nodes, 1)
    sure = confidence >= held.thresholds
    sources = [bench.training.examples[i].document.source for i in held.rows]
    measured = {
        **_measures(tree, joint, nodes),
        "ece": metrics.expected_calibration_error(confidence, right),
        "ece_interval": metrics.ece_interval(confidence, right),
        "coverage_at_95": float(sure.mean()),
        "precision_at_95": float(right[sure].mean()) if sure.any() else None,
        "interval": metrics.bootstrap_interval(right),
        "p_vs_baseline": metrics.mcnemar(right, baseline_right),
    }
    return {
        **metrics.rounded(measured),
        "reliability": [metrics.rounded(row) for row in metrics.reliability(confidence, right)],
        "by_source": {
            source: {
                "n": sources.count(source),
                "accuracy_top": round(float(right[np.array(sources) == source].mean()), 4),
            }
            for source in sorted(set(sources))
        },
    }


def _measures(tree: Tree, joint: Floats, nodes: Ints) -> dict[str, float]:
    return {
        "accuracy_top": float(metrics.top_right(tree, joint, nodes).mean()),
        "log_loss_top": metrics.top_log_loss(tree, joint, nodes),
        "macro_f1_top": metrics.top_macro_f1(tree, joint, nodes),
        "accuracy_leaf": metrics.leaf_top_k(tree, joint, nodes, 1),
        "top3_leaf": metrics.leaf_top_k(tree, joint, nodes, 3),
        "hierarchical_f1": metrics.hierarchical_f1(tree, joint, nodes),
    }


def outside_scores(training: TrainingSet) -> UncheckedObject | None:
    """Return leave-one-out results on titles at 0.5: share of insiders accepted, and of hard and easy outsiders
    recognized.
    """
    held = OutsideModel(training, ()).held_out()
    if held is None:
        return None
    inside = len(training.examples)
    hard = np.array([negative.hard for negative in training.negatives], dtype=bool)
    away = held[inside:]
    groups = {
        "inside_kept": held[:inside] < 0.5,
        "hard_recognised": away[hard] >= 0.5,
        "easy_recognised": away[~hard] >= 0.5,
    }
    return {
        **{name: round(float(share.mean()), 4) if len(share) else None for name, share in groups.items()},
        "n": {"inside": inside, "hard": int(hard.sum()), "easy": int((~hard).sum())},
    }


def shuffled(training: TrainingSet, seed: int) -> TrainingSet:
    """Return the same texts with their labels permuted."""
    order = np.random.default_rng(seed).permutation(len(training.examples))
    taxa = [training.examples[i].taxon for i in order]
    examples = tuple(replace(e, taxon=t) for e, t in zip(training.examples, taxa, strict=True))
    return replace(training, examples=examples)
