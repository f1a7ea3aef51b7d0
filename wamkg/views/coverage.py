"""What the store holds, and how complete it is."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.store.reads_counts import coverage_counts, standing_counts, table_counts
from wamkg.store.reads_taxa import state_counts


@dataclass(frozen=True, slots=True)
class CoverageItem:
    """How many of the listed papers have one piece of information."""

    what: str
    have: int
    of: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the store holds, counted; `papers` by standing, `decisions` by taxonomy and state."""

    papers: dict[str, int]
    decisions: dict[str, dict[str, int]]
    things: dict[str, int]


def overview(session: Session) -> Overview:
    """Counts of everything in the store."""
    return Overview(standing_counts(session), state_counts(session), table_counts(session))


def coverage(session: Session) -> list[CoverageItem]:
    """How complete the listed papers are, piece by piece; unknown is counted as not there, never as zero."""
    counts = coverage_counts(session)
    of = counts.pop("")
    return [CoverageItem(what, have, of) for what, have in counts.items()]
