"""Lists of papers: filters, stable pages, totals and facet counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, exists, func, literal, or_, text, true
from sqlmodel import Session, col

from wamkg.identifiers import normalise
from wamkg.store.bulk import select_columns
from wamkg.store.search import MAX_WORDS
from wamkg.store.tables import Assignment, Batch, Entity, Fact, Link, Paper, Result, Taxon, Venue
from wamkg.vocabulary import AssignmentState, Relation, Standing

NO_ASSIGNMENT = "none"
_NO_DATE = date(1, 1, 1)
_USES = (Relation.INTRODUCES, Relation.TRAINED_ON, Relation.EVALUATED_ON)


@dataclass(frozen=True)
class PaperFilter:
    """Filter of a list of papers. All given fields must match; values within a field are alternatives.

    `taxa` has one set of taxon numbers per taxonomy. `states` pairs a taxonomy's number with a status, or with `none`
    for papers without a live assignment in it. `until` is the last day included. `found_by` is a source (`list:wam`) or
    a kind of source (`list`). Papers with standing `cited` are left out unless `standing` names it.
    """

    q: str | None = None
    standing: tuple[str, ...] = ()
    taxa: tuple[frozenset[int], ...] = ()
    states: tuple[tuple[int, str], ...] = ()
    since: date | None = None
    until: date | None = None
    venues: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    things: tuple[int, ...] = ()
    party: str | None = None
    found_by: str | None = None
    first_seen_since: datetime | None = None
    numbers: tuple[int, ...] | None = None


@dataclass(frozen=True)
class SortKey:
    """One column of an order. NULL sorts first; `empty`, a value below all others, is its key."""

    column: Any
    descending: bool = False
    empty: Any = None

    @property
    def key(self) -> Any:
        """The expression that rows are compared by."""
        return self.column if self.empty is None else func.coalesce(self.column, literal(self.empty))

    @property
    def order(self) -> Any:
        """The same order on the column itself, so that an index on it can be used."""
        if self.empty is None:
            return self.column.desc() if self.descending else self.column.asc()
        return self.column.desc().nulls_last() if self.descending else self.column.asc().nulls_first()


def paper_order(name: str, q: str | None) -> tuple[SortKey, ...]:
    """The requested order. The paper's number always comes last and makes it total."""
    newest = SortKey(col(Paper.date), descending=True, empty=_NO_DATE)
    if name == "relevance" and q:
        words = normalise(q).split()[:MAX_WORDS]
        in_title = and_(true(), *(col(Paper.title_key).contains(word, autoescape=True) for word in words))
        return (SortKey(case((in_title, 0), else_=1)), newest)
    orders = {
        "date": (SortKey(col(Paper.date), empty=_NO_DATE),),
        "title": (SortKey(col(Paper.title_key)),),
        "-title": (SortKey(col(Paper.title_key), descending=True),),
        "added": (),
        "-citations": (SortKey(col(Paper.citation_count), descending=True, empty=-1), newest),
    }
    return orders.get(name, (newest,))


SORTS = ("-date", "date", "title", "-title", "added", "-citations", "relevance")


def find_papers(
    session: Session, wanted: PaperFilter, order: Sequence[SortKey], after: Sequence[Any] | None, limit: int
) -> list[tuple[Any, ...]]:
    """Up to `limit` rows (number, then the sort keys) after the given keys and number."""
    number = SortKey(col(Paper.id), descending=bool(order) and order[-1].descending)
    keys = [*order, number]
    statement = select_columns(Paper.id, *(key.key for key in order)).where(*conditions(session, wanted))
    if after is not None:
        statement = statement.where(_comes_after(keys, after))
    arranged = statement.order_by(*(key.order for key in keys)).limit(limit)
    return [tuple(row) for row in session.connection().execute(arranged)]


def _comes_after(keys: Sequence[SortKey], values: Sequence[Any]) -> Any:
    alternatives = []
    for i, key in enumerate(keys):
        same = [k.key == v for k, v in zip(keys[:i], values[:i], strict=True)]
        beyond = key.key < values[i] if key.descending else key.key > values[i]
        alternatives.append(and_(*same, beyond))
    return or_(*alternatives)


def count_papers(session: Session, wanted: PaperFilter) -> int:
    """Number of papers that match the filter."""
    statement = select_columns(func.count()).select_from(Paper).where(*conditions(session, wanted))
    return int(session.connection().execute(statement).scalar_one())


def paper_numbers(session: Session, wanted: PaperFilter) -> set[int]:
    """Numbers of all papers that match the filter."""
    statement = select_columns(Paper.id).where(*conditions(session, wanted))
    return set(session.connection().execute(statement).scalars())


def conditions(session: Session, wanted: PaperFilter) -> list[Any]:
    """The filter as SQL conditions on `paper`."""
    found = [_standing(wanted.standing), *_dates(wanted), *_placement(wanted)]
    if wanted.q is not None:
        found.append(_text(session, wanted.q))
    if wanted.numbers is not None:
        found.append(col(Paper.id).in_(wanted.numbers))
    if wanted.venues:
        keys = [normalise(name) for name in wanted.venues]
        found.append(col(Paper.venue_id).in_(select_columns(Venue.id).where(col(Venue.key).in_(keys))))
    if wanted.years:
        found.append(col(Paper.year).in_(wanted.years))
    found += [_uses(thing) for thing in wanted.things]
    if wanted.party:
        found.append(_has_result(Result.party == wanted.party))
    if wanted.found_by:
        found.append(_found_by(wanted.found_by))
    if wanted.first_seen_since:
        made = select_columns(Entity.id).join(Batch, col(Batch.id) == col(Entity.batch_id))
        found.append(col(Paper.id).in_(made.where(col(Batch.started_at) >= wanted.first_seen_since)))
    return found


def _standing(standing: tuple[str, ...]) -> Any:
    return col(Paper.standing).in_(standing) if standing else col(Paper.standing) != Standing.CITED


def _dates(wanted: PaperFilter) -> list[Any]:
    bounds = ((wanted.since, col(Paper.date).__ge__), (wanted.until, col(Paper.date).__le__))
    return [compare(day) for day, compare in bounds if day is not None]


def _text(session: Session, query: str) -> Any:
    words = normalise(query).split()[:MAX_WORDS]
    if not words:
        return literal(1) == 0
    if session.get_bind().dialect.name == "sqlite":
        asked = " ".join(f'"{word}"' for word in words) + "*"
        hits = text("paper.id IN (SELECT rowid FROM paper_fts WHERE paper_fts MATCH :fts_query)")
    else:
        asked = " & ".join(f"'{word}'" for word in words) + ":*"
        hits = text(
            "paper.id IN (SELECT paper_id FROM paper_fts "
            "WHERE to_tsvector('simple', body) @@ to_tsquery('simple', :fts_query))"
        )
    return hits.bindparams(fts_query=asked)


def live_placements() -> Any:
    """Papers and taxa of the live assignments to a taxon."""
    return select_columns(Assignment.paper_id, Assignment.taxon_id).where(
        col(Assignment.ended_at).is_(None), Assignment.state == AssignmentState.PLACED
    )


def _placement(wanted: PaperFilter) -> list[Any]:
    found = []
    for taxa in wanted.taxa:
        placed = live_placements().where(col(Assignment.taxon_id).in_(taxa))
        found.append(col(Paper.id).in_(placed.with_only_columns(col(Assignment.paper_id))))
    for taxonomy, state in wanted.states:
        live = select_columns(Assignment.paper_id).where(
            Assignment.taxonomy_id == taxonomy, col(Assignment.ended_at).is_(None)
        )
        if state == NO_ASSIGNMENT:
            found.append(col(Paper.id).not_in(live))
        else:
            found.append(col(Paper.id).in_(live.where(Assignment.state == state)))
    return found


def _has_result(condition: Any) -> Any:
    proposes = select_columns(Link.source_id).join(Result, col(Result.method_id) == col(Link.target_id))
    return col(Paper.id).in_(proposes.where(Link.relation == Relation.PROPOSES, condition))


def _uses(thing: int) -> Any:
    linked = select_columns(Link.source_id).where(Link.target_id == thing, col(Link.relation).in_(_USES))
    return or_(col(Paper.id).in_(linked), _has_result(Result.benchmark_id == thing))


def _found_by(source: str) -> Any:
    same = or_(col(Fact.source) == source, col(Fact.source).startswith(f"{source}:", autoescape=True))
    return exists().where(col(Fact.subject_id) == col(Paper.id), same)


def facet_counts(session: Session, wanted: PaperFilter) -> dict[str, dict[str, int]]:
    """Papers by standing, venue and year. The counts of a facet ignore its own filter, so its other values can be
    chosen.
    """
    facets: dict[str, tuple[Any, PaperFilter]] = {
        "standing": (Paper.standing, replace(wanted, standing=tuple(Standing))),
        "venue": (Venue.name, replace(wanted, venues=())),
        "year": (Paper.year, replace(wanted, years=())),
    }
    found: dict[str, dict[str, int]] = {}
    for name, (column, others) in facets.items():
        statement = (
            select_columns(column, func.count())
            .select_from(Paper)
            .join(Venue, col(Venue.id) == col(Paper.venue_id), isouter=True)
            .where(column.is_not(None), *conditions(session, others))
            .group_by(column)
            .order_by(func.count().desc(), column)
        )
        found[name] = {str(value): count for value, count in session.connection().execute(statement)}
    return found


def placements_of(session: Session, wanted: PaperFilter, taxonomy: int) -> list[tuple[int, str]]:
    """Pairs (paper, taxon path) of the live assignments, in one taxonomy, of the papers that match."""
    statement = (
        select_columns(Assignment.paper_id, Taxon.path)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .where(
            Assignment.taxonomy_id == taxonomy,
            Assignment.state == AssignmentState.PLACED,
            col(Assignment.ended_at).is_(None),
            *conditions(session, wanted),
        )
    )
    return [(paper, path) for paper, path in session.connection().execute(statement)]
