"""Papers as lists and exports show them: filters, stable pages and facet counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import PartialDate, Precision
from wamkg.near_matches import unknown
from wamkg.parameters import split_taxon
from wamkg.store.paper_details import PaperRow, WeblinkRow, authors_of, live_assignments_of, paper_rows, weblinks_of
from wamkg.store.paper_facets import MAX_VALUES, SEVERAL, facet_counts, values_of
from wamkg.store.paper_filter import (
    SORTS,
    PaperFilter,
    count_papers,
    find_papers,
    paper_order,
    placements_of,
)
from wamkg.store.paper_groups import GroupBy, count_groups
from wamkg.store.paper_texts import body_of
from wamkg.store.papers import locate_papers, method_names_of
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.paging import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from wamkg.vocabulary import MAIN_TAXONOMY, AssignmentStatus


@dataclass(frozen=True, slots=True)
class StatusItem(WithFormerNames):
    """An assignment without a taxon: `undecided`, `outside` or `not-applicable`."""

    status: str
    kind: str | None = None
    reason: str | None = None
    state: Former[str] = former("status")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem(WithFormerNames):
    """A paper in a list. None means unknown; `date` has the known precision (`2024`, `2024-05`, `2024-05-12`).

    `id` is accepted by the API: `arxiv:...` if there is an arXiv id, else the slug; `uid` never changes. `date_source`
    `id:arxiv` means that the date was derived from the arXiv id; `year_derived` that no source states the year of this
    record, so it is the year of `date`. `taxa` has the primary assignment in each taxonomy, `also` secondary ones,
    `states` assignments without a taxon. `key` is the citation key, `type` the BibTeX entry type; `authors_cut` means
    that the author list is incomplete ("and others"). `first_seen` is the time since which it is in the store.
    """

    id: str
    uid: str
    slug: str
    title: str
    authors: list[str]
    authors_cut: bool
    key: str | None
    type: str | None
    arxiv: str | None
    doi: str | None
    s2: str | None
    date: str | None
    date_source: str | None
    year: int | None
    year_derived: bool
    venue: str | None
    volume: str | None
    number: str | None
    pages: str | None
    publisher: str | None
    url: str | None
    links: dict[str, str]
    method: str | None
    standing: str
    taxa: dict[str, str]
    also: dict[str, list[str]]
    states: dict[str, StatusItem]
    citations: int | None
    note: str | None
    revision: int
    first_seen: datetime
    version: Former[int] = former("revision")

    @property
    def stated_year(self) -> int | None:
        """The year that a source states together with the shown venue. A derived year is never shown with a venue."""
        return None if self.year_derived else self.year


TEXTS = ("abstract", "summary")
FIELDS = (*(f.name for f in fields(PaperItem)), *TEXTS)


@dataclass
class _PaperAssignments:
    taxa: dict[str, str] = field(default_factory=dict)
    also: dict[str, list[str]] = field(default_factory=dict)
    states: dict[str, StatusItem] = field(default_factory=dict)


def paper_items(session: Session, numbers: Sequence[int]) -> list[PaperItem]:
    """The papers with these numbers, in this order."""
    return [item for item, _ in _items(session, numbers, texts=False)]


def items_with_text(session: Session, numbers: Sequence[int]) -> list[tuple[PaperItem, str, str]]:
    """The papers with these numbers, each with the kind of its text and the text: see `paper_texts.body_of`."""
    return [(item, *body_of(row.abstract, row.summary)) for item, row in _items(session, numbers, texts=True)]


def sparse_items(session: Session, numbers: Sequence[int], wanted: Sequence[str]) -> list[dict[str, object]]:
    """The papers with these numbers, with the named fields only; `abstract` and `summary` are allowed here.

    Raises InvalidInputError for an unknown field.
    """
    strange = [name for name in wanted if name not in FIELDS]
    if strange:
        raise InvalidInputError(unknown("field", strange[0], FIELDS))
    texts = any(name in TEXTS for name in wanted)
    return [
        {name: getattr(row if name in TEXTS else item, name) for name in wanted}
        for item, row in _items(session, numbers, texts=texts)
    ]


def _items(session: Session, numbers: Sequence[int], *, texts: bool) -> Iterable[tuple[PaperItem, PaperRow]]:
    found = paper_rows(session, numbers, texts=texts)
    authors = authors_of(session, numbers)
    links = weblinks_of(session, numbers)
    methods = method_names_of(session, numbers)
    placed = _placements(session, numbers)
    for number in numbers:
        if number in found:
            row = found[number]
            places = placed.get(number, _PaperAssignments())
            yield (
                _item(row, authors.get(number, []), links.get(number, []), methods.get(number), places),
                row,
            )


def _placements(session: Session, numbers: Sequence[int]) -> dict[int, _PaperAssignments]:
    found: dict[int, _PaperAssignments] = {}
    for number, group in live_assignments_of(session, numbers).items():
        placed = found[number] = _PaperAssignments()
        for a in group:
            if a.status != AssignmentStatus.PLACED:
                placed.states[a.taxonomy] = StatusItem(a.status, a.kind, a.reason)
            elif a.taxon is not None and a.primary:
                placed.taxa[a.taxonomy] = a.taxon
            elif a.taxon is not None:
                placed.also.setdefault(a.taxonomy, []).append(a.taxon)
    return found


def _item(
    row: PaperRow, authors: list[str], links: list[WeblinkRow], method: str | None, placed: _PaperAssignments
) -> PaperItem:
    return PaperItem(
        id=public_id(row.arxiv, row.slug),
        uid=row.uid,
        slug=row.slug,
        title=row.title,
        authors=authors,
        authors_cut=row.authors_cut,
        key=row.key,
        type=row.entry_type,
        arxiv=row.arxiv,
        doi=row.doi,
        s2=row.s2,
        date=shown_day(row.date, row.date_precision),
        date_source=row.date_source,
        year=row.year,
        year_derived=row.year_derived,
        venue=row.venue,
        volume=row.volume,
        number=row.number,
        pages=row.pages,
        publisher=row.publisher,
        url=row.url,
        links={link.kind: link.url for link in reversed(links)},
        method=method,
        standing=row.standing,
        taxa=placed.taxa,
        also=placed.also,
        states=placed.states,
        citations=row.citation_count,
        note=row.note,
        revision=row.revision,
        first_seen=row.first_seen,
    )


def public_id(arxiv: str | None, slug: str) -> str:
    """The id of a paper that lists show and every route accepts."""
    return f"arxiv:{arxiv}" if arxiv else slug


def shown_day(day: date | None, precision: str | None) -> str | None:
    """A date in its known precision."""
    return str(PartialDate(day, Precision(precision or Precision.DAY))) if day else None


DEFAULT_SORT = "-date"
_KEY_TYPES: dict[str, tuple[type, ...]] = {
    "-date": (date, int),
    "date": (date, int),
    "title": (str, int),
    "-title": (str, int),
    "added": (int,),
    "-citations": (int, date, int),
    "relevance": (int, int, date, int),
}


class PagedFilter(PaperFilter):
    """A filter of papers, and which part of the list to return: `after` is the cursor of a page."""

    limit: int = DEFAULT_LIMIT
    after: str | None = None


class PaperQuery(PagedFilter):
    """A filter of papers with an order and a page."""

    sort: str | None = None

    @property
    def order(self) -> str:
        """The requested order. A text search without an order ranks papers with the words in the title first."""
        return self.sort or ("relevance" if self.q else DEFAULT_SORT)


@dataclass(frozen=True)
class Facets:
    """Number of papers that each further filter value would leave, by the filter; `taxon` is by path in one taxonomy.

    Of authors, institutions, benchmarks, datasets and sources the most frequent are counted.
    """

    standing: dict[str, int] = field(default_factory=dict)
    venue: dict[str, int] = field(default_factory=dict)
    year: dict[str, int] = field(default_factory=dict)
    taxon: dict[str, int] = field(default_factory=dict)
    benchmark: dict[str, int] = field(default_factory=dict)
    dataset: dict[str, int] = field(default_factory=dict)
    institution: dict[str, int] = field(default_factory=dict)
    author: dict[str, int] = field(default_factory=dict)
    found_by: dict[str, int] = field(default_factory=dict)


def _find(session: Session, query: PaperQuery) -> tuple[list[int], int, str | None]:
    if query.order not in SORTS:
        raise InvalidInputError(unknown("sort", query.order, SORTS))
    order = query.order if query.order != "relevance" or query.q else DEFAULT_SORT
    after = decode_cursor(query.after, order, _KEY_TYPES[order]) if query.after else None
    rows = find_papers(session, query, paper_order(session, order, query.q), after, query.limit + 1)
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        number, keys = shown[-1]
        following = encode_cursor(order, [*keys, number])
    return [row[0] for row in shown], count_papers(session, query), following


def ordered_numbers(session: Session, query: PaperQuery) -> list[int]:
    """The numbers of all papers that match, in the order asked for; limit and cursor do not count.

    Raises the errors of `conditions`; also for an unknown sort.
    """
    whole = query.model_copy(update={"limit": count_papers(session, query), "after": None})
    return _find(session, whole)[0]


def find_paper_page(session: Session, query: PaperQuery) -> Page[PaperItem]:
    """One page of the papers that match.

    Raises the errors of `conditions`; also for an unknown cursor or sort.
    """
    numbers, total, following = _find(session, query)
    return Page(paper_items(session, numbers), total, following)


def find_sparse(session: Session, query: PaperQuery, names: Sequence[str]) -> Page[dict[str, object]]:
    """Like `find_paper_page`, but each paper has only the named fields."""
    numbers, total, following = _find(session, query)
    return Page(sparse_items(session, numbers, names), total, following)


def papers_by_id(session: Session, ids: Sequence[str]) -> list[PaperItem | None]:
    """The papers with these ids of any kind, in this order; None for an unknown id."""
    numbers = locate_papers(session, ids)
    shown = list(dict.fromkeys(numbers.values()))
    items = dict(zip(shown, paper_items(session, shown), strict=True))
    return [items[numbers[text]] if text in numbers else None for text in ids]


def library_facets(session: Session, query: PaperFilter, taxonomy: str | None = MAIN_TAXONOMY) -> Facets:
    """Number of papers that each further filter value would leave. A facet's counts ignore its own filter. None: no
    counts by taxon.

    Raises the errors of `conditions`.
    """
    counts = Facets(**facet_counts(session, query))
    if taxonomy is None:
        return counts
    found = get_taxonomy(session, taxonomy)
    number = found.id
    assert number is not None
    others = query.model_copy(update={"taxon": tuple(t for t in query.taxon if split_taxon(t)[0] != found.slug)})
    pairs = placements_of(session, others, number)
    return replace(counts, taxon=count_by_path(pairs))


def counts_of_groups(
    session: Session, groups: Sequence[Sequence[int]], facets: Sequence[str]
) -> list[dict[str, dict[str, int]]]:
    """Number of papers by value of some facets in each group of papers, as `library_facets` counts them."""
    papers = sorted({number for group in groups for number in group})
    values = {facet: values_of(session, facet, papers) for facet in facets}
    most = {facet: MAX_VALUES if facet in SEVERAL else None for facet in facets}
    return [{facet: _most_frequent(found, group, most[facet]) for facet, found in values.items()} for group in groups]


def _most_frequent(values: Mapping[int, Sequence[str]], papers: Iterable[int], most: int | None) -> dict[str, int]:
    counts = Counter(value for paper in papers for value in values.get(paper, ()))
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """One value, and the number of papers that have it."""

    value: str
    papers: int


@dataclass(frozen=True)
class PaperGroups:
    """The papers of a list by the values of one kind: `total` different ones, and `without` papers that have none.

    Years and months come in their order, other values with the most papers first; at most 1000 are listed. A paper with
    several values counts for each. A month of which only the year is known counts for the year.
    """

    by: str
    items: list[PaperGroup]
    total: int
    without: int


MAX_GROUPS = 1000


def paper_groups(
    session: Session, query: PaperFilter, by: GroupBy, taxonomy: str = MAIN_TAXONOMY, depth: int = 1, part: str = ""
) -> PaperGroups:
    """The papers that match in groups; see `count_groups` for the parameters and errors.

    With `part`, only the values that contain it, in any case.
    """
    counts, without = count_groups(session, query, by, taxonomy, depth)
    found = [pair for pair in counts.items() if part.casefold() in pair[0].casefold()]
    ordered = sorted(found, key=lambda pair: pair if by in ("year", "month") else (-pair[1], pair[0]))
    items = [PaperGroup(value, papers) for value, papers in ordered[:MAX_GROUPS]]
    return PaperGroups(by, items, len(ordered), without)


def count_by_path(pairs: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Number of papers at or below each path, each paper counted once."""
    papers: dict[str, set[int]] = {}
    for paper, path in pairs:
        for above in path_with_ancestors(path):
            papers.setdefault(above, set()).add(paper)
    return {path: len(papers[path]) for path in sorted(papers)}


def path_with_ancestors(path: str) -> list[str]:
    """A taxon's path and those of its ancestors, from the top."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
