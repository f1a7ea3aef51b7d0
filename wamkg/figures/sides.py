"""Moves of labels from one side of their trunk to the other."""

from collections.abc import Iterator, Sequence

from wamkg.figures.columns import Column, balanced

LARGEST_OFFSET = 2.8
"""No label goes further from its date than this many label heights."""
_REACH = 3


def moves(sides: tuple[int, ...], j: int, least_share: float) -> Iterator[tuple[int, ...]]:
    """Sides with label `j` moved, alone or in exchange with one close above or below.

    With four or more labels no side gets less than `least_share` of them.
    """
    alone = (*sides[:j], -sides[j], *sides[j + 1 :])
    if balanced(alone, least_share):
        yield alone
    for k in range(max(j - _REACH, 0), min(j + _REACH + 1, len(sides))):
        if sides[k] != sides[j]:
            yield tuple(-side if at in (j, k) else side for at, side in enumerate(sides))


def moved(columns: Sequence[Column], i: int, sides: tuple[int, ...]) -> list[Column] | None:
    """The columns with other sides for column `i`, or None where that carries a label too far from its date."""
    column = columns[i].placed(sides)
    if column is None or column.offsets.max() > max(LARGEST_OFFSET, columns[i].offsets.max()):
        return None
    return [*columns[:i], column, *columns[i + 1 :]]
