"""Objections: raise, answer and close."""

from fastapi import Response

from wamkg.reviewing.objections import (
    Closing,
    Dispute,
    ObjectionWritten,
)
from wamkg.services import objections
from wamkg_api.access import CallerDep
from wamkg_api.bodies import NewObjection, ObjectionAnswer, ObjectionClosing
from wamkg_api.deps import SettingsDep, Uid, answer
from wamkg_api.writing import StoreDep, person_of, writing_router

router = writing_router()


@router.post("/objections", status_code=201, response_model=ObjectionWritten)
def add_objection(store: StoreDep, caller: CallerDep, objection: NewObjection) -> Response:
    """Raise an objection to a paper's assignment."""
    given = objection.model_dump(exclude_none=True)
    dispute = Dispute(**{"raised_by": caller.holder.name} | given)
    return answer(objections.raise_objection(store, person_of(caller), dispute), 201)


@router.post("/objections/{uid}/answer", response_model=ObjectionWritten)
def say_to_objection(store: StoreDep, caller: CallerDep, uid: Uid, said: ObjectionAnswer) -> Response:
    """Answer an objection and leave it open."""
    return answer(objections.answer_objection(store, person_of(caller), uid, said.answer, said.version))


@router.post("/objections/{uid}/close", response_model=ObjectionWritten)
def end_objection(
    store: StoreDep, settings: SettingsDep, caller: CallerDep, uid: Uid, closing: ObjectionClosing
) -> Response:
    """Close an objection. `accepted` moves the paper to the proposed taxon in the same batch."""
    closed = Closing(**closing.model_dump())
    return answer(objections.close_objection(store, settings, person_of(caller), uid, closed))
