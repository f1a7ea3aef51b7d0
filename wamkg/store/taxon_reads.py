"""Checks of taxonomy trees, and the batches that changed them."""

from collections.abc import Iterator, Set
from typing import Any

from sqlalchemy import String, cast, literal
from sqlmodel import Session, col, select

from wamkg.store.bulk import select_columns, table_of
from wamkg.store.tables import Assignment, Batch, Change, Entity, Paper, Taxon
from wamkg.vocabulary import EntityKind

_NOWHERE = "~"


def tree_problems(session: Session) -> Iterator[str]:
    """Problems of the live trees, in words: a missing parent, a path that does not match the parents, a paper
    assigned to an ended taxon.
    """
    taxa = {t.id: t for t in session.exec(select(Taxon).where(col(Taxon.ended_at).is_(None)))}
    for taxon in taxa.values():
        parent = taxa.get(taxon.parent_id) if taxon.parent_id else None
        if taxon.parent_id and parent is None:
            yield f"{taxon.path} would stand below a taxon that is no more"
        elif (taxon.path, taxon.depth) != place_below(parent, taxon.slug):
            yield f"{taxon.path} would stand below {parent.path if parent else 'the root'}"
    stray = (
        select(Paper.slug, Taxon.path)
        .join(Assignment, col(Assignment.paper_id) == col(Paper.id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(col(Assignment.ended_at).is_(None), col(Taxon.ended_at).is_not(None))
    )
    for slug, path in session.exec(stray):
        yield f"{slug} would stand at {path}, which is no more"


def place_below(parent: Taxon | None, slug: str) -> tuple[str, int]:
    """Path and depth of a taxon with that slug below a parent, or at the top level."""
    return (f"{parent.path}/{slug}", parent.depth + 1) if parent else (slug, 1)


def nowhere(number: int) -> str:
    """A temporary path for the taxon with that number, which cannot conflict with a real path."""
    return f"{_NOWHERE}{number}"


def _nowhere_of_each() -> Any:
    return literal(_NOWHERE).concat(cast(table_of(Taxon).c.id, String))


def is_lifted() -> Any:
    """The condition for taxa with a temporary path."""
    return table_of(Taxon).c.path == _nowhere_of_each()


def lift_taxa(session: Session, condition: Any) -> dict[int, str]:
    """Give the selected taxa temporary unique paths, so that a bulk update cannot violate the unique index.

    Returns the old paths by number.
    """
    taxon = table_of(Taxon)
    rows = session.connection().execute(select_columns(taxon.c.id, taxon.c.path).where(condition))
    stood = {row.id: row.path for row in rows}
    session.connection().execute(taxon.update().where(condition).values(path=_nowhere_of_each()))
    return stood


def lies_in(path: str, above: str) -> bool:
    """Whether a path is that of a taxon or of one of its descendants."""
    return f"{path}/".startswith(f"{above}/")


def straighten_paths(session: Session, only: set[int] | None = None, but: Set[int] = frozenset()) -> None:
    """Rebuild the paths of live taxa from their parents. Changes only the taxa in `only` and their descendants, except
    those in `but`.

    A path restored by undo may contain ancestors that were moved since.

    Raises IntegrityError if another taxon has that path.
    """
    taxa = {taxon.id: taxon for taxon in session.exec(select(Taxon).where(col(Taxon.ended_at).is_(None)))}

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


def placed_since(session: Session, batch: Batch) -> set[int]:
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
