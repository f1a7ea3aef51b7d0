"""Undo of batches of writes."""

from collections.abc import Callable
from dataclasses import dataclass

from wamkg.history.undo import undo_batch
from wamkg.jobs.refit import schedule_refit_after_undo
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.batches import find_batch
from wamkg.store.session import Store
from wamkg.store.tables import Batch


@dataclass(frozen=True)
class Undone:
    """A batch that was undone, and the number of removed rows per table."""

    batch: str
    counts: dict[str, int]


def undo(
    store: Store, settings: Settings, writer: Writer, uid: str, why: str = "",
    check: Callable[[Batch], None] = lambda batch: None,
) -> Undone:  # fmt: skip
    """Undo a batch as a whole; refit the suggestions if it was a decision.

    `check` is called with the batch first; it raises if the writer may not undo it. Raises the errors of `undo_batch`.
    """
    with store.writing() as session:
        batch = find_batch(session, uid)
        check(batch)
        undone = Undone(batch.uid, undo_batch(session, batch, writer.actor(session), why))
    schedule_refit_after_undo(store, settings, batch)
    return undone
