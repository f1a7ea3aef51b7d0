"""Counts of the store, and how complete its data is."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.store.papers import coverage_counts, standing_counts, table_counts
from wamkg.store.taxonomies import state_counts


@dataclass(frozen=True, slots=True)
class CoverageItem:
    """For one field, the number of papers of the library that have a value."""

    what: str
    have: int
    of: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of everything in the store: `papers` by standing, `decisions` by taxonomy and status."""

    papers: dict[str, int]
    decisions: dict[str, dict[str, int]]
    things: dict[str, int]


def overview(session: Session) -> Overview:
    """Counts of everything in the store."""
    return Overview(standing_counts(session), state_counts(session), table_counts(session))


def coverage(session: Session) -> list[CoverageItem]:
    """For each field, the number of papers of the library with a value. Unknown values count as missing, never as
    zero.
    """
    counts = coverage_counts(session)
    of = counts.pop("")
    return [CoverageItem(what, have, of) for what, have in counts.items()]
