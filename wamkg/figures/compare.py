"""What moved between two drawings of a roadmap, measured on their SVG files."""

from math import hypot

from wamkg.figures.picture import Rect, read_picture


def moved_labels(before: bytes, after: bytes) -> dict[str, float]:
    """How far each label that both drawings have moved, in label heights, the furthest first.

    Raises InvalidInputError if either is no figure of this project.
    """
    old, new = _boxes(before), _boxes(after)
    moves = {name: _distance(old[name], new[name]) for name in old.keys() & new.keys()}
    return dict(sorted(moves.items(), key=lambda move: (-move[1], move[0])))


def _boxes(data: bytes) -> dict[str, Rect]:
    labels = read_picture(data).of_role("label")
    return {part.element_id: box for part in labels if (box := part.rect("box")) is not None}


def _distance(old: Rect, new: Rect) -> float:
    return hypot(new.middle[0] - old.middle[0], new.middle[1] - old.middle[1]) / old.height
