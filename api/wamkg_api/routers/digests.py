"""Digests: what is new, as JSON, Markdown, a page or a feed."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from wamkg.exporting.digest import DIGEST_FORMATS, DigestFormat
from wamkg.services.digests import make_digest, written_digest
from wamkg.store.digests import find_digest, list_digests
from wamkg.views.digests import DigestItem, digest_item
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg_api.access import CallerDep
from wamkg_api.deps import Limit, SessionDep, Uid, json_response
from wamkg_api.errors import Responses, problems
from wamkg_api.schemas.operations import NewDigest
from wamkg_api.writing import StoreDep, person_of, writing_router

router = APIRouter(prefix="/digests", tags=["record"])
writes = writing_router()
_WRITTEN: Responses = {
    200: {"content": {media: {"schema": {"type": "string"}} for media, _ in DIGEST_FORMATS.values()}}
}


@router.get("", response_model=Page[DigestItem], responses=problems(422))
def get_digests(session: SessionDep, limit: Limit = DEFAULT_LIMIT) -> Response:
    """Digests, newest first."""
    items = [digest_item(row) for row in list_digests(session, limit)]
    return json_response(Page(items, len(items), None))


@router.get("/{uid}/{format}", response_class=Response, responses={**problems(404, 422), **_WRITTEN})
def get_digest(
    session: SessionDep,
    request: Request,
    uid: Uid,
    format: Annotated[DigestFormat, Path(description="How it is written.", examples=["atom"])],
) -> Response:
    """A digest as Markdown, a page or a feed; `latest` is the newest."""
    base = str(request.base_url).rstrip("/")
    body = written_digest(session, digest_item(find_digest(session, uid)), format, base)
    return Response(body, media_type=DIGEST_FORMATS[format][0])


@writes.post("/digests", status_code=201, response_model=DigestItem)
def post_digest(store: StoreDep, caller: CallerDep, said: NewDigest) -> Response:
    """Make a digest of what happened since then and no digest contains yet; `uid` is empty if there is nothing."""
    return json_response(make_digest(store, person_of(caller), said.since), 201)
