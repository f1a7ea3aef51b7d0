"""Citations between papers."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.views.citations import CitationItem, citation_page
from wamkg.views.paging import Page
from wamkg_api.deps import SessionDep, json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.queries import CitationListQuery

router = APIRouter(prefix="/citations", tags=["citations"])


@router.get("", response_model=Page[CitationItem], responses=problems(404, 422))
def list_citation_edges(session: SessionDep, query: Annotated[CitationListQuery, Query()]) -> Response:
    """Citations from one set of papers to another, with their contexts and intents. Most recently discovered first."""
    return json_response(citation_page(session, query.query(), query.limit, query.after))
