"""Undo log: rows that undo deletes are copied to the audit trail, so that snapshots of past days can be rebuilt."""

from collections.abc import Iterator

from sqlalchemy import Table, select
from sqlmodel import Session, col

from wamkg.store.base import LEFT_OUT, Condition, Row, Selected, chunks, encode, rows_of
from wamkg.store.batches import KEPT_ROWS, record_change
from wamkg.store.tables import Batch, Change

REMOVED, REOPENED = KEPT_ROWS
"""Fields of the changes that store rows. The table's name follows; `before` is a list of the rows."""
ROWS_PER_CHANGE = 500


def log_removed_rows(session: Session, undoing: Batch, batch: Batch, table: Table, condition: Condition) -> None:
    """Record rows of a table before they are deleted."""
    if table.name not in LEFT_OUT:
        _keep(session, undoing, batch, f"{REMOVED}{table.name}", rows_of(session, table, condition))


def log_reopened_rows(session: Session, undoing: Batch, batch: Batch, table: Table, condition: Condition) -> None:
    """Record which rows of a table a batch had ended, and when, before they become live again."""
    columns = (table.c.id, table.c.ended_at, table.c.ended_batch_id)
    found = session.connection().execute(select(*columns).where(condition).order_by(table.c.id))
    _keep(session, undoing, batch, f"{REOPENED}{table.name}", (encode(dict(row._mapping)) for row in found))


def _keep(session: Session, undoing: Batch, batch: Batch, field: str, rows: Iterator[Row]) -> None:
    for part in chunks(list(rows), ROWS_PER_CHANGE):
        record_change(session, undoing, field, subject_uid=batch.uid, before=part)
    session.flush()


def logged_rows(session: Session, undoing: Selected, prefix: str) -> Iterator[tuple[str, Row]]:
    """Pairs (table, row) recorded by undo batches; `undoing` is a select of their numbers."""
    statement = select(Change).where(col(Change.batch_id).in_(undoing), col(Change.field).startswith(prefix))
    for change in session.execute(statement.order_by(col(Change.id))).scalars():
        for row in change.before or ():
            yield change.field.removeprefix(prefix), row
