"""Fit columns to a width: the width of each interval between trunks, and labels that change sides for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wamkg.figures.roadmap.columns import (
    ALIGNED_OFFSET,
    CLEARANCE,
    Column,
    Numbers,
    branch_gap,
    heading_need,
    label_needs,
    needs,
)
from wamkg.figures.roadmap.sides import apply_move, possible_moves

_ROUNDS, _SWEEPS = 2, 6
_FAR_OFF = 1.06
_OFFSET_PRICE = 4.0
_SPARED = 0.85
"""Share of an interval that remains if another takes space for a wide label."""
_PRIOR = 8.0
"""Number of labels of usual width assumed per trunk in addition to its own, so that one more moves trunks little."""


@dataclass(frozen=True)
class FittedColumns:
    """Columns with labels on the best sides found, the width of each interval, and whether they fit.

    `crowded` lists the (column, label) pairs that need more space than there is.
    """

    columns: list[Column]
    widths: tuple[float, ...]
    crowded: tuple[tuple[int, int], ...]


def fit_columns(columns: list[Column], limits: Numbers) -> FittedColumns:
    """Move labels that exceed the limits to other sides, and take missing width from intervals nearby.

    If that is not enough, the limits move towards the widths needed. The same input gives the same result.
    """
    for _ in range(_ROUNDS):
        columns = _improve(columns, limits)
        wanted = np.array([needs(columns, k).max() for k in range(len(columns) + 1)])
        if wanted.sum() <= limits.sum() + 1e-9:
            return FittedColumns(columns, _widths(wanted, limits), ())
        if wanted.sum() > _FAR_OFF * limits.sum():
            break
        shifted = limits + (wanted - limits) / 2
        limits = shifted - (shifted.sum() - limits.sum()) / len(limits)
    crowded = tuple((i, j) for i in range(len(columns)) for j in _crowded(columns, i, limits))
    return FittedColumns(columns, (), crowded)


def width_limits(columns: Sequence[Column], room: float) -> Numbers | None:
    """Return a width for each interval, `room` in total; None if that is too little for labels of usual width.

    It depends on the usual width of labels, not on their positions: trunks stay in place when a paper is added, and
    only labels that do not fit change sides.
    """
    usual = _usual_widths(columns)
    low, high = [_outer(columns[0], usual[0])], [usual[0]]
    for k in range(1, len(columns)):
        low.append(_inner(columns[k - 1 : k + 1], usual[k - 1 : k + 1]))
        high.append(usual[k - 1] + usual[k])
    low.append(_outer(columns[-1], usual[-1]))
    high.append(usual[-1])
    spare = room - sum(low)
    if spare < 0:
        return None
    limits: Numbers = np.array(low) + spare * np.array(high) / sum(high)
    return _with_widest(columns, limits)


def _with_widest(columns: Sequence[Column], limits: Numbers) -> Numbers:
    """Return the limits, changed if neither side of a trunk fits its widest label and there is space nearby."""
    wanted = _SPARED * limits
    for i, column in enumerate(columns):
        widest = max(entry.width for entry in column.entries) + ALIGNED_OFFSET
        needed = [widest + _beyond(columns, k) for k in (i, i + 1)]
        k = i + int(limits[i + 1] - needed[1] > limits[i] - needed[0])
        wanted[k] = max(wanted[k], needed[k - i])
    return np.array(_widths(wanted, limits)) if wanted.sum() <= limits.sum() else limits


def _beyond(columns: Sequence[Column], k: int) -> float:
    """Return what interval `k` needs in addition to a label that is alone in it."""
    if k in (0, len(columns)):
        return 0.0
    left, right = columns[k - 1 : k + 1]
    return CLEARANCE + branch_gap(left, right) + max(left.stem - left.half, right.stem - right.half)


def _usual_widths(columns: Sequence[Column]) -> list[float]:
    """Return the mean label width of each column, shrunk towards the overall mean."""
    widths = [[entry.width for entry in column.entries] for column in columns]
    common = sum(map(sum, widths)) / sum(map(len, widths))
    return [(sum(w) + _PRIOR * common) / (len(w) + _PRIOR) for w in widths]


def _outer(column: Column, usual: float) -> float:
    return max(usual + ALIGNED_OFFSET, column.heading / 2 - column.half)


def _inner(pair: Sequence[Column], usual: Sequence[float]) -> float:
    left, right = pair
    return max(max(usual) + ALIGNED_OFFSET + CLEARANCE + branch_gap(left, right), heading_need(left, right))


def _improve(columns: list[Column], limits: Numbers) -> list[Column]:
    """Iterate over the labels until no move brings them closer to the limits."""
    for _ in range(_SWEEPS):
        changed = False
        for i in range(len(columns)):
            for j in _crowded(columns, i, limits):
                better = _better(columns, (i, j), limits)
                if better is not None:
                    columns, changed = better, True
        if not changed:
            break
    return columns


def _crowded(columns: Sequence[Column], i: int, limits: Numbers) -> list[int]:
    """Return labels of column `i` that need more space than their side has."""
    left, right = (label_needs(columns, i, side) > limit for side, limit in ((-1, limits[i]), (+1, limits[i + 1])))
    over = np.where(np.array(columns[i].sides) < 0, left, right)
    return [int(j) for j in np.flatnonzero(over)]


def _widths(wanted: Numbers, limits: Numbers) -> tuple[float, ...]:
    """Return the limits if all needs are within them; else take what is missing from the nearest slack."""
    widths = np.maximum(wanted, limits)
    for k in np.flatnonzero(wanted > limits):
        missing = float(wanted[k] - limits[k])
        for other in sorted(range(len(widths)), key=lambda at: (abs(at - int(k)), at)):
            taken = min(missing, float(widths[other] - wanted[other]))
            widths[other] -= taken
            missing -= taken
    return tuple(float(width) for width in widths)


def _better(columns: list[Column], label: tuple[int, int], limits: Numbers) -> list[Column] | None:
    i, j = label
    price = _cost(columns, i, limits)
    if price < 1e-9:
        return None
    changed = (apply_move(columns, i, move) for move in possible_moves(columns[i], j))
    trials = [trial for trial in changed if trial is not None]
    prices = [_cost(trial, i, limits) for trial in trials]
    best = int(np.argmin(prices)) if prices else 0
    return trials[best] if prices and prices[best] < price - 1e-6 else None


def _cost(columns: Sequence[Column], i: int, limits: Numbers) -> float:
    """Return how much labels beside column `i` exceed their intervals, and how far they are from their dates."""
    over = sum(float((np.maximum(needs(columns, k) - limits[k], 0.0) ** 2).sum()) for k in (i, i + 1))
    return over + (_OFFSET_PRICE * float((np.maximum(columns[i].offsets - 1.0, 0.0)).sum()) if over else 0.0)
