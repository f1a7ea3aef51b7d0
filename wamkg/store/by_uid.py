"""Finds a row by its public id or the beginning of it, as a person copies one from a list."""

from typing import TypeVar

from sqlmodel import Session, col, select

from wamkg.errors import NotFoundError
from wamkg.store.bulk import table_of
from wamkg.store.tables import Batch, IdentityQuestion, Job, Objection, Token

Row = TypeVar("Row", Batch, IdentityQuestion, Job, Objection, Token)


def find_by_uid(session: Session, model: type[Row], uid: str, listing: str, *, hold: bool = False) -> Row:
    """The row of `model` whose id is or begins with `uid`; `hold` locks it until the transaction ends.

    Raises NotFoundError if no row or several match; `listing` is the command that lists them.
    """
    statement = select(model).where(col(model.uid).startswith(uid, autoescape=True)).limit(2)
    if hold:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.exec(statement).all() if uid else []
    if len(found) == 1:
        return found[0]
    noun = str(table_of(model).name).rpartition("_")[2]
    words = f"more than one {noun} has an id that begins with {uid!r}" if found else f"no {noun} has the id {uid!r}"
    raise NotFoundError(f"{words}; `{listing}` lists them")
