"""Methods, datasets, benchmarks, metrics, institutions, challenges and concepts, and their links."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, union
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, SQLModel, col, select

from wamkg.errors import NotFoundError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import name_key
from wamkg.near_matches import did_you_mean
from wamkg.store.base import (
    RowValues,
    Selected,
    by_number,
    chunks,
    insert_entities,
    rows,
    rows_by_number,
    select_columns,
    table_of,
)
from wamkg.store.tables import (
    Alias,
    Batch,
    Benchmark,
    Challenge,
    Concept,
    Dataset,
    Entity,
    Institution,
    Link,
    Method,
    Metric,
    NamedEntity,
    Paper,
    Result,
)
from wamkg.vocabulary import EntityKind, Relation, Standing

ENTITY_MODELS: dict[EntityKind, type[NamedEntity]] = {
    EntityKind.METHOD: Method,
    EntityKind.INSTITUTION: Institution,
    EntityKind.DATASET: Dataset,
    EntityKind.BENCHMARK: Benchmark,
    EntityKind.METRIC: Metric,
    EntityKind.CHALLENGE: Challenge,
    EntityKind.CONCEPT: Concept,
}
USES = (Relation.INTRODUCES, Relation.TRAINED_ON, Relation.EVALUATED_ON)
"""Links from a paper to the datasets and benchmarks it has to do with."""
INTRODUCIBLE: dict[str, type[NamedEntity]] = {"dataset": Dataset, "benchmark": Benchmark, "metric": Metric}
"""The kinds that a paper may introduce."""
INTRODUCING_RELATION = {EntityKind.METHOD: Relation.PROPOSES, EntityKind.INSTITUTION: Relation.AFFILIATED}
"""Relation between a paper and an entity that it brought into the store without introducing it."""


def find_entity(session: Session, kind: EntityKind, name: str) -> NamedEntity | None:
    """The entity with that slug, name or alias, or None."""
    model = ENTITY_MODELS[kind]
    found = session.exec(select(model).where((model.slug == name) | (model.key == name_key(name)))).first()
    if found is None:
        by_alias = select(model).join(Alias, col(Alias.entity_id) == col(model.id)).where(Alias.key == name_key(name))
        found = session.exec(by_alias.order_by(col(model.id))).first()
    return found


def get_entity(session: Session, kind: EntityKind, name: str) -> NamedEntity:
    """The entity with that slug, name or alias.

    Raises NotFoundError.
    """
    found = find_entity(session, kind, name)
    if found is None:
        raise NotFoundError(unknown_entity(session, kind, name))
    return found


def unknown_entity(session: Session, kind: EntityKind, name: str) -> str:
    """Error message for a name that no entity of a kind has, with near matches."""
    model = ENTITY_MODELS[kind]
    spellings: dict[str, str] = {}
    aliases = select(Alias.name, model.slug).join(model, col(Alias.entity_id) == col(model.id))
    for statement in (select(model.slug, model.slug), select(model.name, model.slug), aliases):
        spellings = dict(session.exec(statement).all()) | spellings
    return f"no {kind} is called {name[:200]!r}{did_you_mean(name, spellings)}"


def numbers_of_entities(session: Session, kind: EntityKind, slugs: Iterable[str]) -> dict[str, int]:
    """Numbers of the entities of a kind with these slugs."""
    model, found = ENTITY_MODELS[kind], dict[str, int]()
    for part in chunks(slugs):
        found |= dict(
            tuple(row) for row in rows(session, select_columns(model.slug, model.id).where(col(model.slug).in_(part)))
        )
    return found


def list_entities(session: Session, kind: EntityKind) -> list[NamedEntity]:
    """All entities of a kind by slug."""
    model = ENTITY_MODELS[kind]
    return list(session.exec(select(model).order_by(col(model.slug))))


def upsert_entity(
    session: Session, batch: Batch, kind: EntityKind, values: RowValues, aliases: Sequence[str] = ()
) -> tuple[int, int]:
    """Create an entity (`slug`, `name` and its own columns), or add missing values and spellings to it.

    Returns its number and how many values were added.
    """
    assert batch.id is not None
    model = ENTITY_MODELS[kind]
    key = name_key(values["name"])
    found = session.exec(select(model).where((model.slug == values["slug"]) | (model.key == key))).first()
    added = 0
    if found is None:
        (number,) = insert_entities(session, kind, 1, batch.id)
        found = model(id=number, key=key, **values)
        session.add(found)
        session.flush()
        added = 1
    assert found.id is not None
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


def link_counts(session: Session, kind: EntityKind) -> dict[int, dict[str, int]]:
    """Number of papers linked to each entity of a kind, by relation."""
    model = ENTITY_MODELS[kind]
    statement = (
        select_columns(model.id, Link.relation, func.count())
        .select_from(Link)
        .join(model, col(model.id) == col(Link.target_id))
        .group_by(col(model.id), col(Link.relation))
        .order_by(col(Link.relation))
    )
    found: dict[int, dict[str, int]] = {}
    for number, relation, count in rows(session, statement):
        found.setdefault(number, {})[relation] = count
    return found


def linked_papers(session: Session, kind: EntityKind, relation: Relation) -> dict[int, list[tuple[str, str | None]]]:
    """Pairs (slug, arXiv id) of the papers with that relation to each entity of a kind."""
    model = ENTITY_MODELS[kind]
    statement = (
        select_columns(model.id, Paper.slug, Paper.arxiv)
        .select_from(Link)
        .join(model, col(model.id) == col(Link.target_id))
        .join(Paper, col(Paper.id) == col(Link.source_id))
        .where(Link.relation == relation)
        .order_by(col(Link.id))
    )
    found: dict[int, list[tuple[str, str | None]]] = {}
    for number, slug, arxiv in rows(session, statement):
        found.setdefault(number, []).append((slug, arxiv))
    return found


def uids_of(session: Session, model: type[SQLModel]) -> dict[int, str]:
    """Permanent public ids of all entities of a kind."""
    table = table_of(model)
    statement = select_columns(Entity.id, Entity.uid).join(table, table.c.id == col(Entity.id))
    return dict(tuple(row) for row in rows(session, statement))


_LINKED = INTRODUCIBLE | {"institution": Institution}


@dataclass(frozen=True)
class LinkedEntity(WithFormerNames):
    """An entity linked to a paper."""

    relation: str
    kind: str
    slug: str
    name: str
    short_name: str | None = None
    mark: Former[str | None] = former("short_name")


def linked_entities(session: Session, numbers: Iterable[int]) -> dict[int, list[LinkedEntity]]:
    """Datasets, benchmarks, metrics and institutions linked to each paper, in the order linked."""
    found: dict[int, list[tuple[int, LinkedEntity]]] = {}
    numbers = list(numbers)
    for kind, model in _LINKED.items():
        short_name = [Institution.short_name] if model is Institution else []
        statement = (
            select_columns(Link.source_id, Link.id, Link.relation, model.slug, model.name, *short_name)
            .select_from(Link)
            .join(model, col(model.id) == col(Link.target_id))
        )
        for number, group in rows_by_number(session, numbers, by_number(statement, col(Link.source_id)), tuple).items():
            linked = [(row[1], LinkedEntity(row[2], kind, row[3], row[4], *row[5:])) for row in group]
            found.setdefault(number, []).extend(linked)
    return {
        number: [entity for _, entity in sorted(linked, key=lambda pair: pair[0])] for number, linked in found.items()
    }


def introduced_by(
    session: Session, numbers: Iterable[int], relations: Sequence[Relation] = (Relation.INTRODUCES,)
) -> dict[int, list[tuple[str, str]]]:
    """Pairs (kind, name) of the datasets, benchmarks and metrics that each paper introduces, or is linked to by other
    relations.
    """
    found: dict[int, list[tuple[str, str]]] = {}
    numbers = list(numbers)
    for kind, model in INTRODUCIBLE.items():
        statement = (
            select_columns(Link.source_id, model.name)
            .select_from(Link)
            .join(model, col(model.id) == col(Link.target_id))
            .where(col(Link.relation).in_(relations))
            .order_by(col(Link.id))
        )
        for number, group in rows_by_number(session, numbers, by_number(statement, col(Link.source_id)), tuple).items():
            found.setdefault(number, []).extend((kind, row[1]) for row in group)
    return found


def papers_of_entities(session: Session, kind: EntityKind, entities: Iterable[int]) -> dict[int, list[int]]:
    """The papers of the library that have to do with each of these entities, newest first: those that the filter of
    this kind finds; of concepts those with any link to them, and of metrics also those with a result.
    """
    entity, paper = pairs_of_kind(kind).subquery().columns
    found: dict[int, list[int]] = {}
    for part in chunks(entities):
        statement = select_columns(entity, paper).join(Paper, col(Paper.id) == paper).distinct()
        statement = statement.add_columns(col(Paper.date)).where(entity.in_(part), Paper.standing != Standing.CITED)
        for number, other, _ in rows(session, statement.order_by(col(Paper.date).desc().nulls_last(), paper.desc())):
            found.setdefault(number, []).append(other)
    return found


def pairs_of_kind(kind: EntityKind) -> Selected:
    """Pairs of an entity of a kind and a paper that has to do with it; see `papers_of_entities`."""
    return _PAIRS.get(kind, _links)()


def _links(*relations: Relation) -> Selected:
    """Pairs of an entity and a paper with one of these relations, or with any."""
    pairs: Selected = select_columns(Link.target_id, Link.source_id)
    return pairs.where(col(Link.relation).in_(relations)) if relations else pairs


def _measured_or(linked: Selected, measured: Mapped[int] | Mapped[int | None]) -> Selected:
    """Benchmarks or metrics, each with the papers linked to it, or whose method has a result with it."""
    results = select_columns(measured, Link.source_id).join(Link, col(Link.target_id) == col(Result.method_id))
    both = union(linked, results.where(Link.relation == Relation.PROPOSES)).subquery()
    pairs: Selected = select_columns(both)
    return pairs


def _addressed() -> Selected:
    """Challenges, each with the papers that address it, themselves or by their method."""
    proposing = aliased(Link)
    by_method = select_columns(Link.target_id, proposing.source_id).join(
        proposing, col(proposing.target_id) == col(Link.source_id)
    )
    addressing = by_method.where(Link.relation == Relation.ADDRESSES, proposing.relation == Relation.PROPOSES)
    both = union(_links(Relation.ADDRESSES), addressing).subquery()
    pairs: Selected = select_columns(both)
    return pairs


_PAIRS: Mapping[EntityKind, Callable[[], Selected]] = {
    EntityKind.METHOD: lambda: _links(Relation.PROPOSES),
    EntityKind.INSTITUTION: lambda: _links(Relation.AFFILIATED),
    EntityKind.DATASET: lambda: _links(*USES),
    EntityKind.BENCHMARK: lambda: _measured_or(_links(*USES), col(Result.benchmark_id)),
    EntityKind.METRIC: lambda: _measured_or(_links(), col(Result.metric_id)),
    EntityKind.CHALLENGE: _addressed,
}
