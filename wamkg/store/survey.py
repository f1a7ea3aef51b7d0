"""Read and write the row of the survey."""

from sqlmodel import Session, select

from wamkg.identifiers import new_uid
from wamkg.packaged import packaged_survey
from wamkg.store.base import RowValues
from wamkg.store.session import once
from wamkg.store.tables import Batch, Survey
from wamkg.vocabulary import BRANCH_COLORS, OutsideKind


def find_survey(session: Session) -> Survey | None:
    """The survey of the store, None if nobody made one."""
    stored = select(Survey).order_by(Survey.id)  # type: ignore[arg-type]
    return once(session, "survey", lambda: session.exec(stored).first())


def branch_hues(session: Session) -> dict[str, int]:
    """The place in the palette of each branch whose color the survey chooses.

    A store or release from before there was a survey's row has those of the packaged survey.
    """
    survey = find_survey(session)
    branches = packaged_survey()["branches"] if survey is None else survey.branches
    return {each["slug"]: BRANCH_COLORS.index(each["color"]) for each in branches if each.get("color")}


def outside_kinds(session: Session) -> tuple[str, ...]:
    """Why a paper can be outside: the survey's kinds, and always `other`; the usual ones if it has none."""
    survey = find_survey(session)
    kinds = survey.outside_kinds if survey is not None else []
    return tuple(dict.fromkeys([*(kinds or OutsideKind), OutsideKind.OTHER]))


def insert_survey(session: Session, batch: Batch, values: RowValues) -> Survey:
    """Make the row of the survey. The caller has checked that there is none."""
    assert batch.id is not None
    survey = Survey(uid=new_uid(), batch_id=batch.id, **values)
    session.add(survey)
    session.flush()
    return survey
