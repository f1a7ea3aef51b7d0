"""Compare two drawings of a roadmap by their SVG files.

`python -m wamkg.figures.compare OLD NEW` lists labels that moved by more than 10% of their height.
"""

import sys
from collections.abc import Sequence
from math import hypot
from pathlib import Path

from wamkg.figures.check.picture import DrawnBounds, read_picture

_MOVED = 0.1


def moved_labels(before: bytes, after: bytes) -> dict[str, float]:
    """Return how far each label in both drawings has moved, in label heights, farthest first.

    Raises InvalidInputError if either is not a figure of this project.
    """
    old, new = _boxes(before), _boxes(after)
    moves = {name: _distance(old[name], new[name]) for name in old.keys() & new.keys()}
    return dict(sorted(moves.items(), key=lambda move: (-move[1], move[0])))


def _boxes(data: bytes) -> dict[str, DrawnBounds]:
    labels = read_picture(data).of_role("label")
    return {part.element_id: box for part in labels if (box := part.rect("box")) is not None}


def _distance(old: DrawnBounds, new: DrawnBounds) -> float:
    return hypot(new.middle[0] - old.middle[0], new.middle[1] - old.middle[1]) / old.height


def main(paths: Sequence[str]) -> int:
    """Print how far each label moved, farthest first."""
    if len(paths) != 2:
        print("name two drawings: OLD NEW", file=sys.stderr)
        return 2
    before, after = (Path(path).read_bytes() for path in paths)
    for name, distance in moved_labels(before, after).items():
        if distance > _MOVED:
            print(f"{name} {distance:.1f} label heights")
    old, new = _boxes(before).keys(), _boxes(after).keys()
    for name in sorted(old ^ new):
        print(f"{name} {'gone' if name in old else 'new'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
