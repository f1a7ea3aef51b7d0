"""Papers and citations over time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import Precision, day_or_year
from wamkg.near_matches import unknown
from wamkg.store.assignments import DatedPlacements, placed_papers, placements_by_date
from wamkg.store.citations import (
    CitationCounts,
    CitingWorksByDate,
    IncompleteCitationList,
    citation_counts,
    citing_by_date,
    incomplete_citation_lists,
)
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.paper_sets import (
    KINDS,
    CitedSets,
    PaperSet,
    find_papers_named,
    numbered_sets,
    set_of_paper,
    single_papers,
)
from wamkg.store.papers import get_papers
from wamkg.store.tables import Taxon, Taxonomy
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.roadmap import date_rule_of, paper_dates
from wamkg.vocabulary import ARXIV_ID_SOURCE, MAIN_TAXONOMY

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
    session: Session,
    by: str = "month",
    taxonomy: str = MAIN_TAXONOMY,
    depth: int = 1,
    date_rule: str = "",
    wanted: PaperFilter | None = None,
) -> PaperTimeline:
    """Count the papers assigned in a taxonomy that the filter wants, by period and by their taxon at a depth; depth 0
    does not split.

    A paper assigned above that depth counts for its own taxon.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown period, depth or date rule.
    """
    _check_period(by)
    _check_depth(depth)
    date_rule = date_rule_of(session, date_rule)
    found = get_taxonomy(session, taxonomy)
    groups = _dated(session, found, date_rule, wanted)
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
        derived=sum(g.papers for g, _ in usable if g.source == ARXIV_ID_SOURCE),
    )


def _check_period(by: str) -> None:
    if by not in PERIODS:
        raise InvalidInputError(unknown("period", by, PERIODS))


def _check_depth(depth: int) -> None:
    if not 0 <= depth <= MAX_DEPTH:
        raise InvalidInputError(f"depth {depth} is out of range: use 0 to {MAX_DEPTH}")


def _dated(session: Session, taxonomy: Taxonomy, rule: str, wanted: PaperFilter | None) -> list[DatedPlacements]:
    """The papers assigned in a taxonomy by their dates under a rule. A date that is not the resolved one has no
    source.
    """
    if rule == "arxiv_v1":
        return placements_by_date(session, taxonomy, wanted)
    papers = placed_papers(session, taxonomy, wanted)
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


def timeline_csv_rows(timeline: "PaperTimeline | BranchCitations") -> Iterator[list[str | int]]:
    """The timeline as rows of a table with a header."""
    yield ["period", *timeline.taxa, "total", "cumulative"]
    for item in timeline.items:
        yield [item.period, *(item.counts.get(path, 0) for path in timeline.taxa), item.total, item.cumulative]


@dataclass(frozen=True)
class CitationPeriod:
    """One period, written `2024-05`, `2024-Q2` or `2024`; `cumulative` counts up to its end."""

    period: str
    count: int
    cumulative: int


@dataclass(frozen=True)
class CitationTimeline:
    """Different citing papers by period, without gaps; preprint and publication of one work count once.

    `total` = those in `items` (if all periods are shown) + `imprecise` (known to the year only, `by_year` has the
    years) + `undated`.
    `unknown_share` is the share of `total` without a period, None without citations. `derived` counts papers
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
    short: list[IncompleteCitationList]

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


class Span(NamedTuple):
    """Which periods a timeline shows: from that of `since` to that of `until`; None: no limit."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date, by: str) -> bool:
        """Whether the period of a day is shown."""
        period = period_of(day, by)
        return (self.since is None or period_of(self.since, by) <= period) and (
            self.until is None or period <= period_of(self.until, by)
        )


WHOLE = Span()
MAX_SUBJECTS = 50
"""Subjects of one comparison."""


def citation_timeline(
    session: Session,
    by: str = "month",
    paper: str | None = None,
    method: str | None = None,
    taxon: str | None = None,
    span: Span = WHOLE,
) -> CitationTimeline:
    """Count the papers that cite one paper, the papers of one method, or those at or below one taxon.

    A taxon is written `wam:joint/diffusion`; `wam` is the whole taxonomy. `span` limits `items` only: a cumulative
    count includes what came before.

    Raises InvalidInputError unless exactly one of the three is given, or for an unknown period; NotFoundError.
    """
    _check_period(by)
    given = {kind: text for kind, text in (("paper", paper), ("method", method), ("taxon", taxon)) if text}
    if len(given) != 1:
        raise InvalidInputError("name exactly one of paper, method or taxon")
    ((kind, text),) = given.items()
    return _timelines(session, [KINDS[kind](session, text)], by, span)[0]


def compare_citations(
    session: Session, subjects: Sequence[str], by: str = "month", span: Span = WHOLE
) -> list[CitationTimeline]:
    """The citation timelines of several sets of papers, over the same periods; a set is what `find_papers_named` takes.

    Raises InvalidInputError for no or too many subjects, or for an unknown period; NotFoundError.
    """
    _check_period(by)
    if not 1 <= len(subjects) <= MAX_SUBJECTS:
        raise InvalidInputError(f"name 1 to {MAX_SUBJECTS} subjects, not {len(subjects)}")
    return _timelines(session, [find_papers_named(session, text) for text in subjects], by, span)


def branches_at(session: Session, taxonomy: str, depth: int) -> list[str]:
    """The taxa at a depth as subjects of a timeline, including leaves above it; depth 0 is the whole taxonomy.

    Raises NotFoundError.
    """
    found = get_taxonomy(session, taxonomy)
    return [f"{found.slug}:{taxon.path}" for taxon in _taxa_at(session, found, depth)] or [found.slug]


def _taxa_at(session: Session, taxonomy: Taxonomy, depth: int) -> list[Taxon]:
    taxa = list_taxa(session, taxonomy) if depth else []
    parents = {taxon.parent_id for taxon in taxa}
    return [t for t in taxa if t.depth == depth or (t.depth < depth and t.id not in parents)]


@dataclass(frozen=True)
class BranchCitations:
    """The papers that cite each branch of a taxonomy, by period without gaps.

    `taxa` are the paths that `counts` uses, `names` their names. A paper that cites two branches is in the counts of
    both, and once in `total`. `unplaced` citing papers have no period; `missing` says in words which citation lists are
    not complete, empty if all are.
    """

    taxonomy: str
    by: str
    depth: int
    taxa: list[str]
    names: dict[str, str]
    items: list[TimelinePeriod]
    total: int
    unplaced: int
    missing: str


def citations_by_branch(
    session: Session, by: str = "month", taxonomy: str = MAIN_TAXONOMY, depth: int = 1, span: Span = WHOLE
) -> BranchCitations:
    """Count the papers that cite the papers of each branch at a depth; depth 0 does not split.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown period or depth.
    """
    _check_period(by)
    _check_depth(depth)
    found = get_taxonomy(session, taxonomy)
    taxa = _taxa_at(session, found, depth)
    names = [found.slug, *(f"{found.slug}:{taxon.path}" for taxon in taxa)]
    whole, *branches = _timelines(session, [find_papers_named(session, name) for name in names], by, span)
    cited = [(taxon, branch) for taxon, branch in zip(taxa, branches, strict=True) if branch.total]
    items = [
        TimelinePeriod(item.period, {t.path: b.items[i].count for t, b in cited}, item.count, item.cumulative)
        for i, item in enumerate(whole.items)
    ]
    return BranchCitations(
        taxonomy=found.slug,
        by=by,
        depth=depth,
        taxa=[taxon.path for taxon, _ in cited],
        names={taxon.path: taxon.name for taxon, _ in cited},
        items=items,
        total=whole.total,
        unplaced=whole.imprecise + whole.undated,
        missing=whole.missing,
    )


_Placed = list[tuple[date, CitingWorksByDate]]
"""Groups of citing works, each with the day that puts it in a period."""


def paper_citation_timelines(session: Session, papers: Iterable[int]) -> dict[int, CitationTimeline]:
    """Count the papers that cite each of these papers by month, over the months of its own citations."""
    found = get_papers(session, papers)
    citing = _Citing(session, single_papers(found), "month")
    return {n: citing.timeline(n, set_of_paper(paper), citing.axis([n], WHOLE)) for n, paper in found.items()}


def _timelines(session: Session, subjects: Sequence[PaperSet], by: str, span: Span) -> list[CitationTimeline]:
    """The timelines of some sets, with the periods from the first to the last citation of any of them."""
    citing = _Citing(session, numbered_sets(subjects), by)
    axis = citing.axis(range(len(subjects)), span)
    return [citing.timeline(place, subject, axis) for place, subject in enumerate(subjects)]


class _Citing:
    """The works that cite some sets of papers, by the number of the set: those with a period, and the others."""

    def __init__(self, session: Session, cited: CitedSets, by: str) -> None:
        self.by = by
        self.counts = citation_counts(session, cited)
        self.short = incomplete_citation_lists(session, cited)
        self.placed: dict[int, _Placed] = {}
        self.others: dict[int, list[CitingWorksByDate]] = {}
        for subject, groups in citing_by_date(session, cited).items():
            dated = [(_day(group, by), group) for group in groups]
            self.placed[subject] = [(day, group) for day, group in dated if day is not None]
            self.others[subject] = [group for day, group in dated if day is None]

    def axis(self, subjects: Iterable[int], span: Span) -> list[str]:
        """The periods from the first to the last citation of any of these sets."""
        days = [day for subject in subjects for day, _ in self.placed.get(subject, ()) if span.holds(day, self.by)]
        return list(periods_between(min(days), max(days), self.by)) if days else []

    def timeline(self, subject: int, cited: PaperSet, axis: Sequence[str]) -> CitationTimeline:
        """The timeline of one set."""
        placed = self.placed.get(subject, [])
        papers, citations, counted = self.counts.get(subject, CitationCounts(0, 0, None))
        by_year = Counter[int]()
        undated = 0
        for group in self.others.get(subject, ()):
            year = group.day.year if group.day else group.year
            if year is None:
                undated += group.count
            else:
                by_year[year] += group.count
        imprecise = by_year.total()
        total = sum(group.count for _, group in placed) + imprecise + undated
        return CitationTimeline(
            subject=cited.name,
            kind=cited.kind,
            label=cited.label,
            by=self.by,
            papers=papers,
            items=list(_items(placed, self.by, axis)),
            total=total,
            imprecise=imprecise,
            by_year=dict(sorted(by_year.items())),
            undated=undated,
            unknown_share=(imprecise + undated) / total if total else None,
            derived=sum(group.count for _, group in placed if group.source == ARXIV_ID_SOURCE),
            citations=citations,
            counted=counted,
            short=self.short.get(subject, []),
        )


def _day(group: CitingWorksByDate, by: str) -> date | None:
    """The day that puts the group's papers in a period; None if their date is not precise enough."""
    dated = day_or_year(group.day, group.precision, group.year)
    return dated[0] if dated and (by == "year" or dated[1] != Precision.YEAR) else None


def _items(placed: _Placed, by: str, axis: Sequence[str]) -> Iterator[CitationPeriod]:
    counts = Counter[str]()
    for day, group in placed:
        counts[period_of(day, by)] += group.count
    cumulative = sum(number for period, number in counts.items() if axis and period < axis[0])
    for period in axis:
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


def comparison_csv_rows(timelines: Sequence[CitationTimeline], values: str = "count") -> Iterator[list[str | int]]:
    """Timelines over the same periods as rows of a table with a header: one column each, of `count` or `cumulative`."""
    yield ["period", *(timeline.subject for timeline in timelines)]
    for parts in zip(*(timeline.items for timeline in timelines), strict=True):
        yield [parts[0].period, *(getattr(part, values) for part in parts)]
