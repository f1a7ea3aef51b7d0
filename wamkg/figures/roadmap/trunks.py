"""Outlines of trunks: they rise from the root, fork just below a branch's first paper, taper, and end in an arrow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi

from wamkg.figures.roadmap.branches import DrawnTaxon

LEVEL_WIDTHS = (8.0, 6.4, 5.2, 4.6)
"""Width in points of a trunk by level: top-level branch, branch, sub-branch, deeper."""
TIP_TAPER = 0.78
ARROW_HEIGHT, ARROW_FLARE = 8.0, 2.1
_SAMPLES = 14

Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]
"""`("M", (p,))`, `("L", (p,))`, or `("C", (control, control, p))`."""


@dataclass(frozen=True)
class Trunk:
    """The drawn body of one branch."""

    branch: DrawnTaxon
    outline: tuple[Segment, ...]


def level_width(level: int) -> float:
    """Return the initial width in points of a trunk of this level."""
    return LEVEL_WIDTHS[min(level, len(LEVEL_WIDTHS)) - 1]


@dataclass(frozen=True)
class Bend:
    """How forks bend.

    The length of a fork, and its increase per point sideways; the gap between a fork and the first label, and where a
    trunk continues as a narrower one.
    """

    length: float = 12.0
    slope: float = 0.17
    pad: float = 6.0
    taper: float = 10.0

    def rise(self, distance: float) -> float:
        """Return how far before its end a fork starts; the farther it reaches, the earlier."""
        return self.length + self.slope * abs(distance)


VERTICAL_BEND = Bend()


class Forks:
    """Where trunks fork and continue; `x` and `first` (lowest ink) are given for each tip.

    `takeover` is where a branch's trunk is vertical in its corridor, ready for its own forks or labels; `ready` is
    where the curve of a fork ends. Forks from one corridor are curves of the same form, so a farther one stays below a
    nearer one if it ends no higher.
    """

    def __init__(
        self,
        branches: Sequence[DrawnTaxon],
        x: Mapping[str, float],
        first: Mapping[str, float],
        bend: Bend = VERTICAL_BEND,
    ) -> None:
        self._x, self._first, self.bend = x, first, bend
        self.takeover: dict[str, float] = {}
        self.ready: dict[str, float] = {}
        for branch in branches:
            self._settle(branch)
        self.floor = min(self.takeover[branch.element_id] for branch in branches)

    def corridor(self, branch: DrawnTaxon) -> float:
        """Return the horizontal position of a branch's own trunk."""
        return self._x[branch.stem_tip().element_id]

    def rise(self, parent: DrawnTaxon, child: DrawnTaxon) -> float:
        """Return the height of the fork from a parent's corridor into a child's."""
        return self.bend.rise(self.corridor(child) - self.corridor(parent))

    def _settle(self, branch: DrawnTaxon) -> dict[int, float]:
        """Compute a branch and all its descendants; return how high another fork may end on its left (-1) and right
        (+1).
        """
        if not branch.children:
            top = self.takeover[branch.element_id] = self._first[branch.element_id] - self.bend.pad
            return {-1: top, +1: top}
        limits = {child.element_id: self._settle(child) for child in branch.children}
        stem = branch.children[branch.stem_child]
        highest = self.takeover[stem.element_id] - self.bend.taper
        lowest, inner = highest, limits[stem.element_id]
        for side, siblings in self._sides(branch):
            for child in siblings:
                rise = self.rise(branch, child)
                end = min(self.takeover[child.element_id], inner[side], highest + rise)
                self.ready[child.element_id] = inner[side] = end
                lowest = min(lowest, end - rise)
        self.takeover[branch.element_id] = lowest - 2.0
        return inner

    @staticmethod
    def _sides(branch: DrawnTaxon) -> tuple[tuple[int, tuple[DrawnTaxon, ...]], ...]:
        """Return the children left and right of the stem, nearest first."""
        stem = branch.stem_child
        return (-1, branch.children[:stem][::-1]), (+1, branch.children[stem + 1 :])


def trunks(branches: Sequence[DrawnTaxon], forks: Forks, roots: Sequence[Point], tip: float) -> list[Trunk]:
    """Return the bodies of all branches, parents before children; `roots` is where each leaves the root box."""
    bodies: list[Trunk] = []
    for branch, root in zip(branches, roots, strict=True):
        bodies += _bodies(branch, forks, _curve(root, (forks.corridor(branch), forks.floor)), tip)
    return bodies


def to_horizontal(outline: tuple[Segment, ...], start: float) -> tuple[Segment, ...]:
    """Return the outline with time running to the right from `start` instead of rising from 0."""
    return tuple((kind, tuple((y + start, x) for x, y in points)) for kind, points in outline)


def _bodies(branch: DrawnTaxon, forks: Forks, centre: list[Point], tip: float, wide: float = 0.0) -> Iterator[Trunk]:
    """Return the trunk along `centre` and upwards, from `wide` if given to its own width, and those of its children."""
    x, width = forks.corridor(branch), level_width(branch.level)
    if not branch.children:
        yield Trunk(branch, _outline(centre, (wide or width, width), (x, tip), arrow=True))
        return
    stem = branch.children[branch.stem_child]
    handover = forks.takeover[stem.element_id]
    yield Trunk(branch, _outline(centre, (wide or width, width), (x, handover - forks.bend.taper + 0.3), arrow=False))
    for child in branch.children:
        if child is stem:
            yield from _bodies(stem, forks, [(x, handover - forks.bend.taper), (x, handover)], tip, width)
        else:
            end = forks.ready[child.element_id]
            start = (x, end - forks.rise(branch, child))
            yield from _bodies(child, forks, _curve(start, (forks.corridor(child), end)), tip)


def _curve(start: Point, end: Point) -> list[Point]:
    (x0, y0), (x1, y1) = start, end
    bend = 0.76 * (y1 - y0)
    points = []
    for i in range(_SAMPLES + 1):
        t = (1 - cos(pi * i / _SAMPLES)) / 2  # denser at the ends, where it bends
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        points.append((a * x0 + b * x0 + c * x1 + d * x1, a * y0 + b * (y0 + bend) + c * (y1 - bend) + d * y1))
    return points


def _outline(centre: list[Point], widths: tuple[float, float], end: Point, arrow: bool) -> tuple[Segment, ...]:
    last = len(centre) - 1
    half = [(widths[0] + (widths[1] - widths[0]) * i / last) / 2 for i in range(last + 1)]
    left = _smooth([_beside(centre, i, -half[i]) for i in range(last + 1)])
    right = _smooth([_beside(centre, i, half[i]) for i in reversed(range(last + 1))])
    top = _arrow(end, widths[1] * TIP_TAPER / 2) if arrow else _flat(end, widths[1] / 2)
    start_right: Segment = ("L", (_beside(centre, last, half[last]),))
    return (("M", (_beside(centre, 0, -half[0]),)), *left, *top, start_right, *right)


def _flat(end: Point, half: float) -> list[Segment]:
    x, y = end
    return [("L", ((x - half, y),)), ("L", ((x + half, y),))]


def _arrow(end: Point, half: float) -> list[Segment]:
    x, y = end
    wing, base = half * ARROW_FLARE, y - ARROW_HEIGHT
    corners = [(x - half, base), (x - wing, base - 1.2), (x, y), (x + wing, base - 1.2), (x + half, base)]
    return [("L", (corner,)) for corner in corners]


def _beside(points: Sequence[Point], i: int, distance: float) -> Point:
    (ax, ay), (bx, by) = points[max(i - 1, 0)], points[min(i + 1, len(points) - 1)]
    if i in (0, len(points) - 1):
        ax, bx = 0.0, 0.0
    length = hypot(bx - ax, by - ay) or 1.0
    return points[i][0] + distance * (by - ay) / length, points[i][1] - distance * (bx - ax) / length


def _smooth(points: Sequence[Point]) -> list[Segment]:
    """Return cubic curves through the points (Catmull-Rom tangents), vertical at both ends."""
    below = points[1][0], 2 * points[0][1] - points[1][1]
    above = points[-2][0], 2 * points[-1][1] - points[-2][1]
    padded = [below, *points, above]
    segments: list[Segment] = []
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        controls = (bx + (cx - ax) / 6, by + (cy - ay) / 6), (cx - (dx - bx) / 6, cy - (dy - by) / 6)
        segments.append(("C", (*controls, (cx, cy))))
    return segments
