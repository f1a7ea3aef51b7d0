"""Replay complete labels: how soon would the relevant records have been found?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean, stdev

import numpy as np

from wamkg.errors import InvalidInputError
from wamkg.json_types import UncheckedObject
from wamkg.progress import Progress
from wamkg.screening.labeled import LabeledRecords
from wamkg.screening.metrics import measures, recall_after, recall_at
from wamkg.screening.model import DEFAULT_SCREENER, Pool, Screener, ScreeningModel, screener_named
from wamkg.screening.stopping import StoppingRule
from wamkg.suggesting.metrics import rounded
from wamkg.suggesting.taxon_tree import Bools, Floats

PROTOCOL = "replay"
MAX_SEEDS = 1_000
EFFORTS = tuple(round(0.05 * step, 2) for step in range(21))
"""Shares of the records read at which the mean recall is reported."""


@dataclass(frozen=True)
class Replay:
    """One run: the two known records, the reading order until the last relevant one, and the positions of those."""

    priors: tuple[int, int]
    order: tuple[int, ...]
    found: tuple[int, ...]
    total: int
    seconds: float

    @property
    def per_decision(self) -> float:
        """Return the seconds per decision: learning it, ranking the pool, choosing the next."""
        return self.seconds / len(self.order)


def draw_priors(relevant: Sequence[bool], seed: int) -> tuple[int, int]:
    """Draw a relevant and an irrelevant record at random, as the start of a screening."""
    rng = np.random.default_rng(seed)
    labels = np.asarray(relevant, dtype=bool)
    return int(rng.choice(np.flatnonzero(labels))), int(rng.choice(np.flatnonzero(~labels)))


def replay(
    pool: Pool,
    relevant: Sequence[bool],
    model: ScreeningModel,
    priors: tuple[int, int],
    most: int | None = None,
    batch: int = 1,
) -> Replay:
    """Read the most likely `batch` records, learn their labels, rank again, until the last relevant record.

    With `most`, stop after that many records. Ties are read in file order.
    """
    labels = np.asarray(relevant, dtype=bool)
    screener = Screener(pool, model)
    unread = np.ones(pool.size, dtype=bool)
    unread[list(priors)] = False
    for row in priors:
        screener.decide(row, bool(labels[row]))
    order: list[int] = []
    begun = time.perf_counter()
    while labels[unread].any() and len(order) != most:
        left = batch if most is None else min(batch, most - len(order))
        for row in _likeliest(screener.scores(), unread, left):
            unread[row] = False
            order.append(row)
            screener.decide(row, bool(labels[row]))
    seconds = time.perf_counter() - begun
    found = tuple(position for position, row in enumerate(order, 1) if labels[row])
    return Replay(priors, tuple(order), found, pool.size - len(priors), seconds)


def _likeliest(scores: Floats, unread: Bools, count: int) -> list[int]:
    """Return the unread rows with the highest score, best first."""
    rows = np.flatnonzero(unread)
    if count == 1:  # the same without sorting
        return [int(rows[np.argmax(scores[rows])])]
    return [int(row) for row in rows[np.argsort(-scores[rows], kind="stable")[:count]]]


@dataclass(frozen=True)
class Simulation:
    """The result of `wamkg simulate`; run times are separate, because the report is reproducible and times are not."""

    report: UncheckedObject
    seconds_per_decision: dict[str, float]


def simulate(
    records: LabeledRecords,
    models: Sequence[str],
    seeds: Sequence[int],
    rule: StoppingRule,
    progress: Progress | None = None,
) -> Simulation:
    """Replay the labels with every model from every seed's start; `progress` takes the replays done and their number.

    Raises InvalidInputError for an unknown model or a number of seeds out of range.
    """
    chosen = {name: screener_named(name) for name in models or (DEFAULT_SCREENER,)}
    if not 1 <= len(seeds) <= MAX_SEEDS:
        raise InvalidInputError(f"{len(seeds)} seeds is out of range: use 1 to {MAX_SEEDS}")
    pool = Pool(records.documents)
    runs: dict[str, dict[int, Replay]] = {name: {} for name in chosen}
    for number, (name, seed) in enumerate(product(chosen, seeds), 1):
        runs[name][seed] = replay(pool, records.relevant, chosen[name], draw_priors(records.relevant, seed))
        if progress:
            progress(number, len(chosen) * len(seeds))
    report = {
        "protocol": PROTOCOL,
        "source": records.source,
        "text": records.text,
        "hash": records.hash,
        "n": len(records.documents),
        "relevant": sum(records.relevant),
        "priors": {"relevant": 1, "irrelevant": 1},
        "default": DEFAULT_SCREENER,
        "stop_rule": {"target": rule.target, "confidence": rule.confidence},
        "models": {name: _summary(list(found.values()), list(found), rule) for name, found in runs.items()},
    }
    times = {name: fmean(run.per_decision for run in found.values()) for name, found in runs.items()}
    return Simulation(report, times)


def _summary(runs: list[Replay], seeds: list[int], rule: StoppingRule) -> UncheckedObject:
    lines = [_line(run, seed, rule) for run, seed in zip(runs, seeds, strict=True)]
    names = measures(runs[0].found, runs[0].total)
    columns = {name: [line[name] for line in lines] for name in names}
    recalls = [[recall_at(run.found, run.total, effort) for effort in EFFORTS] for run in runs]
    stops = [line["stop"] for line in lines]
    return {
        "mean": rounded({name: fmean(values) for name, values in columns.items()}),
        "spread": rounded({name: stdev(values) if len(values) > 1 else None for name, values in columns.items()}),
        "curve": [
            {"effort": effort, "recall": round(fmean(at), 4)}
            for effort, at in zip(EFFORTS, zip(*recalls, strict=True), strict=True)
        ],
        "stop": rounded(
            {
                "effort": fmean(stop["effort"] for stop in stops),
                "recall": fmean(stop["recall"] for stop in stops),
                "reached_target": fmean(stop["recall"] >= rule.target for stop in stops),
            }
        ),
        "seeds": [_rounded(line) for line in lines],
    }


def _line(run: Replay, seed: int, rule: StoppingRule) -> UncheckedObject:
    stop = rule.stops_at(run.found, run.total)
    return {
        "seed": seed,
        "priors": list(run.priors),
        **measures(run.found, run.total),
        "read": len(run.order),
        "total": run.total,
        "found_at": list(run.found),
        "stop": {"read": stop, "effort": stop / run.total, "recall": recall_after(run.found, stop)},
    }


def _rounded(line: UncheckedObject) -> UncheckedObject:
    return rounded(line) | {"stop": rounded(line["stop"])}
