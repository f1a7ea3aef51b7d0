"""Writes changed papers in the run's batch, which the first write opens."""

from collections.abc import Callable, Iterable

from sqlmodel import Session

from wamkg.matching.quotes import record_missing_quotes
from wamkg.matching.resolved_values import resolved_values
from wamkg.store.claims import PaperClaims, write_papers
from wamkg.store.tables import Batch


def write_states(session: Session, batch: Callable[[], Batch], states: Iterable[PaperClaims]) -> int:
    """Write the states that have changed; returns their number."""
    changed = [state for state in states if state.changed]
    if changed:
        opened = batch()
        shown = [resolved_values(state) for state in changed]
        record_missing_quotes(session, opened, changed, shown)
        write_papers(session, number_of(opened), opened.actor_id, changed, shown)
    return len(changed)


def number_of(batch: Batch) -> int:
    """The number of the batch; it has one once it is open."""
    assert batch.id is not None
    return batch.id
