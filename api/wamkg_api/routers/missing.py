"""What the survey may lack: works that many of its papers cite, an estimate of unseen works, the flow of papers."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.discovering.estimate import SearchState
from wamkg.services import missing as service
from wamkg.views.missing import LEAST, FlowRow, MissingWork
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg_api.deps import Limit, json_response
from wamkg_api.errors import problems
from wamkg_api.writing import StoreDep

router = APIRouter(prefix="/missing", tags=["review"])
Least = Annotated[int, Query(ge=1, le=1000, description="Works of the survey that cite it at least.")]


@router.get("", response_model=Page[MissingWork], responses=problems(422))
def list_missing(store: StoreDep, least: Least = LEAST, limit: Limit = DEFAULT_LIMIT) -> Response:
    """Papers outside the library that many works of the survey cite, most cited first."""
    items = service.missing(store, least, limit)
    return json_response(Page(items, len(items), None))


@router.get("/estimate", response_model=SearchState, responses=problems(422))
def get_estimate(
    store: StoreDep,
    least: Least = LEAST,
    target: Annotated[
        float, Query(ge=0.01, le=0.999, description="Share of all works at which searching may stop.")
    ] = 0.95,
) -> Response:
    """How many works no route has found, by capture-recapture, with an interval; and whether searching may stop."""
    return json_response(service.estimate_unseen(store, least, target))


@router.get("/flow", response_model=Page[FlowRow], responses=problems(422))
def list_flow(store: StoreDep) -> Response:
    """How papers came into the survey and what became of them: the numbers of the flow diagram of PRISMA 2020."""
    items = service.flow(store)
    return json_response(Page(items, len(items), None))
