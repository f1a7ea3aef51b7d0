"""Sets of papers that a question names: one paper, the papers of a method, the papers of a taxon."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, literal, select, union_all
from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.identifiers import name_key
from wamkg.store.base import table_of
from wamkg.store.entities import unknown_entity
from wamkg.store.papers import find_paper
from wamkg.store.tables import Alias, Assignment, Link, Method, Paper, Taxon
from wamkg.store.taxonomies import find_taxon, get_taxonomy, list_taxonomies
from wamkg.vocabulary import AssignmentStatus, EntityKind, Relation

_assignment, _taxon, _method = table_of(Assignment), table_of(Taxon), table_of(Method)
_alias, _link, _paper = table_of(Alias), table_of(Link), table_of(Paper)


@dataclass(frozen=True)
class PaperSet:
    """Some papers: what names them, a label, and a query for their numbers."""

    kind: str
    name: str
    label: str
    numbers: Select[int]


CitedSets = Select[tuple[int, int]]
"""Rows of the papers of some sets: `subject`, the number of a set, and `paper`, the number of a paper of it."""


def numbered_sets(sets: Sequence[PaperSet]) -> CitedSets:
    """The papers of each set, which is numbered by its place."""
    each = [
        select(literal(place).label("subject"), _paper.c.id.label("paper")).where(_paper.c.id.in_(one.numbers))
        for place, one in enumerate(sets)
    ]
    together = union_all(*each).subquery()
    return select(together.c.subject, together.c.paper)


def single_papers(papers: Iterable[int]) -> CitedSets:
    """Each paper as a set of its own, which has its number."""
    columns = select(_paper.c.id.label("subject"), _paper.c.id.label("paper"))
    return columns.where(_paper.c.id.in_(list(papers)))


def one_paper(session: Session, text: str) -> PaperSet:
    """One paper, by any id or its slug.

    Raises NotFoundError.
    """
    return set_of_paper(find_paper(session, text))


def set_of_paper(paper: Paper) -> PaperSet:
    """A paper as a set."""
    return PaperSet("paper", paper.slug, paper.title, select(literal(paper.id)))


def papers_of_method(session: Session, name: str) -> PaperSet:
    """The papers that propose a method, by its slug, name or alias.

    Raises NotFoundError.
    """
    spelled = select(_alias.c.entity_id).where(_alias.c.key == name_key(name))
    wanted = (_method.c.slug == name) | (_method.c.key == name_key(name)) | _method.c.id.in_(spelled)
    columns = select(_method.c.id, _method.c.slug, _method.c.name)
    row = session.connection().execute(columns.where(wanted).order_by(_method.c.id)).first()
    if row is None:
        raise NotFoundError(unknown_entity(session, EntityKind.METHOD, name))
    proposing = select(_link.c.source_id).where(_link.c.relation == Relation.PROPOSES, _link.c.target_id == row[0])
    return PaperSet("method", row[1], row[2], proposing)


def papers_of_taxon(session: Session, text: str) -> PaperSet:
    """The papers assigned at or below a taxon, written `wam:joint/diffusion`; `wam` alone is the whole taxonomy.

    Raises NotFoundError.
    """
    slug, _, path = text.partition(":")
    taxonomy = get_taxonomy(session, slug)
    placed = (
        select(_assignment.c.paper_id)
        .join(_taxon, _taxon.c.id == _assignment.c.taxon_id)
        .where(_assignment.c.taxonomy_id == taxonomy.id, _assignment.c.status == AssignmentStatus.PLACED)
        .where(_assignment.c.primary.is_(True), _assignment.c.ended_at.is_(None))
    )
    if not path:
        return PaperSet("taxonomy", slug, taxonomy.title, placed)
    taxon = find_taxon(session, taxonomy, path)
    beneath = _taxon.c.path.startswith(f"{taxon.path}/", autoescape=True)
    numbers = placed.where((_taxon.c.id == taxon.id) | beneath)
    return PaperSet("taxon", f"{slug}:{taxon.path}", taxon.name, numbers)


KINDS: dict[str, Callable[[Session, str], PaperSet]] = {
    "paper": one_paper,
    "method": papers_of_method,
    "taxon": papers_of_taxon,
}
"""What may name a set of papers."""


def find_papers_named(session: Session, text: str) -> PaperSet:
    """The papers that a text names: `taxon:wam:joint`, `method:unipi`, `paper:slug`, or without the first word a taxon
    (`wam:joint`), a taxonomy (`wam`) or any id of a paper.

    Raises NotFoundError.
    """
    kind, _, rest = text.partition(":")
    if kind in KINDS and rest:
        return KINDS[kind](session, rest)
    is_taxonomy = kind in {taxonomy.slug for taxonomy in list_taxonomies(session)}
    return (papers_of_taxon if is_taxonomy else one_paper)(session, text)
