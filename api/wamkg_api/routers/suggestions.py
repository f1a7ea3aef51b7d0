"""Suggestions and the review queue."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.reviewing.holdout import AutomationBias, automation_bias
from wamkg.views.paging import Page
from wamkg.views.suggestions import QueueItem, SuggestionItem, queue_page, suggestion_list
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.access import ProgramDep
from wamkg_api.deps import SessionDep, TaxonomySlug, json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.queries import QueueQuery, SuggestionListQuery

router = APIRouter(tags=["review"])


@router.get("/suggestions", response_model=Page[SuggestionItem], responses=problems(404, 422))
def list_suggestions(
    session: SessionDep,
    query: Annotated[SuggestionListQuery, Query()],
    program: ProgramDep,
) -> Response:
    """Suggestions for papers without an assignment. One suggestion in ten is held out and shown only to program
    tokens.
    """
    return json_response(suggestion_list(session, query.taxonomy, query, query.order, reveal=program))


@router.get("/queue", response_model=Page[QueueItem], responses=problems(404, 422))
def get_queue(
    session: SessionDep,
    query: Annotated[QueueQuery, Query()],
) -> Response:
    """Papers waiting for a decision; versions of one work are one item. One suggestion in ten is hidden until a
    decision.
    """
    return json_response(queue_page(session, query.taxonomy, query, query.order))


@router.get("/queue/bias", response_model=AutomationBias, responses=problems(404, 422))
def get_bias(session: SessionDep, taxonomy: TaxonomySlug = MAIN_TAXONOMY) -> Response:
    """How often people agree with suggestions they saw before deciding, and with suggestions that were hidden."""
    return json_response(automation_bias(session, taxonomy))
