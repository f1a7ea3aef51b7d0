"""Duplicates: pairs of papers to judge, judgements, and groups of papers that are one work."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.works import CandidateItem, JudgementItem, RecordOfWork, candidate_list, judgement_list, work_list
from wamkg_api.deps import After, Limit, SessionDep, answer
from wamkg_api.errors import problems
from wamkg_api.forms import Word

router = APIRouter(prefix="/duplicates", tags=["review"])


@router.get("", response_model=Page[CandidateItem], responses=problems(404, 422))
def list_duplicates(session: SessionDep, limit: Limit = DEFAULT_LIMIT, after: After = None) -> Response:
    """Pairs of papers that may be the same work and have not been judged, most similar first."""
    return answer(candidate_list(session, limit, after))


@router.get("/judgements", response_model=Page[JudgementItem], responses=problems(404, 422))
def list_judgements(
    session: SessionDep,
    paper: Annotated[
        Word | None, Query(description="Only pairs with this paper.", examples=["arxiv:2302.00111"])
    ] = None,
) -> Response:
    """Judgements of pairs, newest first. Undoing its batch removes a judgement."""
    items = judgement_list(session, paper)
    return answer(Page(items, len(items), None))


@router.get("/works", response_model=Page[list[RecordOfWork]], responses=problems(404, 422))
def list_works(session: SessionDep) -> Response:
    """Works with several papers in the store."""
    items = work_list(session)
    return answer(Page(items, len(items), None))
