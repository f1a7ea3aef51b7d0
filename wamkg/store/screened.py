"""Screening answers of people, oldest first."""

from typing import Any

from sqlmodel import Session, col, or_

from wamkg.store.bulk import select_columns
from wamkg.store.decisions import DECISION
from wamkg.store.tables import Batch, Change
from wamkg.vocabulary import Standing

_SAID = {"accept": True, "outside": False}
_STANDING: dict[str, bool] = {Standing.INCLUDED: True}


def screened(session: Session, taxonomy: str) -> dict[str, bool]:
    """Papers by permanent id, in the order of their first answer, and whether they are in scope.

    Answers are decisions in the taxonomy that assign a paper or put it out of scope, and the standing `included`.
    Undone answers do not count.
    """
    field = f"{DECISION}{taxonomy}"
    statement: Any = (
        select_columns(Change.subject_uid, Change.field, Change.after)
        .join(Batch, col(Batch.id) == col(Change.batch_id))
        .where(or_(col(Change.field) == field, col(Change.field) == "standing"), col(Batch.undone_at).is_(None))
        .order_by(col(Change.at), col(Change.id))
    )
    found: dict[str, bool] = {}
    for uid, name, after in session.connection().execute(statement):
        said = _SAID.get(after["verdict"]) if name == field else _STANDING.get(str(after))
        if said is not None:
            found.setdefault(uid, said)
    return found
