"""Writes that an edit of a taxonomy consists of: paths, former names, reassigned papers, and checks of the tree."""

from collections.abc import Iterable, Iterator, Set

from sqlalchemy import ColumnElement, String, cast, func, literal, update
from sqlmodel import Session, col, select

from wamkg.errors import ConflictError
from wamkg.identifiers import new_uid
from wamkg.store.base import Condition, RowValues, is_live, select_columns, table_of
from wamkg.store.batches import end_rows, update_row
from wamkg.store.claims import bump_revisions
from wamkg.store.tables import (
    Alias,
    Assignment,
    Batch,
    Change,
    Entity,
    Exemplar,
    Objection,
    Paper,
    Proposal,
    ReviewRound,
    Suggestion,
    Taxon,
    Taxonomy,
)
from wamkg.store.taxonomies import FORMER_NAME, FORMER_PATH, add_aliases, list_taxa, place_below
from wamkg.store.types import utc_now
from wamkg.vocabulary import OPEN_STATUSES, EntityKind, ProposalStatus

_HANDED_ON = ("paper_id", "taxonomy_id", "status", "kind", "reason", "evidence", "evidence_location",
    "evidence_checked", "note", "source", "suggestion_id")  # fmt: skip
"""Columns that a reassigned paper keeps: source, evidence and note are still valid."""


def lock_taxonomy(session: Session, number: int, *, editing: bool) -> Taxonomy:
    """The taxonomy, locked until the end of the transaction: exclusively for an edit, shared for decisions."""
    statement = select(Taxonomy).where(Taxonomy.id == number).with_for_update(read=not editing)
    return session.exec(statement.execution_options(populate_existing=True)).one()


def bump_revision(session: Session, taxonomy: Taxonomy) -> None:
    """Increment the revision of a taxonomy."""
    table = table_of(Taxonomy)
    session.connection().execute(update(table).where(table.c.id == taxonomy.id).values(revision=table.c.revision + 1))
    session.refresh(taxonomy)


def children_of(session: Session, taxonomy: Taxonomy, parent: int | None) -> list[Taxon]:
    """Live taxa directly below a taxon, or at the top level, in order."""
    return [taxon for taxon in list_taxa(session, taxonomy) if taxon.parent_id == parent]


def live_path(session: Session, taxonomy: Taxonomy, path: str) -> Taxon | None:
    """The live taxon at a path; former paths do not count."""
    live = select(Taxon).where(Taxon.taxonomy_id == taxonomy.id, Taxon.path == path, is_live(Taxon))
    return session.exec(live).first()


def move_taxon(session: Session, batch: Batch, taxon: Taxon, parent: Taxon | None, values: RowValues) -> None:
    """Move a taxon below a parent and set other `values` (slug, name, position); its descendants move with it.

    Former paths of all of them still resolve.

    Raises ConflictError if another taxon has that path.
    """
    slug = values.get("slug", taxon.slug)
    path, depth = place_below(parent, slug)
    taxonomy = session.get_one(Taxonomy, taxon.taxonomy_id)
    other = live_path(session, taxonomy, path)
    if other is not None and other.id != taxon.id:
        raise ConflictError(f"a taxon {path} exists already; choose another slug, or merge the two")
    if path != taxon.path:
        add_former_path(session, batch, taxon, taxon.path)
    below = children_of(session, taxonomy, taxon.id)
    where = {"parent_id": parent.id if parent else None, "path": path, "depth": depth}
    update_row(session, batch, taxon, {**values, **where})
    for child in below:
        move_taxon(session, batch, child, taxon, {})


def add_former_path(session: Session, batch: Batch, taxon: Taxon, path: str) -> None:
    """Add a path under which a taxon can be found."""
    known = select(Alias.id).where(Alias.entity_id == taxon.id, Alias.kind == FORMER_PATH, Alias.key == path)
    if session.exec(known).first() is None:
        assert taxon.id is not None and batch.id is not None
        session.add(Alias(entity_id=taxon.id, kind=FORMER_PATH, name=path, key=path, batch_id=batch.id))
        session.flush()


def add_former_names(session: Session, batch: Batch, taxon: Taxon, names: list[str]) -> None:
    """Add names under which a taxon can be found."""
    assert taxon.id is not None
    add_aliases(session, batch, taxon.id, names, FORMER_NAME)
    session.flush()


def transfer_names(session: Session, batch: Batch, source: Taxon, target: Taxon) -> None:
    """Transfer the names and paths of a taxon that will be ended to another taxon."""
    aliases = session.exec(select(Alias).where(Alias.entity_id == source.id).order_by(col(Alias.id))).all()
    names = [source.name, source.slug.replace("-", " "), *(a.name for a in aliases if a.kind != FORMER_PATH)]
    add_former_names(session, batch, target, names)
    for path in (*(a.name for a in aliases if a.kind == FORMER_PATH), source.path):
        add_former_path(session, batch, target, path)


def transfer_exemplars(session: Session, batch: Batch, source: Taxon, target: Taxon) -> None:
    """Transfer the exemplars of a taxon to another taxon."""
    known = set(session.exec(select(Exemplar.paper_id).where(Exemplar.taxon_id == target.id)))
    assert target.id is not None and batch.id is not None
    for paper in session.exec(select(Exemplar.paper_id).where(Exemplar.taxon_id == source.id)).all():
        if paper not in known:
            session.add(Exemplar(taxon_id=target.id, paper_id=paper, batch_id=batch.id))
    session.flush()


def retire_taxon(session: Session, batch: Batch, taxon: Taxon) -> None:
    """End a taxon. Its row and its path stay for history."""
    assert taxon.id is not None
    end_rows(session, batch, Taxon, [taxon.id])
    session.refresh(taxon)


def assigned_papers(session: Session, taxonomy: Taxonomy) -> set[int]:
    """Papers with a live assignment in a taxonomy, at a taxon or by status."""
    live = select(Assignment.paper_id).where(Assignment.taxonomy_id == taxonomy.id, col(Assignment.ended_at).is_(None))
    return set(session.exec(live))


def unfinished_reviews(session: Session, taxonomy: Taxonomy) -> str:
    """What people have not finished in a taxonomy, as words; empty if there is nothing."""
    raised = select(func.count()).select_from(Objection)
    raised = raised.where(Objection.taxonomy_id == taxonomy.id, col(Objection.status).in_(OPEN_STATUSES))
    rounds = select(func.count()).select_from(ReviewRound)
    rounds = rounds.where(ReviewRound.taxonomy_id == taxonomy.id, ReviewRound.status == "open")
    proposed = select(func.count()).select_from(Proposal)
    proposed = proposed.where(Proposal.taxonomy_id == taxonomy.id, Proposal.status == ProposalStatus.OPEN)
    counts = {
        "open objections": session.exec(raised).one(),
        "open review rounds": session.exec(rounds).one(),
        "open proposals": session.exec(proposed).one(),
    }
    return " and ".join(f"{count} {name}" for name, count in counts.items() if count)


def end_assignments(session: Session, batch: Batch, taxonomy: Taxonomy) -> None:
    """End every live assignment in a taxonomy."""
    papers = assigned_papers(session, taxonomy)
    live = select(Assignment.id).where(Assignment.taxonomy_id == taxonomy.id, col(Assignment.ended_at).is_(None))
    end_rows(session, batch, Assignment, [number for number in session.exec(live) if number is not None])
    bump_revisions(session, papers)
    session.expire_all()


def end_taxonomy(session: Session, batch: Batch, taxonomy: Taxonomy, taxa: Iterable[Taxon]) -> int:
    """End a taxonomy with its taxa, and delete the suggestions in it; returns the number of suggestions."""
    table = table_of(Suggestion)
    count = session.connection().execute(table.delete().where(table.c.taxonomy_id == taxonomy.id)).rowcount
    end_rows(session, batch, Taxon, [taxon.id for taxon in taxa if taxon.id is not None])
    assert taxonomy.id is not None
    end_rows(session, batch, Taxonomy, [taxonomy.id])
    session.expire_all()
    return count


def places_at(session: Session, taxon: Taxon) -> list[Assignment]:
    """Live assignments to a taxon itself, oldest first."""
    live = select(Assignment).where(Assignment.taxon_id == taxon.id, is_live(Assignment))
    return list(session.exec(live.order_by(col(Assignment.id))))


def reassign_papers(session: Session, batch: Batch, places: Iterable[Assignment], target: Taxon) -> None:
    """Reassign papers to another taxon. A paper that is already assigned there keeps one assignment."""
    places = list(places)
    there = {place.paper_id: place for place in places_at(session, target)}
    doubled = [there[p.paper_id] for p in places if p.primary and p.paper_id in there]
    ended = [place.id for place in (*places, *doubled) if place.id is not None]
    rows = [
        {name: getattr(place, name) for name in _HANDED_ON} | {"primary": place.primary}
        for place in places
        if place.primary or place.paper_id not in there
    ]
    end_rows(session, batch, Assignment, ended)
    extra = {"taxon_id": target.id, "actor_id": batch.actor_id, "batch_id": batch.id, "at": utc_now()}
    for row in rows:
        session.add(Assignment(**row | extra | {"uid": new_uid()}))
    session.flush()
    bump_revisions(session, {place.paper_id for place in places})
    for place in (*places, *doubled):
        session.expire(place)


def suggestion_count(session: Session, taxonomy: Taxonomy) -> int:
    """Number of suggestions in a taxonomy."""
    counted = select(func.count()).select_from(Suggestion).where(Suggestion.taxonomy_id == taxonomy.id)
    return session.exec(counted).one()


_NOWHERE = "~"


def tree_problems(session: Session) -> Iterator[str]:
    """Problems of the live trees, in words: a missing parent, a path that does not match the parents, a paper
    assigned to an ended taxon.
    """
    taxa = {t.id: t for t in session.exec(select(Taxon).where(is_live(Taxon)))}
    for taxon in taxa.values():
        parent = taxa.get(taxon.parent_id) if taxon.parent_id else None
        if taxon.parent_id and parent is None:
            yield f"{taxon.path} would be below a deleted taxon"
        elif (taxon.path, taxon.depth) != place_below(parent, taxon.slug):
            yield f"{taxon.path} would be below {parent.path if parent else 'the root'}"
    stray = (
        select(Paper.slug, Taxon.path)
        .join(Assignment, col(Assignment.paper_id) == col(Paper.id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(is_live(Assignment), col(Taxon.ended_at).is_not(None))
    )
    for slug, path in session.exec(stray):
        yield f"{slug} would be assigned to {path}, which is deleted"


def detached_path(number: int) -> str:
    """A temporary path for the taxon with that number, which cannot conflict with a real path."""
    return f"{_NOWHERE}{number}"


def _nowhere_of_each() -> ColumnElement[str]:
    return literal(_NOWHERE).concat(cast(table_of(Taxon).c.id, String))


def is_detached() -> Condition:
    """The condition for taxa with a temporary path."""
    return table_of(Taxon).c.path == _nowhere_of_each()


def detach_paths(session: Session, condition: Condition) -> dict[int, str]:
    """Give the selected taxa temporary unique paths, so that a bulk update cannot violate the unique index.

    Returns the old paths by number.
    """
    taxon = table_of(Taxon)
    rows = session.connection().execute(select_columns(taxon.c.id, taxon.c.path).where(condition))
    stood = {row.id: row.path for row in rows}
    session.connection().execute(taxon.update().where(condition).values(path=_nowhere_of_each()))
    return stood


def is_same_or_descendant(path: str, above: str) -> bool:
    """Whether a path is that of a taxon or of one of its descendants."""
    return f"{path}/".startswith(f"{above}/")


def are_on_one_branch(one: str, other: str) -> bool:
    """Whether two paths are the same, or one is above the other."""
    return is_same_or_descendant(one, other) or is_same_or_descendant(other, one)


def rebuild_paths(session: Session, only: set[int] | None = None, but: Set[int] = frozenset()) -> None:
    """Rebuild the paths of live taxa from their parents. Changes only the taxa in `only` and their descendants, except
    those in `but`.

    A path restored by undo may contain ancestors that were moved since.

    Raises IntegrityError if another taxon has that path.
    """
    taxa = {taxon.id: taxon for taxon in session.exec(select(Taxon).where(is_live(Taxon)))}

    def straighten(number: int | None, seen: frozenset[int | None]) -> bool:
        taxon = taxa[number]
        parent = taxa.get(taxon.parent_id)
        may = only is None or number in only
        if parent is not None and number not in seen:
            may = (straighten(taxon.parent_id, seen | {number}) and number not in but) or may
        if may and (parent is not None or taxon.parent_id is None):
            taxon.path, taxon.depth = place_below(parent, taxon.slug)
            session.add(taxon)
        return may

    for number in taxa:
        straighten(number, frozenset())
    session.flush()


def taxa_changed_since(session: Session, batch: Batch) -> set[int]:
    """Taxa that later batches, not undone, created or gave a path."""
    made = select(Entity.id).where(Entity.kind == EntityKind.TAXON, col(Entity.batch_id) > batch.id)
    moved = (
        select(Entity.id)
        .join(Change, col(Change.subject_uid) == col(Entity.uid))
        .join(Batch, col(Batch.id) == col(Change.batch_id))
        .where(Change.field == "taxon.path", col(Batch.id) > batch.id, col(Batch.undone_at).is_(None))
    )
    return {number for statement in (made, moved) for number in session.exec(statement) if number is not None}


def batches_that_changed_taxa(session: Session, after: Batch) -> list[str]:
    """Ids of the batches since the given one, not undone, that created, changed or ended a taxon, oldest first."""
    later = select(Batch.id, Batch.uid).where(col(Batch.id) > after.id, col(Batch.undone_at).is_(None))
    uids = {number: uid for number, uid in session.exec(later) if number is not None}
    changed = select(Change.batch_id).where(col(Change.field).startswith("taxon."))
    made = select(Entity.batch_id).where(Entity.kind == EntityKind.TAXON)
    ended = select(Taxon.ended_batch_id).where(col(Taxon.ended_batch_id).is_not(None))
    found = {number for statement in (changed, made, ended) for number in session.exec(statement)}
    return [uids[number] for number in sorted(uids) if number in found]


def moved_below_taxa_of(session: Session, batch: Batch) -> bool:
    """Whether taxa of other batches are below taxa that this batch created."""
    made = select(Entity.id).where(Entity.batch_id == batch.id, Entity.kind == EntityKind.TAXON)
    below = select(Taxon.id).where(col(Taxon.parent_id).in_(made), col(Taxon.id).not_in(made))
    return session.exec(below).first() is not None
