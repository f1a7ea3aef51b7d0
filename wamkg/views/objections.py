"""Objections: as a list, and one with everything needed to judge and answer it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.store.objections import (
    ObjectionFilter,
    ObjectionRow,
    count_objections,
    find_objection,
    list_objections,
    page_of_objections,
)
from wamkg.store.paper_filter import PaperFilter, placements_of
from wamkg.store.session import once
from wamkg.store.tables import Actor, Objection, Taxon, Taxonomy
from wamkg.store.taxonomies import exemplars_of, find_taxon, get_taxonomy, list_taxa
from wamkg.store.taxonomy_edits import is_same_or_descendant
from wamkg.views.paging import Page, decode_time, encode_time
from wamkg.views.paper_details import AssignmentItem, assignment_list
from wamkg.views.papers import PaperItem, paper_items, public_id
from wamkg.vocabulary import OPEN_STATUSES, AssignmentStatus

MAX_EXEMPLARS = 3


@dataclass(frozen=True, slots=True)
class ObjectionItem(WithFormerNames):
    """An objection: the paper is assigned to `disputed` and should be at `proposed`, both paths of the taxonomy.

    `disputed` is the assignment when the objection was raised, None for a status; `proposed` is a path or a status.
    `source_url` is a URL or, if `as` is `decision`, the two decisions that disagree.
    """

    uid: str
    paper: str
    title: str
    taxonomy: str
    disputed: str | None
    proposed: str | None
    raised_by: str
    raised_role: str
    source_url: str | None
    quote: str | None
    status: str
    answer: str | None
    decided_by: str | None
    decision: str | None
    at: datetime
    revision: int
    current: Former[str | None] = former("disputed")
    claimed: Former[str | None] = former("proposed")
    raised_as: Former[str] = former("raised_role")
    said_at: Former[str | None] = former("source_url")
    version: Former[int] = former("revision")


@dataclass(frozen=True, slots=True)
class TaxonCriteria:
    """Criteria of a taxon, and papers that illustrate it."""

    taxon: str
    name: str
    definition: str
    include: list[str]
    exclude: list[str]
    exemplars: list[PaperItem]


@dataclass(frozen=True, slots=True)
class ObjectionDetail:
    """An objection with the paper's current assignment and the criteria of both taxa; None if no taxon is meant."""

    objection: ObjectionItem
    stands: AssignmentItem | None
    present: TaxonCriteria | None
    proposed: TaxonCriteria | None


def objection_list(session: Session, status: str | None, limit: int, after: str | None) -> Page[ObjectionItem]:
    """One page of the objections, newest first, filtered by `status`.

    Raises NotFoundError for a cursor of another list.
    """
    wanted = ObjectionFilter(statuses=(status,) if status else ())
    rows = page_of_objections(session, wanted, decode_time(after, "objections") if after else None, limit + 1)
    following = encode_time("objections", rows[limit - 1].objection) if len(rows) > limit else None
    return Page(list(_items(session, rows[:limit])), count_objections(session, wanted), following)


def objections_on(session: Session, papers: Collection[int]) -> dict[int, list[ObjectionItem]]:
    """The objections to the place of each paper, newest first."""
    rows = sorted(list_objections(session, ObjectionFilter(papers=papers)), key=lambda row: row.objection.uid)
    rows.sort(key=lambda row: row.objection.at, reverse=True)
    found: dict[int, list[ObjectionItem]] = {}
    for row, item in zip(rows, _items(session, rows), strict=True):
        found.setdefault(row.objection.paper_id, []).append(item)
    return found


def open_objections(session: Session) -> list[ObjectionItem]:
    """All open objections, oldest first."""
    return list(_items(session, _waiting(session)))


def _waiting(session: Session) -> list[ObjectionRow]:
    return list_objections(session, ObjectionFilter(statuses=tuple(OPEN_STATUSES)))


def _items(session: Session, rows: Sequence[ObjectionRow]) -> Iterator[ObjectionItem]:
    """The objections of these rows, in order. The taxa of each taxonomy are read once."""
    slugs = {row.taxonomy for row in rows}
    paths = {s: {taxon.id: taxon.path for taxon in list_taxa(session, get_taxonomy(session, s))} for s in slugs}
    return (_item(session, row, paths[row.taxonomy]) for row in rows)


def _item(session: Session, row: ObjectionRow, paths: Mapping[int | None, str]) -> ObjectionItem:
    o, slug, arxiv, taxonomy, title = row
    claims_taxon = o.proposed_status == AssignmentStatus.PLACED
    return ObjectionItem(
        uid=o.uid,
        paper=public_id(arxiv, slug),
        title=title,
        taxonomy=taxonomy,
        disputed=_path(session, o.disputed_taxon_id, paths),
        proposed=_path(session, o.proposed_taxon_id, paths) if claims_taxon else o.proposed_status,
        raised_by=o.raised_by,
        raised_role=o.raised_role,
        source_url=o.source_url,
        quote=o.quote,
        status=o.status,
        answer=o.answer,
        decided_by=session.get_one(Actor, o.decided_by_id).name if o.decided_by_id is not None else None,
        decision=o.decision,
        at=o.at,
        revision=o.revision,
    )


def _path(session: Session, taxon: int | None, paths: Mapping[int | None, str]) -> str | None:
    """The path of a live taxon; the last path of an ended one."""
    return paths.get(taxon) or session.get_one(Taxon, taxon).path if taxon is not None else None


def objection_detail(session: Session, uid: str) -> ObjectionDetail:
    """One objection by its id or the beginning of it, with assignment, criteria and exemplars.

    Raises NotFoundError.
    """
    objection = find_objection(session, uid)
    rows = list_objections(session, ObjectionFilter(uid=objection.uid))
    return _detail(session, objection, *_items(session, rows))


def _detail(session: Session, objection: Objection, item: ObjectionItem) -> ObjectionDetail:
    taxonomy = session.get_one(Taxonomy, objection.taxonomy_id)
    stands = next((a for a in assignment_list(session, item.paper) if a.taxonomy == taxonomy.slug and a.primary), None)
    claims_taxon = objection.proposed_status == AssignmentStatus.PLACED and item.proposed
    return ObjectionDetail(
        item,
        stands,
        taxon_criteria(session, taxonomy, stands.taxon, objection.paper_id) if stands and stands.taxon else None,
        taxon_criteria(session, taxonomy, item.proposed, objection.paper_id)
        if claims_taxon and item.proposed
        else None,
    )


def agenda(session: Session) -> list[ObjectionDetail]:
    """All open objections, oldest first, with the information needed to decide them."""
    rows = _waiting(session)
    return [_detail(session, row.objection, item) for row, item in zip(rows, _items(session, rows), strict=True)]


def taxon_criteria(session: Session, taxonomy: Taxonomy, path: str, without: int) -> TaxonCriteria:
    """Definition and criteria of a taxon, with papers that illustrate it, `without` one of them.

    Raises NotFoundError.
    """
    taxon = find_taxon(session, taxonomy, path)
    examples = once(session, ("examples", taxon.id), lambda: _examples(session, taxonomy, taxon))
    shown = [item for number, item in examples.items() if number != without][:MAX_EXEMPLARS]
    return TaxonCriteria(taxon.path, taxon.name, taxon.definition, taxon.include, taxon.exclude, shown)


def _examples(session: Session, taxonomy: Taxonomy, taxon: Taxon) -> dict[int, PaperItem]:
    """Papers that illustrate a taxon: one more than are shown, since one of them may be asked about."""
    assert taxon.id is not None
    named = exemplars_of(session, [taxon.id]).get(taxon.id) or _placed(session, taxonomy, taxon.path)
    shown = named[: MAX_EXEMPLARS + 1]
    return dict(zip(shown, paper_items(session, shown), strict=True))


def _placed(session: Session, taxonomy: Taxonomy, path: str) -> list[int]:
    """Papers at or below a taxon, oldest first; used if the taxon has no exemplars."""
    assert taxonomy.id is not None
    number = taxonomy.id
    found = once(session, ("placements", number), lambda: placements_of(session, PaperFilter(), number))
    return sorted({number for number, place in found if is_same_or_descendant(place, path)})
