"""Figures as files."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wamkg.figures.query import FIGURES, FigureQuery, FigureRequest, FigureResult
from wamkg.figures.style import FigureOptions
from wamkg.services.exports import pin_citation_keys
from wamkg.store.session import Store
from wamkg.views.roadmap import placed_ids
from wamkg.views.snapshots import open_snapshot
from wamkg.vocabulary import MAIN

if TYPE_CHECKING:
    from wamkg.figures.save import Drawing


def known_since(store: Store, home: Path, query: FigureQuery) -> frozenset[str]:
    """Ids of the elements that the release in `since` shows in its taxonomy; empty if `since` names no release.

    Raises the errors of `open_snapshot`.
    """
    if query.since_release is None:
        return frozenset()
    with open_snapshot(store, home, release=query.since_release) as past, past.reading() as session:
        return placed_ids(session, query.taxonomy or MAIN)


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
    """The drawing of a figure of the store as it is. Citation keys that it names are stored, except of a past store.

    Raises the errors of `make_figure`.
    """
    from wamkg.figures.catalog import make_figure

    kind = FIGURES.get(request.name)
    if kind and kind.cites and not (request.release or request.as_of):
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
