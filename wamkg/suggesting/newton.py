"""Logistic regression on a few thousand sparse rows, without a matrix of every row with every other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wamkg.suggesting.tree import Floats

Product = Callable[[Floats], Floats]
_NEWTON_STEPS, _CG_STEPS = 30, 60
_SHORTENED = 5e-2
"""Share of the squared residual at which conjugate gradients stop; Newton's next step mends the rest."""
_LOOSE = 1e4
"""Variance of the intercept's prior: so wide that the intercept counts as unpenalised."""


@dataclass(frozen=True)
class Fit:
    """The optimum: `dual` (n,) with weights = rows.T @ dual, and the intercept."""

    dual: Floats
    intercept: float


def fit_rows(rows: Any, positive: Any, costs: Floats, tolerance: float, start: Floats | None = None) -> Fit:
    """Minimise sum costs * log loss + |w|^2 / 2 over CSR rows (n, d), n far below d; see `fit_products`."""
    columns = rows.T
    return fit_products(lambda dual: rows @ (columns @ dual), positive, costs, tolerance, start)


def fit_products(product: Product, positive: Any, costs: Floats, tolerance: float, start: Floats | None = None) -> Fit:
    """Minimise sum costs * log loss + |w|^2 / 2, where `product` multiplies by rows @ rows.T.

    Newton steps in the n dual coefficients from `start` (default and, if it leads nowhere, zero), each solved by
    conjugate gradients (truncated Newton: Dembo and Steihaug, 1983). Stops where no coefficient is further than
    `tolerance` times the largest cost from its condition dual = costs * (label - p). The same optimum as
    `classifiers.dual_logistic` (tested).
    """
    labels = np.asarray(positive, dtype=np.float64)
    dual, odds = np.zeros(len(labels)), np.zeros(len(labels))
    if start is not None:
        dual, odds = start, _with_intercept(product, start)
    for _ in range(_NEWTON_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(odds, -50, 50)))
        short = costs * (labels - p) - dual
        if np.abs(short).max() <= tolerance * costs.max():
            break
        root = np.sqrt(np.maximum(costs * p * (1.0 - p), 1e-12))
        dual = dual + root * _solve(product, root, short / root)
        odds = _with_intercept(product, dual)
    else:
        if start is not None:
            return fit_products(product, positive, costs, tolerance)
    return Fit(dual, _LOOSE * float(dual.sum()))


def _with_intercept(product: Product, dual: Floats) -> Floats:
    """(rows @ rows.T + a constant) @ dual: the log-odds that the coefficients give the rows."""
    out: Floats = product(dual) + _LOOSE * dual.sum()
    return out


def _solve(product: Product, root: Floats, wanted: Floats) -> Floats:
    """Conjugate gradients for (R K R + 1) u = wanted, with R = diag(root) and K as in `_with_intercept`."""
    found = np.zeros_like(wanted)
    left, along = wanted.copy(), wanted.copy()
    size = first = float(left @ left)
    for _ in range(_CG_STEPS):
        if size <= _SHORTENED * first:
            break
        moved = root * _with_intercept(product, root * along) + along
        length = size / float(along @ moved)
        found += length * along
        left -= length * moved
        before, size = size, float(left @ left)
        along = left + (size / before) * along
    return found
