"""The root box, and where top-level branches leave it. Positions are across and along time, which rises here."""

from collections.abc import Sequence

from wamkg.figures.box import Bounds
from wamkg.figures.measure import text_width
from wamkg.figures.plaintext import plain
from wamkg.figures.roadmap.branches import DrawnTaxon
from wamkg.figures.roadmap.trunks import Forks, Point, level_width
from wamkg.views.roadmap import Roadmap

ROOT_SIZE, ROOT_HEIGHT = 9.0, 16.0
_FOOT_STEP = 1.1


def root_box(roadmap: Roadmap, branches: Sequence[DrawnTaxon], forks: Forks, room: tuple[float, float]) -> Bounds:
    """Return the box before all forks, centered between its branches, within the given limits across."""
    corridors, half = [forks.corridor(branch) for branch in branches], root_half(roadmap, len(branches))
    x = min(max((min(corridors) + max(corridors)) / 2, room[0] + half), room[1] - half)
    top = forks.floor - forks.bend.rise(max(abs(corridor - x) for corridor in corridors))
    return Bounds(x - half, top - ROOT_HEIGHT, x + half, top)


def root_half(roadmap: Roadmap, branches: int) -> float:
    """Return half the width of the box across time: its text, or the feet of this many branches."""
    text = text_width(plain(roadmap.root_label), ROOT_SIZE, bold=True) + 14.0
    return max(text, level_width(1) * _FOOT_STEP * branches + 8.0) / 2


def feet(root: Bounds, count: int) -> list[Point]:
    """Return where each top-level branch leaves the root box, side by side."""
    step = level_width(1) * _FOOT_STEP
    return [(root.middle[0] + (i - (count - 1) / 2) * step, root.top - 1.0) for i in range(count)]
