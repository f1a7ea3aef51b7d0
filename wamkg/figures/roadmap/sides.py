"""Moves of labels: from one side of their trunk to the other, or a little away from their dates."""

from collections.abc import Iterator, Sequence

from wamkg.figures.roadmap.columns import LABEL_PITCH, Column, balanced

LARGEST_OFFSET = 2.8
"""No label goes further from its date than this many label heights."""
_REACH = 3
_NUDGES = (-LABEL_PITCH, -LABEL_PITCH / 2, LABEL_PITCH / 2, LABEL_PITCH)

Sides = tuple[int, ...]
Move = tuple[Sides, tuple[float, ...]]
"""Sides and nudges of all labels of a column."""


def side_swaps(sides: Sides, j: int) -> Iterator[Sides]:
    """Label `j` on the other side, alone or in exchange with one close before or after, as far as sides stay even."""
    alone = (*sides[:j], -sides[j], *sides[j + 1 :])
    if balanced(alone):
        yield alone
    for k in range(max(j - _REACH, 0), min(j + _REACH + 1, len(sides))):
        if sides[k] != sides[j]:
            yield tuple(-side if at in (j, k) else side for at, side in enumerate(sides))


def possible_moves(column: Column, j: int) -> Iterator[Move]:
    """Label `j` moved to the other side, alone or in exchange with one close above or below, or up or down.

    No move leaves a side with less than its least share.
    """
    sides, nudges = column.sides, column.nudges
    yield from ((other, nudges) for other in side_swaps(sides, j))
    for step in _NUDGES:
        yield sides, (*nudges[:j], nudges[j] + step, *nudges[j + 1 :])


def apply_move(columns: Sequence[Column], i: int, move: Move) -> list[Column] | None:
    """The columns with other places for column `i`, or None where that carries a label too far from its date."""
    column = columns[i].placed(*move)
    if column is None or column.offsets.max() > max(LARGEST_OFFSET, columns[i].offsets.max()):
        return None
    return [*columns[:i], column, *columns[i + 1 :]]
