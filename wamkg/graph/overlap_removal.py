"""Overlap removal for rectangles, so that the labels of a drawn graph stay readable."""

from collections.abc import Sequence

import numpy as np

ROUNDS, PUSH = 400, 0.35
Pairs = Sequence[tuple[float, float]]


def remove_overlaps(middles: Pairs, sizes: Pairs) -> list[tuple[float, float]]:
    """Move rectangles with these centers and sizes apart, each pair along its shorter distance; returns the new
    centers.

    The same input gives the same result. After `ROUNDS` rounds some may still touch.
    """
    places = np.array(middles, dtype=np.float64).reshape(-1, 2)
    extents = np.array(sizes, dtype=np.float64).reshape(-1, 2)
    earlier = np.triu(np.ones((len(places), len(places)), dtype=bool), 1)[
        ..., None
    ]  # says who yields where all is alike
    for _ in range(ROUNDS):
        away = places[:, None] - places[None, :]
        inside = (extents[:, None] + extents[None, :]) / 2 - np.abs(away)
        covering = (inside > 0.5).all(axis=2) & ~np.eye(len(places), dtype=bool)
        if not covering.any():
            break
        across = inside[..., 0] < inside[..., 1]
        push = np.where(np.stack([across, ~across], axis=2), inside, 0.0) * np.where(
            (away < 0) | ((away == 0) & earlier), -1.0, 1.0
        )
        places += PUSH * np.where(covering[..., None], push, 0.0).sum(axis=1)
    return [(round(float(x), 1), round(float(y), 1)) for x, y in places]
