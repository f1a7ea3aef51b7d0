"""Figures and exports as files."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from wamkg.errors import ConflictError, InvalidInputError, NotFoundError
from wamkg.exporting.formats import EXPORTS, papers_of, sections_of
from wamkg.figures.query import FIGURES
from wamkg.near_matches import unknown
from wamkg.services.exports import pin_citation_keys
from wamkg.settings import Settings
from wamkg.store.session import ChangeTracker, Session, Store
from wamkg.views.papers import PaperQuery, ordered_numbers
from wamkg_api.deps import SettingsDep
from wamkg_api.drawing import FORMATS, FigureQueue, WantedFigure, file_of
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


@router.get("/figures/{file}", response_class=Response, responses={**problems(404, 422, 503), **_DRAWN})
async def get_figure(
    request: Request,
    past: SnapshotDep,
    store: StoreDep,
    settings: SettingsDep,
    given: Annotated[FigureParameters, Query()],
    file: Annotated[str, Path(max_length=100, description="Name and format.", examples=["roadmap.svg"])],
) -> Response:
    """A figure ready for print. The pages show the same drawing. If many are being drawn, the answer is 503 with
    `Retry-After`.
    """
    name, _, form = file.rpartition(".")
    if name not in FIGURES or form not in FORMATS or (form == "tex" and not FIGURES[name].latex):
        raise NotFoundError(f"{unknown('figure', file, FIGURES)}; formats: {', '.join(FORMATS)}")
    asked = WantedFigure(name, form, given.query(name), given.whole_width, given.theme, past, given.whole_height)
    queue: FigureQueue = request.app.state.figures
    with queue.place():
        target = await run_in_threadpool(_prepare, request, store, settings, asked)
        await queue.draw(settings, asked, target, partial(_until_client_left, request))
    headers = {
        "Content-Security-Policy": DRAWING_SECURITY,
        "Content-Disposition": f'inline; filename="{name}.{form}"',
    }
    return Response(await run_in_threadpool(target.read_bytes), headers=headers, media_type=FORMATS[form])


def _prepare(request: Request, store: Store, settings: Settings, asked: WantedFigure) -> FilePath:
    """The file of a drawing, after everything that can be wrong with the request was checked."""
    if FIGURES[asked.name].cites and asked.past == NOW:
        pin_citation_keys(store)
    if asked.query.since_release:
        with open_store_at(request, SnapshotRef(release=asked.query.since_release)):
            # A release there is not is said before anything is drawn.
            pass
    freshness: ChangeTracker = request.app.state.freshness
    with open_store_at(request, asked.past) as shown:
        return file_of(shown, settings, asked, freshness.token())


async def _until_client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


@router.get("/exports/{form}", response_class=Response, responses={**problems(404, 422), **_EXPORTED})
def get_export(
    request: Request,
    past: SnapshotDep,
    store: StoreDep,
    form: Annotated[str, Path(max_length=40, description="Name of the format.", examples=["jsonl"])],
    given: Annotated[ExportParameters, Query()],
) -> Response:
    """The papers of the library in an exchange format; `awesome-list` can be limited to some taxonomies. With a filter,
    `bibtex`, `ris`, `csl-json`, `csv` and `jsonl` have the papers that match, record by record in the order asked for.
    """
    export = EXPORTS.get(form)
    if export is None:
        raise NotFoundError(unknown("export format", form, EXPORTS))
    headers = {"Content-Disposition": f'attachment; filename="{export.file_name}"'}
    if export.cites and past == NOW:
        pin_citation_keys(store)
    if given.taxonomy or given.given or given.sort:
        with open_store_at(request, past) as shown, shown.reading() as session:
            text = "".join(_part(session, form, given))
        return Response(text, headers=headers, media_type=export.media_type)
    with open_store_at(request, past):
        # What cannot be opened is said before anything is sent.
        pass
    return StreamingResponse(_lines(request, past, export.write), headers=headers, media_type=export.media_type)


def _part(session: Session, form: str, given: ExportParameters) -> Iterator[str]:
    """Some taxonomies, or the papers of a list.

    Raises ConflictError for a format that always exports everything.
    """
    try:
        if given.taxonomy:
            return sections_of(form)(session, given.taxonomy)
        write = papers_of(form)
    except InvalidInputError as error:
        # Its form is right: the format cannot do what is asked for.
        raise ConflictError(str(error)) from error
    return write(session, ordered_numbers(session, PaperQuery(**given.given, sort=given.sort)))


def _lines(request: Request, past: SnapshotRef, write: Callable[[Session], Iterator[str]]) -> Iterator[bytes]:
    # A session of its own: the one that a route is given closes before a stream has been sent.
    with open_store_at(request, past) as store, store.reading() as session:
        gathered: list[str] = []
        for text in write(session):
            gathered.append(text)
            if len(gathered) >= 200:
                yield "".join(gathered).encode()
                gathered.clear()
        yield "".join(gathered).encode()
