"""Which record of a work counts: one in each taxonomy, so that preprint and publication are counted once."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session, col

from wamkg.store.bulk import chunks, select_columns
from wamkg.store.tables import Assignment, Paper
from wamkg.store.works import load_works
from wamkg.vocabulary import AssignmentState, Standing


class Placement(NamedTuple):
    """A live primary assignment of one record of a work, with the data that decides which record counts."""

    paper: int
    state: str
    standing: str
    day: date | None

    @property
    def order(self) -> tuple[bool, bool, date, int]:
        """Sort key; the record that counts comes first: assigned, in the library, earliest."""
        placed = self.state == AssignmentState.PLACED
        return not placed, self.standing == Standing.CITED, self.day or date.max, self.paper


def further_records(session: Session, taxonomy: int) -> dict[int, list[Placement]]:
    """For each record that counts, the other records of its work in a taxonomy, which do not. Single records are
    left out.
    """
    return further_by_taxonomy(session, taxonomy).get(taxonomy, {})


def further_by_taxonomy(session: Session, taxonomy: int | None = None) -> dict[int, dict[int, list[Placement]]]:
    """`further_records` of every taxonomy, or of one, by its number. The works are loaded once for all."""
    groups = load_works(session).groups()
    placements = _placements(session, taxonomy, [number for group in groups for number in group])
    return {number: _further(groups, placed) for number, placed in placements.items()}


def _further(groups: list[list[int]], placements: Mapping[int, Placement]) -> dict[int, list[Placement]]:
    found = {}
    for group in groups:
        records = sorted((placements[n] for n in group if n in placements), key=lambda record: record.order)
        if len(records) > 1:
            found[records[0].paper] = records[1:]
    return found


def _placements(session: Session, taxonomy: int | None, papers: list[int]) -> dict[int, dict[int, Placement]]:
    """Assignments by taxonomy and paper."""
    statement: Any = (
        select_columns(Assignment.taxonomy_id, Paper.id, Assignment.state, Paper.standing, Paper.date)
        .join(Assignment, col(Assignment.paper_id) == col(Paper.id))
        .where(col(Assignment.ended_at).is_(None), col(Assignment.primary).is_(True))
    )
    if taxonomy is not None:
        statement = statement.where(Assignment.taxonomy_id == taxonomy)
    found: dict[int, dict[int, Placement]] = {}
    for part in chunks(papers):
        for number, *row in session.connection().execute(statement.where(col(Paper.id).in_(part))):
            found.setdefault(number, {})[row[0]] = Placement(*row)
    return found


def uncounted(session: Session, taxonomy: int) -> list[int]:
    """Papers that do not count in a taxonomy because another record of their work does."""
    return [record.paper for others in further_records(session, taxonomy).values() for record in others]
