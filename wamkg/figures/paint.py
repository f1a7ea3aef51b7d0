"""Basic matplotlib elements for all figures: shapes, texts, and groups that become SVG elements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from wamkg.figures.fonts import properties

A = TypeVar("A", bound=Artist)
Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]
Dashes = tuple[float, float] | None
_CODES = {"M": Path.MOVETO, "L": Path.LINETO, "C": Path.CURVE4}
_ROUND = 0.5523  # a quarter circle as a cubic curve


class Group(Artist):
    """Artists drawn as one SVG `<g>` with an id."""

    def __init__(self, element_id: str, children: Sequence[Artist]) -> None:
        super().__init__()
        self.set_gid(element_id)
        self._children = children

    def draw(self, renderer: RendererBase) -> None:
        """Draw the children between an opening and a closing tag."""
        renderer.open_group("group", gid=self.get_gid())
        for child in self._children:
            child.draw(renderer)
        renderer.close_group("group")


@dataclass(frozen=True)
class Type:
    """The style of a text: size in points, color, weight, and which end is at its position.

    A `turned` text reads upwards.
    """

    size: float
    color: str
    bold: bool = False
    align: str = "center"
    turned: bool = False


HATCHES = (None, "/////", "....", "-----")
"""Patterns of series whose color an earlier one has: the first is none."""


class Painter:
    """Creates artists in points of a full-page axes, `lift` above its foot; a part's role becomes its SVG class."""

    def __init__(self, axes: Axes, lift: float = 0.0) -> None:
        self.texts: list[tuple[str, bool]] = []
        self._axes = axes
        self._transform = Affine2D().translate(0.0, lift) + axes.transData
        self._numbers = count()

    def raised(self, lift: float) -> "Painter":
        """Return a painter of the same page whose heights start `lift` points higher."""
        other = Painter(self._axes, lift)
        other.texts, other._numbers = self.texts, self._numbers
        return other

    def group(self, element_id: str, children: Iterable[Artist | None], layer: int) -> None:
        """Add several artists to the page as one element."""
        members = [child for child in children if child is not None]
        for member in members:
            member.set_transform(self._transform)
            member.set_figure(self._axes.figure)
            member.axes = self._axes
        group = Group(element_id, members)
        group.set_zorder(layer)
        self._axes.add_artist(group)

    def shape(
        self, role: str, path: Path, fill: str, edge: str = "none", width: float = 0.0, pattern: int = 0
    ) -> PathPatch:
        """Add a filled path, with an outline if an edge color is given; a `pattern` above 0 is drawn in that color."""
        hatch = HATCHES[pattern % len(HATCHES)]
        return self._named(PathPatch(path, facecolor=fill, edgecolor=edge, linewidth=width, hatch=hatch), role)

    def line(self, role: str, points: Sequence[Point], color: str, width: float, dashes: Dashes = None) -> PathPatch:
        """Add a stroked polyline; `dashes` are lengths on and off in line widths."""
        style = (0, dashes) if dashes else "solid"
        path = Path(list(points))
        artist = PathPatch(path, facecolor="none", edgecolor=color, linewidth=width, linestyle=style, capstyle="butt")
        return self._named(artist, role)

    def text(self, role: str, place: Point, text: str, type_: Type) -> Text:
        """Add one line of text with its baseline at `place`; never parsed as mathematics."""
        self.texts.append((text, type_.bold))
        font = properties(text, type_.size, type_.bold)
        artist = Text(*place, text, color=type_.color, fontproperties=font, parse_math=False)
        artist.set(horizontalalignment=type_.align, verticalalignment="baseline")
        if type_.turned:
            artist.set(rotation=90, rotation_mode="anchor")
        return self._named(artist, role)

    def _named(self, artist: A, role: str) -> A:
        artist.set_gid(f"{role}|{next(self._numbers)}")
        return artist


def outline_path(segments: Sequence[Segment]) -> Path:
    """Return a closed matplotlib path of move, line and curve segments."""
    vertices = [point for _, points in segments for point in points]
    codes = [_CODES[kind] for kind, points in segments for _ in points]
    return Path([*vertices, vertices[0]], [*codes, Path.CLOSEPOLY])


def polygon(corners: Sequence[Point]) -> Path:
    """Return a closed path with straight sides."""
    return outline_path([("M" if i == 0 else "L", (corner,)) for i, corner in enumerate(corners)])


def rounded(left: float, bottom: float, right: float, top: float, radii: tuple[float, float]) -> Path:
    """Return a rectangle whose left and right corners are rounded by the two radii."""
    a, b = radii
    ka, kb = a * (1 - _ROUND), b * (1 - _ROUND)
    return outline_path(
        [
            ("M", ((left + a, bottom),)),
            ("L", ((right - b, bottom),)),
            ("C", ((right - kb, bottom), (right, bottom + kb), (right, bottom + b))),
            ("L", ((right, top - b),)),
            ("C", ((right, top - kb), (right - kb, top), (right - b, top))),
            ("L", ((left + a, top),)),
            ("C", ((left + ka, top), (left, top - ka), (left, top - a))),
            ("L", ((left, bottom + a),)),
            ("C", ((left, bottom + ka), (left + ka, bottom), (left + a, bottom))),
        ]
    )


def marker(shape: int, x: float, y: float, radius: float) -> Path:
    """Return a dot, diamond, square or triangle by number, which distinguishes branches in gray."""
    if shape % 4 == 0:
        circle = Path.circle((x, y), radius)
        return Path(circle.vertices, circle.codes)
    r = radius * 1.25
    corners = {
        1: [(x, y - r), (x + r, y), (x, y + r), (x - r, y)],
        2: [(x - radius, y - radius), (x + radius, y - radius), (x + radius, y + radius), (x - radius, y + radius)],
        3: [(x - r, y - radius), (x + r, y - radius), (x, y + r)],
    }[shape % 4]
    return polygon(corners)
