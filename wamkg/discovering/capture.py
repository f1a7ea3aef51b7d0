"""How many works has every route missed? Capture-recapture: the overlap of routes tells what none of them found."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, inf, isfinite, log, sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import fisher_exact

from wamkg.discovering.estimate import MissingEstimate, RouteCapture, RoutePair

History = frozenset[str]
"""The routes that found one work."""
MOST_ROUTES = 5
"""The routes with most finds that are compared; more would leave most combinations without a single work."""
DEPENDENT = 0.05
"""p of Fisher's exact test below which two routes count as dependent."""
_Z = 1.959963984540054
_STEPS, _RIDGE = 100, 1e-8
_AS_GOOD, _TOO_MANY = 2.0, 100
"""Models whose AIC is this near to the best are as good; an estimate above so many times the works found is none."""
Floats = npt.NDArray[np.float64]
ASSUMPTIONS = (
    "the field does not change while it is searched",
    "every work can be found by every route, each with the same chance for all works",
    "one route finds a work whether or not another has found it, except for pairs that the model names",
    "records of one work are recognized as one",
)


def estimate_missing(histories: Sequence[History]) -> MissingEstimate:
    """Estimate how many works no route has found, from the routes that found each of the others.

    With two routes it is Chapman's estimator (Seber 1982), with more the log-linear model of Fienberg (1972), to which
    pairs of dependent routes are added while AIC falls. The interval is log-normal (Chao 1987) and spans those of all
    models that are about as good as the best.
    """
    sizes = Counter(route for history in histories for route in history)
    names = [route for route, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))]
    kept, left_out = names[:MOST_ROUTES], names[MOST_ROUTES:]
    seen = [history & set(kept) for history in histories if history & set(kept)]
    routes = tuple(RouteCapture(r, sum(r in h for h in seen), sum(h == {r} for h in seen)) for r in kept)
    pairs = tuple(_pair(seen, a, b) for a, b in combinations(kept, 2))
    unseen, model = _unseen(seen, kept)
    found, least = len(histories), _chao(seen) if seen else None
    if unseen is None:
        note = "at least two routes are needed" if len(kept) < 2 else "the routes overlap too little for an estimate"
        values = (found, None, None, None, least, None, None, model)
        return MissingEstimate(*values, routes, pairs, tuple(left_out), ASSUMPTIONS, note)
    missing, low, high = unseen
    recalls = found / (found + missing), found / (found + high)
    values_known = (found, missing, low, high, least, *recalls, model)
    note = _warning(pairs, model, len(kept))
    return MissingEstimate(*values_known, routes, pairs, tuple(left_out), ASSUMPTIONS, note)


def _warning(pairs: Sequence[RoutePair], model: str, routes: int) -> str:
    if routes == 2:
        return "with two routes dependence cannot be checked; a third one would show it"
    names = [f"{pair.a} and {pair.b}" for pair in pairs if pair.dependent]
    if not names:
        return ""
    return f"dependent: {', '.join(names)}; the model allows for {model}, and the estimate may still be too low"


def _pair(seen: Sequence[History], a: str, b: str) -> RoutePair:
    """Compare two routes on the works that another route found, so that works that nobody found do not matter."""
    both = sum({a, b} <= h for h in seen)
    others = [h for h in seen if h - {a, b}]
    table = [[sum(((a in h), (b in h)) == (x, y) for h in others) for y in (True, False)] for x in (True, False)]
    if min(map(sum, table)) == 0 or min(sum(column) for column in zip(*table, strict=True)) == 0:
        return RoutePair(a, b, both, None, None, False)
    test = fisher_exact(np.array(table))
    ratio, p = float(test.statistic), float(test.pvalue)
    return RoutePair(a, b, both, ratio if isfinite(ratio) else None, p, p < DEPENDENT)


def _chao(seen: Sequence[History]) -> float:
    """Return Chao's lower bound of the unseen works, bias-corrected: f1 (f1 - 1) / (2 (f2 + 1))."""
    once, twice = (sum(len(h) == times for h in seen) for times in (1, 2))
    return once * (once - 1) / (2 * (twice + 1))


def _unseen(seen: Sequence[History], routes: Sequence[str]) -> tuple[tuple[float, float, float] | None, str]:
    """Return the estimate of unseen works with its interval, and the model; None if it cannot be made."""
    if len(routes) < 2:
        return None, "none"
    if len(routes) == 2:
        return _chapman(seen, *routes), "Chapman"
    fits = _models(seen, routes)
    pairs, best = min(fits.items(), key=lambda item: item[1].aic)
    name = ", ".join(f"{a} with {b}" for a, b in pairs) or "independent routes"
    near = [fit for fit in fits.values() if fit.aic <= best.aic + _AS_GOOD]
    if not all(isfinite(fit.missing) and fit.missing < _TOO_MANY * len(seen) for fit in near):
        return None, name
    ends = [_interval(fit.missing, fit.variance) for fit in near]
    return (best.missing, min(low for _, low, _ in ends), max(high for *_, high in ends)), name


def _models(seen: Sequence[History], routes: Sequence[str]) -> dict[tuple[tuple[str, str], ...], "_ModelFit"]:
    """Return the fitted models by their dependent pairs: at each step the pair is kept whose AIC is least."""
    pairs: tuple[tuple[str, str], ...] = ()
    fits = {pairs: _fit(seen, routes, pairs)}
    while len(routes) + 1 + len(pairs) < 2 ** len(routes) - 2:
        tried = {
            (*pairs, pair): _fit(seen, routes, (*pairs, pair)) for pair in combinations(routes, 2) if pair not in pairs
        }
        more = min(tried, key=lambda one: tried[one].aic, default=pairs)
        fits |= tried
        if more == pairs or tried[more].aic >= fits[pairs].aic:
            break
        pairs = more
    return fits


def _chapman(seen: Sequence[History], a: str, b: str) -> tuple[float, float, float] | None:
    n, m, both = sum(a in h for h in seen), sum(b in h for h in seen), sum({a, b} <= h for h in seen)
    if not both:
        return None
    missing = (n - both) * (m - both) / (both + 1)
    variance = (n + 1) * (m + 1) * (n - both) * (m - both) / ((both + 1) ** 2 * (both + 2))
    return _interval(missing, variance)


def _interval(missing: float, variance: float) -> tuple[float, float, float]:
    """Return the estimate with the log-normal interval of 95 %."""
    if missing <= 0:
        return 0.0, 0.0, sqrt(variance) * _Z
    spread = exp(_Z * sqrt(log(1 + variance / missing**2)))
    return missing, missing / spread, missing * spread


@dataclass(frozen=True)
class _ModelFit:
    missing: float
    variance: float
    aic: float


def _fit(seen: Sequence[History], routes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> _ModelFit:
    """Fit a Poisson log-linear model to the counts of all combinations of routes but the empty one, by Newton steps.

    The intercept is the logarithm of the count of works that no route found.
    """
    cells = [frozenset(c) for size in range(1, len(routes) + 1) for c in combinations(routes, size)]
    counts = np.array([sum(h == cell for h in seen) for cell in cells], dtype=np.float64)
    terms = [*((r,) for r in routes), *pairs]
    design = np.array([[1.0, *(float(cell.issuperset(term)) for term in terms)] for cell in cells])
    weights = np.linalg.lstsq(design, np.log(counts + 0.5), rcond=None)[0]
    for _ in range(_STEPS):
        expected, information = _expected(design, weights)
        step = np.linalg.solve(information, design.T @ (counts - expected))
        weights = weights + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    expected, information = _expected(design, weights)
    missing = float(np.exp(weights[0])) if weights[0] < 30 else inf
    variance = missing**2 * float(np.linalg.inv(information)[0, 0]) + missing
    likelihood = float((counts * np.log(expected) - expected).sum())
    return _ModelFit(missing, variance, 2 * design.shape[1] - 2 * likelihood)


def _expected(design: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the expected count of each combination, and the information matrix there."""
    expected = np.exp(np.clip(design @ weights, -30, 30))
    return expected, design.T @ (expected[:, None] * design) + _RIDGE * np.eye(design.shape[1])
