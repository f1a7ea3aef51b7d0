"""Papers over time: counts by month, quarter or year, split by the taxa at any depth."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import Precision
from wamkg.store.reads_roadmap import DatedPlacements, placed_papers, placements_by_date
from wamkg.store.tables import Taxonomy
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.roadmap import check_date_rule, paper_dates
from wamkg.vocabulary import PREFIX_SOURCE

Period = Literal["month", "quarter", "year"]
PERIODS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
MAX_DEPTH = 12


@dataclass(frozen=True)
class TimelinePeriod:
    """One period, written `2024-05`, `2024-Q2` or `2024`; `counts` by taxon path, `cumulative` up to its end."""

    period: str
    counts: dict[str, int]
    total: int
    cumulative: int


@dataclass(frozen=True)
class PaperTimeline:
    """Papers assigned in a taxonomy, by period without gaps.

    `taxa` are the paths that `counts` uses, `names` their names. `undated` papers have neither a date nor a year;
    `imprecise` ones are known to the year only and appear in no shorter period. `derived` counts the papers in periods
    whose date was derived from an arXiv id.
    """

    taxonomy: str
    by: str
    depth: int
    date_rule: str
    taxa: list[str]
    names: dict[str, str]
    items: list[TimelinePeriod]
    total: int
    undated: int
    imprecise: int
    derived: int


def papers_timeline(
    session: Session, by: str = "month", taxonomy: str = "wam", depth: int = 1, date_rule: str = "arxiv_v1"
) -> PaperTimeline:
    """Count the papers assigned in a taxonomy by period and by their taxon at a depth; depth 0 does not split.

    A paper assigned above that depth counts for its own taxon.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown period, depth or date rule.
    """
    if by not in PERIODS:
        raise InvalidInputError(f"unknown period {by!r}: use {', '.join(PERIODS)}")
    if not 0 <= depth <= MAX_DEPTH:
        raise InvalidInputError(f"depth {depth} is out of range: use 0 to {MAX_DEPTH}")
    check_date_rule(date_rule)
    found = get_taxonomy(session, taxonomy)
    groups = _dated(session, found, date_rule)
    usable = [(g, g.day) for g in groups if g.day and (by == "year" or g.precision != Precision.YEAR)]
    cells: Counter[tuple[str, str]] = Counter()
    for group, day in usable:
        cells[period_of(day, by), _cut(group.taxon, depth)] += group.papers
    used = {path for _, path in cells}
    taxa = [t for t in list_taxa(session, found) if t.path in used]
    undated = sum(g.papers for g in groups if g.day is None)
    return PaperTimeline(
        taxonomy=found.slug,
        by=by,
        depth=depth,
        date_rule=date_rule,
        taxa=[t.path for t in taxa],
        names={t.path: t.name for t in taxa},
        items=list(_periods(cells, sorted({day for _, day in usable}), by)),
        total=cells.total(),
        undated=undated,
        imprecise=sum(g.papers for g in groups) - undated - cells.total(),
        derived=sum(g.papers for g, _ in usable if g.source == PREFIX_SOURCE),
    )


def _dated(session: Session, taxonomy: Taxonomy, rule: str) -> list[DatedPlacements]:
    """The papers assigned in a taxonomy by their dates under a rule. A date that is not the resolved one has no
    source.
    """
    if rule == "arxiv_v1":
        return placements_by_date(session, taxonomy)
    papers = placed_papers(session, taxonomy)
    dates = paper_dates(session, papers, rule)
    found = [(paper, *dates.get(paper.id, (None, None))) for paper in papers]
    return [DatedPlacements(p.taxon, day, exact, p.date_source if day == p.date else None) for p, day, exact in found]


def _cut(path: str, depth: int) -> str:
    return "/".join(path.split("/")[:depth])


def period_of(day: date, by: str) -> str:
    """The period of a day: `2024-05`, `2024-Q2` or `2024`."""
    if by == "year":
        return f"{day.year:04d}"
    return f"{day.year:04d}-Q{(day.month + 2) // 3}" if by == "quarter" else f"{day.year:04d}-{day.month:02d}"


def periods_between(first: date, last: date, by: str) -> Iterator[str]:
    """All periods from that of `first` to that of `last`."""
    months = PERIODS[by]
    start, end = (first.year * 12 + first.month - 1) // months, (last.year * 12 + last.month - 1) // months
    for number in range(start, end + 1):
        month = number * months
        yield period_of(date(month // 12, month % 12 + 1, 1), by)


def _periods(cells: Counter[tuple[str, str]], days: list[date], by: str) -> Iterator[TimelinePeriod]:
    split: dict[str, dict[str, int]] = {}
    for (period, path), number in sorted(cells.items()):
        split.setdefault(period, {})[path] = number
    cumulative = 0
    for period in periods_between(days[0], days[-1], by) if days else ():
        counts = split.get(period, {})
        total = sum(counts.values())
        cumulative += total
        yield TimelinePeriod(period, {path: n for path, n in counts.items() if path}, total, cumulative)


def timeline_csv_rows(timeline: PaperTimeline) -> Iterator[list[str | int]]:
    """The timeline as rows of a table with a header."""
    yield ["period", *timeline.taxa, "total", "cumulative"]
    for item in timeline.items:
        yield [item.period, *(item.counts.get(path, 0) for path in timeline.taxa), item.total, item.cumulative]
