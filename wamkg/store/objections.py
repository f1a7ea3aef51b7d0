"""Named reads of disputed placements."""

from sqlmodel import Session, col, select

from wamkg.errors import NotFoundError
from wamkg.store.tables import Objection
from wamkg.vocabulary import OPEN_STATUSES


def find_objection(session: Session, uid: str, *, writing: bool = False) -> Objection:
    """The objection with that id, or an unambiguous beginning of it; `writing` holds it to the end of the transaction.

    Raises NotFoundError if none or several fit.
    """
    named = select(Objection).where(col(Objection.uid).startswith(uid, autoescape=True))
    if writing:
        named = named.with_for_update()
    found = session.exec(named.execution_options(populate_existing=True)).all()
    if not uid or len(found) != 1:
        words = "no objection has" if not found else f"{len(found)} objections have"
        raise NotFoundError(f"{words} the id {uid!r}; `wamkg objections` lists them")
    return found[0]


def open_objections(session: Session, paper: int, taxonomy: int) -> list[Objection]:
    """Objections to where a paper stands that nobody has closed, in the order raised."""
    mine = select(Objection).where(
        Objection.paper_id == paper, Objection.taxonomy_id == taxonomy, col(Objection.status).in_(OPEN_STATUSES)
    )
    return list(session.exec(mine.order_by(col(Objection.id))))
