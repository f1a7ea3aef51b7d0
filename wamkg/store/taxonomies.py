"""Named reads and keyed writes of taxonomies and taxa."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from wamkg.errors import NotFoundError
from wamkg.identifiers import normalise
from wamkg.store.bulk import insert_entities
from wamkg.store.tables import Alias, Assignment, Batch, Taxon, Taxonomy
from wamkg.vocabulary import EntityKind


@dataclass
class TaxonSpec:
    """A taxon to be made, with its children."""

    slug: str
    name: str
    code: str = ""
    definition: str = ""
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    children: list["TaxonSpec"] = field(default_factory=list)


@dataclass
class TaxonomySpec:
    """A taxonomy to be made."""

    slug: str
    title: str
    description: str = ""
    rules: dict[str, Any] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)
    taxa: list[TaxonSpec] = field(default_factory=list)


def get_taxonomy(session: Session, slug: str) -> Taxonomy:
    """The taxonomy of that slug.

    Raises NotFoundError, naming those there are.
    """
    found = session.exec(select(Taxonomy).where(Taxonomy.slug == slug)).first()
    if found is None:
        known = ", ".join(session.exec(select(Taxonomy.slug).order_by(Taxonomy.slug))) or "none yet"
        raise NotFoundError(f"no taxonomy {slug!r}; there are: {known}")
    return found


def list_taxonomies(session: Session) -> list[Taxonomy]:
    """All taxonomies by slug."""
    return list(session.exec(select(Taxonomy).order_by(Taxonomy.slug)))


def list_taxa(session: Session, taxonomy: Taxonomy) -> list[Taxon]:
    """The taxa of a taxonomy in reading order: parents before children, siblings by position."""
    taxa = session.exec(select(Taxon).where(Taxon.taxonomy_id == taxonomy.id)).all()
    children: dict[int | None, list[Taxon]] = {}
    for taxon in sorted(taxa, key=lambda t: (t.position, t.path)):
        children.setdefault(taxon.parent_id, []).append(taxon)

    def walk(parent: int | None) -> Iterator[Taxon]:
        for taxon in children.get(parent, []):
            yield taxon
            yield from walk(taxon.id)

    return list(walk(None))


def find_taxon(session: Session, taxonomy: Taxonomy, path: str) -> Taxon:
    """The taxon at a path, under its present or a former path.

    Raises NotFoundError.
    """
    path = path.strip("/")
    taxon = session.exec(select(Taxon).where(Taxon.taxonomy_id == taxonomy.id, Taxon.path == path)).first()
    if taxon is None:
        former = (
            select(Taxon)
            .join(Alias, col(Alias.entity_id) == col(Taxon.id))
            .where(Taxon.taxonomy_id == taxonomy.id, Alias.kind == "former-path", Alias.key == path)
        )
        taxon = session.exec(former).first()
    if taxon is None:
        raise NotFoundError(f"no taxon {path!r} in {taxonomy.slug}")
    return taxon


def aliases_of(session: Session, entities: list[int]) -> dict[int, list[str]]:
    """Other names of entities, in the order they were given."""
    found: dict[int, list[str]] = {}
    rows = session.exec(select(Alias).where(col(Alias.entity_id).in_(entities)).order_by(col(Alias.id)))
    for alias in rows:
        found.setdefault(alias.entity_id, []).append(alias.name)
    return found


def add_aliases(session: Session, batch: Batch, entity: int, names: list[str], kind: str = "label") -> int:
    """Give an entity further names; returns how many were new."""
    assert batch.id is not None
    known = set(session.exec(select(Alias.key).where(Alias.entity_id == entity, Alias.kind == kind)))
    added = 0
    for name in names:
        key = normalise(name)
        if key and key not in known:
            known.add(key)
            session.add(Alias(entity_id=entity, kind=kind, name=name, key=key, batch_id=batch.id))
            added += 1
    return added


def save_taxonomy(session: Session, batch: Batch, spec: TaxonomySpec) -> int:
    """Make a taxonomy, or add to it the taxa and names it lacks; what a person changed stays.

    Returns how many taxonomies, taxa and names were added.
    """
    assert batch.id is not None
    taxonomy = session.exec(select(Taxonomy).where(Taxonomy.slug == spec.slug)).first()
    added = 0
    if taxonomy is None:
        (number,) = insert_entities(session, EntityKind.TAXONOMY, 1, batch.id)
        taxonomy = Taxonomy(id=number, slug=spec.slug, title=spec.title, description=spec.description, rules=spec.rules)
        session.add(taxonomy)
        session.flush()
        added = 1
    assert taxonomy.id is not None
    added += add_aliases(session, batch, taxonomy.id, spec.aliases)
    added += _save_taxa(session, batch, taxonomy.id, spec.taxa, None)
    session.flush()
    return added


def _save_taxa(session: Session, batch: Batch, taxonomy: int, specs: list[TaxonSpec], parent: Taxon | None) -> int:
    added = 0
    for position, spec in enumerate(specs):
        path = f"{parent.path}/{spec.slug}" if parent else spec.slug
        taxon = session.exec(select(Taxon).where(Taxon.taxonomy_id == taxonomy, Taxon.path == path)).first()
        if taxon is None:
            taxon = _add_taxon(session, batch, taxonomy, spec, parent, position)
            added += 1
        assert taxon.id is not None
        added += add_aliases(session, batch, taxon.id, spec.aliases)
        added += _save_taxa(session, batch, taxonomy, spec.children, taxon)
    return added


def _add_taxon(
    session: Session, batch: Batch, taxonomy: int, spec: TaxonSpec, parent: Taxon | None, position: int
) -> Taxon:
    assert batch.id is not None
    (number,) = insert_entities(session, EntityKind.TAXON, 1, batch.id)
    taxon = Taxon(
        id=number,
        taxonomy_id=taxonomy,
        parent_id=parent.id if parent else None,
        slug=spec.slug,
        path=f"{parent.path}/{spec.slug}" if parent else spec.slug,
        depth=parent.depth + 1 if parent else 1,
        position=position,
        name=spec.name,
        code=spec.code,
        definition=spec.definition,
        include=spec.include,
        exclude=spec.exclude,
    )
    session.add(taxon)
    session.flush()
    return taxon


def live_assignments(session: Session, taxonomy: Taxonomy) -> list[tuple[Assignment, Taxon | None]]:
    """Every live assignment of a taxonomy with its taxon, in the order made."""
    statement = (
        select(Assignment, Taxon)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .where(Assignment.taxonomy_id == taxonomy.id, col(Assignment.ended_at).is_(None))
        .order_by(col(Assignment.id))
    )
    return list(session.exec(statement).all())
