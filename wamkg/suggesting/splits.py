"""Splits into training papers and held-out papers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wamkg.errors import InvalidInputError
from wamkg.near_matches import unknown
from wamkg.suggesting.examples import TrainingSet
from wamkg.suggesting.taxon_tree import Ints

FOLDS = 10
MIN_TO_LEARN_FROM = 10
"""Months with fewer earlier papers than this are not evaluated."""


@dataclass(frozen=True)
class Split:
    """Rows of examples to fit on and rows to predict."""

    fit: Ints
    predict: Ints


def nested_loo(training: TrainingSet) -> list[Split]:
    """Leave out each example in turn."""
    everything = np.arange(len(training.examples), dtype=np.intp)
    return [Split(np.delete(everything, i), everything[i : i + 1]) for i in everything]


def nested_folds(training: TrainingSet) -> list[Split]:
    """Leave out a tenth of the examples at a time, each with its share of every taxon: quicker, nearly as strict."""
    folds = stratified_folds(np.array([training.tree.index[e.taxon] for e in training.examples], dtype=np.intp), FOLDS)
    return [Split(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(folds.max() + 1)]


def stratified_folds(nodes: Ints, folds: int) -> Ints:
    """Deal rows to folds, class by class, so that each fold has its share; deterministic."""
    out = np.empty(len(nodes), dtype=np.intp)
    out[np.argsort(nodes, kind="stable")] = np.arange(len(nodes)) % max(1, min(folds, len(nodes)))
    return out


def time_forward(training: TrainingSet) -> list[Split]:
    """For every month m: fit on the papers dated before m, predict those of m.

    Papers without a date are never used; months with fewer than 10 papers before them are skipped.
    """
    months = np.array([example.document.date[:7] for example in training.examples])
    splits = []
    for month in sorted({m for m in months.tolist() if m}):
        before = np.flatnonzero((months != "") & (months < month))
        if len(before) >= MIN_TO_LEARN_FROM:
            splits.append(Split(before, np.flatnonzero(months == month)))
    return splits


PROTOCOLS: dict[str, Callable[[TrainingSet], list[Split]]] = {
    "nested-loo": nested_loo,
    "nested-folds": nested_folds,
    "time-forward": time_forward,
}


def splits_of(training: TrainingSet, protocol: str) -> list[Split]:
    """Return the splits of a named protocol; raises InvalidInputError if there is nothing to evaluate."""
    if protocol not in PROTOCOLS:
        raise InvalidInputError(unknown("protocol", protocol, PROTOCOLS))
    splits = PROTOCOLS[protocol](training) if len(training.examples) >= 4 else []
    if not splits:
        raise InvalidInputError(
            f"too few classified papers for {protocol}: at least 4 are needed, with dates for time-forward"
        )
    return splits
