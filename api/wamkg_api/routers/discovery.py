"""What the routes of discovery found."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.discovering.apply import FindAdded
from wamkg.parameters import Word
from wamkg.services.discovery import add_find
from wamkg.views.discovery import DiscoveryItem, discovery_list
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.vocabulary import NEW_FINDS, DiscoveryOutcome, Role
from wamkg_api.access import CallerDep
from wamkg_api.deps import Limit, SessionDep, Uid, json_response
from wamkg_api.errors import problems
from wamkg_api.writing import StoreDep, person_of, writing_router

router = APIRouter(tags=["review"])
writes = writing_router(Role.CURATOR)


@router.get("/discoveries", response_model=Page[DiscoveryItem], responses=problems(422))
def list_discoveries(
    session: SessionDep,
    outcome: Annotated[list[DiscoveryOutcome] | None, Query(description="Default: what to look at.")] = None,
    route: Annotated[list[Word] | None, Query(description="Only of these routes.", examples=[["citing"]])] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Papers that the routes of discovery found, of the newest reading first. `POST jobs/discover` reads the routes."""
    items = discovery_list(session, outcome or NEW_FINDS, route or (), limit)
    return json_response(Page(items, len(items), None))


@writes.post("/discoveries/{uid}/add", response_model=FindAdded)
def post_find(store: StoreDep, caller: CallerDep, uid: Uid) -> Response:
    """Add a find that was set aside to the review queue. One batch; it can be undone."""
    return json_response(add_find(store, person_of(caller), uid))
