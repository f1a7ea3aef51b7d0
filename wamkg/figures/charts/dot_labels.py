"""Place names of dots: beside them, or farther away with a leader, never on a dot, a line or another name."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import hypot

from wamkg.figures.box import Bounds
from wamkg.figures.measure import CAP_HEIGHT, text_width
from wamkg.figures.paint import Point
from wamkg.figures.style import TEXT_SIZE

DOT = 1.9
"""Radius of a dot in points."""
_NEAR, _GAP, _STEP, _FARTHEST, _PROBES = 2.0, 1.2, 4.0, 28.0, 12

Line = tuple[Point, Point]


@dataclass(frozen=True)
class NamedDot:
    """A dot with its name and the box available for the name."""

    text: str
    place: Point
    room: Bounds


@dataclass(frozen=True)
class PlacedName:
    """A name in its box; `leader` is the line to its dot, None if the name is beside it."""

    text: str
    box: Bounds
    leader: Line | None = None


def place_labels(dots: Sequence[NamedDot], first: Sequence[int], lines: Sequence[Line]) -> dict[int, PlacedName]:
    """Return the names that fit, by dot number.

    Dots in `first` come first; each name occurs once, and `lines` stay uncovered.
    """
    found: dict[int, PlacedName] = {}
    full = [Bounds(min(a, c), min(b, d), max(a, c), max(b, d)) for (a, b), (c, d) in lines]
    full += [Bounds(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in (dot.place for dot in dots)]
    order = sorted(range(len(dots)), key=lambda number: (number not in first, number))
    for reach in (_beside, _around):
        for number in order:
            dot = dots[number]
            if dot.text in {other.text for other in found.values()}:
                continue
            for placed in reach(dot):
                if _inside(placed.box, dot.room) and _free(placed, full, lines, found.values()):
                    found[number] = placed
                    break
    return found


def _free(placed: PlacedName, full: Sequence[Bounds], lines: Sequence[Line], others: Collection[PlacedName]) -> bool:
    if any(_touch(placed.box, box) for box in (*full, *(other.box for other in others))):
        return False
    leaders = [other.leader for other in others if other.leader]
    if any(_crosses(leader, placed.box) for leader in leaders):
        return False
    if placed.leader is None:
        return True
    (a, b), _ = placed.leader
    marks = [box for box in full if not (box.left <= a <= box.right and box.bottom <= b <= box.top)]
    crossed = any(_cross(placed.leader, line) for line in (*lines, *leaders))
    return not crossed and not any(_crosses(placed.leader, box) for box in (*marks, *(other.box for other in others)))


def _crosses(leader: Line, box: Bounds) -> bool:
    """Whether a leader crosses a box."""
    (a, b), (c, d) = leader
    shares = (n / _PROBES for n in range(_PROBES + 1))
    points = ((a + (c - a) * share, b + (d - b) * share) for share in shares)
    return any(_touch(Bounds(x, y, x, y), box) for x, y in points)


def _cross(one: Line, other: Line) -> bool:
    """Whether two lines cross."""
    (a, b), (c, d) = one, other
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _box(text: str, left: float, bottom: float) -> Bounds:
    return Bounds(left, bottom, left + text_width(text, TEXT_SIZE), bottom + CAP_HEIGHT * TEXT_SIZE)


def _beside(dot: NamedDot) -> Iterator[PlacedName]:
    (x, y), far = dot.place, DOT + _NEAR
    width, cap = text_width(dot.text, TEXT_SIZE), CAP_HEIGHT * TEXT_SIZE
    for left, bottom in (
        (x - width - far, y - cap / 2),
        (x + far, y - cap / 2),
        (x - width, y + far),
        (x - width / 2, y + far),
        (x, y + far),
        (x - width, y - far - cap),
        (x - width / 2, y - far - cap),
        (x, y - far - cap),
    ):
        yield PlacedName(dot.text, _box(dot.text, left, bottom))


def _around(dot: NamedDot) -> Iterator[PlacedName]:
    """Return grid positions around a dot, nearest first, each with a leader."""
    (x, y), width = dot.place, text_width(dot.text, TEXT_SIZE)
    steps = range(-int(_FARTHEST / _STEP), int(_FARTHEST / _STEP) + 1)
    boxes = [_box(dot.text, x - width / 2 + right * _STEP, y + up * _STEP) for right in steps for up in steps]
    ends = sorted(((_nearest(box, x, y), box) for box in boxes), key=lambda pair: hypot(pair[0][0] - x, pair[0][1] - y))
    yield from (PlacedName(dot.text, box, ((x, y), end)) for end, box in ends)


def _nearest(box: Bounds, x: float, y: float) -> Point:
    return min(max(x, box.left - 1.0), box.right + 1.0), min(max(y, box.bottom - 1.0), box.top + 1.0)


def _inside(box: Bounds, outer: Bounds) -> bool:
    return (
        box.left >= outer.left
        and box.right <= outer.right
        and box.bottom >= outer.bottom - 1
        and box.top <= outer.top + 3
    )


def _touch(box: Bounds, other: Bounds) -> bool:
    return (
        box.left - _GAP < other.right
        and other.left < box.right + _GAP
        and box.bottom - _GAP < other.top
        and other.bottom < box.top + _GAP
    )
