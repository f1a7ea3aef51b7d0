"""Objections to assignments."""

from wamkg.jobs.refit import schedule_refit
from wamkg.reviewing import objections
from wamkg.reviewing.objections import ObjectionDraft, ObjectionOutcome, ObjectionResult
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store


def raise_objection(store: Store, writer: Writer, draft: ObjectionDraft) -> ObjectionResult:
    """Record that a person disagrees with an assignment.

    Raises the errors of `objections.raise_objection`.
    """
    with store.writing() as session:
        return objections.raise_objection(session, writer.actor(session), draft)


def answer_objection(
    store: Store, writer: Writer, uid: str, text: str, revision: int | None = None
) -> ObjectionResult:  # fmt: skip
    """Answer an objection and leave it open.

    Raises the errors of `objections.answer_objection`.
    """
    with store.writing() as session:
        return objections.answer_objection(session, writer.actor(session), uid, text, revision)


def close_objection(
    store: Store, settings: Settings, writer: Writer, uid: str, closing: ObjectionOutcome
) -> ObjectionResult:  # fmt: skip
    """Close an objection; refit the suggestions if the paper moves.

    Raises the errors of `objections.close_objection`.
    """
    with store.writing() as session:
        written = objections.close_objection(session, writer.actor(session), uid, closing)
    if written.decision:
        schedule_refit(store, settings, written.taxonomy)
    return written
