"""Rules that find doubtful results: percent and fraction confused, protocols swapped, averages over a part."""

import re
from collections.abc import Iterable, Iterator, Sequence
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


def doubts(scored: Scored, others: Sequence[Scored]) -> list[str]:
    """Why a score of a file is doubtful, beside all other scores of its benchmarks, stored or in the file."""
    same = [o for o in others if o.metric == scored.metric and o.benchmark == scored.benchmark]
    own = [o for o in same if o.method == scored.method]
    return [*_scale(scored), *_swapped(scored, own), *_wrong_split(scored, same), *_part(scored, same)]


def _scale(scored: Scored) -> Iterator[str]:
    value, high, low = scored.value, scored.high, scored.low
    if high == 100 and 0 < value <= 1 and not scored.percent:
        yield f"{value:g} looks like a fraction; the metric is in percent: {value * 100:g}?"
    elif high == 1 and (value > 1 or scored.percent):
        yield f"{value:g} looks like percent; the metric is a fraction: {value / 100:g}?"
    elif (high is not None and value > high) or (low is not None and value < low):
        yield f"{value:g} is outside the range of the metric"


def _swapped(scored: Scored, own: Iterable[Scored]) -> Iterator[str]:
    """A value that is known for another protocol of the method, while this protocol has another value."""
    protocol = (scored.suite, scored.split)
    known = [o for o in own if o.line is None and o.reporter == scored.reporter]
    here = [o.value for o in known if (o.suite, o.split) == protocol]
    there = [o for o in known if (o.suite, o.split) != protocol and o.value == scored.value]
    if here and scored.value not in here and there:
        yield (
            f"{scored.value:g} is known for {_protocol(there[0])} and {here[0]:g} for {_protocol(scored)}; "
            "are the protocols swapped?"
        )


def _wrong_split(scored: Scored, same: Iterable[Scored]) -> Iterator[str]:
    """A table's name that holds another split of the benchmark than the one given."""
    splits = {o.split for o in same if o.split} | ({scored.split} if scored.split else set())
    place = _folded(scored.location)
    named = sorted(split for split in splits if len(_folded(split)) > 1 and _folded(split) in place)
    if scored.split and named and scored.split not in named:
        yield f"the table is {scored.location!r}, but the split is {scored.split!r}; which one is it?"


def _part(scored: Scored, same: Sequence[Scored]) -> Iterator[str]:
    """An average that is the mean of some suites only, or of none of them."""
    if scored.suite.casefold() not in WHOLE:
        return
    others = [o for o in same if o.split == scored.split and _is_part(o.suite)]
    every = {o.suite for o in others}
    parts = {o.suite: o.value for o in others if (o.method, o.reporter) == (scored.method, scored.reporter)}
    if len(parts) < 2:
        return
    mean = fmean(parts.values())
    if len(parts) < len(every) and abs(mean - scored.value) <= ROUNDING:
        yield f"{scored.value:g} is the average of {len(parts)} of {len(every)} suites: {', '.join(sorted(parts))}"
    elif len(parts) == len(every) and abs(mean - scored.value) > FAR:
        yield f"{scored.value:g} is not the average of the {len(parts)} suites, which is {mean:.2f}"


def _is_part(suite: str) -> bool:
    return bool(suite) and suite.casefold() not in WHOLE and not suite.startswith("task:")


def _protocol(scored: Scored) -> str:
    return ", ".join(text for text in (scored.suite, scored.split) if text) or "no suite"


def _folded(text: str) -> str:
    """Fold case, arrows and dashes, so that `ABC->D` and `ABC-D` are equal."""
    return name_key(re.sub(r"[-–—→>]+", " ", text)).replace(" ", "")
