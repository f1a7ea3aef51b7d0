"""What the routes of discovery found."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.parameters import Word
from wamkg.views.discovery import DiscoveryItem, discovery_list
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.vocabulary import NEW_FINDS, DiscoveryOutcome
from wamkg_api.deps import Limit, SessionDep, json_response
from wamkg_api.errors import problems

router = APIRouter(tags=["review"])


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
