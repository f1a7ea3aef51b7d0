"""Rounds of blind review: open, vote, adjudicate and close."""

from typing import Any

from fastapi import Response

from wamkg.reviewing.decision import Decision
from wamkg.reviewing.rounds import (
    Adjudicated,
    NewRound,
    RoundWritten,
    Voted,
)
from wamkg.services import rounds
from wamkg.views.rounds import round_detail
from wamkg.vocabulary import Role
from wamkg_api.access import CallerDep
from wamkg_api.bodies import Body
from wamkg_api.bodies_curating import ClosedRound, NewAdjudication, NewVote, OpenedRound
from wamkg_api.deps import RoundPath, SettingsDep, answer
from wamkg_api.preconditions import IfMatch, paper_version, seen_version
from wamkg_api.writing import StoreDep, person_of, writing_router

router = writing_router(Role.CURATOR, 412)


def _decision(said: Body, **more: Any) -> Decision:
    given = said.model_dump(exclude_none=True, exclude={"agreed"})
    return Decision(**given | {"also": tuple(given.get("also", ()))} | more)


@router.post("/rounds", status_code=201, response_model=RoundWritten)
def begin_round(store: StoreDep, caller: CallerDep, opened: OpenedRound) -> Response:
    """Open a round: several people vote on the same papers without seeing each other's votes."""
    new = NewRound(
        name=opened.name, reviewers=tuple(opened.reviewers), taxonomy=opened.taxonomy, papers=tuple(opened.papers),
        note=opened.note,
    )  # fmt: skip
    return answer(rounds.open_round(store, person_of(caller), new), 201)


@router.post("/rounds/{name}/votes", response_model=Voted)
def vote(store: StoreDep, caller: CallerDep, name: RoundPath, said: NewVote) -> Response:
    """Cast your vote, or replace it while the others' votes are hidden."""
    return answer(rounds.cast_vote(store, person_of(caller), name, _decision(said)))


@router.post("/rounds/{name}/adjudications", status_code=201, response_model=Adjudicated)
def settle_votes(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    name: RoundPath,
    said: NewAdjudication,
    if_match: IfMatch = None,
) -> Response:
    """Make the final decision on a paper of a round. `If-Match` refers to the paper."""
    decision = _decision(said, version=paper_version(store, said.paper, said.version, if_match))
    return answer(rounds.adjudicate(store, settings, person_of(caller), name, decision, agreed=said.agreed), 201)


@router.post("/rounds/{name}/close", response_model=RoundWritten)
def end_round(
    store: StoreDep, caller: CallerDep, name: RoundPath, closed: ClosedRound | None = None, if_match: IfMatch = None
) -> Response:
    """Close a round: voting ends and all votes become visible."""
    said = closed or ClosedRound()
    with store.reading() as session:
        seen = seen_version(if_match, round_detail(session, name), "somebody voted, decided or closed it")
    version = seen if said.version is None else said.version
    return answer(rounds.close_round(store, person_of(caller), name, said.why, version))
