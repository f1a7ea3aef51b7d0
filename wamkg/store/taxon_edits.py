"""Keyed writes for taxonomy edits: new paths, former names, reassigned papers, ended taxa."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from wamkg.errors import ConflictError
from wamkg.identifiers import new_uid
from wamkg.store.bulk import table_of
from wamkg.store.edits import end_rows, update_row
from wamkg.store.paper_write import raise_versions
from wamkg.store.tables import Alias, Assignment, Batch, Exemplar, Suggestion, Taxon, Taxonomy
from wamkg.store.taxon_reads import place_below
from wamkg.store.taxonomies import FORMER_NAME, FORMER_PATH, add_aliases, list_taxa
from wamkg.store.types import utc_now

_HANDED_ON = ("paper_id", "taxonomy_id", "state", "kind", "reason", "evidence", "evidence_place", "evidence_checked",
    "note", "source", "suggestion_id")  # fmt: skip
"""Columns that a reassigned paper keeps: source, evidence and note are still valid."""


def lock_taxonomy(session: Session, number: int, *, editing: bool) -> Taxonomy:
    """The taxonomy, locked until the end of the transaction: exclusively for an edit, shared for decisions."""
    statement = select(Taxonomy).where(Taxonomy.id == number).with_for_update(read=not editing)
    return session.exec(statement.execution_options(populate_existing=True)).one()


def raise_version(session: Session, taxonomy: Taxonomy) -> None:
    """Increment the revision of a taxonomy."""
    table = table_of(Taxonomy)
    session.connection().execute(update(table).where(table.c.id == taxonomy.id).values(version=table.c.version + 1))
    session.refresh(taxonomy)


def children_of(session: Session, taxonomy: Taxonomy, parent: int | None) -> list[Taxon]:
    """Live taxa directly below a taxon, or at the top level, in order."""
    return [taxon for taxon in list_taxa(session, taxonomy) if taxon.parent_id == parent]


def live_path(session: Session, taxonomy: Taxonomy, path: str) -> Taxon | None:
    """The live taxon at a path; former paths do not count."""
    live = select(Taxon).where(Taxon.taxonomy_id == taxonomy.id, Taxon.path == path, col(Taxon.ended_at).is_(None))
    return session.exec(live).first()


def set_place(session: Session, batch: Batch, taxon: Taxon, parent: Taxon | None, values: dict[str, Any]) -> None:
    """Move a taxon below a parent and set other `values` (slug, name, position); its descendants move with it.

    Former paths of all of them still resolve.

    Raises ConflictError if another taxon has that path.
    """
    slug = values.get("slug", taxon.slug)
    path, depth = place_below(parent, slug)
    taxonomy = session.get_one(Taxonomy, taxon.taxonomy_id)
    other = live_path(session, taxonomy, path)
    if other is not None and other.id != taxon.id:
        raise ConflictError(f"there is a taxon at {path} already; choose another slug, or merge the two")
    if path != taxon.path:
        _keep_path(session, batch, taxon, taxon.path)
    below = children_of(session, taxonomy, taxon.id)
    where = {"parent_id": parent.id if parent else None, "path": path, "depth": depth}
    update_row(session, batch, taxon, values | where)
    for child in below:
        set_place(session, batch, child, taxon, {})


def _keep_path(session: Session, batch: Batch, taxon: Taxon, path: str) -> None:
    known = select(Alias.id).where(Alias.entity_id == taxon.id, Alias.kind == FORMER_PATH, Alias.key == path)
    if session.exec(known).first() is None:
        assert taxon.id is not None and batch.id is not None
        session.add(Alias(entity_id=taxon.id, kind=FORMER_PATH, name=path, key=path, batch_id=batch.id))
        session.flush()


def keep_names(session: Session, batch: Batch, taxon: Taxon, names: list[str]) -> None:
    """Add names under which a taxon can be found."""
    assert taxon.id is not None
    add_aliases(session, batch, taxon.id, names, FORMER_NAME)
    session.flush()


def hand_on_names(session: Session, batch: Batch, source: Taxon, target: Taxon) -> None:
    """Transfer the names and paths of a taxon that will be ended to another taxon."""
    aliases = session.exec(select(Alias).where(Alias.entity_id == source.id).order_by(col(Alias.id))).all()
    names = [source.name, source.slug.replace("-", " "), *(a.name for a in aliases if a.kind != FORMER_PATH)]
    keep_names(session, batch, target, names)
    for path in (*(a.name for a in aliases if a.kind == FORMER_PATH), source.path):
        _keep_path(session, batch, target, path)


def hand_on_exemplars(session: Session, batch: Batch, source: Taxon, target: Taxon) -> None:
    """Transfer the exemplars of a taxon to another taxon."""
    known = set(session.exec(select(Exemplar.paper_id).where(Exemplar.taxon_id == target.id)))
    assert target.id is not None and batch.id is not None
    for paper in session.exec(select(Exemplar.paper_id).where(Exemplar.taxon_id == source.id)).all():
        if paper not in known:
            session.add(Exemplar(taxon_id=target.id, paper_id=paper, batch_id=batch.id))
    session.flush()


def end_taxon(session: Session, batch: Batch, taxon: Taxon) -> None:
    """End a taxon. Its row and its path stay for history."""
    assert taxon.id is not None
    end_rows(session, batch, Taxon, [taxon.id])
    session.refresh(taxon)


def places_at(session: Session, taxon: Taxon) -> list[Assignment]:
    """Live assignments to a taxon itself, oldest first."""
    live = select(Assignment).where(Assignment.taxon_id == taxon.id, col(Assignment.ended_at).is_(None))
    return list(session.exec(live.order_by(col(Assignment.id))))


def hand_on_places(session: Session, batch: Batch, places: Iterable[Assignment], target: Taxon) -> None:
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
    raise_versions(session, {place.paper_id for place in places})
    for place in (*places, *doubled):
        session.expire(place)


def suggestion_count(session: Session, taxonomy: Taxonomy) -> int:
    """Number of suggestions in a taxonomy."""
    counted = select(func.count()).select_from(Suggestion).where(Suggestion.taxonomy_id == taxonomy.id)
    return session.exec(counted).one()
