"""Import of a file in the request body."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from wamkg.errors import InvalidInputError
from wamkg.importing.importer import FORMATS, ImportOptions
from wamkg.json_types import JsonObject
from wamkg.parameters import Word
from wamkg.services.imports import import_content
from wamkg.store.session import Store
from wamkg_api.access import CallerDep
from wamkg_api.deps import json_response
from wamkg_api.errors import MalformedRequestError
from wamkg_api.schemas.imports import ImportAnswer
from wamkg_api.writing import FILE_BODY, StoreDep, writing_router

writes = writing_router()
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


@writes.post("/imports", response_model=ImportAnswer, openapi_extra={"requestBody": FILE_BODY})
async def import_papers(
    request: Request,
    store: StoreDep,
    caller: CallerDep,
    name: Annotated[FileName, Query(description="Name of the file; its ending helps to recognise it.")] = "upload",
    form: Annotated[
        str | None,
        Query(alias="format", pattern=rf"^({'|'.join(FORMATS)})$", description="Recognised if not given."),
    ] = None,
    taxonomy: Annotated[Word | None, Query(description="Slug; recognised if not given.")] = None,
    standing: Annotated[
        Literal["candidates"] | None, Query(alias="as", description="Leave out what the list says of their places.")
    ] = None,
    dry_run: Annotated[bool, Query(description="Report what would change and write nothing.")] = False,
    encoding: Annotated[
        Word | None, Query(description="Of the body, such as latin-1 or gbk; else UTF-8, or recognised.")
    ] = None,
) -> Response:
    """Import the file in the request body as one batch. It accepts every format that `wamkg import` reads."""
    options = ImportOptions(form, taxonomy, standing is not None, dry_run, caller.holder.name, encoding)
    return json_response(await run_in_threadpool(_import, store, name, await request.body(), options))


def _import(store: Store, name: str, content: bytes, options: ImportOptions) -> JsonObject:
    try:
        return import_content(store, name, content, options).as_dict()
    except InvalidInputError as error:
        raise MalformedRequestError(str(error)) from error
