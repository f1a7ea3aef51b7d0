"""Read and write the row of the survey."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from wamkg.identifiers import new_uid
from wamkg.store.tables import Batch, Survey


def find_survey(session: Session) -> Survey | None:
    """The survey of the store, None if nobody made one."""
    return session.exec(select(Survey).order_by(Survey.id)).first()  # type: ignore[arg-type]


def insert_survey(session: Session, batch: Batch, values: Mapping[str, Any]) -> Survey:
    """Make the row of the survey. The caller has checked that there is none."""
    assert batch.id is not None
    survey = Survey(uid=new_uid(), batch_id=batch.id, **values)
    session.add(survey)
    session.flush()
    return survey
