"""Figures and exports as files."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from wamkg.errors import NotFoundError
from wamkg.exporting.formats import EXPORTS, sections_of
from wamkg.figures.query import FIGURES
from wamkg.near_matches import unknown
from wamkg.services.exports import pin_citation_keys
from wamkg.store.session import ChangeTracker
from wamkg_api.deps import SettingsDep
from wamkg_api.drawing import FORMATS, WantedFigure, draw
from wamkg_api.errors import Responses, problems
from wamkg_api.schemas.queries import ExportParameters, FigureParameters
from wamkg_api.snapshots import NOW, SnapshotDep, SnapshotRef, open_store_at
from wamkg_api.writing import StoreDep

router = APIRouter(tags=["files"])
DRAWING_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'"


_DRAWN: Responses = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FORMATS.values()}}
}
_EXPORTED: Responses = {
    200: {"content": {form.media_type: {"schema": {"type": "string"}} for form in EXPORTS.values()}}
}


@router.get("/figures/{file}", response_class=Response, responses={**problems(404, 422), **_DRAWN})
def get_figure(
    request: Request,
    past: SnapshotDep,
    store: StoreDep,
    settings: SettingsDep,
    given: Annotated[FigureParameters, Query()],
    file: Annotated[str, Path(max_length=100, description="Name and format.", examples=["roadmap.svg"])],
) -> Response:
    """A figure ready for print. The pages show the same drawing."""
    name, _, form = file.rpartition(".")
    if name not in FIGURES or form not in FORMATS or (form == "tex" and not FIGURES[name].latex):
        raise NotFoundError(f"{unknown('figure', file, FIGURES)}; formats: {', '.join(FORMATS)}")
    if FIGURES[name].cites and past == NOW:
        pin_citation_keys(store)
    query = given.query()
    asked = WantedFigure(name, form, query, given.width, given.theme, past, given.height)
    if query.since_release:
        with open_store_at(request, SnapshotRef(release=query.since_release)):
            # A release there is not is said before anything is drawn.
            pass
    freshness: ChangeTracker = request.app.state.freshness
    with open_store_at(request, past) as shown:
        content = draw(shown, settings, asked, freshness.token()).read_bytes()
    headers = {
        "Content-Security-Policy": DRAWING_SECURITY,
        "Content-Disposition": f'inline; filename="{name}.{form}"',
    }
    return Response(content, headers=headers, media_type=FORMATS[form])


@router.get("/exports/{form}", response_class=Response, responses={**problems(404, 422), **_EXPORTED})
def get_export(
    request: Request,
    past: SnapshotDep,
    store: StoreDep,
    form: Annotated[str, Path(max_length=40, examples=["jsonl"])],
    given: Annotated[ExportParameters, Query()],
) -> Response:
    """All papers of the library in an exchange format; `awesome-list` can be limited to some taxonomies."""
    export = EXPORTS.get(form)
    if export is None:
        raise NotFoundError(unknown("export format", form, EXPORTS))
    headers = {"Content-Disposition": f'attachment; filename="{export.file_name}"'}
    if export.cites and past == NOW:
        pin_citation_keys(store)
    if given.taxonomy:
        with open_store_at(request, past) as shown, shown.reading() as session:
            text = "".join(sections_of(form)(session, given.taxonomy))
        return Response(text, headers=headers, media_type=export.media_type)
    with open_store_at(request, past):
        # What cannot be opened is said before anything is sent.
        pass
    return StreamingResponse(_lines(request, past, export.write), headers=headers, media_type=export.media_type)


def _lines(request: Request, past: SnapshotRef, write: Any) -> Iterator[bytes]:
    # A session of its own: the one that a route is given closes before a stream has been sent.
    with open_store_at(request, past) as store, store.reading() as session:
        gathered: list[str] = []
        for text in write(session):
            gathered.append(text)
            if len(gathered) >= 200:
                yield "".join(gathered).encode()
                gathered.clear()
        yield "".join(gathered).encode()
