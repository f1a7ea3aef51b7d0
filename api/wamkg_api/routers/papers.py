"""Papers: list, search, match, one paper with its history and assignments, add and edit."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wamkg.json_types import UncheckedObject
from wamkg.parameters import MAX_IDS, Word
from wamkg.services import entities
from wamkg.views.citations import CitingItem, papers_linked_to
from wamkg.views.duplicates import MAX_RECORDS, MatchItem, match_records
from wamkg.views.history import HistoryRow, paper_history
from wamkg.views.paging import Page
from wamkg.views.paper_details import AssignmentItem, PaperDetail, assignment_list, paper_detail
from wamkg.views.papers import (
    Facets,
    PaperGroups,
    PaperItem,
    find_paper_page,
    find_sparse,
    library_facets,
    paper_groups,
    papers_by_id,
)
from wamkg.views.search import SearchResult, search
from wamkg.vocabulary import Role
from wamkg_api.access import CallerDep, ProgramDep, ReadProtectedRoute
from wamkg_api.deps import PaperId, SessionDep, json_response
from wamkg_api.errors import problems
from wamkg_api.preconditions import IfMatch, paper_revision
from wamkg_api.schemas.papers import NewPaper, PaperEdit
from wamkg_api.schemas.parameters import Address, ArxivId, Doi, S2Id
from wamkg_api.schemas.queries import LinkedPapersQuery, PaperListQuery, SearchQuery
from wamkg_api.writing import EditResponse, StoreDep, changed, person_of, writing_router

router = APIRouter(prefix="/papers", tags=["papers"])


class SparsePaper(BaseModel):
    """A paper with only the requested fields."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True)
class PaperPage:
    """A page of papers. `facets` and `groups` only on request; with `fields`, the papers have only those fields."""

    items: list[PaperItem | SparsePaper]
    total: int
    next: str | None
    facets: Facets | None = None
    groups: PaperGroups | None = None


@router.get("", response_model=PaperPage, responses=problems(404, 422))
def list_papers(
    session: SessionDep,
    query: Annotated[PaperListQuery, Query()],
) -> Response:
    """Papers, newest first. Abstracts are included only if `fields` names them."""
    names = query.names
    page: Page[Any] = find_sparse(session, query, names) if names else find_paper_page(session, query)
    body: UncheckedObject = {"items": page.items, "total": page.total, "next": page.next}
    if query.facets:
        body["facets"] = library_facets(session, query, query.facet_taxonomy)
    if query.group_by:
        body["groups"] = paper_groups(session, query, query.group_by, query.facet_taxonomy, query.group_depth)
    return json_response(body)


@router.get("/{paper_id:path}/assignments", response_model=Page[AssignmentItem], responses=problems(404, 422))
def list_assignments(
    session: SessionDep,
    paper_id: PaperId,
    ended: Annotated[bool, Query(description="Former ones too.")] = False,
) -> Response:
    """The assignments of a paper: who made them, and on what evidence."""
    items = assignment_list(session, paper_id, ended=ended)
    return json_response(Page(items, len(items), None))


@router.get("/{paper_id:path}/history", response_model=Page[HistoryRow], responses=problems(404, 422))
def list_history(session: SessionDep, paper_id: PaperId) -> Response:
    """Everything that happened to the paper, newest first."""
    items = paper_history(session, paper_id)
    return json_response(Page(items, len(items), None))


@router.get("/{paper_id:path}/citations", response_model=Page[CitingItem], responses=problems(404, 422))
def list_citations(session: SessionDep, paper_id: PaperId, asked: Annotated[LinkedPapersQuery, Query()]) -> Response:
    """Papers that cite this paper, with citation contexts. Most recently discovered first."""
    return json_response(papers_linked_to(session, paper_id, "citations", asked.since, asked.limit, asked.after))


@router.get("/{paper_id:path}/references", response_model=Page[CitingItem], responses=problems(404, 422))
def list_references(session: SessionDep, paper_id: PaperId, asked: Annotated[LinkedPapersQuery, Query()]) -> Response:
    """Papers that this paper cites, with citation contexts. Most recently discovered first."""
    return json_response(papers_linked_to(session, paper_id, "references", asked.since, asked.limit, asked.after))


@router.get("/{paper_id:path}", response_model=PaperDetail, responses=problems(404, 422))
def get_paper(session: SessionDep, program: ProgramDep, paper_id: PaperId) -> Response:
    """One paper with the sources of its values, its dates, links, assignments and suggestions."""
    return json_response(paper_detail(session, paper_id, reveal=program))


searches = APIRouter(tags=["search"], route_class=ReadProtectedRoute)


@searches.get("/search", response_model=SearchResult, responses=problems(404, 422))
def search_papers(
    session: SessionDep,
    query: Annotated[SearchQuery, Query()],
) -> Response:
    """The papers that match `q` best. If no paper has an embedding, `hybrid` searches by words and says so."""
    return json_response(search(session, query, query.mode, query.limit, query.after))


class PaperIds(BaseModel):
    """Ids of papers, of any kind."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Word] = Field(max_length=MAX_IDS, examples=[["arxiv:2302.00111", "doi:10.1000/182", "du2023unipi"]])


@searches.post("/papers/batch", response_model=Page[PaperItem | None], responses=problems(404, 422))
def get_papers(session: SessionDep, asked: PaperIds) -> Response:
    """Papers by their ids, in the same order; `null` for an unknown id. Reads only; needs no token."""
    items = papers_by_id(session, asked.ids)
    return json_response(Page(items, len(items), None))


class MatchRecord(BaseModel):
    """A paper, with the keys of the project's JSON Lines format. A title or an id is enough."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string"}}}
                for name in ("title", "arxiv", "doi", "s2")
            ]
        },
    )

    title: Annotated[Word, StringConstraints(pattern=r"^[^\x00]*[0-9A-Za-z][^\x00]*$")] | None = None
    authors: list[Word] = Field(default_factory=list, max_length=1000)
    arxiv: ArxivId | None = None
    doi: Doi | None = None
    s2: S2Id | None = None
    year: int | None = Field(default=None, ge=1800, le=2100)
    url: Address | None = None


class MatchQuestion(BaseModel):
    """The records to match."""

    records: list[MatchRecord] = Field(
        max_length=MAX_RECORDS, examples=[[{"title": "Video Language Planning", "arxiv": "2310.10625"}]]
    )


@searches.post("/match", response_model=Page[MatchItem], responses=problems(422))
def match_papers(session: SessionDep, question: MatchQuestion) -> Response:
    """Find out which of these papers are in the library. Reads only; needs no token."""
    items = match_records(session, [record.model_dump(exclude_none=True) for record in question.records])
    return json_response(Page(items, len(items), None))


writes = writing_router(Role.CURATOR, 412)


@writes.post("/papers", status_code=201, response_model=EditResponse)
def add_paper(store: StoreDep, caller: CallerDep, paper: NewPaper) -> Response:
    """Add a paper by hand."""
    return json_response(changed(entities.add(store, person_of(caller), "paper", paper.record(), paper.why)), 201)


@writes.patch("/papers/{paper_id:path}", response_model=EditResponse)
def edit_paper(
    store: StoreDep, caller: CallerDep, paper_id: PaperId, edit: PaperEdit, if_match: IfMatch = None
) -> Response:
    """Set fields of a paper. Later imports do not overwrite them. `null` removes the value you set before."""
    revision = paper_revision(store, paper_id, edit.revision, if_match)
    return json_response(
        changed(entities.set_values(store, person_of(caller), paper_id, edit.values(), edit.why, revision))
    )
