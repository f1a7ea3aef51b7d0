"""Provenance: who stated, assigned and changed what, of any entity or field; and the whole audit trail."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from wamkg.history.vote_masking import REMOVED_VOTES, masked_vote
from wamkg.json_types import JSON, JsonObject
from wamkg.store.audit_trail import ChangeRow, batches_in_order, made_by, places_ever_at, whole_trail
from wamkg.store.batches import uid_of_row
from wamkg.store.entity_refs import EDITED_KINDS, get_entity_by_ref
from wamkg.store.tables import Taxon
from wamkg.views.history import HistoryRow, changed_rows, in_order, paper_history


def subject_history(session: Session, subject: str, field: str | None = None) -> list[HistoryRow]:
    """Everything that happened to a paper (any id), or to `taxon:TAXONOMY:PATH`, `method:SLUG` and so on, newest first.

    `field` filters: `venue`, `name`, `taxonomy:wam`. The history of a taxon includes the papers assigned to it.

    Raises NotFoundError.
    """
    kind, _, name = subject.partition(":")
    rows = _of_entity(session, kind, name) if kind in EDITED_KINDS else paper_history(session, subject)
    wanted = [row for row in rows if field is None or field in (row.field, row.field.rpartition(".")[2])]
    return sorted(wanted, key=lambda row: row.at, reverse=True)


def _of_entity(session: Session, kind: str, name: str) -> list[HistoryRow]:
    row = get_entity_by_ref(session, kind, name)
    uid = uid_of_row(session, row)
    made = made_by(session, row)
    found = [HistoryRow(made.at, made.by, "made", made.source, kind, name, None, None, made.batch)]
    found += changed_rows(session, [uid])[uid]
    if isinstance(row, Taxon):
        for p in places_ever_at(session, row):
            found.append(HistoryRow(p.at, p.by, "placed", p.source, "paper", p.slug, None, p.note, p.batch))
            if p.ended_at is not None and p.ended_by is not None and p.ended is not None:
                found.append(
                    HistoryRow(p.ended_at, p.ended_by, "ended", p.source, "paper", None, p.slug, None, p.ended)
                )
    return found


def audit_lines(session: Session, since: datetime | None = None) -> Iterator[JsonObject]:
    """The whole audit trail, oldest first: each batch, then its changes, with the rows that undo removed."""
    for batch in batches_in_order(session, since):
        yield {"type": "batch"} | {name: in_order(value) for name, value in batch._asdict().items() if name != "id"}
        for change in whole_trail(session, batch.id):
            values = change._asdict() | {"before": _without_votes(change)}
            yield {"type": "change"} | {name: in_order(value) for name, value in values.items() if name != "id"}


def _without_votes(change: ChangeRow) -> JSON:
    """The value before a change. Of an undone vote only its existence is shown, since others may still vote."""
    if change.field != REMOVED_VOTES or not isinstance(change.before, list):
        return change.before
    return [masked_vote(row) for row in change.before if isinstance(row, dict)]
