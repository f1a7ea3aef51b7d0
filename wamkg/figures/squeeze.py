"""The second try at a narrow width: every trunk's labels are divided anew, wherever that leaves the trunks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wamkg.figures.columns import Column, Numbers, label_needs, needs
from wamkg.figures.sides import moved, moves

_ROUNDS = 6
_SPLITS = 8
_POWER = 14
_OFFSET_PRICE = 0.6
_HOPELESS = 0.62
"""Columns that would have to shrink to less than this share are not tried: it has never been reached."""

Flags = NDArray[np.bool_]


def squeezed(columns: list[Column], room: float, least_share: float) -> list[Column] | None:
    """The columns with their labels on such sides that all intervals together take at most `room`, or None.

    Each round first divides the labels of each trunk anew, its neighbours fixed, then moves single labels; the
    result is the same for the same input, but one more label can change it much.
    """
    width = _total(columns)
    if width * _HOPELESS > room:
        return None
    for _ in range(_ROUNDS):
        before = width
        for improve in (_divided, _moved):
            for i in range(len(columns)):
                columns = improve(columns, i, least_share)
                width = _total(columns)
                if width <= room:
                    return columns
        if width > before - 0.1:
            break
    return None


def _total(columns: Sequence[Column]) -> float:
    return sum(float(needs(columns, k).max()) for k in range(len(columns) + 1))


def _divided(columns: list[Column], i: int, least_share: float) -> list[Column]:
    """Column `i` divided anew between its sides, if that makes all narrower.

    With the neighbours fixed each label has a need on the left and one on the right. Every limit on the left that
    is one of these needs sends the labels above it to the right, which sets the limit there; labels within both
    limits go to the side opposite to the label before. The narrowest divisions are tried in turn.
    """
    width = _total(columns)
    left, right = label_needs(columns, i, -1), label_needs(columns, i, +1)
    for sides in _divisions(left, right, least_share):
        trial = moved(columns, i, sides)
        if trial is not None and _total(trial) < width - 0.1:
            return trial
    return columns


def _divisions(left: Numbers, right: Numbers, least_share: float) -> list[tuple[int, ...]]:
    count = len(left)
    most = count if count < 4 else int((1 - least_share) * count)
    limits = []
    for limit in np.unique(left):
        sent = left > limit
        other = max(right[sent].max(initial=0.0), np.sort(right)[::-1][most] if most < count else 0.0)
        if sent.sum() <= most:
            limits.append((float(limit + other), float(limit), float(other)))
    return [_alternated(left > a, right > b, most) for _, a, b in sorted(limits)[:_SPLITS]]


def _alternated(must_right: Flags, must_left: Flags, most: int) -> tuple[int, ...]:
    """Sides that obey both demands, each free label opposite to the one before while its side has room."""
    room = {-1: most - int(must_left.sum()), +1: most - int(must_right.sum())}
    sides: list[int] = []
    for right, left in zip(must_right, must_left, strict=True):
        wished = -sides[-1] if sides else -1
        if right or left:
            sides.append(1 if right else -1)
            continue
        side = wished if room[wished] > 0 else -wished
        room[side] -= 1
        sides.append(side)
    return tuple(sides)


def _moved(columns: list[Column], i: int, least_share: float) -> list[Column]:
    """Labels of column `i` moved one at a time, or two in exchange, where that lowers a smooth maximum of widths."""
    for j in range(len(columns[i].entries)):
        trials = [moved(columns, i, sides) for sides in moves(columns[i].sides, j, least_share)]
        scored = [(_cost(trial, i), k) for k, trial in enumerate(trials) if trial is not None]
        best, k = min(scored, default=(np.inf, 0))
        if best < _cost(columns, i) - 1e-6:
            columns = trials[k] or columns
    return columns


def _cost(columns: Sequence[Column], i: int) -> float:
    far = np.maximum(columns[i].offsets - 1.0, 0.0).sum()
    return sum(_smooth_maximum(needs(columns, k)) for k in (i, i + 1)) + _OFFSET_PRICE * float(far)


def _smooth_maximum(needs: Numbers) -> float:
    return float((np.maximum(needs, 0.0) ** _POWER).sum() ** (1 / _POWER))
