"""Comparison of two releases, or of two taxonomies."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from wamkg.errors import NotFoundError
from wamkg.history.diff import ReleaseDiff
from wamkg.history.diff_text import diff_latex
from wamkg.taxonomy.crosswalk import Crosswalk, crosswalk
from wamkg.taxonomy.crosswalk_text import crosswalk_csv, crosswalk_latex
from wamkg.views.past import diff_stores, is_moment
from wamkg_api.deps import SessionDep, TaxonomyPath, answer
from wamkg_api.errors import problems
from wamkg_api.past import edition, refuse_future

router = APIRouter(tags=["compare"])
Edition = Annotated[str, Path(max_length=64, description="A release, a past day, or `now`.", examples=["now"])]
_TEXTS = {"csv": "text/csv; charset=utf-8", "latex": "application/x-tex"}


def _as_text(*forms: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {_TEXTS[form].split(";")[0]: {"schema": {"type": "string"}} for form in forms}}}


@router.get(
    "/taxonomies/{a}/crosswalk/{b}",
    response_model=Crosswalk,
    responses={**problems(404, 422), **_as_text("csv", "latex")},
)
def get_crosswalk(
    session: SessionDep,
    a: TaxonomyPath,
    b: Annotated[str, Path(max_length=100, examples=["nus"])],
    depth_a: Annotated[int, Query(ge=0, le=20, description="Depth of A in the table; 0 is the leaves.")] = 0,
    depth_b: Annotated[int, Query(ge=0, le=20, description="Depth of B in the table; 0 is the leaves.")] = 0,
    form: Annotated[Literal["json", "csv", "latex"], Query(alias="format")] = "json",
) -> Response:
    """Compare two taxonomies: confusion table, mutual information, papers that do not follow the mapping."""
    found = crosswalk(session, a, b, depth_a, depth_b)
    if form == "json":
        return answer(found)
    return Response((crosswalk_csv if form == "csv" else crosswalk_latex)(found), media_type=_TEXTS[form])


@router.get("/releases/{a}/diff/{b}", response_model=ReleaseDiff, responses={**problems(404, 422), **_as_text("latex")})
def get_release_diff(
    request: Request,
    a: Edition,
    b: Edition,
    form: Annotated[Literal["json", "latex"], Query(alias="format")] = "json",
) -> Response:
    """List what changed between two releases: papers, assignments, names, venues, counts."""
    for name in (a, b):
        _refuse_no_day(name)
    with edition(request, a) as old, edition(request, b) as new:
        found = diff_stores(old, new, (a, b))
    return answer(found) if form == "json" else Response(diff_latex(found), media_type=_TEXTS[form])


def _refuse_no_day(name: str) -> None:
    if is_moment(name):
        try:
            refuse_future(name)
        except ValueError as error:
            raise NotFoundError(f"{name[:60]!r} is no day; write 2026-01-31") from error
