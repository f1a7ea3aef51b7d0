"""Rounds of blind review, as the caller may see them, and agreement between reviewers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from wamkg.reviewing.agreement_shapes import Agreement
from wamkg.views.paging import Page
from wamkg.views.rounds import QueuedPaper, RoundItem, round_detail, round_list, round_queue
from wamkg_api.access import identify
from wamkg_api.deps import RoundPath, SessionDep, TaxonomySlug, answer
from wamkg_api.errors import problems
from wamkg_api.forms import Word

router = APIRouter(tags=["review"])


def _reviewer(request: Request) -> str | None:
    """Name of the caller; no other caller has it."""
    caller = identify(request)
    return caller.holder.name if caller is not None else None


@router.get("/rounds", response_model=Page[RoundItem], responses=problems(404, 422))
def list_rounds(session: SessionDep) -> Response:
    """Blind review rounds with their progress, oldest first."""
    items = round_list(session)
    return answer(Page(items, len(items), None))


@router.get("/rounds/{name}/papers", response_model=Page[QueuedPaper], responses=problems(404, 422))
def list_round_papers(
    session: SessionDep, name: RoundPath, reviewer: Annotated[str | None, Depends(_reviewer)]
) -> Response:
    """The papers of a round with the votes you may see: your own, and the others' once voting has ended."""
    items = round_queue(session, name, reviewer)
    shown = answer(Page(items, len(items), None))
    if reviewer is not None:
        shown.headers["Cache-Control"] = "private, no-store"
    return shown


@router.get("/rounds/{name}", response_model=RoundItem, responses=problems(404, 422))
def get_round(session: SessionDep, name: RoundPath) -> Response:
    """One round and its progress."""
    return answer(round_detail(session, name))


@router.get("/agreement", response_model=Agreement, responses=problems(404, 422))
def get_agreement(
    session: SessionDep,
    taxonomy: TaxonomySlug = "wam",
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
        return answer(agreement_of_decisions(session, taxonomy))
    return answer(agreement_of_rounds(session, taxonomy, round_name))
