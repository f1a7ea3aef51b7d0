"""Which record counts where a work has several: one in each taxonomy, so that preprint and publication count once."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session, col

from wamkg.store.bulk import chunks, select_columns
from wamkg.store.tables import Assignment, Paper
from wamkg.store.works import load_works
from wamkg.vocabulary import AssignmentState, Standing


class Placement(NamedTuple):
    """A live primary assignment of a record of a work, and what tells which record counts."""

    paper: int
    state: str
    standing: str
    day: date | None

    @property
    def order(self) -> tuple[bool, bool, date, int]:
        """Key under which the record that counts comes first: one that is placed, listed, the earliest."""
        placed = self.state == AssignmentState.PLACED
        return not placed, self.standing == Standing.CITED, self.day or date.max, self.paper


def further_records(session: Session, taxonomy: int) -> dict[int, list[Placement]]:
    """Record that counts -> the further records of its work in a taxonomy, which do not; works of one are left out."""
    found = {}
    for records in _works(session, taxonomy):
        first, *others = sorted(records, key=lambda record: record.order)
        if others:
            found[first.paper] = others
    return found


def _works(session: Session, taxonomy: int) -> Iterator[list[Placement]]:
    groups = load_works(session).groups()
    if not groups:
        return
    placements = _placements(session, taxonomy, [number for group in groups for number in group])
    for group in groups:
        records = [placements[number] for number in group if number in placements]
        if records:
            yield records


def _placements(session: Session, taxonomy: int, papers: list[int]) -> dict[int, Placement]:
    statement: Any = (
        select_columns(Paper.id, Assignment.state, Paper.standing, Paper.date)
        .join(Assignment, col(Assignment.paper_id) == col(Paper.id))
        .where(
            Assignment.taxonomy_id == taxonomy,
            col(Assignment.ended_at).is_(None),
            col(Assignment.primary).is_(True),
        )
    )
    parts = (session.connection().execute(statement.where(col(Paper.id).in_(part))) for part in chunks(papers))
    return {row[0]: Placement(*row) for part in parts for row in part}


def uncounted(session: Session, taxonomy: int) -> list[int]:
    """Papers that do not count in a taxonomy, because another record of their work does."""
    return [record.paper for others in further_records(session, taxonomy).values() for record in others]
