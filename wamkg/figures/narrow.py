"""Fits columns into a width: what each interval between trunks may take, and labels that change sides for it."""

from collections.abc import Sequence

import numpy as np

from wamkg.figures.columns import CLEAR, FAMILY_GAP, FLUSH, GAP, LEAST_SHARE, Column, Numbers, label_needs, needs
from wamkg.figures.sides import moved, moves
from wamkg.figures.squeeze import squeezed

_ROUNDS, _SWEEPS = 3, 6
_FAR_OFF = 1.15
_OFFSET_PRICE = 4.0


def fitted(
    columns: list[Column], width: float, least_share: float = LEAST_SHARE
) -> tuple[list[Column], list[float]] | None:
    """The columns, and the width of each interval from left of the first trunk to right of the last, or None.

    What an interval may take depends only on the widths of the labels, not on where they stand: the trunks keep
    their places when a paper is added, and only labels that do not fit change sides. Where that fails, all labels
    are divided anew. The same input gives the same result.
    """
    room = width - sum(2 * column.half for column in columns)
    limits = _capacities(columns, room, least_share)
    if limits is None:
        return None
    start = columns
    for _ in range(_ROUNDS):
        columns = _settled(columns, limits, least_share)
        wanted = _wanted(columns)
        if wanted.sum() <= room:
            return columns, _widths(wanted, limits)
        if wanted.sum() > _FAR_OFF * room:
            break
        limits = limits + (wanted - limits) / 2
        limits = limits - (limits.sum() - room) / len(limits)
    found = squeezed(start, room, least_share)
    return None if found is None else (found, _widths(_wanted(found), limits))


def _wanted(columns: Sequence[Column]) -> Numbers:
    return np.array([needs(columns, k).max() for k in range(len(columns) + 1)])


def _settled(columns: list[Column], limits: Numbers, least_share: float) -> list[Column]:
    """Sweep over the labels until no move brings them nearer to the limits."""
    for _ in range(_SWEEPS):
        changed = False
        for i in range(len(columns)):
            for j in _crowded(columns, i, limits):
                better = _better(columns, (i, j), limits, least_share)
                if better is not None:
                    columns, changed = better, True
        if not changed:
            break
    return columns


def _crowded(columns: Sequence[Column], i: int, limits: Numbers) -> list[int]:
    """Labels of column `i` that need more room than their side has."""
    left, right = (label_needs(columns, i, side) > limit for side, limit in ((-1, limits[i]), (+1, limits[i + 1])))
    over = np.where(np.array(columns[i].sides) < 0, left, right)
    return [int(j) for j in np.flatnonzero(over)]


def _capacities(columns: Sequence[Column], room: float, least_share: float) -> Numbers | None:
    """A width for each interval between what the narrowest labels and what the widest side by side need."""
    widths = [np.sort([entry.width for entry in column.entries]) for column in columns]
    least = [float(w[max(int(np.ceil(least_share * len(w))) - 1, 0)]) for w in widths]
    most = [float(w[-1]) for w in widths]
    low, high = [least[0] + FLUSH], [most[0] + FLUSH]
    for k in range(1, len(columns)):
        gap = FAMILY_GAP if columns[k - 1].family != columns[k].family else 0.0
        low.append(max(least[k - 1], least[k]) + FLUSH + CLEAR + gap)
        high.append(most[k - 1] + most[k] + 2 * FLUSH + GAP + gap)
    low.append(least[-1] + FLUSH)
    high.append(most[-1] + FLUSH)
    spare = room - sum(low)
    if spare < 0:
        return None
    share = min(spare / max(sum(high) - sum(low), 1e-9), 1.0)
    limits: Numbers = np.array([a + share * (b - a) for a, b in zip(low, high, strict=True)])
    limits += max(room - float(limits.sum()), 0.0) / len(limits)
    return limits


def _widths(wanted: Numbers, limits: Numbers) -> list[float]:
    """The limits, where all that is wanted is within them; else what is missing is taken from where there is slack."""
    slack = np.maximum(limits - wanted, 0.0)
    missing = float(np.maximum(wanted - limits, 0.0).sum())
    taken = slack * (missing / slack.sum()) if missing else slack * 0.0
    return [float(width) for width in np.maximum(limits, wanted) - taken]


def _better(columns: list[Column], label: tuple[int, int], limits: Numbers, least_share: float) -> list[Column] | None:
    i, j = label
    price = _price(columns, i, limits)
    if price < 1e-9:
        return None
    changed = (moved(columns, i, sides) for sides in moves(columns[i].sides, j, least_share))
    trials = [trial for trial in changed if trial is not None]
    prices = [_price(trial, i, limits) for trial in trials]
    best = int(np.argmin(prices)) if prices else 0
    return trials[best] if prices and prices[best] < price - 1e-6 else None


def _price(columns: Sequence[Column], i: int, limits: Numbers) -> float:
    """How much the labels beside column `i` exceed their intervals, and how far they are from their dates."""
    over = sum(float((np.maximum(needs(columns, k) - limits[k], 0.0) ** 2).sum()) for k in (i, i + 1))
    return over + (_OFFSET_PRICE * float((np.maximum(columns[i].offsets - 1.0, 0.0)).sum()) if over else 0.0)
