"""Agreement measures: Cohen's kappa and Krippendorff's alpha, with bootstrap intervals.

`values` is a table of integers, a row for each paper and a column for each reviewer; -1 is a missing label. `weights`
is a table with a row for each sample and a column for each paper: how often the sample contains it.
"""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.int64]
Weights = NDArray[np.float64]
MISSING = -1


def kappas(values: Values, weights: Weights) -> Weights:
    """Cohen's kappa of two reviewers (Cohen 1960) in each sample, over papers that both labeled; for more reviewers,
    the mean over their pairs (Light 1971). NaN if it is undefined: no such paper, or only one label.
    """
    pairs = [_kappa(values[:, [a, b]], weights) for a, b in combinations(range(values.shape[1]), 2)]
    defined = [pair for pair in pairs if not np.isnan(pair).all()]
    if not defined:
        return np.full(len(weights), np.nan)
    return np.asarray(np.mean(defined, axis=0))


def _kappa(pair: Values, weights: Weights) -> Weights:
    both = (pair != MISSING).all(axis=1)
    first, second = (_one_hot(np.where(both, column, MISSING), _classes(pair)) for column in pair.T)
    number = weights @ both
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = weights @ (both & (pair[:, 0] == pair[:, 1])) / number
        expected = ((weights @ first) * (weights @ second)).sum(axis=1) / number**2
        return _where_varied(1 - expected, (observed - expected) / (1 - expected))


def alphas(values: Values, weights: Weights) -> Weights:
    """Krippendorff's alpha for nominal data (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", C) in
    each sample. Papers with fewer than two labels are ignored. NaN if all labels are equal.
    """
    counts = sum(_one_hot(column, _classes(values)) for column in values.T)
    counts = np.where(counts.sum(axis=1, keepdims=True) >= 2, counts, 0.0)
    words = counts.sum(axis=1)
    differing = (words**2 - (counts**2).sum(axis=1)) / np.maximum(words - 1, 1)
    total, by_class = weights @ words, weights @ counts
    possible = total**2 - (by_class**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _where_varied(possible, 1 - (total - 1) * (weights @ differing) / possible)


def _classes(values: Values) -> int:
    return int(values.max(initial=0)) + 1


def _one_hot(column: Values, classes: int) -> Any:
    return (column[:, None] == np.arange(classes)).astype(float)


def _where_varied(room: Weights, found: Weights) -> Weights:
    """The values; NaN where disagreement was impossible."""
    return np.where(np.isclose(room, 0) | np.isnan(room), np.nan, found)


def observed(values: Values) -> float | None:
    """Share of pairs of equal labels on one paper; None if no paper has two labels."""
    same = pairs = 0
    for a, b in combinations(values.T, 2):
        both = (a != MISSING) & (b != MISSING)
        pairs += int(both.sum())
        same += int((both & (a == b)).sum())
    return same / pairs if pairs else None


def samples_of(papers: int, samples: int, seed: int) -> Weights:
    """Bootstrap samples: as many papers as there are, drawn with replacement."""
    drawn = np.random.default_rng(seed).multinomial(papers, [1 / papers] * papers, size=samples)
    return drawn.astype(float)


def interval(estimates: Weights, level: float) -> tuple[float, float] | None:
    """Percentile interval of bootstrap estimates, ignoring undefined ones; None if all are undefined."""
    defined = estimates[~np.isnan(estimates)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return round(float(low), 4), round(float(high), 4)
