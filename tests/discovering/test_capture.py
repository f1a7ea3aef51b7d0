"""Capture-recapture over routes: estimates, dependence, and the coverage of the interval in simulations."""

from collections.abc import Sequence

import numpy as np
import pytest

from wamkg.discovering.capture import estimate_missing

SHARES = np.array([0.6, 0.5, 0.4, 0.3])


def histories(seed: int, kind: str, works: int = 300) -> tuple[list[frozenset[str]], int]:
    """Works that four routes found, and how many none found."""
    rng = np.random.default_rng(seed)
    odds = np.log(SHARES / (1 - SHARES)) + (rng.normal(0, 1, (works, 1)) if kind == "easy and hard works" else 0)
    hit = rng.random((works, 4)) < 1 / (1 + np.exp(-odds))
    if kind == "one route copies another":
        copied = rng.random(works) < 0.5
        hit[copied, 1] = hit[copied, 0]
    found = [frozenset(f"route{j}" for j in range(4) if row[j]) for row in hit]
    return [history for history in found if history], sum(not history for history in found)


def coverage(kind: str, seeds: Sequence[int]) -> float:
    """Share of simulations whose interval contains the truth."""
    inside = []
    for seed in seeds:
        found, truth = histories(seed, kind)
        estimate = estimate_missing(found)
        assert estimate.low is not None and estimate.high is not None
        inside.append(estimate.low <= truth <= estimate.high)
    return float(np.mean(inside))


@pytest.mark.parametrize("kind", ["independent routes", "one route copies another"])
def test_the_interval_covers_the_truth(kind: str) -> None:
    assert coverage(kind, range(12)) >= 0.75


@pytest.mark.drill
@pytest.mark.parametrize(
    ("kind", "least"),
    [("independent routes", 0.93), ("one route copies another", 0.93), ("easy and hard works", 0.6)],
)
def test_coverage_in_a_thousand_simulations(kind: str, least: float) -> None:
    share = coverage(kind, range(1000))
    print(f"\n{kind}: the 95 % interval covers the truth in {share:.1%} of 1,000 simulations")
    assert share >= least


def test_two_routes_are_chapmans_estimate() -> None:
    found = [frozenset("ab")] * 29 + [frozenset("a")] * 31 + [frozenset("b")] * 20
    estimate = estimate_missing(found)
    assert estimate.missing == pytest.approx(31 * 20 / 30) and estimate.model == "Chapman"
    assert estimate.low is not None and estimate.high is not None and estimate.low < 31 * 20 / 30 < estimate.high
    assert "cannot be checked" in estimate.note and estimate.pairs[0].odds_ratio is None


def test_three_independent_routes_by_hand() -> None:
    """Expected counts of 800 works with chances 1/2 each: 100 in each of the seven cells, so 100 are unseen."""
    cells = [frozenset(c) for c in ("a", "b", "c", "ab", "ac", "bc", "abc")]
    estimate = estimate_missing([cell for cell in cells for _ in range(100)])
    assert estimate.missing == pytest.approx(100, rel=1e-3) and estimate.model == "independent routes"
    assert estimate.recall == pytest.approx(7 / 8, rel=1e-3)
    assert all(not pair.dependent for pair in estimate.pairs)


def test_a_copy_is_named_as_dependent() -> None:
    estimate = estimate_missing(histories(0, "one route copies another")[0])
    assert [(p.a, p.b) for p in estimate.pairs if p.dependent] == [("route0", "route1")]
    assert "route0 with route1" in estimate.model and "route0 and route1" in estimate.note


@pytest.mark.parametrize("found", [[], [frozenset("a")] * 9, [frozenset("a")] * 5 + [frozenset("b")] * 5])
def test_without_overlap_nothing_is_estimated(found: list[frozenset[str]]) -> None:
    estimate = estimate_missing(found)
    assert (estimate.missing, estimate.recall_low, estimate.found) == (None, None, len(found)) and estimate.note


def test_only_the_largest_routes_are_compared() -> None:
    found = [frozenset({"a", "b", f"r{n % 9}"}) for n in range(60)] + [frozenset({"a"})] * 9 + [frozenset({"b"})] * 7
    estimate = estimate_missing(found)
    assert len(estimate.routes) == 5 and len(estimate.left_out) == 6
