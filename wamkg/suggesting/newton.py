"""Linear classifiers on a few thousand sparse rows, without a matrix of all pairs of rows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wamkg.suggesting.features import Rows
from wamkg.suggesting.taxon_tree import Bools, Floats

Product = Callable[[Floats], Floats]
_NEWTON_STEPS, _CG_STEPS = 30, 60
_SHORTENED = 5e-2
"""Share of the squared residual at which conjugate gradients stop; the next Newton step corrects the rest."""
_LOOSE = 1e4
"""Variance of the intercept's prior, so large that the intercept is practically unpenalized."""


@dataclass(frozen=True)
class Fit:
    """The optimum: `dual` (n,) with weights = rows.T @ dual, and the intercept."""

    dual: Floats
    intercept: float


def fit_rows(rows: Rows, positive: Bools, costs: Floats, tolerance: float, start: Floats | None = None) -> Fit:
    """Minimize sum costs * log loss + |w|^2 / 2 over CSR rows (n, d), n far below d; see `fit_products`."""
    columns = rows.T
    return fit_products(lambda dual: rows @ (columns @ dual), positive, costs, tolerance, start)


def fit_products(
    product: Product, positive: Bools, costs: Floats, tolerance: float, start: Floats | None = None
) -> Fit:
    """Minimize sum costs * log loss + |w|^2 / 2, where `product` multiplies by rows @ rows.T.

    Newton steps in the n dual coefficients start from `start` (by default, and if that does not converge, from zero).
    Each is solved by conjugate gradients (truncated Newton: Dembo and Steihaug, 1983). Stops if every coefficient is
    within `tolerance` times the largest cost of its condition dual = costs * (label - p). The optimum is the same as in
    `classifiers.dual_logistic` (tested).
    """
    labels = np.asarray(positive, dtype=np.float64)
    whole = _with_intercept(product, _LOOSE)
    dual, odds = np.zeros(len(labels)), np.zeros(len(labels))
    if start is not None:
        dual, odds = start, whole(start)
    for _ in range(_NEWTON_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(odds, -50, 50)))
        short = costs * (labels - p) - dual
        if np.abs(short).max() <= tolerance * costs.max():
            break
        root = np.sqrt(np.maximum(costs * p * (1.0 - p), 1e-12))
        dual = dual + root * _solve(whole, root, short / root)
        odds = whole(dual)
    else:
        if start is not None:
            return fit_products(product, positive, costs, tolerance)
    return Fit(dual, _LOOSE * float(dual.sum()))


def fit_margins(product: Product, positive: Bools, costs: Floats, tolerance: float, start: Floats | None = None) -> Fit:
    """Minimize sum costs * max(0, 1 - margin)^2 + (|w|^2 + intercept^2) / 2: a linear support vector machine with
    squared hinge loss, as scikit-learn's LinearSVC (tested).

    A row's margin is w @ row + intercept, with its sign reversed for negative rows. Rows with a margin of 1 or more do
    not affect the solution. The others take Newton steps, solved as in `fit_products` (finite Newton: Keerthi and
    DeCoste, 2005). Stops if every margin is within `tolerance` of the value that its coefficient implies.
    """
    signs = np.where(positive, 1.0, -1.0)
    whole, pulls = _with_intercept(product, 1.0), np.where(costs > 0, 2.0 * costs, 1e-12)
    dual = np.zeros(len(signs)) if start is None else start
    odds = whole(dual)
    for _ in range(_NEWTON_STEPS):
        inside = signs * odds < 1.0
        if np.abs(np.where(inside, signs - odds, 0.0) - dual / pulls).max() <= tolerance:
            break
        dual = np.where(inside, dual, 0.0)
        root = np.sqrt(np.where(inside, pulls, 0.0))
        short = np.where(inside, signs - whole(dual) - dual / pulls, 0.0)
        dual = dual + root * _solve(whole, root, root * short)
        odds = whole(dual)
    return Fit(dual, float(dual.sum()))


def _with_intercept(product: Product, variance: float) -> Product:
    """Multiply by rows @ rows.T + variance: coefficients become the rows' odds, with an intercept with this prior."""

    def whole(dual: Floats) -> Floats:
        out: Floats = product(dual) + variance * dual.sum()
        return out

    return whole


def _solve(whole: Product, root: Floats, wanted: Floats) -> Floats:
    """Solve (R K R + 1) u = wanted by conjugate gradients, with R = diag(root) and K the operator `whole`."""
    found = np.zeros_like(wanted)
    left, along = wanted.copy(), wanted.copy()
    size = first = float(left @ left)
    for _ in range(_CG_STEPS):
        if size <= _SHORTENED * first:
            break
        moved = root * whole(root * along) + along
        length = size / float(along @ moved)
        found += length * along
        left -= length * moved
        before, size = size, float(left @ left)
        along = left + (size / before) * along
    return found
