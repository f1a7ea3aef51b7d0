"""Dependencies of the routes under typed names, so that a route's signature lists what it needs."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from fastapi import Depends, Path, Query, Request, Response
from fastapi.dependencies.models import Dependant

from wamkg.near_matches import did_you_mean
from wamkg.settings import Settings
from wamkg.store.papers import SORTS
from wamkg.store.session import Session
from wamkg.views.paging import DEFAULT_LIMIT, MAX_LIMIT
from wamkg.views.papers import PaperQuery
from wamkg.vocabulary import Standing
from wamkg_api.cached_response import json_body
from wamkg_api.errors import MalformedRequestError
from wamkg_api.schemas.parameters import Cursor, DateText, MomentText, StateRef, TaxonRef, Text, Word
from wamkg_api.snapshots import SnapshotDep, open_store_at
from wamkg_api.state import settings_of


def _session(request: Request, past: SnapshotDep) -> Iterator[Session]:
    with open_store_at(request, past) as shown, shown.reading() as session:
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
Uid = Annotated[str, Path(max_length=60)]
RoundPath = Annotated[str, Path(max_length=200, examples=["pilot"])]
TaxonomyPath = Annotated[str, Path(max_length=100, examples=["wam"])]
TaxonPath = Annotated[str, Path(max_length=500, examples=["joint/diffusion"])]
ThingSlug = Annotated[Word, Path(description="Slug or name.")]
TaxonomySlug = Annotated[Word, Query(description="Slug of a taxonomy.", examples=["wam"])]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows a page holds at most.")]
After = Annotated[Cursor | None, Query(description="Cursor: the `next` of the page before. Leave it out to start.")]
Sort = Literal["-date", "date", "title", "-title", "added", "-citations", "relevance"]
assert set(SORTS) == set(Sort.__args__)  # type: ignore[attr-defined]


async def library_query(
    q: Annotated[Text | None, Query(description="Words that title, text or method hold.")] = None,
    taxon: Annotated[
        list[TaxonRef] | None,
        Query(
            description="`taxonomy:path`, with all below it; several of one taxonomy are alternatives.",
            max_length=50,
            examples=[["wam:joint/diffusion"]],
        ),
    ] = None,
    state: Annotated[
        list[StateRef] | None, Query(description="`wam:outside`; `none` is without a decision.", max_length=20)
    ] = None,
    standing: Annotated[list[Standing] | None, Query(description="All but `cited` if not given.")] = None,
    since: Annotated[DateText | None, Query(description="First day, month or year.")] = None,
    until: Annotated[DateText | None, Query(description="Last day, month or year.")] = None,
    venue: Annotated[list[Word] | None, Query(max_length=50, examples=[["ICLR"]])] = None,
    year: Annotated[list[Annotated[int, Query(ge=0, le=9999)]] | None, Query(max_length=50)] = None,
    dataset: Annotated[list[Word] | None, Query(description="Introduces or uses it.", max_length=20)] = None,
    benchmark: Annotated[
        list[Word] | None, Query(description="Introduces it or has results on it.", max_length=20)
    ] = None,
    party: Annotated[Literal["first", "third"] | None, Query(description="Who reports its results.")] = None,
    found_by: Annotated[Word | None, Query(description="A source, `list:wam`, or its kind.")] = None,
    first_seen_since: Annotated[MomentText | None, Query(description="A date or a time.")] = None,
) -> PaperQuery:
    """The filters that every list of papers accepts."""
    return PaperQuery(
        q=q,
        taxon=tuple(taxon or ()),
        state=tuple(state or ()),
        standing=tuple(s.value for s in standing or ()),
        since=since,
        until=until,
        venue=tuple(venue or ()),
        year=tuple(year or ()),
        dataset=tuple(dataset or ()),
        benchmark=tuple(benchmark or ()),
        party=party,
        found_by=found_by,
        first_seen_since=first_seen_since,
        limit=DEFAULT_LIMIT,
    )


FiltersDep = Annotated[PaperQuery, Depends(library_query)]


async def reject_unknown_parameters(request: Request) -> None:
    """Reject unknown query parameters: ignoring one silently would answer a different question.

    Raises MalformedError.
    """
    known = _query_fields(request.scope["route"].dependant)
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


def _query_fields(dependant: Dependant) -> dict[str, Any]:
    """The query parameters of a route with their types."""
    found = {field.alias: field.field_info.annotation for field in dependant.query_params}
    for below in dependant.dependencies:
        found |= _query_fields(below)
    return found


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(get_origin(part) is list for part in get_args(annotation))


def json_response(data: Any, status: int = 200) -> Response:
    """Plain data as a JSON response."""
    return Response(json_body(data), status, media_type="application/json")
