"""What awaits people: suggestions and objections. Also the decisions they made."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from wamkg.exporting.disputes import agenda_text, reply_text
from wamkg.reviewing.bias import Bias, automation_bias
from wamkg.reviewing.decision_lines import export_decisions
from wamkg.views.objections import ObjectionItem, agenda, dispute_detail, objection_list
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.queue import QueueItem, queue_page
from wamkg.views.rounds import differing_votes
from wamkg.views.suggestions import SuggestionItem, suggestion_list
from wamkg.vocabulary import ObjectionStatus
from wamkg_api.access import ProgramDep
from wamkg_api.deps import After, FiltersDep, Limit, SessionDep, TaxonomySlug, Uid, answer
from wamkg_api.errors import problems

router = APIRouter(tags=["review"])
_TEXT, _NDJSON = "text/markdown; charset=utf-8", "application/x-ndjson"
_MARKDOWN: dict[int | str, dict[str, Any]] = {200: {"content": {_TEXT: {"schema": {"type": "string"}}}}}
_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {_NDJSON: {"schema": {"type": "string"}}}}}


@router.get("/suggestions", response_model=Page[SuggestionItem], responses=problems(404, 422))
def list_suggestions(
    session: SessionDep,
    filters: FiltersDep,
    program: ProgramDep,
    taxonomy: TaxonomySlug = "wam",
    order: Annotated[Literal["certain", "uncertain", "newest"], Query(description="What comes first.")] = "certain",
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Suggestions for papers without an assignment. One suggestion in ten is held out and shown only to program
    tokens.
    """
    query = replace(filters, limit=limit, after=after)
    return answer(suggestion_list(session, taxonomy, query, order, reveal=program))


@router.get("/queue", response_model=Page[QueueItem], responses=problems(404, 422))
def get_queue(
    session: SessionDep,
    filters: FiltersDep,
    taxonomy: TaxonomySlug = "wam",
    order: Annotated[
        Literal["certain", "uncertain", "against", "novel", "cited", "thin", "newest"],
        Query(description="What comes first."),
    ] = "uncertain",
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Papers waiting for a decision; versions of one work are one item. One suggestion in ten is hidden until a
    decision.
    """
    return answer(queue_page(session, taxonomy, replace(filters, limit=limit, after=after), order))


@router.get("/queue/bias", response_model=Bias, responses=problems(404, 422))
def get_bias(session: SessionDep, taxonomy: TaxonomySlug = "wam") -> Response:
    """How often people agree with suggestions they saw before deciding, and with suggestions that were hidden."""
    return answer(automation_bias(session, taxonomy))


@router.get("/objections/agenda", response_class=Response, responses={**problems(404, 422), **_MARKDOWN})
def get_agenda(session: SessionDep) -> Response:
    """The agenda in Markdown: every open objection, and papers on which votes differ."""
    return Response(agenda_text(agenda(session), differing_votes(session)), media_type=_TEXT)


@router.get("/objections/{uid}/reply", response_class=Response, responses={**problems(404, 422), **_MARKDOWN})
def get_reply(session: SessionDep, uid: Uid) -> Response:
    """A reply in Markdown to paste where the objection was raised: criterion, quote, exemplars and decision."""
    return Response(reply_text(dispute_detail(session, uid)), media_type=_TEXT)


@router.get("/decisions", response_class=Response, responses={**problems(404, 422), **_LINES})
def list_decisions(session: SessionDep) -> Response:
    """Every decision as JSON Lines, which git can merge. Import them with `wamkg decisions import`."""
    return Response("".join(f"{line}\n" for line in export_decisions(session)), media_type=_NDJSON)


@router.get("/objections", response_model=Page[ObjectionItem], responses=problems(404, 422))
def list_objections(
    session: SessionDep,
    status: Annotated[ObjectionStatus | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Objections, newest first."""
    return answer(objection_list(session, status, limit, after))
