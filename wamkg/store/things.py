"""Keyed writes and reads of methods, datasets, benchmarks, metrics, institutions, concepts, results."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from wamkg.errors import NotFoundError
from wamkg.identifiers import name_key, new_uid
from wamkg.store.bulk import insert_entities
from wamkg.store.edits import before_edits
from wamkg.store.tables import (
    Alias,
    Batch,
    Benchmark,
    Challenge,
    Concept,
    Dataset,
    Institution,
    Link,
    Method,
    Metric,
    Named,
    Result,
)
from wamkg.vocabulary import EntityKind, Relation

THINGS: dict[EntityKind, type[Named]] = {
    EntityKind.METHOD: Method,
    EntityKind.INSTITUTION: Institution,
    EntityKind.DATASET: Dataset,
    EntityKind.BENCHMARK: Benchmark,
    EntityKind.METRIC: Metric,
    EntityKind.CHALLENGE: Challenge,
    EntityKind.CONCEPT: Concept,
}
ORIGINS = {EntityKind.METHOD: Relation.PROPOSES, EntityKind.INSTITUTION: Relation.AFFILIATED}
"""Relation between a paper and an entity that it brought into the store without introducing it."""


def find_thing(session: Session, kind: EntityKind, name: str) -> Named | None:
    """The entity with that slug, name or alias, or None."""
    model: Any = THINGS[kind]
    found = session.exec(select(model).where((model.slug == name) | (model.key == name_key(name)))).first()
    if found is None:
        by_alias = select(model).join(Alias, Alias.entity_id == model.id).where(Alias.key == name_key(name))
        found = session.exec(by_alias.order_by(model.id)).first()
    return found


def get_thing(session: Session, kind: EntityKind, name: str) -> Named:
    """The entity with that slug, name or alias.

    Raises NotFoundError.
    """
    found = find_thing(session, kind, name)
    if found is None:
        raise NotFoundError(f"no {kind} is called {name!r}")
    return found


def list_things(session: Session, kind: EntityKind) -> list[Named]:
    """All entities of a kind by slug."""
    model: Any = THINGS[kind]
    return list(session.exec(select(model).order_by(model.slug)))


def save_thing(
    session: Session, batch: Batch, kind: EntityKind, values: dict[str, Any], aliases: Sequence[str] = ()
) -> tuple[int, int]:
    """Create an entity (`slug`, `name` and its own columns), or add missing values and spellings to it.

    Returns its number and how many values were added.
    """
    assert batch.id is not None
    model: Any = THINGS[kind]
    key = name_key(values["name"])
    found = session.exec(select(model).where((model.slug == values["slug"]) | (model.key == key))).first()
    added = 0
    if found is None:
        (number,) = insert_entities(session, kind, 1, batch.id)
        found = model(id=number, key=key, **values)
        session.add(found)
        session.flush()
        added = 1
    known = {found.key, *session.exec(select(Alias.key).where(Alias.entity_id == found.id))}
    for alias in aliases:
        if (alias_key := name_key(alias)) not in known:
            known.add(alias_key)
            session.add(Alias(entity_id=found.id, kind="spelling", name=alias, key=alias_key, batch_id=batch.id))
            added += 1
    for name, value in values.items():
        if getattr(found, name) is None and value is not None:
            setattr(found, name, value)
            session.add(found)
            added += 1
    session.flush()
    return found.id, added


def save_link(session: Session, batch: Batch, source: int, relation: Relation, target: int) -> int:
    """Link two entities; returns 1 if the link is new."""
    assert batch.id is not None
    same = select(Link).where(Link.source_id == source, Link.relation == relation, Link.target_id == target)
    if session.exec(same).first():
        return 0
    row = Link(source_id=source, relation=relation, target_id=target, source=batch.kind, batch_id=batch.id)
    session.add(row)
    session.flush()
    return 1


_SAME_REPORT = ("method_id", "benchmark_id", "suite", "metric_id", "method_printed", "reported_by_id", "reported_where",
                "value")  # fmt: skip
"""Columns that, together with the split, identify a report."""


def _was_edited(session: Session, values: dict[str, Any], splits: set[str]) -> bool:
    """Whether a report from a seed is stored with a value or another column that a person has corrected since."""
    first = before_edits(session, Result)
    for row in session.exec(select(Result).where(col(Result.uid).in_(first))):
        said = {name: first[row.uid].get(name, getattr(row, name)) for name in (*_SAME_REPORT, "split")}
        if said["split"] in splits and all(said[name] == values.get(name) for name in _SAME_REPORT):
            return True
    return False


def save_result(session: Session, batch: Batch, values: dict[str, Any]) -> int:
    """Add a reported score unless it is known; returns 1 if it is new."""
    assert batch.id is not None
    columns: Any = Result
    # Seeds named no splits at first: what an older store holds without one is the same report.
    splits = {values["split"], ""} if values["source"] == "seed" else {values["split"]}
    statement = select(Result).where(col(columns.split).in_(splits))
    for name in _SAME_REPORT:
        column, value = col(getattr(columns, name)), values.get(name)
        statement = statement.where(column.is_(None) if value is None else column == value)
    if session.exec(statement).first() or (values["source"] == "seed" and _was_edited(session, values, splits)):
        return 0
    session.add(Result(uid=new_uid(), batch_id=batch.id, **values))
    return 1
