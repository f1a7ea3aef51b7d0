"""Judgements on pairs of papers, and merging of two papers."""

from fastapi import Response

from wamkg.reviewing.judge import Judged, judge
from wamkg.reviewing.merge_papers import Merge, MergedPapers
from wamkg.services.duplicates import merge
from wamkg_api.access import CallerDep
from wamkg_api.bodies_curating import NewJudgement, NewMerge
from wamkg_api.deps import SettingsDep, answer
from wamkg_api.writing import StoreDep, person_of, writing_router

router = writing_router()


@router.post("/duplicates/judgements", response_model=Judged)
def judge_pair(store: StoreDep, caller: CallerDep, said: NewJudgement) -> Response:
    """Judge whether two papers are the same work: `same`, `different` or `unsure`. Neither paper is changed."""
    with store.writing() as session:
        person = person_of(caller).actor(session)
        return answer(judge(session, person, (said.left, said.right), said.verdict, said.note))


@router.post("/duplicates/merges", response_model=MergedPapers)
def merge_pair(store: StoreDep, settings: SettingsDep, caller: CallerDep, wanted: NewMerge) -> Response:
    """Merge two papers: everything of `other` moves to `keep`. Undoing the batch restores both."""
    asked = Merge(**wanted.model_dump(exclude={"dry_run"}))
    return answer(merge(store, settings, person_of(caller), asked, dry_run=wanted.dry_run))
