"""Search, and the question whether a paper is known."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from wamkg.views.matches import MOST_RECORDS, MatchItem, match_records
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.search import SearchAnswer, search
from wamkg_api.deps import FiltersDep, Limit, SessionDep, answer
from wamkg_api.errors import problems

router = APIRouter(tags=["search"])


@router.get("/search", response_model=SearchAnswer, responses=problems(404, 422))
def search_papers(
    session: SessionDep,
    filters: FiltersDep,
    mode: Annotated[Literal["text", "hybrid"], Query(description="`hybrid` joins words and vectors.")] = "text",
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """The papers that answer `q` best. Where no paper has a vector, `hybrid` answers by words and says so."""
    return answer(search(session, replace(filters, limit=limit), mode))


class MatchQuestion(BaseModel):
    """Records in the words of the project's JSON Lines; a title is enough."""

    records: list[dict[str, Any]] = Field(
        max_length=MOST_RECORDS, examples=[[{"title": "Video Language Planning", "arxiv": "2310.10625"}]]
    )


@router.post("/match", response_model=Page[MatchItem], responses=problems(422))
def match_papers(session: SessionDep, question: MatchQuestion) -> Response:
    """Do I have these papers? Reads only; needs no token."""
    items = match_records(session, question.records)
    return answer(Page(items, len(items), None))
