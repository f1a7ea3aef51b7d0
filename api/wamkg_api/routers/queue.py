"""What awaits people: suggestions and objections."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from wamkg.views.objections import ObjectionItem, objection_list
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.suggestions import SuggestionItem, suggestion_list
from wamkg.vocabulary import ObjectionStatus
from wamkg_api.deps import After, FiltersDep, Limit, SessionDep, TaxonomySlug, answer
from wamkg_api.errors import problems

router = APIRouter(tags=["review"])


@router.get("/suggestions", response_model=Page[SuggestionItem], responses=problems(404, 422))
def list_suggestions(
    session: SessionDep,
    filters: FiltersDep,
    taxonomy: TaxonomySlug = "wam",
    order: Annotated[Literal["certain", "uncertain", "newest"], Query(description="What comes first.")] = "certain",
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """What a model suggests for papers that nobody has placed, with probabilities and reasons."""
    return answer(suggestion_list(session, taxonomy, replace(filters, limit=limit, after=after), order))


@router.get("/objections", response_model=Page[ObjectionItem], responses=problems(404, 422))
def list_objections(
    session: SessionDep,
    status: Annotated[ObjectionStatus | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Disputed placements, newest first."""
    return answer(objection_list(session, status, limit, after))
