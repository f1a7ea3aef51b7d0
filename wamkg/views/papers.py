"""Papers as lists and exports show them: filters, stable pages and facet counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import PartialDate, Precision
from wamkg.near_matches import unknown
from wamkg.store.entities import get_entity
from wamkg.store.paper_details import authors_of, live_assignments_of, paper_rows, weblinks_of
from wamkg.store.papers import (
    NO_ASSIGNMENT,
    SCHEMES,
    SORTS,
    ExternalIdentifier,
    PaperFilter,
    count_papers,
    facet_counts,
    find_papers,
    method_names_of,
    paper_order,
    papers_by_ids,
    placements_of,
)
from wamkg.store.taxonomies import find_taxon, get_taxonomy, list_taxa
from wamkg.views.paging import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from wamkg.vocabulary import AssignmentStatus, EntityKind


@dataclass(frozen=True, slots=True)
class StatusItem:
    """An assignment without a taxon: `undecided`, `outside` or `not-applicable`."""

    state: str
    kind: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem:
    """A paper in a list. None means unknown; `date` has the known precision (`2024`, `2024-05`, `2024-05-12`).

    `id` is accepted by the API: `arxiv:...` if there is an arXiv id, else the slug; `uid` never changes. `date_source`
    `id:arxiv` means that the date was derived from the arXiv id; `year_derived` that no source states the year of this
    record, so it is the year of `date`. `taxa` has the primary assignment in each taxonomy, `also` secondary ones,
    `states` assignments without a taxon. `key` is the citation key, `type` the BibTeX entry type; `authors_cut` means
    that the author list is incomplete ("and others").
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
    version: int

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


def sparse_items(session: Session, numbers: Sequence[int], wanted: Sequence[str]) -> list[dict[str, Any]]:
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


def _items(session: Session, numbers: Sequence[int], *, texts: bool) -> Iterable[tuple[PaperItem, Any]]:
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
            if a.state != AssignmentStatus.PLACED:
                placed.states[a.taxonomy] = StatusItem(a.state, a.kind, a.reason)
            elif a.primary:
                placed.taxa[a.taxonomy] = a.taxon
            else:
                placed.also.setdefault(a.taxonomy, []).append(a.taxon)
    return found


def _item(row: Any, authors: list[str], links: list[Any], method: str | None, placed: _PaperAssignments) -> PaperItem:
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
        version=row.version,
    )


def public_id(arxiv: str | None, slug: str) -> str:
    """The id of a paper that lists show and every route accepts."""
    return f"arxiv:{arxiv}" if arxiv else slug


def shown_day(day: date | None, precision: str | None) -> str | None:
    """A date in its known precision."""
    return str(PartialDate(day, Precision(precision or Precision.DAY))) if day else None


STATES = (*(s.value for s in AssignmentStatus), NO_ASSIGNMENT)
DEFAULT_SORT = "-date"
_KEY_TYPES: dict[str, tuple[type, ...]] = {
    "-date": (date, int),
    "date": (date, int),
    "title": (str, int),
    "-title": (str, int),
    "added": (int,),
    "-citations": (int, date, int),
    "relevance": (int, date, int),
}


@dataclass(frozen=True)
class PaperQuery:
    """A query of the library, as the user writes it. `taxon` is `wam:joint/diffusion` and includes descendants.

    Several taxa of one taxonomy are alternatives; those of different taxonomies must all match. `state` is
    `wam:outside`, or `wam:none` for papers without an assignment. `since` and `until` are days, months or years, both
    included. `dataset` and `benchmark` are slugs or names. `ids` are external ids, such as a DOI.
    """

    q: str | None = None
    taxon: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    venue: tuple[str, ...] = ()
    year: tuple[int, ...] = ()
    dataset: tuple[str, ...] = ()
    benchmark: tuple[str, ...] = ()
    party: str | None = None
    found_by: str | None = None
    first_seen_since: str | None = None
    doi: str | None = None
    arxiv: str | None = None
    s2: str | None = None
    sort: str | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None
    fields: tuple[str, ...] = ()

    @property
    def order(self) -> str:
        """The requested order. A text search without an order ranks papers with the words in the title first."""
        return self.sort or ("relevance" if self.q else DEFAULT_SORT)


@dataclass(frozen=True)
class Facets:
    """Number of papers that each further filter value would leave, by standing, venue, year and, in one taxonomy,
    taxon path.
    """

    standing: dict[str, int] = field(default_factory=dict)
    venue: dict[str, int] = field(default_factory=dict)
    year: dict[str, int] = field(default_factory=dict)
    taxon: dict[str, int] = field(default_factory=dict)


def paper_filter(session: Session, query: PaperQuery) -> PaperFilter:
    """The query with its names resolved.

    Raises NotFoundError for an unknown taxonomy, taxon, dataset or benchmark, InvalidInputError for a malformed value.
    """
    wanted = PaperFilter(
        q=query.q or None,
        standing=query.standing,
        taxa=_taxa(session, query.taxon),
        states=tuple(_state(session, text) for text in query.state),
        since=first_day_of(query.since, "since"),
        until=last_day_of(query.until, "until"),
        venues=query.venue,
        years=query.year,
        things=_things(session, query),
        party=query.party,
        found_by=query.found_by,
        first_seen_since=parse_moment(query.first_seen_since, "first_seen_since"),
    )
    ids = [ExternalIdentifier(scheme, value) for scheme in SCHEMES if (value := getattr(query, scheme, None))]
    if ids:
        found = papers_by_ids(session, ids)
        wanted = replace(wanted, numbers=tuple({found[i] for i in ids if i in found}))
    return wanted


def split_taxon(text: str) -> tuple[str, str]:
    """Taxonomy and path of a taxon written as in filters, `wam:joint/diffusion`.

    Raises InvalidInputError for any other form.
    """
    slug, colon, path = text.partition(":")
    if not (slug and colon and path.strip("/")):
        raise InvalidInputError(f"a taxon is written taxonomy:path, as in wam:joint/diffusion, not {text!r}")
    return slug, path.strip("/")


def _taxa(session: Session, given: Sequence[str]) -> tuple[frozenset[int], ...]:
    by_taxonomy: dict[str, set[int]] = {}
    for text in given:
        slug, path = split_taxon(text)
        by_taxonomy.setdefault(slug, set()).update(taxa_under(session, slug, path))
    return tuple(frozenset(numbers) for numbers in by_taxonomy.values())


def taxa_under(session: Session, slug: str, path: str) -> set[int]:
    """Numbers of a taxon and its descendants.

    Raises NotFoundError.
    """
    taxonomy = get_taxonomy(session, slug)
    top = find_taxon(session, taxonomy, path).path
    below = f"{top}/"
    taxa = list_taxa(session, taxonomy)
    return {t.id for t in taxa if t.id is not None and (t.path == top or t.path.startswith(below))}


def _state(session: Session, text: str) -> tuple[int, str]:
    slug, _, state = text.partition(":")
    if state not in STATES:
        raise InvalidInputError(f"a state is written taxonomy:state with one of {', '.join(STATES)}, not {text!r}")
    number = get_taxonomy(session, slug).id
    assert number is not None
    return number, state


def _things(session: Session, query: PaperQuery) -> tuple[int, ...]:
    asked = [(EntityKind.DATASET, name) for name in query.dataset]
    asked += [(EntityKind.BENCHMARK, name) for name in query.benchmark]
    found = []
    for kind, name in asked:
        thing: Any = get_entity(session, kind, name)
        found.append(thing.id)
    return tuple(found)


def _partial(text: str | None, name: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text) if text else None
    except ValueError as error:
        raise InvalidInputError(f"{name}: {error}") from error


def first_day_of(text: str | None, name: str) -> date | None:
    """First day of a written day, month or year."""
    found = _partial(text, name)
    return found.first if found else None


def last_day_of(text: str | None, name: str) -> date | None:
    """Last day of a written day, month or year."""
    found = _partial(text, name)
    if found is None or found.precision is Precision.DAY:
        return found.first if found else None
    year, month = found.first.year, found.first.month if found.precision is Precision.MONTH else 12
    if (year, month) == (date.max.year, date.max.month):
        return date.max
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def parse_moment(text: str | None, name: str) -> datetime | None:
    """Parse a written date (its first moment, UTC) or time.

    Raises InvalidInputError.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text) if "T" in text else None
    except ValueError as error:
        raise InvalidInputError(
            f"{name} {text!r} is not a date; write 2026-01-31, or a time with its zone: 2026-01-31T12:00:00+00:00"
        ) from error
    if found is None:
        day = first_day_of(text, name)
        assert day is not None
        return datetime.combine(day, time.min, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _find(session: Session, query: PaperQuery) -> tuple[list[int], int, str | None]:
    if query.order not in SORTS:
        raise InvalidInputError(unknown("sort", query.order, SORTS))
    wanted = paper_filter(session, query)
    order = query.order if query.order != "relevance" or query.q else DEFAULT_SORT
    after = decode_cursor(query.after, order, _KEY_TYPES[order]) if query.after else None
    rows = find_papers(session, wanted, paper_order(order, query.q), after, query.limit + 1)
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        number, *keys = shown[-1]
        following = encode_cursor(order, [*keys, number])
    return [row[0] for row in shown], count_papers(session, wanted), following


def find_paper_page(session: Session, query: PaperQuery) -> Page[PaperItem]:
    """One page of the papers that match.

    Raises the errors of `paper_filter`; also for an unknown cursor or sort.
    """
    numbers, total, following = _find(session, query)
    return Page(paper_items(session, numbers), total, following)


def find_sparse(session: Session, query: PaperQuery) -> Page[dict[str, Any]]:
    """Like `find_library`, but each paper has only the query's `fields`."""
    numbers, total, following = _find(session, query)
    return Page(sparse_items(session, numbers, query.fields), total, following)


def library_facets(session: Session, query: PaperQuery, taxonomy: str | None = "wam") -> Facets:
    """Number of papers that each further filter value would leave. A facet's counts ignore its own filter. None: no
    counts by taxon.

    Raises the errors of `paper_filter`.
    """
    wanted = paper_filter(session, query)
    counts = facet_counts(session, wanted)
    if taxonomy is None:
        return Facets(counts["standing"], counts["venue"], counts["year"])
    others = replace(query, taxon=tuple(t for t in query.taxon if split_taxon(t)[0] != taxonomy))
    number = get_taxonomy(session, taxonomy).id
    assert number is not None
    pairs = placements_of(session, paper_filter(session, others), number)
    return Facets(counts["standing"], counts["venue"], counts["year"], count_by_path(pairs))


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
