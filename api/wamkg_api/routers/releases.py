"""Releases: create, list and compare them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from wamkg.errors import NotFoundError
from wamkg.history.diff import ReleaseDiff
from wamkg.history.diff_text import diff_latex
from wamkg.services.releases import create_release
from wamkg.views.paging import Page
from wamkg.views.snapshots import NOW, ReleaseItem, diff_snapshots, looks_like_date, release_item, release_list
from wamkg_api.access import CallerDep
from wamkg_api.cached_response import UNCHANGING
from wamkg_api.deps import SessionDep, SettingsDep, json_response
from wamkg_api.errors import Responses, problems
from wamkg_api.schemas.operations import NewRelease
from wamkg_api.snapshots import reject_future_day, release_or_day
from wamkg_api.writing import StoreDep, writer_of, writing_router

router = APIRouter(tags=["compare"])
Edition = Annotated[str, Path(max_length=64, description="A release, a past day, or `now`.", examples=["now"])]
_TEXTS = {"csv": "text/csv; charset=utf-8", "latex": "application/x-tex"}


def _as_text(*forms: str) -> Responses:
    return {200: {"content": {_TEXTS[form].split(";")[0]: {"schema": {"type": "string"}} for form in forms}}}


@router.get("/releases/{a}/diff/{b}", response_model=ReleaseDiff, responses={**problems(404, 422), **_as_text("latex")})
def get_release_diff(
    request: Request,
    a: Edition,
    b: Edition,
    form: Annotated[Literal["json", "latex"], Query(alias="format", description="Form of the answer.")] = "json",
) -> Response:
    """List what changed between two releases: papers, assignments, names, venues, counts."""
    for name in (a, b):
        _refuse_no_day(name)
    if not any(name == NOW or looks_like_date(name) for name in (a, b)):
        request.scope["state"][UNCHANGING] = True
    with release_or_day(request, a) as old, release_or_day(request, b) as new:
        found = diff_snapshots(old, new, (a, b))
    return json_response(found) if form == "json" else Response(diff_latex(found), media_type=_TEXTS[form])


def _refuse_no_day(name: str) -> None:
    if looks_like_date(name):
        try:
            reject_future_day(name)
        except ValueError as error:
            raise NotFoundError(f"{name[:60]!r} is not a date; write 2026-01-31") from error


@router.get("/releases", response_model=Page[ReleaseItem], responses=problems(422))
def list_releases(session: SessionDep) -> Response:
    """The releases of the survey."""
    items = release_list(session)
    return json_response(Page(items, len(items), None))


writes = writing_router()


@writes.post("/releases", status_code=201, response_model=ReleaseItem)
def add_release(store: StoreDep, settings: SettingsDep, caller: CallerDep, release: NewRelease) -> Response:
    """Create a release: freeze the survey as it is now, under a name."""
    made = create_release(store, settings.home, writer_of(caller), release.name, release.note)
    return json_response(release_item(made), 201)
