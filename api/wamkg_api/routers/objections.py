"""Objections: list, raise, answer and close them; the agenda and the reply."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from wamkg.exporting.objection_texts import agenda_text, reply_text
from wamkg.reviewing.objections import ObjectionDraft, ObjectionOutcome, ObjectionResult
from wamkg.services import objections
from wamkg.views.objections import ObjectionItem, agenda, objection_detail, objection_list
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.rounds import differing_votes
from wamkg.vocabulary import ObjectionStatus
from wamkg_api.access import CallerDep
from wamkg_api.deps import After, Limit, SessionDep, SettingsDep, Uid, json_response
from wamkg_api.errors import Responses, problems
from wamkg_api.schemas.objections import NewObjection, ObjectionAnswer, ObjectionClosing
from wamkg_api.writing import StoreDep, person_of, writing_router

writes = writing_router()


@writes.post("/objections", status_code=201, response_model=ObjectionResult)
def add_objection(store: StoreDep, caller: CallerDep, objection: NewObjection) -> Response:
    """Raise an objection to a paper's assignment."""
    given = objection.model_dump(exclude_none=True)
    draft = ObjectionDraft(**{"raised_by": caller.holder.name} | given)
    return json_response(objections.raise_objection(store, person_of(caller), draft), 201)


@writes.post("/objections/{uid}/answer", response_model=ObjectionResult)
def answer_objection(store: StoreDep, caller: CallerDep, uid: Uid, said: ObjectionAnswer) -> Response:
    """Answer an objection and leave it open."""
    return json_response(objections.answer_objection(store, person_of(caller), uid, said.answer, said.revision))


@writes.post("/objections/{uid}/close", response_model=ObjectionResult)
def close_objection(
    store: StoreDep, settings: SettingsDep, caller: CallerDep, uid: Uid, closing: ObjectionClosing
) -> Response:
    """Close an objection. `accepted` moves the paper to the proposed taxon in the same batch."""
    closed = ObjectionOutcome(**closing.model_dump())
    return json_response(objections.close_objection(store, settings, person_of(caller), uid, closed))


router = APIRouter(tags=["review"])


_TEXT = "text/markdown; charset=utf-8"


_MARKDOWN: Responses = {200: {"content": {_TEXT: {"schema": {"type": "string"}}}}}


@router.get("/objections/agenda", response_class=Response, responses={**problems(404, 422), **_MARKDOWN})
def get_agenda(session: SessionDep) -> Response:
    """The agenda in Markdown: every open objection, and papers on which votes differ."""
    return Response(agenda_text(agenda(session), differing_votes(session)), media_type=_TEXT)


@router.get("/objections/{uid}/reply", response_class=Response, responses={**problems(404, 422), **_MARKDOWN})
def get_reply(session: SessionDep, uid: Uid) -> Response:
    """A reply in Markdown to paste where the objection was raised: criterion, quote, exemplars and decision."""
    return Response(reply_text(objection_detail(session, uid)), media_type=_TEXT)


@router.get("/objections", response_model=Page[ObjectionItem], responses=problems(404, 422))
def list_objections(
    session: SessionDep,
    status: Annotated[ObjectionStatus | None, Query(description="Only objections of this status.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Response:
    """Objections, newest first."""
    return json_response(objection_list(session, status, limit, after))
