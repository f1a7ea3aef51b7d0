"""Shared parts of charts: a foot with legend and notes, scales with ticks, boxes and swatches in the same style."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from wamkg.figures.box import Bounds
from wamkg.figures.measure import CAP_HEIGHT, text_width, wrap
from wamkg.figures.paint import Painter, Type, marker, polygon
from wamkg.figures.save import Drawing, Rows
from wamkg.figures.style import MARGIN, TEXT_SIZE, THEMES, FigureOptions, Theme
from wamkg.figures.svg import Element

LINE = 8.6
GRID, MARKS, LABELS, FRONT = 1, 2, 3, 4
_SWATCH, _SWATCH_GAP, _KEY_GAP = 7.0, 3.0, 9.0
_FOOT_GAP = 5.0
TITLE = 14.5
_DOT = 2.0


@dataclass(frozen=True)
class LegendKey:
    """A legend entry: a swatch with a pattern of `Painter.shape`, or with `shape` a marker, unfilled if `hollow`."""

    name: str
    color: str
    shape: int | None = None
    hollow: bool = False
    pattern: int = 0


@dataclass(frozen=True)
class FigureText:
    """The texts of a figure: title, manuscript caption, alt text, and notes for the author."""

    title: str
    caption: str
    alt: str
    notes: tuple[str, ...] = ()


class ChartPage:
    """A page of a given width, with legend entries and notes at the bottom.

    `floor` is the height above which a figure may draw.
    """

    def __init__(self, options: FigureOptions, keys: Sequence[LegendKey] = (), notes: Sequence[str] = ()) -> None:
        self.options, self.theme = options, THEMES[options.theme]
        self.left, self.right, self.width = MARGIN, options.width_pt - MARGIN, options.width_pt
        self._lines = [line for note in notes for line in wrap(note, TEXT_SIZE, self.right - self.left)]
        self._keys = list(_flow(keys, self.right - self.left))
        rows = self._keys[-1][2] + 1 if self._keys else 0
        self._keys_foot = MARGIN + LINE * len(self._lines)
        foot = self._keys_foot + LINE * rows
        self.floor = foot + (_FOOT_GAP if foot > MARGIN else 0.0)
        self._rows = rows

    def paint_foot(self, page: Painter) -> None:
        """Paint the legend and the notes below it."""
        if self._keys:
            page.group("legend", [part for entry in self._keys for part in self._key(page, *entry)], FRONT)
        if self._lines:
            style = Type(TEXT_SIZE, self.theme.muted, align="left")
            places = [(self.left, MARGIN + i * LINE + 1.5) for i in range(len(self._lines))]
            lines = [
                page.text("note", place, text, style) for place, text in zip(places, self._lines[::-1], strict=True)
            ]
            page.group("notes", lines, FRONT)

    def _key(self, page: Painter, key: LegendKey, x: float, row: int) -> Iterator[Artist]:
        middle = self._keys_foot + (self._rows - row - 0.5) * LINE
        x += self.left
        if key.shape is None:
            box = rectangle(Bounds(x, middle - 2.6, x + _SWATCH, middle + 2.6))
            yield page.shape("swatch", box, key.color, self.theme.paper if key.pattern else "none", 0.0, key.pattern)
        else:
            fill = self.theme.paper if key.hollow else key.color
            yield page.shape("swatch", marker(key.shape, x + _SWATCH / 2, middle, _DOT), fill, key.color, 0.8)
        place = (x + _SWATCH + _SWATCH_GAP, baseline(middle))
        yield page.text("key", place, key.name, Type(TEXT_SIZE, self.theme.ink, align="left"))

    def drawing(
        self,
        height: float,
        words: FigureText,
        elements: Iterable[Element],
        paint: Callable[[Painter, Theme], None],
        rows: Rows,
    ) -> Drawing:
        """Return the finished drawing with what `paint` draws above the foot."""

        def painted(axes: Axes) -> list[tuple[str, bool]]:
            page = Painter(axes)
            paint(page, self.theme)
            self.paint_foot(page)
            return page.texts

        return Drawing(
            width=self.width,
            height=height,
            background=self.theme.background,
            dpi=self.options.dpi,
            title=words.title,
            caption=words.caption,
            alt=words.alt,
            notes=words.notes,
            elements={element.element_id: element for element in elements},
            paint=painted,
            rows=rows,
        )


def _flow(keys: Sequence[LegendKey], width: float) -> Iterator[tuple[LegendKey, float, int]]:
    x, row = 0.0, 0
    for key in keys:
        end = x + _SWATCH + _SWATCH_GAP + text_width(key.name, TEXT_SIZE)
        if x and end > width:
            end, x, row = end - x, 0.0, row + 1
        yield key, x, row
        x = end + _KEY_GAP


def axis_title(page: Painter, theme: Theme, left: float, top: float, text: str) -> None:
    """Print the title of a vertical axis horizontally above its upper end; it takes `TITLE` points."""
    words = page.text("axis-title", (left, top + TITLE - TEXT_SIZE), text, Type(TEXT_SIZE, theme.muted, align="left"))
    page.group("axis-title", [words], FRONT)


def baseline(middle: float, size: float = TEXT_SIZE) -> float:
    """Return the baseline that centers capitals on a height."""
    return middle - CAP_HEIGHT * size / 2


def rectangle(box: Bounds) -> Path:
    """Draw a box with square corners."""
    corners = [(box.left, box.bottom), (box.right, box.bottom), (box.right, box.top), (box.left, box.top)]
    return polygon(corners)


def ticks(low: float, high: float, most: int = 6, whole: bool = False) -> list[float]:
    """Return round values that cover a range, at most `most` steps of 1, 2, 2.5 or 5 times a power of ten."""
    locator = MaxNLocator(nbins=most, steps=[1, 2, 5, 10] if whole else [1, 2, 2.5, 5, 10], integer=whole)
    return [float(value) for value in locator.tick_values(low, high if high > low else low + 1)]


def truncate_to_width(text: str, width: float, size: float = TEXT_SIZE, bold: bool = False) -> str:
    """Return the text, shortened with an ellipsis if it is wider than `width` points."""
    if text_width(text, size, bold) <= width + 0.01:
        return text
    while text and text_width(f"{text}…", size, bold) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
