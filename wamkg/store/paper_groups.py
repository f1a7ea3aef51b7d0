"""The papers of a filter in groups: one SQL statement counts the papers of each value."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from sqlalchemy import func
from sqlmodel import Session, col

from wamkg.identifiers import PartialDate, Precision
from wamkg.store.base import Selected, rows, select_columns
from wamkg.store.paper_facets import SEVERAL, SINGLE, several, single
from wamkg.store.paper_filter import PaperFilter, Test, conditions, count_papers, placements_of
from wamkg.store.tables import Paper
from wamkg.store.taxonomies import get_taxonomy

GroupBy = Literal[
    "author", "benchmark", "dataset", "institution", "month", "source", "standing", "taxon", "venue", "year"
]
Counts = Mapping[str, int]


def count_groups(session: Session, wanted: PaperFilter, by: GroupBy, taxonomy: str, depth: int) -> tuple[Counts, int]:
    """Papers by value, and the papers that have none. `taxonomy` and `depth` are those of the groups by `taxon`; with
    depth 0 a group is the whole path.

    Raises the errors of `conditions`, and NotFoundError for an unknown taxonomy.
    """
    if by == "taxon":
        pairs = _branches(session, wanted, taxonomy, depth)
        return Counter(path for _, path in pairs), count_papers(session, wanted) - len({paper for paper, _ in pairs})
    tests = conditions(session, wanted)
    if by == "month":
        counts = _months(session, tests)
        return counts, count_papers(session, wanted) - counts.total()
    if by in SINGLE:
        found = dict(rows(session, single(SINGLE[by], tests)))
        return {str(value): n for value, n in found.items()}, count_papers(session, wanted) - sum(found.values())
    pairs_of = SEVERAL["found_by" if by == "source" else by]
    return dict(rows(session, several(pairs_of(), tests, None))), _without(session, tests, pairs_of)


def _branches(session: Session, wanted: PaperFilter, taxonomy: str, depth: int) -> set[tuple[int, str]]:
    number = get_taxonomy(session, taxonomy).id
    assert number is not None
    return {(paper, _at(path, depth)) for paper, path in placements_of(session, wanted, number)}


def _at(path: str, depth: int) -> str:
    return "/".join(path.split("/")[:depth]) if depth else path


def _months(session: Session, tests: Sequence[Test]) -> Counter[str]:
    """Papers by month; a date of which only the year is known counts for the year."""
    dates = rows(session, select_columns(Paper.date, Paper.date_precision).where(*tests, col(Paper.date).is_not(None)))
    return Counter(str(PartialDate(day, Precision(known or Precision.DAY)))[:7] for day, known in dates)


def _without(session: Session, tests: Sequence[Test], pairs_of: Callable[[], Selected]) -> int:
    having = select_columns(pairs_of().subquery().columns[0])
    lacking = select_columns(func.count()).select_from(Paper).where(*tests, col(Paper.id).not_in(having))
    return int(session.connection().execute(lacking).scalar_one())
