"""Communities of works by citations, compared with a taxonomy."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.taxonomies import get_taxonomy
from wamkg.taxonomy.crosswalk import cut, placed_works
from wamkg.taxonomy.label_agreement import adjusted_rand_index, normalised_mutual_information
from wamkg.views.citation_graph import GraphSize, WorkItem, Works
from wamkg.views.timelines import MAX_DEPTH
from wamkg.vocabulary import MAIN_TAXONOMY


@dataclass(frozen=True, slots=True)
class CommunityItem:
    """A community: its size, its placed works by taxon, the most common taxon (the first by name among equals) and the
    share of placed works in it, and the ids of its works.
    """

    number: int
    works: int
    placed: int
    taxa: dict[str, int]
    taxon: str | None
    share: float | None
    papers: list[str]


@dataclass(frozen=True, slots=True)
class DisagreeingWork:
    """A work whose taxon is not the most common one of its community.

    `own` and `expected` count its citations, either way, with works of its own taxon and of the community's.
    """

    work: WorkItem
    taxon: str
    community: int
    expected: str
    own_links: int
    expected_links: int


@dataclass(frozen=True)
class CommunityReport:
    """The communities and their agreement with a taxonomy at a depth, over the works that have both.

    `nmi` is normalized mutual information, `ari` the adjusted Rand index; both None if no work has both. `placed` is
    the number of these works, `unplaced` of those with a community only. Works without citations have no community.
    """

    size: GraphSize
    taxonomy: str
    depth: int
    resolution: float
    placed: int
    unplaced: int
    nmi: float | None
    ari: float | None
    items: list[CommunityItem]
    disagree: list[DisagreeingWork]


def community_report(
    session: Session, wanted: PaperFilter, taxonomy: str = MAIN_TAXONOMY, depth: int = 1, resolution: float = 1.0
) -> CommunityReport:
    """Communities of the works that a filter finds, against their taxa at a depth; depth 0 is the whole path.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for a depth or resolution out of range.
    """
    from wamkg.graph.communities import communities  # scipy takes a while to load

    if not 0 <= depth <= MAX_DEPTH:
        raise InvalidInputError(f"depth {depth} is out of range: use 0 to {MAX_DEPTH}")
    if not 0 < resolution < float("inf"):
        raise InvalidInputError(f"resolution {resolution} is out of range: use a number above 0")
    slug = get_taxonomy(session, taxonomy).slug
    works = Works(session, wanted)
    groups = communities(works.graph.cites, resolution)
    numbers = works.graph.works.tolist()
    placed = placed_works(session, slug, works.work_of)
    taxa = {n: cut(placed[number], depth) for n, number in enumerate(numbers) if number in placed}
    both = [(f"{n}", taxa[work]) for n, group in enumerate(groups) for work in group if work in taxa]
    shown = works.items(work for group in groups for work in group)
    items = [_community(n, group, taxa, shown) for n, group in enumerate(groups, start=1)]
    return CommunityReport(
        size=works.size,
        taxonomy=slug,
        depth=depth,
        resolution=resolution,
        placed=len(both),
        unplaced=len(shown) - len(both),
        nmi=normalised_mutual_information(*zip(*both, strict=True)) if both else None,
        ari=adjusted_rand_index(*zip(*both, strict=True)) if both else None,
        items=items,
        disagree=_disagreeing(works, groups, items, taxa, shown),
    )


def _community(
    number: int, group: Sequence[int], taxa: Mapping[int, str], shown: Mapping[int, WorkItem]
) -> CommunityItem:
    counts = Counter(taxa[work] for work in group if work in taxa)
    ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    first = next(iter(ordered), None)
    return CommunityItem(
        number=number,
        works=len(group),
        placed=counts.total(),
        taxa=ordered,
        taxon=first,
        share=counts[first] / counts.total() if first is not None else None,
        papers=[shown[work].paper for work in group],
    )


def _disagreeing(
    works: Works,
    groups: Sequence[Sequence[int]],
    items: Sequence[CommunityItem],
    taxa: Mapping[int, str],
    shown: Mapping[int, WorkItem],
) -> list[DisagreeingWork]:
    links = works.graph.cites + works.graph.cites.T
    found = []
    for group, item in zip(groups, items, strict=True):
        for work in group:
            if work not in taxa or taxa[work] == item.taxon or item.taxon is None:
                continue
            around = Counter(taxa.get(other) for other in links[[work]].indices.tolist())
            own, expected = around[taxa[work]], around[item.taxon]
            found.append(DisagreeingWork(shown[work], taxa[work], item.number, item.taxon, own, expected))
    return sorted(found, key=lambda d: (d.own_links - d.expected_links, d.community, d.work.paper))
