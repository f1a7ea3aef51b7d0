"""Suggestions and the review queue."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from wamkg.reviewing.holdout import AutomationBias, automation_bias
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.suggestions import QueueItem, SuggestionItem, queue_page, suggestion_list
from wamkg_api.access import ProgramDep
from wamkg_api.deps import After, FiltersDep, Limit, SessionDep, TaxonomySlug, json_response
from wamkg_api.errors import problems

router = APIRouter(tags=["review"])


@router.get("/suggestions", response_model=Page[SuggestionItem], responses=problems(404, 422))
def list_suggestions(
    session: SessionDep,
    filters: FiltersDep,
    program: ProgramDep,
    taxonomy: TaxonomySlug = "wam",
    order: Annotated[Literal["certain", "uncertain", "newest"], Query(description="What comes first.")] = "certain",
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Suggestions for papers without an assignment. One suggestion in ten is held out and shown only to program
    tokens.
    """
    query = replace(filters, limit=limit, after=after)
    return json_response(suggestion_list(session, taxonomy, query, order, reveal=program))


@router.get("/queue", response_model=Page[QueueItem], responses=problems(404, 422))
def get_queue(
    session: SessionDep,
    filters: FiltersDep,
    taxonomy: TaxonomySlug = "wam",
    order: Annotated[
        Literal["certain", "uncertain", "against", "novel", "cited", "thin", "newest"],
        Query(description="What comes first."),
    ] = "uncertain",
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Papers waiting for a decision; versions of one work are one item. One suggestion in ten is hidden until a
    decision.
    """
    return json_response(queue_page(session, taxonomy, replace(filters, limit=limit, after=after), order))


@router.get("/queue/bias", response_model=AutomationBias, responses=problems(404, 422))
def get_bias(session: SessionDep, taxonomy: TaxonomySlug = "wam") -> Response:
    """How often people agree with suggestions they saw before deciding, and with suggestions that were hidden."""
    return json_response(automation_bias(session, taxonomy))
