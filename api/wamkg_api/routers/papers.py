"""Papers: list, details, assignments and history."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from wamkg.views.citing import CitingItem, citing_list
from wamkg.views.history import HistoryRow, paper_history
from wamkg.views.library import Facets, find_library, find_sparse, library_facets, moment
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.paper import AssignmentItem, PaperDetail, assignment_list, paper_detail
from wamkg.views.papers import PaperItem
from wamkg_api.access import ProgramDep
from wamkg_api.deps import After, FiltersDep, Limit, PaperId, SessionDep, Sort, answer
from wamkg_api.errors import problems
from wamkg_api.forms import FieldList, MomentText, Word

router = APIRouter(prefix="/papers", tags=["papers"])


class SparsePaper(BaseModel):
    """A paper with only the requested fields."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True)
class PaperPage:
    """A page of papers. `facets` only on request; with `fields`, the papers have only those fields."""

    items: list[PaperItem | SparsePaper]
    total: int
    next: str | None
    facets: Facets | None = None


@router.get("", response_model=PaperPage, responses=problems(404, 422))
def list_papers(
    session: SessionDep,
    filters: FiltersDep,
    sort: Annotated[Sort | None, Query(description="`relevance` if `q` is given, else `-date`.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    doi: Annotated[Word | None, Query()] = None,
    arxiv: Annotated[Word | None, Query()] = None,
    s2: Annotated[Word | None, Query()] = None,
    fields: Annotated[
        FieldList | None, Query(description="Only these, parted by commas; `abstract` and `summary` too.")
    ] = None,
    facets: Annotated[bool, Query(description="Count what each further choice would leave.")] = False,
    facet_taxonomy: Annotated[Word, Query(description="Taxonomy of the taxon facet.")] = "wam",
) -> Response:
    """Papers, newest first. Abstracts are included only if `fields` names them."""
    names = tuple(name for name in (fields or "").split(",") if name)
    query = replace(
        filters, sort=sort, limit=limit, after=after, doi=doi, arxiv=arxiv, s2=s2, fields=names
    )  # fmt: skip
    page: Page[Any] = find_sparse(session, query) if names else find_library(session, query)
    body: dict[str, Any] = {"items": page.items, "total": page.total, "next": page.next}
    if facets:
        body["facets"] = library_facets(session, query, facet_taxonomy)
    return answer(body)


@router.get("/{paper_id:path}/assignments", response_model=Page[AssignmentItem], responses=problems(404, 422))
def list_assignments(
    session: SessionDep,
    paper_id: PaperId,
    ended: Annotated[bool, Query(description="Former ones too.")] = False,
) -> Response:
    """The assignments of a paper: who made them, and on what evidence."""
    items = assignment_list(session, paper_id, ended=ended)
    return answer(Page(items, len(items), None))


@router.get("/{paper_id:path}/history", response_model=Page[HistoryRow], responses=problems(404, 422))
def list_history(session: SessionDep, paper_id: PaperId) -> Response:
    """Everything that happened to the paper, newest first."""
    items = paper_history(session, paper_id)
    return answer(Page(items, len(items), None))


@router.get("/{paper_id:path}/citations", response_model=Page[CitingItem], responses=problems(404, 422))
def list_citations(
    session: SessionDep,
    paper_id: PaperId,
    first_seen_since: Annotated[MomentText | None, Query(description="Learnt of since a date or a time.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Papers that cite this paper, with citation contexts. Most recently discovered first."""
    return answer(citing_list(session, paper_id, moment(first_seen_since, "first_seen_since"), limit, after))


@router.get("/{paper_id:path}", response_model=PaperDetail, responses=problems(404, 422))
def get_paper(session: SessionDep, program: ProgramDep, paper_id: PaperId) -> Response:
    """One paper with the sources of its values, its dates, links, assignments and suggestions."""
    return answer(paper_detail(session, paper_id, reveal=program))
