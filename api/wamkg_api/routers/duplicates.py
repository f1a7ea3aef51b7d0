"""Duplicates: pairs to judge, judgements, groups, and merging two papers."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.parameters import Word
from wamkg.reviewing.duplicates import JudgementResult
from wamkg.reviewing.paper_merge import Merge, MergedPapers
from wamkg.services import duplicates as service
from wamkg.views.duplicates import CandidateItem, JudgementItem, RecordOfWork, candidate_list, judgement_list, work_list
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg_api.access import CallerDep
from wamkg_api.deps import After, Limit, SessionDep, SettingsDep, json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.duplicates import NewJudgement, NewMerge
from wamkg_api.writing import StoreDep, person_of, writing_router

router = APIRouter(prefix="/duplicates", tags=["review"])


@router.get("", response_model=Page[CandidateItem], responses=problems(404, 422))
def list_duplicates(session: SessionDep, limit: Limit = DEFAULT_LIMIT, after: After = None) -> Response:
    """Pairs of papers that may be the same work and have not been judged, most similar first."""
    return json_response(candidate_list(session, limit, after))


@router.get("/judgements", response_model=Page[JudgementItem], responses=problems(404, 422))
def list_judgements(
    session: SessionDep,
    paper: Annotated[
        Word | None, Query(description="Only pairs with this paper.", examples=["arxiv:2302.00111"])
    ] = None,
) -> Response:
    """Judgements of pairs, newest first. Undoing its batch removes a judgement."""
    items = judgement_list(session, paper)
    return json_response(Page(items, len(items), None))


@router.get("/works", response_model=Page[list[RecordOfWork]], responses=problems(404, 422))
def list_works(session: SessionDep) -> Response:
    """Works with several papers in the store."""
    items = work_list(session)
    return json_response(Page(items, len(items), None))


writes = writing_router()


@writes.post("/duplicates/judgements", response_model=JudgementResult)
def judge_pair(store: StoreDep, caller: CallerDep, said: NewJudgement) -> Response:
    """Judge whether two papers are the same work: `same`, `different` or `unsure`. Neither paper is changed."""
    return json_response(service.judge_pair(store, person_of(caller), (said.left, said.right), said.verdict, said.note))


@writes.post("/duplicates/merges", response_model=MergedPapers)
def merge_pair(store: StoreDep, settings: SettingsDep, caller: CallerDep, wanted: NewMerge) -> Response:
    """Merge two papers: everything of `other` moves to `keep`. Undoing the batch restores both."""
    asked = Merge(**wanted.model_dump(exclude={"dry_run"}))
    return json_response(service.merge(store, settings, person_of(caller), asked, dry_run=wanted.dry_run))
