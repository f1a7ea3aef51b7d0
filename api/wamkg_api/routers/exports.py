"""Figures and exports as files."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from wamkg.errors import NotFoundError
from wamkg.exporting.formats import EXPORTS, sections_of
from wamkg.figures.query import FIGURES, FigureQuery
from wamkg.near_matches import unknown
from wamkg.services.exports import pin_citation_keys
from wamkg.store.session import ChangeTracker
from wamkg_api.deps import SettingsDep
from wamkg_api.drawing import FORMATS, WantedFigure, draw
from wamkg_api.errors import problems
from wamkg_api.schemas.parameters import ReleaseName, TaxonRef, Word
from wamkg_api.snapshots import NOW, SnapshotDep, SnapshotRef, open_store_at
from wamkg_api.writing import StoreDep

router = APIRouter(tags=["files"])
DRAWING_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'"
Names = Annotated[list[Word] | None, Query(max_length=20)]


async def _figure_query(
    taxonomy: Annotated[Word | None, Query(description="Slug of a taxonomy; `wam` if not given.")] = None,
    date: Annotated[Literal["arxiv_v1", "venue"] | None, Query(description="Which date places a paper.")] = None,
    depth: Annotated[int | None, Query(ge=0, le=12, description="Levels drawn.")] = None,
    representatives: Annotated[Word | None, Query(description="How many a branch, which by name, or both.")] = None,
    since: Annotated[ReleaseName | None, Query(description="Mark what is new since this day or release.")] = None,
    orientation: Annotated[
        Literal["vertical", "horizontal"] | None, Query(description="Which way time runs in a roadmap.")
    ] = None,
    by: Annotated[Literal["month", "quarter", "year"] | None, Query(description="Period of a timeline.")] = None,
    paper: Names = None,
    method: Names = None,
    taxon: Annotated[list[TaxonRef] | None, Query(max_length=20)] = None,
    facet: Annotated[Word | None, Query(description="Columns of the matrix: year, venue or a label.")] = None,
    against: Annotated[Word | None, Query(description="The other taxonomy of a crosswalk.")] = None,
    benchmark: Annotated[Word | None, Query()] = None,
    metric: Annotated[Word | None, Query()] = None,
    suite: Annotated[Word | None, Query()] = None,
) -> FigureQuery:
    """The parameters of figures, with the names of the command-line options. None of them names a file of the
    server.
    """
    return FigureQuery(
        taxonomy=taxonomy, date=date, depth=depth, representatives=representatives, since=since,
        orientation=orientation, by=by, paper=tuple(paper or ()), method=tuple(method or ()), taxon=tuple(taxon or ()),
        facet=facet, against=against, benchmark=benchmark, metric=metric, suite=suite,
    )  # fmt: skip


FigureQueryDep = Annotated[FigureQuery, Depends(_figure_query)]
_DRAWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FORMATS.values()}}
}
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {form.media_type: {"schema": {"type": "string"}} for form in EXPORTS.values()}}
}


@router.get("/figures/{file}", response_class=Response, responses={**problems(404, 422), **_DRAWN})
def get_figure(
    request: Request,
    past: SnapshotDep,
    store: StoreDep,
    settings: SettingsDep,
    query: FigureQueryDep,
    file: Annotated[str, Path(max_length=100, description="Name and format.", examples=["roadmap.svg"])],
    width: Annotated[
        str, Query(pattern=r"^(one-column|two-column|\d{2,4}(\.\d+)?(mm)?)$", description="Column or millimetres.")
    ] = "two-column",
    height: Annotated[
        float | None, Query(ge=60, le=2000, description="Most millimetres a roadmap may take; a page if not given.")
    ] = None,
    theme: Annotated[Literal["light", "dark", "transparent"], Query()] = "light",
) -> Response:
    """A figure ready for print. The pages show the same drawing."""
    name, _, form = file.rpartition(".")
    if name not in FIGURES or form not in FORMATS or (form == "tex" and not FIGURES[name].latex):
        raise NotFoundError(f"{unknown('figure', file, FIGURES)}; formats: {', '.join(FORMATS)}")
    if FIGURES[name].cites and past == NOW:
        pin_citation_keys(store)
    asked = WantedFigure(name, form, query, width, theme, past, height)
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
    taxonomy: Annotated[
        list[Word] | None, Query(max_length=20, description="`awesome-list`: only these taxonomies, by their slugs.")
    ] = None,
) -> Response:
    """All papers of the library in an exchange format; `awesome-list` can be limited to some taxonomies."""
    export = EXPORTS.get(form)
    if export is None:
        raise NotFoundError(unknown("export format", form, EXPORTS))
    headers = {"Content-Disposition": f'attachment; filename="{export.file_name}"'}
    if export.cites and past == NOW:
        pin_citation_keys(store)
    if taxonomy:
        with open_store_at(request, past) as shown, shown.reading() as session:
            text = "".join(sections_of(form)(session, taxonomy))
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
