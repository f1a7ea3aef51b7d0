"""Figures and exports as files."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from wamkg.errors import NotFoundError
from wamkg.exporting.formats import EXPORTS
from wamkg.store.session import Store
from wamkg_api.deps import SessionDep, SettingsDep, TaxonomySlug
from wamkg_api.drawing import FIGURES, FORMATS, FigureRequest, draw
from wamkg_api.errors import problems

router = APIRouter(tags=["files"])
DRAWING_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'"
_DRAWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FORMATS.values()}}
}
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {form.media_type: {"schema": {"type": "string"}} for form in EXPORTS.values()}}
}


@router.get("/figures/{file}", response_class=Response, responses={**problems(404, 422), **_DRAWN})
def get_figure(
    session: SessionDep,
    settings: SettingsDep,
    file: Annotated[str, Path(max_length=100, description="Name and format.", examples=["roadmap.svg"])],
    taxonomy: TaxonomySlug = "wam",
    date: Annotated[Literal["arxiv_v1", "venue"], Query(description="Which date places a paper.")] = "arxiv_v1",
    width: Annotated[
        str, Query(pattern=r"^(one-column|two-column|\d{2,4}(\.\d+)?(mm)?)$", description="Column or millimetres.")
    ] = "two-column",
    theme: Annotated[Literal["light", "dark", "transparent"], Query()] = "light",
    depth: Annotated[int | None, Query(ge=1, le=12, description="Levels drawn as trunks.")] = None,
    representatives: Annotated[int | None, Query(ge=1, le=100, description="Labels per trunk and quarter.")] = None,
) -> Response:
    """A figure fit for print; the same drawing serves the page and the manuscript."""
    name, _, form = file.rpartition(".")
    if name not in FIGURES or form not in FORMATS:
        raise NotFoundError(f"no figure {file!r}; there are {', '.join(FIGURES)} as {', '.join(FORMATS)}")
    asked = FigureRequest(name, form, taxonomy, date, width, theme, depth, representatives)
    content = draw(session, settings, asked).read_bytes()
    headers = {
        "Content-Security-Policy": DRAWING_SECURITY,
        "Content-Disposition": f'inline; filename="{name}.{form}"',
    }
    return Response(content, headers=headers, media_type=FORMATS[form])


@router.get("/exports/{form}", response_class=Response, responses={**problems(404, 422), **_EXPORTED})
def get_export(request: Request, form: Annotated[str, Path(max_length=40, examples=["jsonl"])]) -> StreamingResponse:
    """All listed papers in an exchange format."""
    export = EXPORTS.get(form)
    if export is None:
        raise NotFoundError(f"no export {form!r}; there are: {', '.join(EXPORTS)}")
    store: Store = request.app.state.store
    headers = {"Content-Disposition": f'attachment; filename="{export.file_name}"'}
    return StreamingResponse(_lines(store, export.write), headers=headers, media_type=export.media_type)


def _lines(store: Store, write: Any) -> Iterator[bytes]:
    # A session of its own: the one that a route is given closes before a stream has been sent.
    with store.reading() as session:
        gathered: list[str] = []
        for text in write(session):
            gathered.append(text)
            if len(gathered) >= 200:
                yield "".join(gathered).encode()
                gathered.clear()
        yield "".join(gathered).encode()
