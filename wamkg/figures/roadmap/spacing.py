"""Place labels along one trunk: alternating sides, as near to their dates as order and space allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise


@dataclass
class _Block:
    total: float
    count: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return max(self.low, min(self.high, self.total / self.count))


def alternate(count: int, first: int) -> tuple[int, ...]:
    """Return alternating sides -1 (left) and +1 (right), starting with `first`."""
    return tuple(first if i % 2 == 0 else -first for i in range(count))


def gaps_of(sides: Sequence[int], pitch: float) -> list[float]:
    """Return the minimum distance of each label from the one before: a full pitch on the same side, half across the
    trunk.

    With these, labels on one side are a pitch apart, and no label is below an earlier one.
    """
    return [0.0] + [pitch if a == b else pitch / 2 for a, b in pairwise(sides)]


def spread(
    targets: Sequence[float], gaps: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> list[float] | None:
    """Return heights with the least squared distance to `targets`, each `gaps[i]` above the last, in `low`..`high`.

    Isotonic regression by pooling adjacent violators (Barlow et al. 1972), with each pool's mean clipped to the common
    range of its members; `low` and `high` must not decrease. None if the gaps do not fit the ranges.
    """
    offsets = list(accumulate(gaps))
    lows, highs = list(low), list(high)
    for i in range(1, len(lows)):
        lows[i] = max(lows[i], lows[i - 1] + gaps[i])
    for i in range(len(highs) - 2, -1, -1):
        highs[i] = min(highs[i], highs[i + 1] - gaps[i + 1])
    if any(a > b + 1e-9 for a, b in zip(lows, highs, strict=True)):
        return None
    blocks: list[_Block] = []
    for target, offset, least, most in zip(targets, offsets, lows, highs, strict=True):
        blocks.append(_Block(target - offset, 1, least - offset, most - offset))
        while len(blocks) > 1 and blocks[-2].value >= blocks[-1].value:
            top, below = blocks.pop(), blocks[-1]
            below.total, below.count = below.total + top.total, below.count + top.count
            below.low, below.high = max(below.low, top.low), min(below.high, top.high)
    values = [block.value for block in blocks for _ in range(block.count)]
    return [value + offset for value, offset in zip(values, offsets, strict=True)]
