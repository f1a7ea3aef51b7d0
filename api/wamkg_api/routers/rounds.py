"""Rounds of blind review: open, vote, adjudicate, close, and measure agreement."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Body as RequestBody

from wamkg.parameters import Word
from wamkg.reviewing.agreement_report import Agreement
from wamkg.reviewing.rounds import AdjudicationResult, NewRound, RoundResult, VoteResult
from wamkg.reviewing.verdicts import Decision
from wamkg.services import rounds
from wamkg.views.paging import Page
from wamkg.views.rounds import QueuedPaper, RoundItem, round_detail, round_list, round_queue
from wamkg.vocabulary import MAIN_TAXONOMY, Role
from wamkg_api.access import CallerDep, authenticate
from wamkg_api.deps import RoundPath, SessionDep, SettingsDep, TaxonomySlug, json_response
from wamkg_api.errors import problems
from wamkg_api.preconditions import IfMatch, paper_revision, required_revision
from wamkg_api.schemas.base import Body
from wamkg_api.schemas.rounds import NewAdjudication, NewVote, RoundBody, RoundClosing
from wamkg_api.writing import StoreDep, person_of, writing_router

router = APIRouter(tags=["review"])


def _reviewer(request: Request) -> str | None:
    """Name of the caller; no other caller has it."""
    caller = authenticate(request)
    return caller.holder.name if caller is not None else None


@router.get("/rounds", response_model=Page[RoundItem], responses=problems(404, 422))
def list_rounds(session: SessionDep) -> Response:
    """Blind review rounds with their progress, oldest first."""
    items = round_list(session)
    return json_response(Page(items, len(items), None))


@router.get("/rounds/{name}/papers", response_model=Page[QueuedPaper], responses=problems(404, 422))
def list_round_papers(
    session: SessionDep, name: RoundPath, reviewer: Annotated[str | None, Depends(_reviewer)]
) -> Response:
    """The papers of a round with the votes you may see: your own, and the others' once voting has ended."""
    items = round_queue(session, name, reviewer)
    shown = json_response(Page(items, len(items), None))
    if reviewer is not None:
        shown.headers["Cache-Control"] = "private, no-store"
    return shown


@router.get("/rounds/{name}", response_model=RoundItem, responses=problems(404, 422))
def get_round(session: SessionDep, name: RoundPath) -> Response:
    """One round and its progress."""
    return json_response(round_detail(session, name))


@router.get("/agreement", response_model=Agreement, responses=problems(404, 422))
def get_agreement(
    session: SessionDep,
    taxonomy: TaxonomySlug = MAIN_TAXONOMY,
    round_name: Annotated[Word | None, Query(alias="round", description="Only the votes of this round.")] = None,
    of: Annotated[
        Literal["rounds", "decisions"],
        Query(description="`decisions`: those made without knowledge of each other, as in two copies of the store."),
    ] = "rounds",
) -> Response:
    """Cohen's kappa and Krippendorff's alpha: overall, by level and by taxon. Only visible votes are counted."""
    # Loads numpy, which no other route does.
    from wamkg.reviewing.agreement import agreement_of_decisions, agreement_of_rounds

    if of == "decisions" and round_name is None:
        return json_response(agreement_of_decisions(session, taxonomy))
    return json_response(agreement_of_rounds(session, taxonomy, round_name))


writes = writing_router(Role.CURATOR, 412)


def _decision(said: Body, **more: Any) -> Decision:
    given = said.model_dump(exclude_none=True, exclude={"agreed"})
    return Decision(**given | {"also": tuple(given.get("also", ()))} | more)


@writes.post("/rounds", status_code=201, response_model=RoundResult)
def open_round(store: StoreDep, caller: CallerDep, opened: RoundBody) -> Response:
    """Open a round: several people vote on the same papers without seeing each other's votes."""
    new = NewRound(
        name=opened.name, reviewers=tuple(opened.reviewers), taxonomy=opened.taxonomy, papers=tuple(opened.papers),
        note=opened.note,
    )  # fmt: skip
    return json_response(rounds.open_round(store, person_of(caller), new), 201)


@writes.post("/rounds/{name}/votes", response_model=VoteResult)
def vote(store: StoreDep, caller: CallerDep, name: RoundPath, said: NewVote) -> Response:
    """Cast your vote, or replace it while the others' votes are hidden."""
    return json_response(rounds.cast_vote(store, person_of(caller), name, _decision(said)))


@writes.post("/rounds/{name}/adjudications", status_code=201, response_model=AdjudicationResult)
def adjudicate(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    name: RoundPath,
    said: NewAdjudication,
    if_match: IfMatch = None,
) -> Response:
    """Make the final decision on a paper of a round. `If-Match` refers to the paper."""
    decision = _decision(said, revision=paper_revision(store, said.paper, said.revision, if_match))
    return json_response(rounds.adjudicate(store, settings, person_of(caller), name, decision, agreed=said.agreed), 201)


@writes.post("/rounds/{name}/close", response_model=RoundResult)
def close_round(
    store: StoreDep,
    caller: CallerDep,
    name: RoundPath,
    said: Annotated[RoundClosing, RequestBody(default_factory=RoundClosing)],
    if_match: IfMatch = None,
) -> Response:
    """Close a round: voting ends and all votes become visible."""
    with store.reading() as session:
        seen = required_revision(if_match, round_detail(session, name), "somebody voted, decided or closed it")
    revision = seen if said.revision is None else said.revision
    return json_response(rounds.close_round(store, person_of(caller), name, said.why, revision))
