"""Hides votes of rounds that are still blind from releases and snapshots, whose readers may still have to vote."""

from collections.abc import Callable

from sqlmodel import Session

from wamkg.history.undo_log import REMOVED
from wamkg.store.base import Row, RowValues
from wamkg.store.rounds import list_rounds, unblinded_papers

REMOVED_VOTES = f"{REMOVED}vote"
"""Field of the changes that store votes removed by undo."""
_TOLD = ("uid", "round_id", "paper_id", "actor_id", "at")
"""What a hidden vote may reveal: that somebody voted, and when."""


def masked_vote(row: RowValues) -> Row:
    """The record of a vote without its label."""
    return {name: row.get(name) for name in _TOLD}


def mask_unopened_votes(session: Session) -> Callable[[str, Row], Row | None]:
    """A row as a release shows it: hidden votes are left out; of undone votes only their existence is shown."""
    opened = {found.id: unblinded_papers(session, found) for found in list_rounds(session)}

    def is_open(row: RowValues) -> bool:
        return row["paper_id"] in opened.get(row["round_id"], ())

    def shown(table: str, row: Row) -> Row | None:
        if table == "vote":
            return row if is_open(row) else None
        if table == "change" and row["field"] == REMOVED_VOTES:
            return row | {"before": [masked_vote(vote) for vote in row["before"] or ()]}
        return row

    return shown
