"""Classes that others propose. Everyone may read them, a proposer may send them, and people answer them."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from wamkg.parameters import Word
from wamkg.reviewing.proposals import ProposalAnswered, ProposalReport
from wamkg.services.proposals import accept_proposal, close_proposal, propose_rows
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.proposals import ProposalItem, ProposalQuery, proposal_list
from wamkg.vocabulary import ProposalStatus, Role
from wamkg_api.access import CallerDep
from wamkg_api.deps import After, Limit, SessionDep, SettingsDep, Uid, json_response
from wamkg_api.errors import problems
from wamkg_api.schemas.proposals import NewProposals, ProposalAcceptance, ProposalAnswer
from wamkg_api.writing import StoreDep, person_of, writer_of, writing_router

router = APIRouter(prefix="/proposals", tags=["review"])
offers = writing_router(Role.PROPOSER)
writes = writing_router(Role.CURATOR)


@router.get("", response_model=Page[ProposalItem], responses=problems(404, 422))
def list_proposals(
    session: SessionDep,
    status: Annotated[ProposalStatus | None, Query(description="Only proposals of this status.")] = None,
    paper: Annotated[Word | None, Query(description="Only for this paper.", examples=["arxiv:2302.00111"])] = None,
    taxonomy: Annotated[Word | None, Query(description="Only of this taxonomy.")] = None,
    proposed_by: Annotated[Word | None, Query(description="Only by this person or program.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Proposals, newest first. Class and quote are empty where suggestions are hidden."""
    return json_response(proposal_list(session, ProposalQuery(status, paper, taxonomy, proposed_by), limit, after))


@offers.post("/proposals", status_code=201, response_model=ProposalReport)
def add_proposals(store: StoreDep, caller: CallerDep, sent: NewProposals) -> Response:
    """Propose classes for papers. Nothing is decided: a curator accepts or declines each. A quote that is not in the
    abstract, and every other line that is wrong, is refused and listed with its number; the others are taken as one
    batch. 409 if none is.
    """
    rows = [each.model_dump(exclude_none=True) for each in sent.items]
    return json_response(propose_rows(store, writer_of(caller), rows), 201)


@writes.post("/proposals/{uid}/accept", response_model=ProposalAnswered)
def post_acceptance(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    uid: Uid,
    seen: Annotated[ProposalAcceptance, Body(default_factory=ProposalAcceptance)],
) -> Response:
    """Decide on the paper as a proposal says, in one batch that can be undone."""
    return json_response(accept_proposal(store, settings, person_of(caller), uid, seen.revision))


@writes.post("/proposals/{uid}/decline", response_model=ProposalAnswered)
def post_refusal(
    store: StoreDep,
    caller: CallerDep,
    uid: Uid,
    said: Annotated[ProposalAnswer, Body(default_factory=ProposalAnswer)],
) -> Response:
    """Decline a proposal; the paper stays as it is."""
    answered = close_proposal(store, person_of(caller), uid, ProposalStatus.DECLINED, said.why, said.revision)
    return json_response(answered)
