"""Moves of labels: from one side of their trunk to the other, or a little away from their dates."""

from collections.abc import Iterator, Sequence

from wamkg.figures.roadmap.columns import LABEL_PITCH, Column, balanced

LARGEST_OFFSET = 2.8
"""Maximum distance of a label from its date, in label heights."""
_REACH = 3
_NUDGES = (-LABEL_PITCH, -LABEL_PITCH / 2, LABEL_PITCH / 2, LABEL_PITCH)

Sides = tuple[int, ...]
Move = tuple[Sides, tuple[float, ...]]
"""Sides and nudges of all labels of a column."""


def side_swaps(sides: Sides, j: int) -> Iterator[Sides]:
    """Return label `j` on the other side, alone or swapped with one close by, as far as sides stay balanced."""
    alone = (*sides[:j], -sides[j], *sides[j + 1 :])
    if balanced(alone):
        yield alone
    for k in range(max(j - _REACH, 0), min(j + _REACH + 1, len(sides))):
        if sides[k] != sides[j]:
            yield tuple(-side if at in (j, k) else side for at, side in enumerate(sides))


def possible_moves(column: Column, j: int) -> Iterator[Move]:
    """Return moves of label `j`: to the other side, alone or swapped with one close by, or up or down.

    No move leaves a side below its minimum share.
    """
    sides, nudges = column.sides, column.nudges
    yield from ((other, nudges) for other in side_swaps(sides, j))
    for step in _NUDGES:
        yield sides, (*nudges[:j], nudges[j] + step, *nudges[j + 1 :])


def apply_move(columns: Sequence[Column], i: int, move: Move) -> list[Column] | None:
    """Return the columns with new positions for column `i`, or None if a label would be too far from its date."""
    column = columns[i].placed(*move)
    if column is None or column.offsets.max() > max(LARGEST_OFFSET, columns[i].offsets.max()):
        return None
    return [*columns[:i], column, *columns[i + 1 :]]
