"""What capture-recapture says of a search; see `capture`. Loads no numpy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RouteCapture:
    """A route: how many works it found, and how many of them no other route found."""

    route: str
    works: int
    alone: int


@dataclass(frozen=True)
class RoutePair:
    """Two routes, among works that another route found: their odds ratio and p of Fisher's exact test.

    Above 1 the two find the same works more often than by chance, which makes the estimate too low. None: there is no
    third route, or too little overlap.
    """

    a: str
    b: str
    both: int
    odds_ratio: float | None
    p: float | None
    dependent: bool


@dataclass(frozen=True)
class MissingEstimate:
    """Works found, and an estimate of those that no route found, with a 95 % interval.

    `recall` is the share found, `recall_low` that of the upper end of the interval. `least` is Chao's lower bound,
    which needs no equal chances. `model` names the dependent pairs of the log-linear model. All are None if the routes
    do not overlap enough; `note` then says why.
    """

    found: int
    missing: float | None
    low: float | None
    high: float | None
    least: float | None
    recall: float | None
    recall_low: float | None
    model: str
    routes: tuple[RouteCapture, ...]
    pairs: tuple[RoutePair, ...]
    left_out: tuple[str, ...]
    assumptions: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class SearchState:
    """The estimate, and whether the search may stop: the share found is at least `target`, at the interval's end."""

    estimate: MissingEstimate
    target: float
    stop: bool
