"""Read and write taxonomies and taxa, and count what is assigned in them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.identifiers import normalise
from wamkg.json_types import JsonObject
from wamkg.near_matches import did_you_mean, unknown
from wamkg.packaged import packaged_main_taxonomy
from wamkg.store.base import Condition, Selected, chunks, insert_entities, is_live, rows, rows_as, select_columns
from wamkg.store.duplicates import secondary_versions_by_taxonomy
from wamkg.store.session import once
from wamkg.store.survey import find_survey
from wamkg.store.tables import (
    Alias,
    Assignment,
    Batch,
    Entity,
    Exemplar,
    Paper,
    Taxon,
    Taxonomy,
)
from wamkg.vocabulary import AssignmentStatus, EntityKind, Standing


def exemplars_of(session: Session, taxa: Iterable[int]) -> dict[int, list[int]]:
    """Numbers of the exemplars of each taxon."""
    statement = (
        select_columns(Exemplar.taxon_id, Exemplar.paper_id)
        .where(col(Exemplar.taxon_id).in_(list(taxa)))
        .order_by(col(Exemplar.id))
    )
    found: dict[int, list[int]] = {}
    for taxon, paper in rows(session, statement):
        found.setdefault(taxon, []).append(paper)
    return found


def _placed_in(taxonomy: int, uncounted: Collection[int]) -> list[Condition]:
    """The condition for live assignments of library papers in a taxonomy, each work once."""
    return [
        col(Assignment.taxonomy_id) == taxonomy,
        col(Assignment.status) == AssignmentStatus.PLACED,
        is_live(Assignment),
        col(Assignment.paper_id).not_in(_cited()),
        col(Assignment.paper_id).not_in(uncounted),
    ]


def _cited() -> Selected:
    """Papers outside the library."""
    return select_columns(Paper.id).where(Paper.standing == Standing.CITED)  # type: ignore[no-any-return]


class AssignmentCount(NamedTuple):
    """Number of works with a live assignment of one kind; `cited` papers are outside the library."""

    taxon: int | None
    status: str
    primary: bool
    cited: bool
    works: int


def assignment_counts(session: Session, taxonomy: int, uncounted: Collection[int]) -> list[AssignmentCount]:
    """The live assignments in a taxonomy by kind, each work once.

    `uncounted` are the other records of works there, as `duplicates.uncounted_papers` finds them.
    """
    kind = (Assignment.taxon_id, Assignment.status, Assignment.primary, col(Assignment.paper_id).in_(_cited()))
    statement = (
        select_columns(*kind, func.count())
        .where(col(Assignment.taxonomy_id) == taxonomy, is_live(Assignment), col(Assignment.paper_id).not_in(uncounted))
        .group_by(*kind)
    )
    return rows_as(session, statement, AssignmentCount._make)


def direct_counts(counts: Iterable[AssignmentCount]) -> dict[int, int]:
    """Number of library works assigned to each taxon itself, primary or secondary."""
    found = Counter[int]()
    for each in counts:
        if each.status == AssignmentStatus.PLACED and each.taxon is not None and not each.cited:
            found[each.taxon] += each.works
    return dict(found)


def counts_by_status(counts: Iterable[AssignmentCount]) -> dict[str, int]:
    """Number of works with each status by their primary assignment, in the order of the statuses' names."""
    found = Counter[str]()
    for each in counts:
        if each.primary:
            found[each.status] += each.works
    return dict(sorted(found.items()))


def papers_with_secondary(session: Session, taxonomy: int, uncounted: Collection[int]) -> list[tuple[int, str]]:
    """Pairs (paper, taxon path), in one taxonomy, of the papers that also have a secondary assignment; see
    `assignment_counts`.
    """
    holds = _placed_in(taxonomy, uncounted)
    also = select_columns(Assignment.paper_id).where(*holds, col(Assignment.primary).is_(False))
    statement = (
        select_columns(Assignment.paper_id, Taxon.path)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(*holds, col(Assignment.paper_id).in_(also), is_live(Taxon))
    )
    return [tuple(row) for row in rows(session, statement)]


def state_counts(session: Session) -> dict[str, dict[str, int]]:
    """Number of works with each status in each taxonomy, by live primary assignment."""
    statement = (
        select_columns(Taxonomy.id, Taxonomy.slug, Assignment.status, func.count())
        .select_from(Assignment)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .where(is_live(Assignment), col(Assignment.primary).is_(True))
        .group_by(col(Taxonomy.id), col(Taxonomy.slug), col(Assignment.status))
        .order_by(col(Taxonomy.slug), col(Assignment.status))
    )
    found: dict[str, Counter[str]] = {}
    numbers = {}
    for number, slug, state, count in rows(session, statement):
        found.setdefault(slug, Counter())[state] = count
        numbers[slug] = number
    further = secondary_versions_by_taxonomy(session)
    for slug, counts in found.items():
        for others in further.get(numbers[slug], {}).values():
            counts.subtract(record.status for record in others)
    return {slug: {state: count for state, count in counts.items() if count} for slug, counts in found.items()}


def uids_of_taxa(session: Session, taxonomy: Taxonomy) -> list[tuple[str, str, str]]:
    """Permanent public id, path and name of each live taxon, by path."""
    statement = (
        select_columns(Entity.uid, Taxon.path, Taxon.name)
        .join(Taxon, col(Taxon.id) == col(Entity.id))
        .where(Taxon.taxonomy_id == taxonomy.id, is_live(Taxon))
        .order_by(col(Taxon.path))
    )
    return [tuple(row) for row in rows(session, statement)]


def place_below(parent: Taxon | None, slug: str) -> tuple[str, int]:
    """Path and depth of a taxon with that slug below a parent, or at the top level."""
    return (f"{parent.path}/{slug}", parent.depth + 1) if parent else (slug, 1)


FORMER_NAME, FORMER_PATH = "former-name", "former-path"


@dataclass
class TaxonSpec:
    """A taxon to create, with its children."""

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
    """A taxonomy to create."""

    slug: str
    title: str
    description: str = ""
    rules: JsonObject = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)
    taxa: list[TaxonSpec] = field(default_factory=list)


def get_taxonomy(session: Session, slug: str) -> Taxonomy:
    """The taxonomy with that slug; an empty one means the main taxonomy.

    Raises NotFoundError, which lists the existing ones.
    """
    found = _live_taxonomy(session, slug or default_taxonomy(session))
    if found is None:
        raise NotFoundError(unknown("taxonomy", slug, [taxonomy.slug for taxonomy in list_taxonomies(session)]))
    return found


def _live_taxonomy(session: Session, slug: str) -> Taxonomy | None:
    return next((taxonomy for taxonomy in list_taxonomies(session) if taxonomy.slug == slug), None)


def deleted_taxonomies(session: Session) -> set[str]:
    """Slugs of taxonomies that somebody deleted and nobody created again."""
    ended = set(session.exec(select(Taxonomy.slug).where(col(Taxonomy.ended_at).is_not(None))))
    return ended - {taxonomy.slug for taxonomy in list_taxonomies(session)}


def default_taxonomy(session: Session) -> str:
    """Slug of the taxonomy that is meant where none is named: the survey's main one, or the only one there is.

    Raises NotFoundError if there is none, InvalidInputError, which lists them, if it is not clear.
    """
    slugs = [taxonomy.slug for taxonomy in list_taxonomies(session)]
    survey = find_survey(session)
    if survey is not None and survey.main_taxonomy in slugs:
        return survey.main_taxonomy
    if len(slugs) == 1:
        return slugs[0]
    if survey is None and packaged_main_taxonomy() in slugs:  # stores and releases from before there was a survey row
        return packaged_main_taxonomy()
    if not slugs:
        raise NotFoundError(
            "the store has no taxonomy yet; make one with `wamkg init` or `wamkg taxonomy create FILE.yaml`"
        )
    raise InvalidInputError(
        f"which taxonomy is meant? name it (--taxonomy SLUG, or SLUG:PATH), or say which is the main one with "
        f"`wamkg set survey main_taxonomy=SLUG`; there are: {', '.join(slugs)}"
    )


def find_default_taxonomy(session: Session) -> str:
    """Slug of the taxonomy that is meant where none is named; empty if that is not clear."""
    try:
        return default_taxonomy(session)
    except (InvalidInputError, NotFoundError):
        return ""


def list_taxonomies(session: Session) -> list[Taxonomy]:
    """All taxonomies by slug."""
    live = select(Taxonomy).where(col(Taxonomy.ended_at).is_(None)).order_by(Taxonomy.slug)
    return list(once(session, "taxonomies", lambda: session.exec(live).all()))


def list_taxa(session: Session, taxonomy: Taxonomy) -> list[Taxon]:
    """The live taxa of a taxonomy in reading order: parents before children, siblings by position."""
    return list(once(session, ("taxa", taxonomy.id), lambda: _in_reading_order(session, taxonomy)))


def _in_reading_order(session: Session, taxonomy: Taxonomy) -> list[Taxon]:
    taxa = session.exec(select(Taxon).where(Taxon.taxonomy_id == taxonomy.id, is_live(Taxon))).all()
    children: dict[int | None, list[Taxon]] = {}
    for taxon in sorted(taxa, key=lambda t: (t.position, t.path)):
        children.setdefault(taxon.parent_id, []).append(taxon)

    def walk(parent: int | None) -> Iterator[Taxon]:
        for taxon in children.get(parent, []):
            yield taxon
            yield from walk(taxon.id)

    return list(walk(None))


def find_taxon(session: Session, taxonomy: Taxonomy, path: str) -> Taxon:
    """The live taxon at a current or former path; for a merged taxon, the one it was merged into.

    Raises NotFoundError.
    """
    path = path.strip("/")
    assert taxonomy.id is not None
    number = taxonomy.id
    taxon = once(session, ("taxon", number, path), lambda: _at_path(session, number, path))
    if taxon is None:
        near = did_you_mean(path, _spellings(list_taxa(session, taxonomy)))
        hint = near or f"; `wamkg taxon health {taxonomy.slug}` lists all paths"
        raise NotFoundError(f"no taxon {path[:200]!r} in taxonomy {taxonomy.slug}{hint}")
    return taxon


def _spellings(taxa: Sequence[Taxon]) -> dict[str, str]:
    """Path of each taxon by its path, slug, name and code."""
    spellings = {taxon.path: taxon.path for taxon in taxa}
    for taxon in taxa:
        for spelling in (taxon.path.rpartition("/")[2], taxon.name, taxon.code or ""):
            spellings.setdefault(spelling, taxon.path)
    return spellings


def _at_path(session: Session, taxonomy: int, path: str) -> Taxon | None:
    live = select(Taxon).where(Taxon.taxonomy_id == taxonomy, is_live(Taxon))
    found = session.exec(live.where(Taxon.path == path)).first()
    if found is None:
        former = live.join(Alias, col(Alias.entity_id) == col(Taxon.id)).where(
            Alias.kind == FORMER_PATH, Alias.name == path
        )
        # A path may have been given up more than once; who left it last is who is meant.
        found = session.exec(former.order_by(col(Alias.id).desc())).first()
    return found


def aliases_of(session: Session, entities: list[int]) -> dict[int, list[str]]:
    """Aliases of entities, oldest first, without former paths."""
    found: dict[int, list[str]] = {}
    named = select(Alias).where(col(Alias.entity_id).in_(entities), Alias.kind != FORMER_PATH)
    for alias in session.exec(named.order_by(col(Alias.id))):
        found.setdefault(alias.entity_id, []).append(alias.name)
    return found


def alias_rows(session: Session, entities: list[int]) -> dict[int, list[Alias]]:
    """Aliases of entities of every kind, former paths too, oldest first."""
    found: dict[int, list[Alias]] = {}
    for part in chunks(entities, 500):
        for alias in session.exec(select(Alias).where(col(Alias.entity_id).in_(part)).order_by(col(Alias.id))):
            found.setdefault(alias.entity_id, []).append(alias)
    return found


def add_exemplar(session: Session, batch: Batch, taxon: Taxon, paper: int) -> bool:
    """Add a paper that illustrates a taxon; returns whether it is new."""
    assert batch.id is not None and taxon.id is not None
    same = select(Exemplar).where(Exemplar.taxon_id == taxon.id, Exemplar.paper_id == paper)
    if session.exec(same).first() is not None:
        return False
    session.add(Exemplar(taxon_id=taxon.id, paper_id=paper, batch_id=batch.id))
    session.flush()
    return True


def add_aliases(session: Session, batch: Batch, entity: int, names: list[str], kind: str = "label") -> int:
    """Add aliases to an entity; returns the number of new ones."""
    assert batch.id is not None
    same_use = Alias.kind == FORMER_PATH if kind == FORMER_PATH else Alias.kind != FORMER_PATH
    known = set(session.exec(select(Alias.key).where(Alias.entity_id == entity, same_use)))
    added = 0
    for name in names:
        key = normalise(name)
        if key and key not in known:
            known.add(key)
            session.add(Alias(entity_id=entity, kind=kind, name=name, key=key, batch_id=batch.id))
            added += 1
    return added


def save_taxonomy(session: Session, batch: Batch, spec: TaxonomySpec) -> int:
    """Create a taxonomy, or add missing taxa and names to it. Changes made by people are kept.

    Returns how many taxonomies, taxa and names were added.
    """
    taxonomy = _live_taxonomy(session, spec.slug)
    if taxonomy is None:
        return _make_taxonomy(session, batch, spec)
    assert taxonomy.id is not None
    added = add_aliases(session, batch, taxonomy.id, spec.aliases)
    added += _save_taxa(session, batch, taxonomy.id, spec.taxa, None)
    session.flush()
    return added


def _make_taxonomy(session: Session, batch: Batch, spec: TaxonomySpec) -> int:
    """Create a taxonomy with all its taxa and names; returns how many of the three were created."""
    assert batch.id is not None
    specs = dict(_by_path(spec.taxa))
    (number,) = insert_entities(session, EntityKind.TAXONOMY, 1, batch.id)
    session.add(Taxonomy(id=number, slug=spec.slug, title=spec.title, description=spec.description, rules=spec.rules))
    session.flush()
    taxa: dict[str, Taxon] = {}
    numbers = insert_entities(session, EntityKind.TAXON, len(specs), batch.id)
    for (path, (position, each)), entity in zip(specs.items(), numbers, strict=True):
        taxa[path] = _new_taxon(entity, number, each, taxa.get(path.rpartition("/")[0]), position)
    session.add_all(taxa.values())
    session.flush()
    named = [(number, spec.aliases), *((taxa[path].id, each.aliases) for path, (_, each) in specs.items())]
    aliases = [alias for entity, names in named for alias in _labels(entity, names, batch.id)]
    session.add_all(aliases)
    session.flush()
    return 1 + len(taxa) + len(aliases)


def _by_path(specs: list[TaxonSpec], above: str = "") -> Iterator[tuple[str, tuple[int, TaxonSpec]]]:
    """Every taxon of a spec with its path and position, parents before children."""
    for position, spec in enumerate(specs):
        path = f"{above}/{spec.slug}" if above else spec.slug
        yield path, (position, spec)
        yield from _by_path(spec.children, path)


def _labels(entity: int | None, names: list[str], batch: int) -> Iterator[Alias]:
    assert entity is not None
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(normalise(name), name)
    return (Alias(entity_id=entity, kind="label", name=n, key=k, batch_id=batch) for k, n in by_key.items() if k)


def _save_taxa(
    session: Session, batch: Batch, taxonomy: int, specs: list[TaxonSpec], parent: Taxon | None, above: str = ""
) -> int:
    """Add what is missing; `above` is the parent's path in the spec, which a person may have changed since."""
    added = 0
    for position, spec in enumerate(specs):
        path = f"{above}/{spec.slug}" if above else spec.slug
        taxon = _at_path(session, taxonomy, path)
        if taxon is None and _is_ended(session, taxonomy, path):
            continue
        if taxon is None:
            taxon = add_taxon(session, batch, taxonomy, spec, parent, position)
            added += 1
        assert taxon.id is not None
        added += add_aliases(session, batch, taxon.id, spec.aliases)
        added += _save_taxa(session, batch, taxonomy, spec.children, taxon, path)
    return added


def _is_ended(session: Session, taxonomy: int, path: str) -> bool:
    ended = select(Taxon).where(Taxon.taxonomy_id == taxonomy, Taxon.path == path, col(Taxon.ended_at).is_not(None))
    return session.exec(ended).first() is not None


def add_taxon(
    session: Session, batch: Batch, taxonomy: int, spec: TaxonSpec, parent: Taxon | None, position: int
) -> Taxon:
    """Create one taxon below a parent, or at the top level. The caller adds its children and aliases."""
    assert batch.id is not None
    (number,) = insert_entities(session, EntityKind.TAXON, 1, batch.id)
    taxon = _new_taxon(number, taxonomy, spec, parent, position)
    session.add(taxon)
    session.flush()
    return taxon


def _new_taxon(number: int, taxonomy: int, spec: TaxonSpec, parent: Taxon | None, position: int) -> Taxon:
    path, depth = place_below(parent, spec.slug)
    return Taxon(
        id=number,
        taxonomy_id=taxonomy,
        parent_id=parent.id if parent else None,
        slug=spec.slug,
        path=path,
        depth=depth,
        position=position,
        name=spec.name,
        code=spec.code,
        definition=spec.definition,
        include=spec.include,
        exclude=spec.exclude,
    )


def live_assignments(session: Session, taxonomy: Taxonomy) -> list[tuple[Assignment, Taxon | None]]:
    """All live assignments of a taxonomy with their taxon, oldest first."""
    statement = (
        select(Assignment, Taxon)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .where(Assignment.taxonomy_id == taxonomy.id, is_live(Assignment))
        .order_by(col(Assignment.id))
    )
    return list(session.exec(statement).all())
