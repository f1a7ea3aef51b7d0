"""Judging whether two records are one work."""

from fastapi import Response

from wamkg.reviewing.judge import Judged, judge
from wamkg_api.access import CallerDep
from wamkg_api.bodies_curating import NewJudgement
from wamkg_api.deps import answer
from wamkg_api.writing import StoreDep, person_of, writing_router

router = writing_router()


@router.post("/duplicates/judgements", response_model=Judged)
def judge_pair(store: StoreDep, caller: CallerDep, said: NewJudgement) -> Response:
    """Say whether two records are one work: `same`, `different` or `unsure`; both stay as they are."""
    with store.writing() as session:
        person = person_of(caller).actor(session)
        return answer(judge(session, person, (said.left, said.right), said.verdict, said.note))
