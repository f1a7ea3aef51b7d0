"""Named reads of disputed placements."""

from sqlmodel import Session, col, select

from wamkg.store.by_uid import find_by_uid
from wamkg.store.tables import Objection
from wamkg.vocabulary import OPEN_STATUSES


def find_objection(session: Session, uid: str, *, writing: bool = False) -> Objection:
    """The objection with that id, or an unambiguous beginning of it; `writing` holds it to the end of the transaction.

    Raises NotFoundError if none or several fit.
    """
    return find_by_uid(session, Objection, uid, "wamkg objections", hold=writing)


def open_objections(session: Session, paper: int, taxonomy: int) -> list[Objection]:
    """Objections to where a paper stands that nobody has closed, in the order raised."""
    mine = select(Objection).where(
        Objection.paper_id == paper, Objection.taxonomy_id == taxonomy, col(Objection.status).in_(OPEN_STATUSES)
    )
    return list(session.exec(mine.order_by(col(Objection.id))))
