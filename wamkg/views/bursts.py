"""Bursts of branches: periods with an unusual share of all papers, or of all citing papers, of a taxonomy."""

from dataclasses import dataclass
from typing import Literal, get_args

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.graph.bursts import USUAL, BurstModel, find_bursts
from wamkg.near_matches import unknown
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.timelines import branches_at, citation_timeline, papers_timeline
from wamkg.vocabulary import MAIN_TAXONOMY

Counted = Literal["papers", "citations"]


@dataclass(frozen=True, slots=True)
class BranchBurst:
    """A burst of one branch: its first and last period, its counts in them, the counts of all branches together, the
    branch's usual share, and the weight of the burst (see `find_bursts`).
    """

    taxon: str
    name: str
    first: str
    last: str
    count: int
    total: int
    usual_share: float
    weight: float


@dataclass(frozen=True)
class BurstReport:
    """The bursts of all branches, heaviest first. `undated` is the number of what no period has."""

    counted: Counted
    taxonomy: str
    by: str
    depth: int
    ratio: float
    reluctance: float
    branches: list[str]
    periods: list[str]
    undated: int
    items: list[BranchBurst]


@dataclass(frozen=True)
class _Series:
    periods: list[str]
    totals: list[int]
    counts: dict[str, list[int]]
    undated: int


def burst_report(
    session: Session,
    counted: Counted = "citations",
    taxonomy: str = MAIN_TAXONOMY,
    by: str = "quarter",
    depth: int = 1,
    model: BurstModel = USUAL,
) -> BurstReport:
    """The bursts of the branches of a taxonomy, by their `papers` or by the papers that cite them (`citations`).

    Raises InvalidInputError for an unknown `counted`, and the errors of `papers_timeline`.
    """
    if counted not in get_args(Counted):
        raise InvalidInputError(unknown("count", counted, get_args(Counted)))
    found = get_taxonomy(session, taxonomy)
    names = {taxon.path: taxon.name for taxon in list_taxa(session, found)}
    series = (_papers if counted == "papers" else _citing)(session, found.slug, by, depth)
    items = [
        BranchBurst(
            taxon=path,
            name=names.get(path, path),
            first=series.periods[burst.first],
            last=series.periods[burst.last],
            count=sum(counts[burst.first : burst.last + 1]),
            total=sum(series.totals[burst.first : burst.last + 1]),
            usual_share=sum(counts) / sum(series.totals),
            weight=burst.weight,
        )
        for path, counts in series.counts.items()
        for burst in find_bursts(counts, series.totals, model)
    ]
    items.sort(key=lambda item: (-item.weight, item.taxon, item.first))
    return BurstReport(
        counted=counted,
        taxonomy=found.slug,
        by=by,
        depth=depth,
        ratio=model.ratio,
        reluctance=model.reluctance,
        branches=list(series.counts),
        periods=series.periods,
        undated=series.undated,
        items=items,
    )


def _papers(session: Session, taxonomy: str, by: str, depth: int) -> _Series:
    found = papers_timeline(session, by, taxonomy, depth)
    counts = {path: [item.counts.get(path, 0) for item in found.items] for path in found.taxa}
    totals = [item.total for item in found.items]
    return _Series([item.period for item in found.items], totals, counts, found.undated + found.imprecise)


def _citing(session: Session, taxonomy: str, by: str, depth: int) -> _Series:
    """Citing works of each branch; in `totals`, one that cites several branches counts once for each."""
    whole = citation_timeline(session, by, taxon=taxonomy)
    periods = [item.period for item in whole.items]
    counts = {}
    for branch in branches_at(session, taxonomy, depth):
        timeline = citation_timeline(session, by, taxon=branch)
        cited = {item.period: item.count for item in timeline.items}
        counts[branch.partition(":")[2]] = [cited.get(period, 0) for period in periods]
    totals = [sum(column) for column in zip(*counts.values(), strict=True)]
    return _Series(periods, totals, counts, whole.undated + whole.imprecise)
