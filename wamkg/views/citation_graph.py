"""Works of the library measured by their citations: PageRank, co-citation, coupling and the main path.

`wamkg/graph/citation_graph.py` says what counts as a work and as a citation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.graph.options import DAMPING, SHARED_BY, Search, SharedBy
from wamkg.identifiers import day_or_year
from wamkg.near_matches import unknown
from wamkg.store.paper_details import PaperRow, paper_rows
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.papers import find_paper, method_names_of
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.taxonomy.crosswalk import placed_works
from wamkg.views.paging import DEFAULT_LIMIT
from wamkg.views.papers import public_id, shown_day
from wamkg.views.roadmap import short_title

if TYPE_CHECKING:
    from wamkg.graph.citation_graph import CitationGraph


@dataclass(frozen=True)
class GraphSize:
    """What was measured: works, the citations among them, works without any, and what counts only once or not at all.

    `repeated` citations are stated by several sources or records of a work; `within_work` lead from a work to itself.
    Both are counted over the whole store.
    """

    works: int
    citations: int
    unlinked: int
    repeated: int
    within_work: int


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A work: the id and title of its first record, its method's name or a short title, its date, and its taxon in the
    main taxonomy.
    """

    paper: str
    title: str
    label: str
    date: str | None
    year: int | None
    taxon: str | None


class Works:
    """The works of a graph with what is shown of them."""

    graph: "CitationGraph"

    def __init__(self, session: Session, wanted: PaperFilter) -> None:
        from wamkg.graph.citation_graph import load_citation_graph  # scipy takes a while to load

        self.graph, self.work_of = load_citation_graph(session, wanted)
        self._session = session

    @property
    def size(self) -> GraphSize:
        """What the graph holds."""
        cites = self.graph.cites
        linked = (cites.sum(axis=1) > 0) | (cites.sum(axis=0) > 0)
        return GraphSize(
            works=len(self.graph.works),
            citations=cites.nnz,
            unlinked=int((~linked).sum()),
            repeated=self.graph.repeated,
            within_work=self.graph.within_work,
        )

    def rows(self, positions: Iterable[int]) -> dict[int, PaperRow]:
        """The rows of nodes, by their positions."""
        numbers = {position: int(self.graph.works[position]) for position in positions}
        rows = paper_rows(self._session, numbers.values(), texts=False)
        return {position: rows[number] for position, number in numbers.items()}

    def items(self, positions: Iterable[int]) -> dict[int, WorkItem]:
        """What is shown of nodes, by their positions."""
        rows = self.rows(positions)
        numbers = {row.id for row in rows.values()}
        records = {record: work for record, work in self.work_of.items() if work in numbers}
        names = method_names_of(self._session, [*records, *numbers])
        methods = {records[n]: name for n, name in names.items() if n in records} | names
        taxonomy = find_default_taxonomy(self._session)
        taxa = placed_works(self._session, taxonomy, self.work_of) if taxonomy else {}
        return {position: _item(row, methods, taxa) for position, row in rows.items()}

    def all_items(self) -> dict[int, WorkItem]:
        """What is shown of every node."""
        return self.items(range(len(self.graph.works)))

    def ages(self) -> list[int | None]:
        """The first possible day of each node as a number; None without a date."""
        rows = self.rows(range(len(self.graph.works)))
        days = (day_or_year(row.date, row.date_precision, row.year) for row in rows.values())
        return [day[0].toordinal() if day else None for day in days]


def _item(row: PaperRow, methods: Mapping[int, str], taxa: Mapping[int, str]) -> WorkItem:
    return WorkItem(
        paper=public_id(row.arxiv, row.slug),
        title=row.title,
        label=methods.get(row.id) or short_title(row.title),
        date=shown_day(row.date, row.date_precision),
        year=row.year,
        taxon=taxa.get(row.id),
    )


@dataclass(frozen=True, slots=True)
class RankedWork:
    """A work with its PageRank; `cited_by` and `cites` count works of the same graph."""

    rank: int
    work: WorkItem
    pagerank: float
    cited_by: int
    cites: int


@dataclass(frozen=True)
class WorkRanking:
    """Works by PageRank, highest first; the values of all works of the graph sum to 1."""

    size: GraphSize
    damping: float
    items: list[RankedWork]


def rank_works(
    session: Session, wanted: PaperFilter, damping: float = DAMPING, limit: int = DEFAULT_LIMIT
) -> WorkRanking:
    """The works that a filter finds, by their PageRank within these works.

    Raises the errors of `load_citation_graph` and `pagerank`.
    """
    from wamkg.graph.pagerank import pagerank

    works = Works(session, wanted)
    cites = works.graph.cites
    values: list[float] = pagerank(cites, damping).tolist()
    best = sorted(range(len(values)), key=lambda n: (-values[n], n))[:limit]
    citers: list[float] = cites.sum(axis=0).tolist()
    references: list[float] = cites.sum(axis=1).tolist()
    shown = works.items(best)
    items = [
        RankedWork(rank, shown[n], values[n], int(citers[n]), int(references[n]))
        for rank, n in enumerate(best, start=1)
    ]
    return WorkRanking(works.size, damping, items)


@dataclass(frozen=True, slots=True)
class SimilarWorks:
    """Two works and what they share: `shared` citing or cited works, `cosine` relative to their own numbers."""

    one: WorkItem
    other: WorkItem
    shared: int
    cosine: float


@dataclass(frozen=True)
class SimilarityList:
    """The closest pairs, and the number of all pairs that share anything."""

    size: GraphSize
    by: SharedBy
    items: list[SimilarWorks]
    total: int


def similar_works(
    session: Session, wanted: PaperFilter, by: SharedBy, paper: str | None = None, limit: int = DEFAULT_LIMIT
) -> SimilarityList:
    """Pairs of the works that a filter finds by `co-citation` (works that cite both) or `coupling` (works that both
    cite); with `paper`, only its own pairs, where it is `one`.

    Works outside the filter count as what is shared, also those known only by citations. Raises InvalidInputError for
    an unknown `by` and for a paper that the filter does not find; NotFoundError.
    """
    from wamkg.graph.similar_works import similar_pairs

    if by not in SHARED_BY:
        raise InvalidInputError(unknown("kind of similarity", by, SHARED_BY))
    works = Works(session, wanted)
    node = _position(session, works, paper) if paper else None
    found = similar_pairs(works.graph.citers if by == "co-citation" else works.graph.references, limit, node)
    shown = works.items({n for pair in found.pairs for n in (pair.one, pair.other)})
    items = []
    for pair in found.pairs:
        one, other = (pair.other, pair.one) if pair.other == node else (pair.one, pair.other)
        items.append(SimilarWorks(shown[one], shown[other], pair.shared, pair.cosine))
    return SimilarityList(works.size, by, items, found.total)


def _position(session: Session, works: Works, paper: str) -> int:
    number = find_paper(session, paper).id
    assert number is not None
    position = works.graph.position_of(number, works.work_of)
    if position is None:
        raise InvalidInputError(f"the filter leaves out {paper[:200]!r}; add its standing, or leave the filter out")
    return position


@dataclass(frozen=True, slots=True)
class MainPathItem:
    """A citation on the main path; `paths` and `weight` are its search path count and the share of all paths.

    `ties`: other works that the path could have gone to with the same result. `paths` is None from 2**53 paths on.
    """

    cited: str
    citing: str
    paths: int | None
    weight: float
    ties: int


@dataclass(frozen=True, slots=True)
class DroppedItem:
    """A citation that was left out because it closes a cycle."""

    citing: WorkItem
    cited: WorkItem


@dataclass(frozen=True)
class MainPathReport:
    """The main path from the oldest work to the newest; `steps` lie between neighbors of `works`.

    `paths` counts all paths from a work that cites none to one that is not cited; None from 2**53 on.
    """

    size: GraphSize
    search: Search
    works: list[WorkItem]
    steps: list[MainPathItem]
    paths: int | None
    sources: int
    sinks: int
    dropped: list[DroppedItem]


def main_path_report(session: Session, wanted: PaperFilter, search: Search = "global") -> MainPathReport:
    """The main path through the works that a filter finds.

    Raises the errors of `load_citation_graph` and `main_path`.
    """
    from wamkg.graph.main_path import main_path

    works = Works(session, wanted)
    found = main_path(works.graph.cites, works.ages(), search)
    along = [step.cited for step in found.steps] + [step.citing for step in found.steps[-1:]]
    shown = works.items({*along, *(end for edge in found.dropped for end in edge)})
    steps = [MainPathItem(shown[s.cited].paper, shown[s.citing].paper, s.paths, s.weight, s.ties) for s in found.steps]
    return MainPathReport(
        size=works.size,
        search=search,
        works=[shown[position] for position in along],
        steps=steps,
        paths=found.paths,
        sources=found.sources,
        sinks=found.sinks,
        dropped=[DroppedItem(shown[edge.citing], shown[edge.cited]) for edge in found.dropped],
    )
