"""Dependencies of the routes under typed names, so that a route's signature lists what it needs."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, get_args, get_origin

from fastapi import Depends, Path, Query, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from wamkg.near_matches import did_you_mean
from wamkg.pages.context import SHOWN_MOMENT
from wamkg.parameters import TaxonomyRef, Word
from wamkg.settings import Settings
from wamkg.store.session import Session
from wamkg.views.paging import MAX_LIMIT
from wamkg_api.cached_response import NEXT_PAGE, UNCHANGING, json_body
from wamkg_api.errors import MalformedRequestError
from wamkg_api.schemas.parameters import Cursor
from wamkg_api.snapshots import NOW, SnapshotDep, SnapshotRef, open_store_at
from wamkg_api.state import settings_of, store_of


async def _session(request: Request, past: SnapshotDep) -> AsyncIterator[Session]:
    if past.release:
        request.scope["state"][UNCHANGING] = True
    store = store_of(request)
    if past == NOW and store.is_sqlite:
        # Takes microseconds, and a change of threads ten times as long.
        with store.reading() as session:
            yield session
    else:
        async with contextmanager_in_threadpool(_reading(request, past)) as session:
            yield session


@contextmanager
def _reading(request: Request, past: SnapshotRef) -> Iterator[Session]:
    with open_store_at(request, past) as shown, shown.reading() as session:
        if past != NOW:
            session.info[SHOWN_MOMENT] = f"of release {past.release}" if past.release else f"as of {past.as_of}"
        yield session


SessionDep = Annotated[Session, Depends(_session)]
SettingsDep = Annotated[Settings, Depends(settings_of)]
PaperId = Annotated[
    str,
    Path(
        description="`arxiv:2302.00111`, `s2:...` or the paper's slug.",
        max_length=300,
        examples=["arxiv:2302.00111"],
    ),
]
Uid = Annotated[str, Path(max_length=60, description="Its permanent id, `uid`.")]
RoundPath = Annotated[str, Path(max_length=200, description="Name of the round.", examples=["pilot"])]
TaxonomyPath = Annotated[str, Path(max_length=100, description="Slug of the taxonomy.", examples=["wam"])]
TaxonPath = Annotated[
    str, Path(max_length=500, description="Path of the taxon, now or formerly.", examples=["joint/diffusion"])
]
ThingSlug = Annotated[Word, Path(description="Slug or name.")]
TaxonomySlug = Annotated[
    TaxonomyRef, Query(description="Slug of a taxonomy; empty: the survey's main one.", examples=["wam"])
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows a page holds at most.")]
After = Annotated[Cursor | None, Query(description="Cursor: the `next` of the page before. Leave it out to start.")]


async def reject_unknown_parameters(request: Request) -> None:
    """Reject unknown query parameters: ignoring one silently would answer a different question.

    Raises MalformedRequestError.
    """
    known = query_fields(request.scope["route"].dependant)
    given = request.query_params.multi_items()
    for name, value in given:
        if name not in known:
            near = did_you_mean(name, list(known)) or ";"
            names = ", ".join(sorted(known)) or "none"
            raise MalformedRequestError(f"unknown parameter {name[:60]!r}{near} this route takes: {names}")
        if "\x00" in value:
            raise MalformedRequestError(f"{name} has a NUL character")
    for name, times in Counter(name for name, _ in given).items():
        if times > 1 and not _is_list(known[name]):
            raise MalformedRequestError(f"{name} is given more than once")


def query_fields(dependant: Dependant) -> dict[str, Any]:
    """The query parameters of a route with their types."""
    found: dict[str, Any] = {}
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= {info.alias or name: info.annotation for name, info in kind.model_fields.items()}
        else:
            found[field.alias] = kind
    for below in dependant.dependencies:
        found |= query_fields(below)
    return found


def _is_list(annotation: object) -> bool:
    return any(get_origin(part) in (list, tuple) for part in (annotation, *get_args(annotation)))


def json_response(data: object, status: int = 200) -> Response:
    """Plain data as a JSON response. The cursor of a page goes along as a header, for the link to the next one."""
    following = data.get("next") if isinstance(data, dict) else getattr(data, "next", None)
    headers = {NEXT_PAGE.decode(): following} if isinstance(following, str) else None
    return Response(json_body(data), status, headers, "application/json")
