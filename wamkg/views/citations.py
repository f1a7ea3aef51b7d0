"""Citations over time: who cites a paper, a method, a taxon or a branch, by period, with gaps in the data made
visible.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import Precision, day_or_year
from wamkg.store.reads_citations import (
    CitedPapers,
    DatedGroup,
    ShortList,
    citation_counts,
    cited_method,
    cited_paper,
    cited_taxon,
    citing_by_date,
    short_lists,
)
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.timeline import PERIODS, period_of, periods_between
from wamkg.vocabulary import PREFIX_SOURCE

SUBJECTS = {"paper": cited_paper, "method": cited_method, "taxon": cited_taxon}


@dataclass(frozen=True)
class CitationPeriod:
    """One period, written `2024-05`, `2024-Q2` or `2024`; `cumulative` counts up to its end."""

    period: str
    count: int
    cumulative: int


@dataclass(frozen=True)
class CitationTimeline:
    """Different citing papers by period, without gaps; preprint and publication of one work count once.

    `total` = those in `items` + `imprecise` (known to the year only, `by_year` has the years) + `undated`.
    `unknown_share` is the share of `total` without a period, None without citations. `derived` counts papers in `items`
    whose date was derived from an arXiv id. `citations` counts citing pairs; `counted` is Semantic Scholar's own
    number, None if it gives none. `short` lists papers with an incomplete citation list, because a low count may only
    mean missing data.
    """

    subject: str
    kind: str
    label: str
    by: str
    papers: int
    items: list[CitationPeriod]
    total: int
    imprecise: int
    by_year: dict[int, int]
    undated: int
    unknown_share: float | None
    derived: int
    citations: int
    counted: int | None
    short: list[ShortList]

    @property
    def missing(self) -> str:
        """What is missing from the citation lists, in words; empty if all are complete."""
        if not self.short:
            return ""
        counted = "" if self.counted is None else f" of {self.counted:,} counted"
        reasons = ", ".join(sorted({paper.reason for paper in self.short}))
        return (
            f"the citation lists of {len(self.short)} of {self.papers} papers are not held whole ({reasons}); "
            f"{self.citations:,}{counted} citations are held"
        )


def citation_timeline(
    session: Session, by: str = "month", paper: str | None = None, method: str | None = None, taxon: str | None = None
) -> CitationTimeline:
    """Count the papers that cite one paper, the papers of one method, or those at or below one taxon.

    A taxon is written `wam:joint/diffusion`; `wam` is the whole taxonomy.

    Raises InvalidInputError unless exactly one of the three is given, or for an unknown period; NotFoundError.
    """
    if by not in PERIODS:
        raise InvalidInputError(f"unknown period {by!r}: use {', '.join(PERIODS)}")
    given = {kind: text for kind, text in (("paper", paper), ("method", method), ("taxon", taxon)) if text}
    if len(given) != 1:
        raise InvalidInputError("say whose citations: one of paper, method or taxon")
    ((kind, text),) = given.items()
    cited = SUBJECTS[kind](session, text)
    return _timeline(session, cited, by)


def branches_at(session: Session, taxonomy: str, depth: int) -> list[str]:
    """The taxa at a depth as subjects of a timeline, including leaves above it; depth 0 is the whole taxonomy.

    Raises NotFoundError.
    """
    if depth < 1:
        return [get_taxonomy(session, taxonomy).slug]
    taxa = list_taxa(session, get_taxonomy(session, taxonomy))
    parents = {taxon.parent_id for taxon in taxa}
    shown = [t for t in taxa if t.depth == depth or (t.depth < depth and t.id not in parents)]
    return [f"{taxonomy}:{taxon.path}" for taxon in shown]


def _timeline(session: Session, cited: CitedPapers, by: str) -> CitationTimeline:
    groups = citing_by_date(session, cited)
    papers, citations, counted = citation_counts(session, cited)
    placed = [(day, group) for group in groups if (day := _day(group, by)) is not None]
    by_year = Counter[int]()
    undated = 0
    for group in groups:
        if _day(group, by) is not None:
            continue
        year = group.day.year if group.day else group.year
        if year is None:
            undated += group.count
        else:
            by_year[year] += group.count
    total = sum(group.count for group in groups)
    imprecise = sum(by_year.values())
    return CitationTimeline(
        subject=cited.name,
        kind=cited.kind,
        label=cited.label,
        by=by,
        papers=papers,
        items=list(_items(placed, by)),
        total=total,
        imprecise=imprecise,
        by_year=dict(sorted(by_year.items())),
        undated=undated,
        unknown_share=(imprecise + undated) / total if total else None,
        derived=sum(group.count for _, group in placed if group.source == PREFIX_SOURCE),
        citations=citations,
        counted=counted,
        short=short_lists(session, cited),
    )


def _day(group: DatedGroup, by: str) -> date | None:
    """The day that puts the group's papers in a period; None if their date is not precise enough."""
    dated = day_or_year(group.day, group.precision, group.year)
    return dated[0] if dated and (by == "year" or dated[1] != Precision.YEAR) else None


def _items(placed: list[tuple[date, DatedGroup]], by: str) -> Iterator[CitationPeriod]:
    counts = Counter[str]()
    for day, group in placed:
        counts[period_of(day, by)] += group.count
    days = [day for day, _ in placed]
    cumulative = 0
    for period in periods_between(min(days), max(days), by) if days else ():
        cumulative += counts[period]
        yield CitationPeriod(period, counts[period], cumulative)


def citation_csv_rows(timeline: CitationTimeline) -> Iterator[list[str | int]]:
    """The timeline as rows of a table with a header. Citations without a period come last."""
    yield ["period", "citing", "cumulative"]
    for item in timeline.items:
        yield [item.period, item.count, item.cumulative]
    running = timeline.items[-1].cumulative if timeline.items else 0
    for year, count in timeline.by_year.items():
        running += count
        yield [f"{year} (month unknown)", count, running]
    if timeline.undated:
        yield ["unknown", timeline.undated, running + timeline.undated]
