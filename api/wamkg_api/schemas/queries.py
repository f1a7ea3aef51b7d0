"""Query parameters of the routes that list papers, and of figures: one model for each route, built from shared parts.

A model rejects unknown parameters. `SnapshotRef` stands among its parts because a release or a day may be given too.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.figures.query import PARAMETERS, FigureQuery
from wamkg.figures.style import ThemeName
from wamkg.graph.bursts import USUAL
from wamkg.graph.options import DAMPING, Search
from wamkg.parameters import (
    DateText,
    MomentText,
    TaxonomyRef,
    Text,
    Word,
    first_day_of,
    last_day_of,
    parse_moment,
)
from wamkg.store.citation_list import SelfCitations
from wamkg.store.paper_filter import SORTS, PaperFilter
from wamkg.store.paper_groups import GroupBy
from wamkg.store.paper_sets import KINDS
from wamkg.views.bursts import Counted
from wamkg.views.citations import CitationQuery
from wamkg.views.paging import DEFAULT_LIMIT, MAX_LIMIT
from wamkg.views.papers import PagedFilter, PaperQuery
from wamkg.views.results import ResultQuery
from wamkg.views.timelines import MAX_DEPTH, MAX_SUBJECTS, Span
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.schemas.parameters import Cursor, FieldList, ReleaseName
from wamkg_api.snapshots import SnapshotRef

Sort = Literal["-date", "date", "title", "-title", "added", "-citations", "relevance"]
assert set(SORTS) == set(Sort.__args__)  # type: ignore[attr-defined]


class LimitParameter(BaseModel):
    """Size of an answer."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Rows a page holds at most.")


class PageParameters(LimitParameter):
    """Part of a list."""

    after: Cursor | None = Field(
        default=None, description="Cursor: the `next` of the page before. Leave it out to start."
    )


class GroupParameters(BaseModel):
    """How the papers of a list are counted in groups."""

    group_by: GroupBy | None = Field(default=None, description="Count all papers of the list by this, as `groups`.")
    group_depth: int = Field(
        default=1, ge=0, le=MAX_DEPTH, description="Depth of the branches of `group_by=taxon`; 0: the whole path."
    )
    facet_taxonomy: TaxonomyRef = Field(
        default=MAIN_TAXONOMY, description="Taxonomy of the taxon facet and of `group_by=taxon`; empty: the main one."
    )


class PaperListQuery(PageParameters, GroupParameters, SnapshotRef, PaperQuery):
    """Parameters of the list of papers."""

    sort: Sort | None = Field(default=None, description="`relevance` if `q` is given, else `-date`.")
    fields_: FieldList | None = Field(
        default=None, alias="fields", description="Only these, separated by commas; `abstract` and `summary` too."
    )
    facets: bool = Field(default=False, description="Count the papers of each further filter value.")

    @property
    def names(self) -> tuple[str, ...]:
        """The requested fields; empty means the usual ones."""
        return tuple(name for name in (self.fields_ or "").split(",") if name)


class SearchQuery(PageParameters, SnapshotRef, PaperFilter):
    """Parameters of a search."""

    mode: Literal["text", "hybrid"] = Field(default="text", description="`hybrid` joins words and vectors.")


class LinkedPapersQuery(PageParameters, SnapshotRef, extra="forbid"):
    """Parameters of the lists of papers that cite a paper or that it cites."""

    first_seen_since: MomentText | None = Field(default=None, description="First seen since a date or a time.")

    @property
    def since(self) -> datetime | None:
        """The moment from which a citation must have been seen first."""
        return parse_moment(self.first_seen_since, "first_seen_since")


class CitationListQuery(LinkedPapersQuery):
    """Parameters of the list of citations. A set of papers is a taxon (`wam:joint`), a taxonomy (`wam`), a method
    (`method:unipi`) or any id of a paper.
    """

    citing: Word | None = Field(default=None, description="Set of the citing papers.", examples=["wam:joint"])
    cited: Word | None = Field(default=None, description="Set of the cited papers.", examples=["wam:cascaded"])
    self_citations: SelfCitations = Field(
        default="include", description="Citations between papers that have an author with the same name."
    )

    def query(self) -> CitationQuery:
        """The parameters as the views take them."""
        return CitationQuery(self.citing, self.cited, self.self_citations, self.since)


class _CitationPeriods(SnapshotRef, extra="forbid"):
    by: Literal["month", "quarter", "year"] = Field(default="month", description="Length of a period.")
    since: DateText | None = Field(default=None, description="First period shown; counts before it are added up.")
    until: DateText | None = Field(default=None, description="Last period shown.")
    format_: Literal["json", "csv"] = Field(default="json", alias="format", description="Form of the answer.")

    @property
    def span(self) -> Span:
        """The days to show."""
        return Span(first_day_of(self.since, "since"), last_day_of(self.until, "until"))


class CitationTimelineQuery(_CitationPeriods):
    """Parameters of the citation timeline of one subject."""

    paper: Word | None = Field(default=None, description="Any id of a paper.", examples=["arxiv:2302.00111"])
    method: Word | None = Field(default=None, description="Slug or name of a method.")
    taxon: Word | None = Field(default=None, description="`wam:joint`, or `wam` for all of it.")

    @property
    def subject(self) -> dict[str, str]:
        """What was given of paper, method and taxon."""
        return {kind: text for kind in KINDS if (text := getattr(self, kind))}


class CitationComparisonQuery(_CitationPeriods):
    """Parameters of citation timelines side by side. A subject is a taxon, a taxonomy, a method or a paper."""

    subject: tuple[Word, ...] = Field(
        min_length=1,
        max_length=MAX_SUBJECTS,
        description="`wam:joint`, `wam`, `method:unipi` or any id of a paper; repeat it for each.",
        examples=[["wam:joint", "wam:cascaded"]],
    )
    values: Literal["count", "cumulative"] = Field(default="count", description="`format=csv`: what the columns hold.")


class _InTaxonomy(BaseModel):
    taxonomy: TaxonomyRef = Field(
        default=MAIN_TAXONOMY, description="Slug of a taxonomy; empty: the survey's main one.", examples=["wam"]
    )


class SuggestionListQuery(_InTaxonomy, PageParameters, SnapshotRef, PagedFilter):
    """Parameters of the list of suggestions."""

    order: Literal["certain", "uncertain", "newest"] = Field(default="certain", description="What comes first.")


class QueueQuery(_InTaxonomy, PageParameters, SnapshotRef, PagedFilter):
    """Parameters of the review queue."""

    order: Literal["certain", "uncertain", "rejected", "novel", "cited", "sparse", "newest", "against", "thin"] = Field(
        default="uncertain",
        description="What comes first. `against` and `thin` are former names of `rejected` and `sparse`.",
    )


class _OfResults(SnapshotRef, PaperFilter):
    """Filters of results. `benchmark`, `method` and `party` filter results; the other filters of papers apply to the
    paper that introduced the method.
    """

    metric: Word | None = Field(default=None, description="Slug or name.")
    suite: Text | None = Field(default=None, description="Exactly as in the results; empty for none.")
    split: Text | None = Field(default=None, description="Exactly as in the results; empty for none.")

    def query(self) -> ResultQuery:
        """The parameters as the views take them."""
        papers = PaperFilter(**self.given | {"benchmark": (), "method": (), "party": None})
        return ResultQuery(self.benchmark, self.metric, self.suite, self.split, self.method, self.party, papers)


class ResultListQuery(PageParameters, _OfResults):
    """Parameters of the list of results."""


class LeaderboardQuery(_OfResults):
    """Parameters of the leaderboards."""

    rank: Literal["all", "ranked"] = Field(default="all", description="`ranked`: only boards that have ranks.")


class CitationGraphQuery(SnapshotRef, PaperFilter):
    """Filters of the works of a citation graph."""

    def wanted(self) -> PaperFilter:
        """The filter alone."""
        return PaperFilter(**self.given)


class PageRankQuery(LimitParameter, CitationGraphQuery):
    """Parameters of the ranking of works."""

    damping: float = Field(default=DAMPING, ge=0, le=0.999, description="Probability to follow a reference.")


class SimilarWorksQuery(LimitParameter, CitationGraphQuery):
    """Parameters of co-citation and coupling."""

    paper: Word | None = Field(default=None, description="Any id of a paper: only its own pairs.")


class MainPathQuery(CitationGraphQuery):
    """Parameters of the main path."""

    search: Search = Field(default="global", description="`global`: largest sum of counts; `local`: step by step.")


class CommunitiesQuery(_InTaxonomy, CitationGraphQuery):
    """Parameters of the communities."""

    depth: int = Field(default=1, ge=0, le=MAX_DEPTH, description="Depth of the taxa; 0: the whole path.")
    resolution: float = Field(default=1.0, gt=0, le=100, description="Higher: smaller communities.")


class BurstsQuery(_InTaxonomy, SnapshotRef, extra="forbid"):
    """Parameters of the bursts."""

    counted: Counted = Field(default="citations", description="Papers of a branch, or papers that cite it.")
    by: Literal["month", "quarter", "year"] = Field(default="quarter", description="Length of a period.")
    depth: int = Field(default=1, ge=0, le=MAX_DEPTH, description="Depth of the branches.")
    ratio: float = Field(default=USUAL.ratio, gt=1, le=100, description="Share in a burst to the usual share.")
    reluctance: float = Field(default=USUAL.reluctance, ge=0, le=100, description="Higher: fewer, longer bursts.")


Names = Annotated[tuple[Word, ...], Field(max_length=20)]


class FigureParameters(SnapshotRef, PaperFilter):
    """The parameters of figures, with the names of the command-line options. None of them names a file of the
    server. Filters choose the papers of figures that draw papers.
    """

    taxonomy: Word | None = Field(default=None, description=PARAMETERS["taxonomy"])
    date: Literal["arxiv_v1", "venue"] | None = Field(default=None, description=PARAMETERS["date"])
    depth: int | None = Field(default=None, ge=0, le=12, description=PARAMETERS["depth"])
    representatives: Word | None = Field(default=None, description=PARAMETERS["representatives"])
    since: ReleaseName | None = Field(
        default=None,
        description=PARAMETERS["since"],
    )
    orientation: Literal["vertical", "horizontal"] | None = Field(default=None, description=PARAMETERS["orientation"])
    by: Literal["month", "quarter", "year"] | None = Field(default=None, description=PARAMETERS["by"])
    paper: Names = Field(default=(), description=PARAMETERS["paper"])
    method: Names = Field(default=(), description=PARAMETERS["method"])
    facet: Word | None = Field(default=None, description=PARAMETERS["facet"])
    compare_with: Word | None = Field(default=None, description=PARAMETERS["compare_with"])
    against: Word | None = Field(default=None, deprecated=True, description="Former name of `compare_with`.")
    metric: Word | None = Field(default=None, description=PARAMETERS["metric"])
    suite: Word | None = Field(default=None, description=PARAMETERS["suite"])
    width: str = Field(
        default="two-column",
        pattern=r"^(one-column|two-column|\d{2,4}(\.\d+)?(mm)?)$",
        description="Column or whole millimetres.",
    )
    height: float | None = Field(
        default=None, ge=60, le=2000, description="Maximum height of a roadmap in mm; a page if not given."
    )
    theme: ThemeName = Field(default="light", description="Colors of the drawing.")

    @property
    def whole_width(self) -> str:
        """The width, rounded to whole millimetres: finer steps would only draw the same figure again."""
        number = self.width.removesuffix("mm")
        return f"{round(float(number))}mm" if number[0].isdigit() else self.width

    @property
    def whole_height(self) -> float | None:
        """The maximum height, rounded to whole millimetres."""
        return None if self.height is None else round(self.height)

    def query(self, name: str) -> FigureQuery:
        """What the named figure shows, without its appearance.

        Raises ConflictError for a value that this figure's filter does not have.
        """
        known = FigureQuery.__dataclass_fields__.keys() | PaperFilter.model_fields.keys()
        values = {key: getattr(self, key) for key in FigureParameters.model_fields.keys() & known}
        values["compare_with"] = self.compare_with or self.__dict__["against"]
        try:
            return FigureQuery.of(name, values)
        except InvalidInputError as error:
            raise ConflictError(str(error)) from error


class ExportParameters(SnapshotRef, PaperFilter):
    """Parameters of exports. With a filter or an order, `bibtex`, `ris`, `csl-json`, `csv` and `jsonl` have the papers
    of that list."""

    sort: Sort | None = Field(default=None, description="Order of the papers; default: that of the format.")

    taxonomy: tuple[Word, ...] = Field(
        default=(), max_length=20, description="`awesome-list`: only these taxonomies, by their slugs."
    )
