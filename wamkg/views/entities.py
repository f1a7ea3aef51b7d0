"""Methods, datasets, benchmarks, metrics, institutions, challenges and concepts as lists."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import name_key
from wamkg.store.entities import (
    ENTITY_MODELS,
    INTRODUCING_RELATION,
    get_entity,
    link_counts,
    linked_papers,
    list_entities,
    uids_of,
)
from wamkg.store.results import result_counts
from wamkg.store.session import once
from wamkg.store.taxonomies import aliases_of
from wamkg.views.paging import ListOrder, Page, page_of
from wamkg.views.papers import public_id
from wamkg.vocabulary import EntityKind, Relation


@dataclass(frozen=True, slots=True)
class EntityItem(WithFormerNames):
    """A named entity; `papers` propose it, introduce it or (institutions) come from it.

    `uses` counts the papers linked to it by relation, `results` the reported results that name it. A field that does
    not apply to its kind is None.
    """

    kind: str
    uid: str
    slug: str
    name: str
    aliases: list[str]
    papers: list[str]
    uses: dict[str, int]
    results: int
    short_name: str | None
    unit: str | None
    higher_is_better: bool | None
    definition: str | None
    formula: str | None
    revision: int
    mark: Former[str | None] = former("short_name")
    version: Former[int] = former("revision")


def entity_page(session: Session, kind: EntityKind, q: str | None, limit: int, after: str | None) -> Page[EntityItem]:
    """One page of the entities of a kind, by name; `q` keeps those whose name or alias contains it.

    Raises NotFoundError for a cursor of another list.
    """
    items = all_entities(session, kind)
    if q:
        wanted = name_key(q)
        items = [i for i in items if wanted and any(wanted in name_key(n) for n in (i.name, i.slug, *i.aliases))]
    keyed = [((i.name.casefold(), i.slug), i) for i in items]
    return page_of(keyed, ListOrder(kind, (str, str)), limit, after)


def all_entities(session: Session, kind: EntityKind) -> list[EntityItem]:
    """All entities of a kind by slug."""
    return list(once(session, ("entities", kind), lambda: _entities(session, kind)))


def _entities(session: Session, kind: EntityKind) -> list[EntityItem]:
    found: list[Any] = list_entities(session, kind)
    aliases = aliases_of(session, [t.id for t in found])
    uses, results, uids = link_counts(session, kind), result_counts(session), uids_of(session, ENTITY_MODELS[kind])
    papers = linked_papers(session, kind, INTRODUCING_RELATION.get(kind, Relation.INTRODUCES))
    return [
        EntityItem(
            kind=kind.value,
            uid=uids[entity.id],
            slug=entity.slug,
            name=entity.name,
            aliases=aliases.get(entity.id, []),
            papers=[public_id(arxiv, slug) for slug, arxiv in papers.get(entity.id, [])],
            uses=uses.get(entity.id, {}),
            results=results.get(entity.id, 0),
            short_name=getattr(entity, "short_name", None),
            unit=getattr(entity, "unit", None),
            higher_is_better=getattr(entity, "higher_is_better", None),
            definition=getattr(entity, "definition", None),
            formula=getattr(entity, "formula", None),
            revision=entity.revision,
        )
        for entity in found
    ]


def get_entity_item(session: Session, kind: EntityKind, name: str) -> EntityItem:
    """One entity by slug, name or alias.

    Raises NotFoundError.
    """
    slug = get_entity(session, kind, name).slug
    return next(item for item in all_entities(session, kind) if item.slug == slug)
