"""Figures as files."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from wamkg.errors import WamkgError
from wamkg.figures.query import AUTO, FIGURES, FigureQuery, FigureRequest, FigureResult
from wamkg.figures.style import FigureOptions
from wamkg.files import write_whole
from wamkg.services.exports import pin_citation_keys
from wamkg.store.session import Store
from wamkg.views.roadmap import placed_ids
from wamkg.views.snapshots import open_snapshot
from wamkg.vocabulary import MAIN_TAXONOMY

if TYPE_CHECKING:
    from wamkg.figures.save import Drawing


def known_since(store: Store, home: Path, query: FigureQuery) -> frozenset[str]:
    """Ids of the elements that the release in `since` shows in its taxonomy; empty if `since` names no release.

    Raises the errors of `open_snapshot`.
    """
    if query.since_release is None:
        return frozenset()
    with open_snapshot(store, home, release=query.since_release) as past, past.reading() as session:
        return placed_ids(session, query.taxonomy or MAIN_TAXONOMY)


def draw_figure_at(
    store: Store, home: Path, request: FigureRequest, paths: Sequence[Path], look: FigureOptions, data: bool = True
) -> FigureResult:
    """Draw a figure from the store as it is, or as it was in the release or on the day of the request.

    Raises the errors of `draw_figure`, `known_since` and `open_snapshot`.
    """
    look = replace(look, known=known_since(store, home, request.query))
    with open_snapshot(store, home, release=request.release, as_of=request.as_of) as shown:
        return draw_figure(shown, request, paths, look, data)


def make_drawing(store: Store, request: FigureRequest, look: FigureOptions) -> "Drawing":
    """The drawing of a figure of the store as it is. Citation keys that it names are stored, but not in a snapshot.

    Raises the errors of `make_figure`.
    """
    from wamkg.figures.catalog import make_figure

    kind = FIGURES.get(request.name)
    if kind and kind.cites:
        pin_citation_keys(store)
    with store.reading() as session:
        return make_figure(session, request.name, request.query, look)


def draw_figure(
    store: Store,
    request: FigureRequest,
    paths: Sequence[Path],
    look: FigureOptions | None = None,
    data: bool = True,
) -> FigureResult:
    """Draw a figure into files. Their suffixes determine the formats; data and manifest are written beside them."""
    # matplotlib takes a second to load
    from wamkg.figures.output import Request, write_figure

    look = look or FigureOptions()
    drawing = make_drawing(store, request, look)
    asked = request.query.given() | {"width": look.width, "theme": look.theme}
    written = write_figure(drawing, paths, Request(request.name, asked, request.release, request.as_of), data)
    return FigureResult(written, max(len(drawing.rows) - 1, 0), drawing.notes)


@dataclass
class DrawnSet:
    """All figures of a manuscript: files whose content changed, files that are as they were, and why others are
    missing.
    """

    changed: list[Path] = field(default_factory=list)
    same: list[Path] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def draw_all(
    store: Store, folder: Path, look: FigureOptions, *, release: str | None = None, as_of: str | None = None
) -> DrawnSet:
    """Draw every figure that the store alone determines, as PDF and SVG, and as LaTeX where a figure has that form.

    A file that would be the same is not touched, so that `make` runs only what depends on a change. A figure that the
    store has no data for, or that does not fit, is left out with the reason.
    """
    found = DrawnSet()
    with TemporaryDirectory() as scratch:
        for name, kind in FIGURES.items():
            if "source" in kind.takes:
                continue
            suffixes = ("pdf", "svg", *(("tex",) if kind.latex else ()))
            query = FigureQuery(representatives=AUTO) if "orientation" in kind.takes else FigureQuery()
            request = FigureRequest(name, query, release, as_of)
            try:
                drawn = draw_figure(store, request, [Path(scratch) / f"{name}.{suffix}" for suffix in suffixes], look)
            except WamkgError as error:
                found.left_out.append(f"{name}: {error}")
                continue
            for file in drawn.files:
                target, content = folder / file.name, file.read_bytes()
                same = target.exists() and target.read_bytes() == content
                (found.same if same else found.changed).append(target if same else write_whole(target, content))
    return found
