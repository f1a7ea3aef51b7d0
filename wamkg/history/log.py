"""Reading who wrote what: the batches, and everything said and decided about one paper."""

from typing import Any

from sqlmodel import Session, col, select

from wamkg.store.batches import list_batches
from wamkg.store.bulk import select_columns
from wamkg.store.lookup import find_paper
from wamkg.store.tables import Actor, Assignment, Batch, Change, Entity, Event, Fact, Taxon, Taxonomy


def batch_log(session: Session, limit: int = 50) -> list[dict[str, Any]]:
    """The newest batches: id, kind, source, actor, times, counts."""
    actors = {actor.id: actor.name for actor in session.exec(select(Actor))}
    return [
        {
            "uid": batch.uid,
            "kind": batch.kind,
            "source": batch.source,
            "actor": actors[batch.actor_id],
            "started": batch.started_at.isoformat(timespec="seconds"),
            "undone": batch.undone_at.isoformat(timespec="seconds") if batch.undone_at else None,
            "counts": batch.counts,
        }
        for batch in list_batches(session, limit)
    ]


def paper_log(session: Session, paper: str) -> list[dict[str, Any]]:
    """Everything said of a paper, oldest first: facts, dates, placements, edits.

    Raises NotFoundError for an id that no paper has.
    """
    number = find_paper(session, paper).id
    assert number is not None
    rows = [*_facts(session, number), *_events(session, number), *_placements(session, number)]
    return sorted([*rows, *_changes(session, number)], key=lambda row: (row["at"], row["field"]))


def _row(at: Any, who: str, source: str, field: str, value: Any) -> dict[str, Any]:
    return {"at": at.isoformat(timespec="seconds"), "who": who, "source": source, "field": field, "value": value}


def _facts(session: Session, paper: int) -> list[dict[str, Any]]:
    statement = (
        select(Fact, Actor.name)
        .join(Batch, col(Batch.id) == col(Fact.batch_id))
        .join(Actor, col(Actor.id) == col(Batch.actor_id))
        .where(Fact.subject_id == paper)
    )
    return [_row(f.seen_at, who, f.source, f.field, f.value or f.reason) for f, who in session.exec(statement)]


def _events(session: Session, paper: int) -> list[dict[str, Any]]:
    columns = (Event.kind, Event.day, Event.precision, Event.source, Batch.started_at, Actor.name)
    statement = (
        select_columns(*columns)
        .join(Batch, col(Batch.id) == col(Event.batch_id))
        .join(Actor, col(Actor.id) == col(Batch.actor_id))
        .where(Event.paper_id == paper)
    )
    rows = session.exec(statement).all()
    return [
        _row(at, who, source, f"date {kind}", f"{day} ({precision})") for kind, day, precision, source, at, who in rows
    ]


def _placements(session: Session, paper: int) -> list[dict[str, Any]]:
    columns = (Assignment, Taxonomy.slug, Taxon.path, Actor.name)
    statement = (
        select_columns(*columns)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Actor, col(Actor.id) == col(Assignment.actor_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .where(Assignment.paper_id == paper)
    )
    rows = []
    for placed, slug, path, who in session.exec(statement):
        ended = " (ended)" if placed.ended_at else ""
        value = f"{path or placed.state}{'' if placed.primary else ' (also)'}{ended}"
        rows.append(_row(placed.at, who, placed.source, f"place in {slug}", value))
    return rows


def _changes(session: Session, paper: int) -> list[dict[str, Any]]:
    statement = (
        select(Change, Actor.name)
        .join(Actor, col(Actor.id) == col(Change.actor_id))
        .join(Entity, col(Entity.uid) == col(Change.subject_uid))
        .where(Entity.id == paper)
    )
    return [
        _row(c.at, who, "person", c.field, f"{c.before} -> {c.after} {c.why}") for c, who in session.exec(statement)
    ]
