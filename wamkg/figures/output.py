"""Write a figure with its files: the data as CSV, and a manifest with caption, alt text and fingerprints."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import matplotlib as mpl
import orjson

from wamkg.errors import InvalidInputError
from wamkg.figures.save import Cell, Drawing, Rows, format_of
from wamkg.files import write_whole
from wamkg.version import __version__

COMPANIONS = (".csv", ".json")


@dataclass(frozen=True)
class Request:
    """The request: the figure's name, the given parameters, and the release or day."""

    name: str
    query: Mapping[str, Cell] = field(default_factory=dict)
    release: str | None = None
    as_of: str | None = None


def write_figure(drawing: Drawing, paths: Sequence[Path], request: Request, data: bool = True) -> list[Path]:
    """Write the drawing in the formats given by the file names; return all files written.

    With `data`, each name also gets one table (`roadmap.csv`) and one manifest (`roadmap.json`) for all its formats.
    The same store and request give identical bytes.

    Raises InvalidInputError for an unknown format, before anything is written.
    """
    names = list(dict.fromkeys(Path(path) for path in paths))
    if data and any(path.suffix in COMPANIONS for path in names):
        raise InvalidInputError("name the figure itself: its .csv and .json are written beside it")
    drawn = {path: drawing.to_bytes(format_of(path)) for path in names}
    written = [write_whole(path, content) for path, content in drawn.items()]
    for stem in dict.fromkeys(path.with_suffix("") for path in names) if data else ():
        mine = {path: content for path, content in drawn.items() if path.with_suffix("") == stem}
        written += _companions(drawing, stem, mine, request)
    return written


def _companions(drawing: Drawing, stem: Path, drawn: Mapping[Path, bytes], request: Request) -> list[Path]:
    table, manifest = (stem.with_name(stem.name + ending) for ending in COMPANIONS)
    rows = csv_bytes(drawing.rows)
    content = {
        "figure": request.name,
        "title": drawing.title,
        "caption": _dated(drawing.caption, request),
        "alt": drawing.alt,
        "notes": list(drawing.notes),
        "release": request.release,
        "as_of": request.as_of,
        "query": dict(request.query),
        "width_mm": round(drawing.width / 72 * 25.4, 2),
        "height_mm": round(drawing.height / 72 * 25.4, 2),
        "versions": {"wamkg": __version__, "matplotlib": mpl.__version__},
        "data": {"file": table.name, "rows": max(len(drawing.rows) - 1, 0), "sha256": sha256(rows).hexdigest()},
        "files": {path.name: sha256(data).hexdigest() for path, data in drawn.items()},
    }
    return [
        write_whole(table, rows),
        write_whole(manifest, orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)),
    ]


def _dated(caption: str, request: Request) -> str:
    """Return the caption, with the release or day if the figure does not show the present."""
    said = f"Edition {request.release}." if request.release else f"As of {request.as_of}." if request.as_of else ""
    return f"{caption} {said}".strip()


def csv_bytes(rows: Rows) -> bytes:
    """Return a table as UTF-8 CSV; an unknown value is an empty cell."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
