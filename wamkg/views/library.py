"""The library: papers filtered by text, taxon, dates and more, in stable pages with facet counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.identifiers import PartialDate, Precision
from wamkg.store.lookup import SCHEMES, ExternalId, papers_by_ids
from wamkg.store.reads_papers import (
    NO_ASSIGNMENT,
    SORTS,
    PaperFilter,
    count_papers,
    facet_counts,
    find_papers,
    paper_order,
    placements_of,
)
from wamkg.store.taxonomies import find_taxon, get_taxonomy, list_taxa
from wamkg.store.things import find_thing
from wamkg.views.paging import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from wamkg.views.papers import PaperItem, paper_items, sparse_items
from wamkg.vocabulary import AssignmentState, EntityKind

STATES = (*(s.value for s in AssignmentState), NO_ASSIGNMENT)
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
class LibraryQuery:
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


def paper_filter(session: Session, query: LibraryQuery) -> PaperFilter:
    """The query with its names resolved.

    Raises NotFoundError for an unknown taxonomy, taxon, dataset or benchmark, InvalidInputError for a malformed value.
    """
    wanted = PaperFilter(
        q=query.q or None,
        standing=query.standing,
        taxa=_taxa(session, query.taxon),
        states=tuple(_state(session, text) for text in query.state),
        since=first_day(query.since, "since"),
        until=last_day(query.until, "until"),
        venues=query.venue,
        years=query.year,
        things=_things(session, query),
        party=query.party,
        found_by=query.found_by,
        first_seen_since=moment(query.first_seen_since, "first_seen_since"),
    )
    ids = [ExternalId(scheme, value) for scheme in SCHEMES if (value := getattr(query, scheme, None))]
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


def _things(session: Session, query: LibraryQuery) -> tuple[int, ...]:
    asked = [(EntityKind.DATASET, name) for name in query.dataset]
    asked += [(EntityKind.BENCHMARK, name) for name in query.benchmark]
    found = []
    for kind, name in asked:
        thing: Any = find_thing(session, kind, name)
        if thing is None:
            raise NotFoundError(f"no {kind} is called {name!r}")
        found.append(thing.id)
    return tuple(found)


def _partial(text: str | None, name: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text) if text else None
    except ValueError as error:
        raise InvalidInputError(f"{name}: {error}") from error


def first_day(text: str | None, name: str) -> date | None:
    """First day of a written day, month or year."""
    found = _partial(text, name)
    return found.first if found else None


def last_day(text: str | None, name: str) -> date | None:
    """Last day of a written day, month or year."""
    found = _partial(text, name)
    if found is None or found.precision is Precision.DAY:
        return found.first if found else None
    year, month = found.first.year, found.first.month if found.precision is Precision.MONTH else 12
    if (year, month) == (date.max.year, date.max.month):
        return date.max
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def moment(text: str | None, name: str) -> datetime | None:
    """Parse a written date (its first moment, UTC) or time.

    Raises InvalidInputError.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text) if "T" in text else None
    except ValueError as error:
        raise InvalidInputError(f"{name} is neither a date nor a time: {text!r}; write 2026-01-31") from error
    if found is None:
        day = first_day(text, name)
        assert day is not None
        return datetime.combine(day, time.min, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _find(session: Session, query: LibraryQuery) -> tuple[list[int], int, str | None]:
    if query.order not in SORTS:
        raise InvalidInputError(f"unknown sort {query.order!r}: use {', '.join(SORTS)}")
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


def find_library(session: Session, query: LibraryQuery) -> Page[PaperItem]:
    """One page of the papers that match.

    Raises the errors of `paper_filter`; also for an unknown cursor or sort.
    """
    numbers, total, following = _find(session, query)
    return Page(paper_items(session, numbers), total, following)


def find_sparse(session: Session, query: LibraryQuery) -> Page[dict[str, Any]]:
    """Like `find_library`, but each paper has only the query's `fields`."""
    numbers, total, following = _find(session, query)
    return Page(sparse_items(session, numbers, query.fields), total, following)


def library_facets(session: Session, query: LibraryQuery, taxonomy: str | None = "wam") -> Facets:
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
        for above in upwards(path):
            papers.setdefault(above, set()).add(paper)
    return {path: len(papers[path]) for path in sorted(papers)}


def upwards(path: str) -> list[str]:
    """A taxon's path and those of its ancestors, from the top."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
