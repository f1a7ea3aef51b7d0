"""Rules that find doubtful results: percent and fraction confused, protocols swapped, averages over a part."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean

from wamkg.identifiers import name_key

WHOLE = frozenset({"overall", "average", "avg", "mean", "all", "total"})
"""Names of the suite that averages over all others."""
ROUNDING, FAR = 0.06, 0.5
"""Up to `ROUNDING` a printed average is the mean of its parts; by more than `FAR` it is another one."""


@dataclass(frozen=True)
class Scored:
    """A score under its protocol: from the file (`line`), or stored (None). `high` is the highest possible value."""

    method: int
    benchmark: int
    suite: str
    split: str
    metric: int | None
    value: float
    reporter: int | None
    location: str = ""
    high: float | None = None
    low: float | None = None
    percent: bool = False
    line: int | None = None


BenchmarkMetric = tuple[int, int | None]
"""A benchmark and a metric; only scores of one measure are compared."""


class ScoreIndex:
    """All scores that those of a file are compared with: the stored ones of its benchmarks, and its own."""

    def __init__(self, scores: Iterable[Scored]) -> None:
        self.stored: dict[tuple[BenchmarkMetric, int, int | None], list[Scored]] = defaultdict(list)
        self.splits: dict[BenchmarkMetric, set[str]] = defaultdict(set)
        self.suites: dict[tuple[BenchmarkMetric, str], set[str]] = defaultdict(set)
        self.parts: dict[tuple[BenchmarkMetric, str, int, int | None], dict[str, float]] = defaultdict(dict)
        for each in scores:
            measure = each.benchmark, each.metric
            self.splits[measure].add(each.split)
            if each.line is None:
                self.stored[measure, each.method, each.reporter].append(each)
            if _is_part(each.suite):
                self.suites[measure, each.split].add(each.suite)
                self.parts[measure, each.split, each.method, each.reporter][each.suite] = each.value

    def doubts(self, scored: Scored) -> list[str]:
        """Why a score of the file is doubtful."""
        return [*_scale(scored), *self._swapped(scored), *self._wrong_split(scored), *self._part(scored)]

    def _swapped(self, scored: Scored) -> Iterator[str]:
        """A value that is known for another protocol of the method, while this protocol has another value."""
        protocol = (scored.suite, scored.split)
        known = self.stored.get(((scored.benchmark, scored.metric), scored.method, scored.reporter), [])
        here = [o.value for o in known if (o.suite, o.split) == protocol]
        there = [o for o in known if (o.suite, o.split) != protocol and o.value == scored.value]
        if here and scored.value not in here and there:
            yield (
                f"{scored.value:g} is known for {_protocol(there[0])} and {here[0]:g} for {_protocol(scored)}; "
                "are the protocols swapped?"
            )

    def _wrong_split(self, scored: Scored) -> Iterator[str]:
        """A table's name that holds another split of the benchmark than the one given."""
        splits = self.splits[scored.benchmark, scored.metric] - {""}
        place = _folded(scored.location)
        named = sorted(split for split in splits if len(_folded(split)) > 1 and _folded(split) in place)
        if scored.split and named and scored.split not in named:
            yield f"the table is {scored.location!r}, but the split is {scored.split!r}; which one is it?"

    def _part(self, scored: Scored) -> Iterator[str]:
        """An average that is the mean of some suites only, or of none of them."""
        if scored.suite.casefold() not in WHOLE:
            return
        measure = scored.benchmark, scored.metric
        every = self.suites.get((measure, scored.split), set())
        parts = self.parts.get((measure, scored.split, scored.method, scored.reporter), {})
        if len(parts) < 2:
            return
        mean = fmean(parts.values())
        if len(parts) < len(every) and abs(mean - scored.value) <= ROUNDING:
            yield f"{scored.value:g} is the average of {len(parts)} of {len(every)} suites: {', '.join(sorted(parts))}"
        elif len(parts) == len(every) and abs(mean - scored.value) > FAR:
            yield f"{scored.value:g} is not the average of the {len(parts)} suites, which is {mean:.2f}"


def _scale(scored: Scored) -> Iterator[str]:
    value, high, low = scored.value, scored.high, scored.low
    if high == 100 and 0 < value <= 1 and not scored.percent:
        yield f"{value:g} looks like a fraction; the metric is in percent: {value * 100:g}?"
    elif high == 1 and (value > 1 or scored.percent):
        yield f"{value:g} looks like percent; the metric is a fraction: {value / 100:g}?"
    elif (high is not None and value > high) or (low is not None and value < low):
        yield f"{value:g} is outside the range of the metric"


def _is_part(suite: str) -> bool:
    return bool(suite) and suite.casefold() not in WHOLE and not suite.startswith("task:")


def _protocol(scored: Scored) -> str:
    return ", ".join(text for text in (scored.suite, scored.split) if text) or "no suite"


def _folded(text: str) -> str:
    """Fold case, arrows and dashes, so that `ABC->D` and `ABC-D` are equal."""
    return name_key(re.sub(r"[-–—→>]+", " ", text)).replace(" ", "")
