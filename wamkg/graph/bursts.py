"""Bursts: periods in which one group has an unusual share of all events."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, lgamma, log
from typing import NamedTuple

from wamkg.errors import InvalidInputError


@dataclass(frozen=True)
class BurstModel:
    """How unusual a burst is: `ratio` is its share to the usual one, `reluctance` the cost to enter it.

    Raises InvalidInputError for a ratio of 1 or less or a negative reluctance.
    """

    ratio: float = 2.0
    reluctance: float = 1.0

    def __post_init__(self) -> None:
        if not (self.ratio > 1 and self.reluctance >= 0):
            raise InvalidInputError(
                f"ratio {self.ratio} and reluctance {self.reluctance}: use a ratio above 1, a reluctance from 0"
            )


USUAL = BurstModel()


class Burst(NamedTuple):
    """The first and last period of a burst, by position, and its weight: how much better it explains the counts."""

    first: int
    last: int
    weight: float


def find_bursts(counts: Sequence[int], totals: Sequence[int], model: BurstModel = USUAL) -> list[Burst]:
    """The bursts of a group with `counts` of the `totals` of all groups in each period, in order of time.

    Kleinberg (2003), "Bursty and hierarchical structure in streams", section 4, with two states: outside a burst an
    event belongs to the group with its overall share p0, in a burst with p1 = `ratio` times p0. To enter a burst costs
    `reluctance` times the logarithm of the number of periods. The states of least total cost are found by dynamic
    programming. `weight` is how much less the burst costs than the other state. Kleinberg's p1 is not a probability
    for a group with a large share, so here p1 is at most halfway from p0 to 1.
    """
    share = sum(counts) / max(sum(totals), 1)
    if not 0 < share < 1:
        return []
    shares = share, min(model.ratio * share, (1 + share) / 2)
    costs = [[_cost(r, d, p) for p in shares] for r, d in zip(counts, totals, strict=True)]
    return _runs(_cheapest(costs, model.reluctance * log(len(counts))), costs)


def _cost(count: int, total: int, share: float) -> float:
    """Minus the logarithm of the binomial probability of the count."""
    ways = lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
    return -(ways + count * log(share) + (total - count) * log(1 - share))


def _cheapest(costs: Sequence[Sequence[float]], entry: float) -> list[int]:
    """The sequence of states of least cost, which starts outside a burst (Viterbi)."""
    spent, came_from = (0.0, inf), list[tuple[int, int]]()
    for calm, burst in costs:
        before = (int(spent[1] < spent[0]), int(spent[1] < spent[0] + entry))
        spent = min(spent) + calm, min(spent[1], spent[0] + entry) + burst
        came_from.append(before)
    state = int(spent[1] < spent[0])
    states = []
    for back in reversed(came_from):
        states.append(state)
        state = back[state]
    return states[::-1]


def _runs(states: Sequence[int], costs: Sequence[Sequence[float]]) -> list[Burst]:
    found: list[Burst] = []
    for number, (state, (calm, burst)) in enumerate(zip(states, costs, strict=True)):
        if state and found and found[-1].last == number - 1:
            found[-1] = Burst(found[-1].first, number, found[-1].weight + calm - burst)
        elif state:
            found.append(Burst(number, number, calm - burst))
    return found
