"""Search, and matching of records against the library."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wamkg.views.matches import MOST_RECORDS, MatchItem, match_records
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.search import SearchAnswer, search
from wamkg_api.access import Closable
from wamkg_api.deps import FiltersDep, Limit, SessionDep, answer
from wamkg_api.errors import problems
from wamkg_api.forms import Address, ArxivId, Doi, S2Id, Word

router = APIRouter(tags=["search"], route_class=Closable)


@router.get("/search", response_model=SearchAnswer, responses=problems(404, 422))
def search_papers(
    session: SessionDep,
    filters: FiltersDep,
    mode: Annotated[Literal["text", "hybrid"], Query(description="`hybrid` joins words and vectors.")] = "text",
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """The papers that match `q` best. If no paper has an embedding, `hybrid` searches by words and says so."""
    return answer(search(session, replace(filters, limit=limit), mode))


class MatchRecord(BaseModel):
    """A paper, with the keys of the project's JSON Lines format. A title is enough."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[Word, StringConstraints(pattern=r"^[^\x00]*[0-9A-Za-z][^\x00]*$")]
    authors: list[Word] = Field(default_factory=list, max_length=1000)
    arxiv: ArxivId | None = None
    doi: Doi | None = None
    s2: S2Id | None = None
    year: int | None = Field(default=None, ge=1800, le=2100)
    url: Address | None = None


class MatchQuestion(BaseModel):
    """The records to match."""

    records: list[MatchRecord] = Field(
        max_length=MOST_RECORDS, examples=[[{"title": "Video Language Planning", "arxiv": "2310.10625"}]]
    )


@router.post("/match", response_model=Page[MatchItem], responses=problems(422))
def match_papers(session: SessionDep, question: MatchQuestion) -> Response:
    """Find out which of these papers are in the library. Reads only; needs no token."""
    items = match_records(session, [record.model_dump(exclude_none=True) for record in question.records])
    return answer(Page(items, len(items), None))
