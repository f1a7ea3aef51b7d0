"""A finished drawing: the same bytes for the same input, as SVG, PDF or PNG."""

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
from wamkg.figures.svg import Element, decorate
from wamkg.files import whole_file

Format = Literal["svg", "pdf", "png"]
_RC = {
    "svg.fonttype": "none",
    "svg.hashsalt": "wamkg",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "path.simplify": False,
    "text.usetex": False,
    "savefig.bbox": None,
}


@dataclass(frozen=True)
class Drawing:
    """One figure, `width` by `height` points; `paint` draws it and returns the (text, bold) pairs it used."""

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

    def to_bytes(self, kind: Format) -> bytes:
        """The whole file; fonts are embedded in SVG and PDF, and no date is written."""
        if kind not in get_args(Format):
            raise InvalidInputError(f"unknown figure format {kind!r}: use {', '.join(get_args(Format))}")
        with mpl.rc_context(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # said once, in `notes`
            mpl.rcdefaults()
            mpl.rcParams.update(_RC)
            figure, texts = self._figure()
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, dpi=self._dpi(kind), metadata=self._metadata(kind))
        data = buffer.getvalue()
        return decorate(data, self.title, self.alt, self.elements, texts) if kind == "svg" else data

    def save(self, path: Path) -> Path:
        """Write the file whole or not at all, in the format its name ends with; returns the path."""
        data = self.to_bytes(Path(path).suffix.lstrip(".").lower())  # type: ignore[arg-type]
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path, mode=0o644) as file:
            file.write(data)
        return path

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
