"""A survey from Python: the views and use cases of the command line and the HTTP API, as methods of one object."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlmodel import Session

from wamkg.errors import StoreError
from wamkg.figures.query import FIGURES, FigureQuery, FigureRequest, FigureResult
from wamkg.figures.style import FigureOptions, ThemeName, parse_width
from wamkg.graph.build import DEFAULT_CAP, build_graph
from wamkg.graph.bursts import USUAL, BurstModel
from wamkg.graph.options import DAMPING, Search, SharedBy
from wamkg.importing.import_report import ImportReport
from wamkg.importing.importer import ImportOptions
from wamkg.item_list import ItemList
from wamkg.json_types import JSON
from wamkg.reviewing.decisions import DecisionResult
from wamkg.reviewing.paper_edits import EditResult
from wamkg.reviewing.verdicts import Decision
from wamkg.services import batches, decisions, entities, figures, imports
from wamkg.services.batches import Undone
from wamkg.services.opening import open_current_store
from wamkg.services.writers import Writer
from wamkg.settings import Settings, get_settings
from wamkg.store.paper_filter import MANY_VALUED, PaperFilter
from wamkg.store.paper_groups import GroupBy
from wamkg.store.session import Store, store_file
from wamkg.views.bursts import BurstReport, Counted, burst_report
from wamkg.views.citation_graph import (
    MainPathReport,
    RankedWork,
    SimilarWorks,
    Works,
    main_path_report,
    rank_works,
    similar_works,
)
from wamkg.views.citations import CitationItem, CitationQuery, citation_page
from wamkg.views.communities import CommunityReport, community_report
from wamkg.views.paging import DEFAULT_LIMIT, Page
from wamkg.views.paper_details import PaperDetail, paper_detail
from wamkg.views.papers import PaperGroups, PaperItem, PaperQuery, find_paper_page, paper_groups
from wamkg.views.timelines import CitationTimeline, PaperTimeline, citation_timeline, papers_timeline
from wamkg.vocabulary import MAIN_TAXONOMY

if TYPE_CHECKING:
    import networkx as nx

    from wamkg.figures.save import Drawing

PAGE = 500
"""Rows read from the store at a time."""
T = TypeVar("T")


def open_survey(home: str | PathLike[str] | None, *, database_url: str = "", by: str = "python") -> "OpenedSurvey":
    """The survey in a folder or a database; without either, the one of the settings.

    Raises StoreError if there is none, or if its tables are not current.
    """
    if home is None and not database_url:
        settings = get_settings()
    else:
        folder: dict[str, Any] = {} if home is None else {"home": Path(home)}
        settings = Settings(**folder, database_url=database_url)
    file = store_file(settings.url)
    if file is not None and not file.exists():
        raise StoreError(f"{file} does not exist; begin a survey with `wamkg init`, or open another folder")
    return OpenedSurvey(open_current_store(settings.url), settings, Writer(by))


class OpenedSurvey:
    """A survey; close it, or use it in a `with` block.

    Filters are those of `PaperFilter`, as in every list: `papers(taxon="wam:joint", year=2025)`. A filter that takes
    several values takes one alone too. Writes happen in the name of the writer and can be undone by their batch.
    """

    def __init__(self, store: Store, settings: Settings, writer: Writer) -> None:
        self.store, self.settings, self.writer = store, settings, writer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<OpenedSurvey {self.store.engine.url.render_as_string(hide_password=True)}>"

    def close(self) -> None:
        """Close all connections."""
        self.store.close()

    def papers(self, sort: str | None = None, **filters: object) -> ItemList[PaperItem]:
        """The papers that the filters find, newest first.

        Raises the errors of `find_paper_page`.
        """
        asked = PaperQuery.model_validate({**_several(filters), "sort": sort, "limit": PAGE})
        return self._all(lambda session, after: find_paper_page(session, asked.model_copy(update={"after": after})))

    def groups(self, by: GroupBy, taxonomy: str = MAIN_TAXONOMY, depth: int = 1, **filters: object) -> PaperGroups:
        """The papers that the filters find, counted by year, taxon or another kind of value.

        Raises the errors of `paper_groups`.
        """
        with self.store.reading() as session:
            return paper_groups(session, _filter(filters), by, taxonomy, depth)

    def paper(self, name: str) -> PaperDetail:
        """One paper with all details, by any id, its slug, its citation key or its method.

        Raises NotFoundError.
        """
        with self.store.reading() as session:
            return paper_detail(session, name)

    def citations(self, citing: str | None = None, cited: str | None = None) -> ItemList[CitationItem]:
        """The stored citations between two sets of papers, newest first: each a paper, a method, a taxon or a taxonomy
        (`unipi`, `method:unipi`, `wam:joint`, `wam`); None is any paper.

        Raises NotFoundError.
        """
        asked = CitationQuery(citing, cited)
        return self._all(lambda session, after: citation_page(session, asked, PAGE, after))

    def timeline(self, by: str = "month", taxonomy: str = MAIN_TAXONOMY, depth: int = 1) -> PaperTimeline:
        """Papers over time, split by taxon.

        Raises the errors of `papers_timeline`.
        """
        with self.store.reading() as session:
            return papers_timeline(session, by, taxonomy, depth)

    def citation_timeline(
        self, by: str = "month", paper: str | None = None, method: str | None = None, taxon: str | None = None
    ) -> CitationTimeline:
        """Papers that cite a `paper`, a `method` or a `taxon` over time.

        Raises the errors of `citation_timeline`.
        """
        with self.store.reading() as session:
            return citation_timeline(session, by, paper, method, taxon)

    def graph(
        self,
        center: str | None = None,
        hops: int = 1,
        kinds: Sequence[str] | None = None,
        relations: Sequence[str] | None = None,
        cap: int | None = DEFAULT_CAP,
    ) -> "nx.MultiDiGraph[str]":
        """The neighborhood of one entity, or the whole store, as a networkx graph.

        Raises the errors of `build_graph`.
        """
        with self.store.reading() as session:
            return build_graph(session, center, hops, kinds, relations, cap)

    def citation_graph(self, **filters: object) -> "nx.DiGraph[str]":
        """The works that the filters find, by the ids of papers, and the citations among them."""
        with self.store.reading() as session:
            works = Works(session, _filter(filters))
            labels = {int(works.graph.works[n]): item.paper for n, item in works.all_items().items()}
            return works.graph.to_networkx(labels)

    def pagerank(self, damping: float = DAMPING, limit: int = DEFAULT_LIMIT, **filters: object) -> ItemList[RankedWork]:
        """The works that the filters find, by PageRank among them."""
        with self.store.reading() as session:
            return ItemList(rank_works(session, _filter(filters), damping, limit).items)

    def similar(
        self, by: SharedBy = "co-citation", paper: str | None = None, limit: int = DEFAULT_LIMIT, **filters: object
    ) -> ItemList[SimilarWorks]:
        """Pairs of works by `co-citation` or `coupling`; with `paper`, its own.

        Raises the errors of `similar_works`.
        """
        with self.store.reading() as session:
            return ItemList(similar_works(session, _filter(filters), by, paper, limit).items)

    def main_path(self, search: Search = "global", **filters: object) -> MainPathReport:
        """The main path through the citations, and the citations dropped because of cycles."""
        with self.store.reading() as session:
            return main_path_report(session, _filter(filters), search)

    def communities(
        self, taxonomy: str = MAIN_TAXONOMY, depth: int = 1, resolution: float = 1.0, **filters: object
    ) -> CommunityReport:
        """Communities by citations, compared with a taxonomy.

        Raises the errors of `community_report`.
        """
        with self.store.reading() as session:
            return community_report(session, _filter(filters), taxonomy, depth, resolution)

    def bursts(
        self,
        counted: Counted = "citations",
        taxonomy: str = MAIN_TAXONOMY,
        by: str = "quarter",
        depth: int = 1,
        model: BurstModel = USUAL,
    ) -> BurstReport:
        """Periods in which a branch has an unusual share of papers or citations.

        Raises the errors of `burst_report`.
        """
        with self.store.reading() as session:
            return burst_report(session, counted, taxonomy, by, depth, model)

    def figures(self) -> dict[str, str]:
        """The names of all figures, and what each shows."""
        return {name: kind.about for name, kind in FIGURES.items()}

    def figure(
        self, name: str, width: str | float = "two-column", theme: ThemeName = "light", **parameters: object
    ) -> "Drawing":
        """A figure with its caption, alt text and data: `save(path)` and `to_bytes("svg")` give the drawing alone.

        `parameters` are those of `wamkg figure NAME`, as in `by="year"`. Raises the errors of `make_figure`.
        """
        request = FigureRequest(name, _figure_query(name, parameters))
        return figures.make_drawing(self.store, request, _look(width, theme))

    def write_figure(
        self,
        name: str,
        *files: str | PathLike[str],
        width: str | float = "two-column",
        theme: ThemeName = "light",
        **parameters: object,
    ) -> FigureResult:
        """Write a figure into files, with its data and a manifest beside them, as `wamkg figure` does.

        Raises the errors of `draw_figure_at`.
        """
        request = FigureRequest(name, _figure_query(name, parameters).checked(name))
        paths = [Path(file) for file in files]
        return figures.draw_figure_at(self.store, self.settings.home, request, paths, _look(width, theme))

    def decide(self, paper: str, verdict: str = "accept", **fields: Any) -> DecisionResult:
        """Record a decision on a paper; `fields` are those of `Decision`, as in `taxon="joint/diffusion"`.

        Raises the errors of `services.decisions.decide`.
        """
        asked = Decision(paper=paper, verdict=verdict, **fields)
        return decisions.decide(self.store, self.settings, self.writer, asked)

    def add(self, kind: str, values: Mapping[str, JSON], why: str = "") -> EditResult:
        """Add a paper, a method, a result or another entity.

        Raises the errors of `services.entities.add`.
        """
        return entities.add(self.store, self.writer, kind, values, why)

    def set_values(
        self, subject: str, values: Mapping[str, JSON], why: str = "", revision: int | None = None
    ) -> EditResult:
        """Set fields of a paper, by any id, or of another entity (`method:unipi`).

        Raises the errors of `services.entities.set_values`.
        """
        return entities.set_values(self.store, self.writer, subject, values, why, revision)

    def undo(self, batch: str, why: str = "") -> Undone:
        """Undo a batch as a whole.

        Raises the errors of `services.batches.undo`.
        """
        return batches.undo(self.store, self.settings, self.writer, batch, why)

    def import_file(self, file: str | PathLike[str], options: ImportOptions | None = None) -> ImportReport:
        """Import papers from a file or a URL, and report how it was understood.

        Raises the errors of `services.imports.import_source`.
        """
        return imports.import_source(self.store, str(file), options or ImportOptions(actor=self.writer.name))

    def _all(self, page: Callable[[Session, str | None], Page[T]]) -> ItemList[T]:
        with self.store.reading() as session:
            return ItemList(_pages(lambda after: page(session, after)))


def _pages(page: Callable[[str | None], Page[T]]) -> Iterator[T]:
    found = page(None)
    yield from found.items
    while found.next is not None:
        found = page(found.next)
        yield from found.items


def _several(filters: Mapping[str, object]) -> dict[str, object]:
    """The filters with single values as lists where a filter takes several."""
    return {
        name: (value,) if name in MANY_VALUED and isinstance(value, str | int) else value
        for name, value in filters.items()
    }


def _filter(filters: Mapping[str, object]) -> PaperFilter:
    return PaperFilter.model_validate(_several(filters))


def _figure_query(name: str, parameters: Mapping[str, object]) -> FigureQuery:
    lists = ("paper", "method")
    given = {
        name: (value,) if name in lists and isinstance(value, str) else value for name, value in parameters.items()
    }
    return FigureQuery.of(name, _several(given))


def _look(width: str | float, theme: ThemeName) -> FigureOptions:
    return FigureOptions(width=parse_width(str(width)), theme=theme)
