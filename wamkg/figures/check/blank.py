"""Find the largest blank rectangle of a figure, on a grid."""

import numpy as np
from numpy.typing import NDArray

from wamkg.figures.check.picture import DrawnBounds, Picture, bounds

CELL = 3.0
"""Grid step in points."""
Cells = NDArray[np.bool_]
_LINES = {"year-line", "as-of-line", "leader"}


def largest_blank(picture: Picture) -> float:
    """Return the share of the area of the largest blank rectangle; year lines count as blank."""
    rows, columns = int(picture.height / CELL) + 1, int(picture.width / CELL) + 1
    ink = np.zeros((rows, columns), dtype=bool)
    for part in picture.parts:
        for role, points, _ in part.shapes:
            if role in _LINES:
                continue
            cells = (points / CELL).astype(int)
            ink[cells[:, 1].clip(0, rows - 1), cells[:, 0].clip(0, columns - 1)] = True
            if role in ("box", "pill", "root-box"):
                _fill(ink, bounds(points))
        for word in part.words:
            _fill(ink, word.rect)
    return _largest(ink) * CELL * CELL / (picture.width * picture.height)


def _fill(ink: Cells, rect: DrawnBounds) -> None:
    top, bottom = int(rect.top / CELL), int(rect.bottom / CELL) + 1
    ink[max(top, 0) : bottom, max(int(rect.left / CELL), 0) : int(rect.right / CELL) + 1] = True


def _largest(ink: Cells) -> int:
    """Return the cells of the largest blank rectangle: the largest rectangle under a histogram, row by row."""
    best = 0
    heights = np.zeros(ink.shape[1], dtype=int)
    for row in ink:
        heights = np.where(row, 0, heights + 1)
        best = max(best, _under(heights.tolist()))
    return best


def _under(heights: list[int]) -> int:
    best, stack = 0, list[tuple[int, int]]()
    for i, height in enumerate([*heights, 0]):
        start = i
        while stack and stack[-1][1] >= height:
            start, tall = stack.pop()
            best = max(best, tall * (i - start))
        stack.append((start, height))
    return best
