"""What goes wrong, where and how often: a plan that the server follows and a test can read."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

PASSING = (
    "429",
    "429 retry-after",
    "429 retry-after date",
    "500",
    "502",
    "503",
    "504",
    "500 html",
    "200 html",
    "200 error",
    "slow",
    "drop",
    "drop midway",
    "truncated",
    "empty",
    "no json object",
    "trickle head",
    "trickle body",
    "empty page",
    "next too near",
    "next too far",
)
"""Faults of a moment: asked again, the server answers well."""
LASTING = ("withheld", "short", "always 500", "gone", "refused")
"""Faults that stay."""


@dataclass
class FaultPlan:
    """Faults by request: `passing` are met one after the other, `lasting` every time."""

    passing: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    lasting: dict[tuple[str, str], str] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    short_by: int = 3
    retry_after: int = 1
    slow_seconds: float = 3.0
    trickle_seconds: float = 0.05
    _lock: Lock = field(default_factory=Lock)

    def next(self, endpoint: str, subject: str) -> str | None:
        """The fault a request meets now; endpoint is batch, match, citations or references, subject the id asked."""
        with self._lock:
            waiting = self.passing.get((endpoint, subject))
            fault = waiting.pop(0) if waiting else self.lasting.get((endpoint, subject))
            if fault:
                self.met[fault] += 1
            return fault


def full_plan(names: Iterable[str], seed: int = 3, *, each: int = 1, lasting: int = 2) -> FaultPlan:
    """A plan in which every kind of fault happens; `names` are ids of papers to draw from.

    Each passing fault hits `each` lists, each lasting one `lasting` lists; the first batch meets three in a row.
    """
    rng = random.Random(seed)
    lists = [(kind, name) for name in names for kind in ("citations", "references")]
    rng.shuffle(lists)
    plan = FaultPlan()
    plan.passing["batch", "*"] = ["503", "truncated", "429 retry-after"]
    for fault in PASSING * each:
        where = lists.pop()
        plan.passing[where] = [fault, *rng.sample(("500", "drop", "429"), k=rng.randrange(0, 3))]
    for fault in LASTING * lasting:
        plan.lasting[lists.pop()] = fault
    return plan
