"""Objections: raised, answered and closed."""

from fastapi import Response

from wamkg.jobs.refit import learn
from wamkg.reviewing.objections import (
    Closing,
    Dispute,
    ObjectionWritten,
    answer_objection,
    close_objection,
    raise_objection,
)
from wamkg_api.access import CallerDep
from wamkg_api.bodies import NewObjection, ObjectionAnswer, ObjectionClosing
from wamkg_api.deps import SettingsDep, Uid, answer
from wamkg_api.writing import StoreDep, person_of, writing_router

router = writing_router()


@router.post("/objections", status_code=201, response_model=ObjectionWritten)
def add_objection(store: StoreDep, caller: CallerDep, objection: NewObjection) -> Response:
    """Record that somebody disputes where a paper stands."""
    given = objection.model_dump(exclude_none=True)
    dispute = Dispute(**{"raised_by": caller.holder.name} | given)
    with store.writing() as session:
        return answer(raise_objection(session, person_of(session, caller), dispute), 201)


@router.post("/objections/{uid}/answer", response_model=ObjectionWritten)
def say_to_objection(store: StoreDep, caller: CallerDep, uid: Uid, said: ObjectionAnswer) -> Response:
    """Answer an objection and leave it open."""
    with store.writing() as session:
        return answer(answer_objection(session, person_of(session, caller), uid, said.answer, said.version))


@router.post("/objections/{uid}/close", response_model=ObjectionWritten)
def end_objection(
    store: StoreDep, settings: SettingsDep, caller: CallerDep, uid: Uid, closing: ObjectionClosing
) -> Response:
    """Close an objection; `accepted` moves the paper as claimed, in the same batch."""
    with store.writing() as session:
        written = close_objection(session, person_of(session, caller), uid, Closing(**closing.model_dump()))
    if written.decision:
        learn(store, settings, written.taxonomy)
    return answer(written)
