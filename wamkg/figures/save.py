"""A finished drawing: identical bytes for identical input, as SVG, PDF or PNG."""

import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from wamkg.errors import InvalidInputError
from wamkg.figures.fonts import uncovered_characters, undrawable_characters
from wamkg.figures.svg import Element, decorate
from wamkg.files import write_whole

Format = Literal["svg", "pdf", "png", "tex"]
Cell = str | int | float | None
Rows = tuple[tuple[Cell, ...], ...]
_RC = {
    "svg.fonttype": "none",
    "svg.hashsalt": "wamkg",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "path.simplify": False,
    "text.usetex": False,
    "savefig.bbox": None,
}


def format_of(path: Path) -> Format:
    """Return the format by a file name's suffix, not yet validated."""
    return Path(path).suffix.lstrip(".").lower()  # type: ignore[return-value]


@dataclass(frozen=True)
class Drawing:
    """One figure, `width` by `height` points; `paint` draws it and returns the (text, bold) pairs it used.

    `rows` are the figure's data as a table, with a header first; `latex` is the figure as LaTeX source, if available.
    """

    width: float
    height: float
    background: str | None
    dpi: int
    title: str
    caption: str
    alt: str
    notes: tuple[str, ...]
    elements: Mapping[str, Element]
    paint: Callable[[Axes], list[tuple[str, bool]]]
    rows: Rows = ()
    latex: str = ""

    def to_bytes(self, kind: Format) -> bytes:
        """Return the whole file; fonts are embedded in SVG and PDF, and no date is written.

        Raises InvalidInputError for an unknown format, and for LaTeX if the figure does not support it.
        """
        if kind not in get_args(Format):
            raise InvalidInputError(f"unknown figure format {kind!r}: use {', '.join(get_args(Format))}")
        if kind == "tex":
            if not self.latex:
                raise InvalidInputError("this figure has no LaTeX form: use svg, pdf or png")
            return self.latex.encode()
        with mpl.rc_context(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # reported once, in `notes`
            mpl.rcdefaults()
            mpl.rcParams.update(_RC)
            figure, texts = self._figure()
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, dpi=self._dpi(kind), metadata=self._metadata(kind))
        data = buffer.getvalue()
        return decorate(data, self.title, self.alt, self.elements, texts) if kind == "svg" else data

    def unseen(self) -> tuple[str, ...]:
        """Return a note on characters of the drawing that no installed font draws."""
        said = "".join(str(cell) for row in self.rows for cell in row)
        if not uncovered_characters(f"{self.title}{self.alt}{self.caption}{said}"):
            return ()  # painting takes as long as drawing
        missing = undrawable_characters("".join(text for text, _ in self._figure()[1]))
        return (f"no font installed here draws {missing!r}: PDF and PNG show boxes",) if missing else ()

    def save(self, path: Path) -> Path:
        """Write the file atomically, in the format of its suffix; return the path."""
        path = Path(path)
        return write_whole(path, self.to_bytes(format_of(path)))

    def _figure(self) -> tuple[Figure, list[tuple[str, bool]]]:
        figure = Figure(figsize=(self.width / 72, self.height / 72), facecolor=self.background or "none")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, self.width)
        axes.set_ylim(0, self.height)
        return figure, self.paint(axes)

    def _dpi(self, kind: Format) -> int:
        return self.dpi if kind == "png" else 72

    def _metadata(self, kind: Format) -> dict[str, str | None]:
        if kind == "svg":
            return {"Date": None, "Creator": None, "Format": None, "Type": None}
        if kind == "pdf":
            return {"Title": self.title, "Creator": "wamkg", "Producer": None, "CreationDate": None}
        return {"Software": None, "Title": self.title}
