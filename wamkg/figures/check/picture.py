"""Read a finished SVG back: the positions of its parts, for checks that rely only on the drawing."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.path import Path
from numpy.typing import NDArray

from wamkg.errors import InvalidInputError
from wamkg.figures.measure import CAP_HEIGHT, text_width
from wamkg.figures.svg import SVG, XLINK

_NUMBER = re.compile(r"[MLCQz]|-?\d+(?:\.\d+)?(?:e-?\d+)?")
_TURNED = re.compile(r"rotate\(-90[ .]")
_CODES = {"M": (Path.MOVETO, 1), "L": (Path.LINETO, 1), "Q": (Path.CURVE3, 2), "C": (Path.CURVE4, 3)}
Points = NDArray[np.float64]


@dataclass(frozen=True)
class DrawnBounds:
    """A rectangle in points, with y downwards from the upper edge."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return the center."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Return the height."""
        return self.bottom - self.top

    def holds(self, other: "DrawnBounds") -> bool:
        """Whether the other rectangle is inside."""
        upright = self.top <= other.top and other.bottom <= self.bottom
        return upright and self.left <= other.left and other.right <= self.right

    def gap(self, other: "DrawnBounds") -> float:
        """Return the clear distance between two rectangles, negative if they overlap."""
        across = max(other.left - self.right, self.left - other.right)
        down = max(other.top - self.bottom, self.top - other.bottom)
        return float(np.hypot(across, down)) if min(across, down) > 0 else max(across, down)

    def distance(self, points: Points) -> float:
        """Return the distance of the nearest point."""
        across = np.maximum(np.maximum(self.left - points[:, 0], points[:, 0] - self.right), 0)
        down = np.maximum(np.maximum(self.top - points[:, 1], points[:, 1] - self.bottom), 0)
        return float(np.hypot(across, down).min())


@dataclass(frozen=True)
class DrawnText:
    """One text element."""

    role: str
    text: str
    size: float
    color: str
    rect: DrawnBounds


@dataclass(frozen=True)
class DrawnElement:
    """One group with an id: its texts, and its filled or stroked shapes by role."""

    element_id: str
    data: dict[str, str]
    href: str
    words: tuple[DrawnText, ...]
    shapes: tuple[tuple[str, Points, str], ...]

    def rect(self, role: str) -> DrawnBounds | None:
        """Return the bounds of the first shape with a role."""
        return next((bounds(points) for name, points, _ in self.shapes if name == role), None)

    def fill(self, role: str) -> str:
        """Return the fill color of the first shape with a role."""
        return next((fill for name, _, fill in self.shapes if name == role), "")


@dataclass(frozen=True)
class Picture:
    """All parts of a figure in drawing order; `background` is the page's color, white if it is transparent."""

    width: float
    height: float
    background: str
    ids: tuple[str, ...]
    parts: tuple[DrawnElement, ...]

    def of_role(self, *roles: str) -> list[DrawnElement]:
        """Return the parts whose `data-role` is one of these."""
        return [part for part in self.parts if part.data.get("role") in roles]


def read_picture(data: bytes) -> Picture:
    """Parse an SVG written by this package. Raises InvalidInputError for any other file."""
    try:
        root = ET.fromstring(data)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
    except (ET.ParseError, KeyError, ValueError) as error:
        raise InvalidInputError(f"this is not an SVG written by `wamkg figure`: {error}") from error
    groups = [g for g in root.iter(f"{{{SVG}}}g") if g.get("id") and _is_part(g)]
    parts = tuple(_part(group) for group in groups)
    ids = tuple(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
    return Picture(width, height, _background(root, width, height), ids, parts)


def _is_part(group: ET.Element) -> bool:
    return any(child.get("class") for child in group.iter(f"{{{SVG}}}g"))


def _background(root: ET.Element, width: float, height: float) -> str:
    for path in root.iter(f"{{{SVG}}}path"):
        rect, fill = bounds(_points(path.get("d", "M 0 0"))), _style(path).get("fill", "none")
        if fill != "none" and rect.right - rect.left > width - 1 and rect.height > height - 1:
            return fill
    return "#ffffff"


def _part(group: ET.Element) -> DrawnElement:
    link = group.find(f"{{{SVG}}}a")
    words, shapes = [], []
    for child in group.iter(f"{{{SVG}}}g"):
        role = child.get("class")
        if role is None:
            continue
        words += [_word(role, text) for text in child.iter(f"{{{SVG}}}text")]
        shapes += [(role, _points(path.attrib["d"]), _style(path).get("fill", "#000000")) for path in _paths(child)]
    data = {key.removeprefix("data-"): value for key, value in group.attrib.items() if key.startswith("data-")}
    href = link.get(f"{{{XLINK}}}href", "") if link is not None else ""
    return DrawnElement(group.attrib["id"], data, href, tuple(words), tuple(shapes))


def _paths(element: ET.Element) -> Iterator[ET.Element]:
    return element.iter(f"{{{SVG}}}path")


def _style(element: ET.Element) -> dict[str, str]:
    pairs = (item.split(":", 1) for item in element.get("style", "").split(";") if ":" in item)
    return {key.strip(): value.strip() for key, value in pairs}


def _word(role: str, element: ET.Element) -> DrawnText:
    style, text = _style(element), "".join(element.itertext())
    size = float(style["font-size"].removesuffix("px"))
    width = text_width(text, size, bold=style.get("font-weight") == "700")
    x, y = float(element.attrib["x"]), float(element.attrib["y"])
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[style.get("text-anchor", "start")]
    rect = DrawnBounds(left, y - CAP_HEIGHT * size, left + width, y)
    if _TURNED.match(element.get("transform", "")):
        # After the rotation, what was to the right is above, and what was above is to the left.
        rect = DrawnBounds(x + rect.top - y, y - (rect.right - x), x, y - (rect.left - x))
    return DrawnText(role, text, size, style.get("fill", "#000000"), rect)


def _points(description: str) -> Points:
    """Return points along the path, with curves and lines cut into steps of about half a point."""
    tokens = _NUMBER.findall(description)
    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    i = 0
    while i < len(tokens):
        command = tokens[i]
        if command == "z":
            vertices.append(vertices[0])
            codes.append(int(Path.LINETO))
            i += 1
            continue
        code, count = _CODES[command]
        numbers = [float(token) for token in tokens[i + 1 : i + 1 + 2 * count]]
        vertices += list(zip(numbers[::2], numbers[1::2], strict=True))
        codes += [int(code)] * count
        i += 1 + 2 * count
    lines: list[Points] = [np.asarray(line) for line in Path(vertices, codes).to_polygons(closed_only=False)]
    return _dense(lines)


def _dense(polygons: list[Points]) -> Points:
    pieces = []
    for line in polygons:
        for start, end in pairwise(line):
            steps = max(int(np.hypot(*(end - start)) / 0.5), 1)
            pieces.append(start + (end - start) * np.linspace(0, 1, steps + 1)[:, None])
    return np.concatenate(pieces) if pieces else np.zeros((1, 2))


def bounds(points: Points) -> DrawnBounds:
    """Return the smallest rectangle around the points."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return DrawnBounds(float(left), float(top), float(right), float(bottom))
