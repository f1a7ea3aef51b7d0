"""Applies an edit to a taxonomy: one batch, a report of all changes, and a dry run."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.identifiers import slugify
from wamkg.near_matches import unknown
from wamkg.store.assignments import new_violations, rule_violations
from wamkg.store.base import refuse_stale
from wamkg.store.batches import close_batch, get_actor, open_batch, record_change, uid_of_row, update_row
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Actor, Batch, Taxon, Taxonomy
from wamkg.store.taxonomies import TaxonSpec, add_exemplar, add_taxon, find_taxon, get_taxonomy, place_below
from wamkg.store.taxonomy_edits import (
    add_former_names,
    bump_revision,
    children_of,
    is_same_or_descendant,
    live_path,
    lock_taxonomy,
    move_taxon,
    places_at,
    reassign_papers,
    retire_taxon,
    transfer_exemplars,
    transfer_names,
)
from wamkg.taxonomy.edit import EditOperation, EditReport, TaxonEdit
from wamkg.taxonomy.edit_report import diff_snapshots, snapshot
from wamkg.vocabulary import PERSON, BatchKind

SHOWN_PAPERS = 3


def run_edit(
    store: Store, slug: str, edit: TaxonEdit, by: str, *, dry_run: bool = False,
    look: Callable[[Session], None] | None = None,
) -> EditReport:  # fmt: skip
    """Edit a taxonomy in its own transaction. A dry run does not change the store.

    `look` is called with the session after the edit and before commit or rollback, for example to draw a figure.

    Raises the errors of `apply_edit`.
    """
    with store.writing(dry_run=dry_run) as session:
        report = apply_edit(session, get_actor(session, by, PERSON), slug, edit)
        if look is not None:
            session.flush()
            look(session)
    return replace(report, batch=None, dry_run=True) if dry_run else report


def apply_edit(session: Session, actor: Actor, slug: str, edit: TaxonEdit) -> EditReport:
    """Edit a taxonomy as one batch.

    Raises NotFoundError for an unknown taxon, InvalidInputError for an edit that is not possible or after which a paper
    would violate a rule, and ConflictError if a path is used already or the taxonomy is newer than the revision the
    person saw.
    """
    number = get_taxonomy(session, slug).id
    assert number is not None
    taxonomy = lock_taxonomy(session, number, editing=True)
    refuse_stale(slug, taxonomy.revision, edit.revision)
    before, broken = snapshot(session, taxonomy), rule_violations(session)
    batch = open_batch(session, BatchKind.TAXONOMY, f"{edit.operation} {slug}:{edit.taxon or edit.name or ''}", actor)
    editor = _TaxonomyEditor(session, batch, taxonomy, edit)
    _OPERATIONS[EditOperation(edit.operation)](editor)
    _refuse_against_rules(session, broken)
    bump_revision(session, taxonomy)
    report = diff_snapshots(session, taxonomy, before, edit.operation, batch.uid)
    summary = {"taxa": len(report.taxa), "papers": len(report.papers)}
    record_change(
        session, batch, f"taxonomy {edit.operation}", subject_uid=uid_of_row(session, taxonomy), why=edit.why,
        before=[t.before for t in report.taxa], after=[t.after for t in report.taxa],
    )  # fmt: skip
    close_batch(session, batch, {"operation": edit.operation, "taxonomy": slug, **summary})
    return report


def _refuse_against_rules(session: Session, before: dict[str, str]) -> None:
    new = new_violations(session, before)
    if new:
        told = "; ".join(f"{paper}: {problem}" for paper, problem in list(new.items())[:SHOWN_PAPERS])
        papers = "1 paper" if len(new) == 1 else f"{len(new)} papers"
        raise InvalidInputError(f"after this edit {papers} would violate a rule; {told}")


@dataclass
class _TaxonomyEditor:
    session: Session
    batch: Batch
    taxonomy: Taxonomy
    edit: TaxonEdit

    def find(self, path: str | None) -> Taxon:
        return find_taxon(self.session, self.taxonomy, path or "")

    def add(self) -> None:
        parent = self.find(self.edit.parent) if self.edit.parent else None
        spec = TaxonSpec(
            slug=_slug(self.edit.slug, self.edit.name),
            name=_name(self.edit.name),
            code=self.edit.code,
            definition=self.edit.definition,
            include=list(self.edit.include),
            exclude=list(self.edit.exclude),
        )
        made = self._make(spec, parent)
        for paper in self.edit.exemplars:
            number = find_paper(self.session, paper).id
            assert number is not None
            add_exemplar(self.session, self.batch, made, number)
        if self.edit.position is not None:
            self._stand_at(made, self.edit.position)

    def _make(self, spec: TaxonSpec, parent: Taxon | None) -> Taxon:
        path, _ = place_below(parent, spec.slug)
        if live_path(self.session, self.taxonomy, path) is not None:
            raise ConflictError(f"a taxon {path} exists already; choose another slug")
        assert self.taxonomy.id is not None
        return add_taxon(self.session, self.batch, self.taxonomy.id, spec, parent, self._last(parent))

    def _last(self, parent: Taxon | None) -> int:
        """The position after all children of a parent."""
        siblings = children_of(self.session, self.taxonomy, parent.id if parent else None)
        return max((taxon.position for taxon in siblings), default=-1) + 1

    def rename(self) -> None:
        taxon, name = self.find(self.edit.taxon), _name(self.edit.name)
        slug = _slug(self.edit.slug, name)
        if (name, slug) == (taxon.name, taxon.slug):
            raise InvalidInputError(f"{taxon.path} is called {name!r} already")
        add_former_names(self.session, self.batch, taxon, [taxon.name, taxon.slug.replace("-", " ")])
        move_taxon(self.session, self.batch, taxon, self._parent(taxon), {"name": name, "slug": slug})

    def _parent(self, taxon: Taxon) -> Taxon | None:
        return self.session.get_one(Taxon, taxon.parent_id) if taxon.parent_id is not None else None

    def move(self) -> None:
        taxon = self.find(self.edit.taxon)
        parent = self.find(self.edit.parent) if self.edit.parent else None
        if parent is not None:
            _check_not_inside(taxon, parent, "move")
        if taxon.parent_id != (parent.id if parent else None):
            move_taxon(self.session, self.batch, taxon, parent, {"position": self._last(parent)})
        elif self.edit.position is None:
            raise InvalidInputError(f"{taxon.path} is there already")
        if self.edit.position is not None:
            self._stand_at(taxon, self.edit.position)

    def _stand_at(self, taxon: Taxon, position: int) -> None:
        order = [t for t in children_of(self.session, self.taxonomy, taxon.parent_id) if t.id != taxon.id]
        order.insert(max(position, 0), taxon)
        self._arrange(order)

    def _arrange(self, order: list[Taxon]) -> None:
        for position, taxon in enumerate(order):
            update_row(self.session, self.batch, taxon, {"position": position}, self.edit.why)

    def reorder(self) -> None:
        parent = self.find(self.edit.taxon).id if self.edit.taxon else None
        siblings = {taxon.slug: taxon for taxon in children_of(self.session, self.taxonomy, parent)}
        if sorted(self.edit.order) != sorted(siblings):
            raise InvalidInputError(f"name each child once: {', '.join(siblings) or 'there are none'}")
        self._arrange([siblings[slug] for slug in self.edit.order])

    def merge(self) -> None:
        source, target = self.find(self.edit.taxon), self.find(self.edit.into)
        if source.id == target.id:
            raise InvalidInputError(f"{source.path} cannot be merged into itself")
        _check_not_inside(source, target, "merge")
        for child in children_of(self.session, self.taxonomy, source.id):
            move_taxon(self.session, self.batch, child, target, {})
        self._hand_on(source, target)

    def _hand_on(self, source: Taxon, target: Taxon) -> None:
        reassign_papers(self.session, self.batch, places_at(self.session, source), target)
        transfer_exemplars(self.session, self.batch, source, target)
        transfer_names(self.session, self.batch, source, target)
        retire_taxon(self.session, self.batch, source)

    def delete(self) -> None:
        taxon = self.find(self.edit.taxon)
        if children_of(self.session, self.taxonomy, taxon.id):
            raise InvalidInputError(f"{taxon.path} has children; move, merge or delete them first")
        target = self.find(self.edit.into) if self.edit.into else self._parent(taxon)
        if target is not None and target.id == taxon.id:
            raise InvalidInputError(f"the papers of {taxon.path} cannot move to a deleted taxon")
        if target is not None:
            self._hand_on(taxon, target)
        elif papers := places_at(self.session, taxon):
            raise InvalidInputError(
                f"{taxon.path} has {len(papers)} papers and no parent; name a taxon for them with --to"
            )
        else:
            retire_taxon(self.session, self.batch, taxon)

    def split(self) -> None:
        taxon = self.find(self.edit.taxon)
        parts: dict[str, Taxon] = {}
        for part in self.edit.parts:
            slug = _slug(part.slug, part.name)
            parts[slug] = self._make(TaxonSpec(slug, _name(part.name), definition=part.definition), taxon)
        here = {place.paper_id: place for place in places_at(self.session, taxon)}
        for paper, slug in self.edit.papers.items():
            number = find_paper(self.session, paper).id
            if slug not in parts:
                raise InvalidInputError(unknown("part", slug, parts))
            if number not in here:
                raise InvalidInputError(f"{paper} is not assigned to {taxon.path}")
            reassign_papers(self.session, self.batch, [here[number]], parts[slug])


_OPERATIONS: dict[EditOperation, Callable[[_TaxonomyEditor], None]] = {
    EditOperation.ADD: _TaxonomyEditor.add,
    EditOperation.RENAME: _TaxonomyEditor.rename,
    EditOperation.MOVE: _TaxonomyEditor.move,
    EditOperation.MERGE: _TaxonomyEditor.merge,
    EditOperation.SPLIT: _TaxonomyEditor.split,
    EditOperation.DELETE: _TaxonomyEditor.delete,
    EditOperation.REORDER: _TaxonomyEditor.reorder,
}


def _name(name: str | None) -> str:
    if not name or not name.strip():
        raise InvalidInputError("a taxon needs a name")
    return name.strip()


def _slug(slug: str | None, name: str | None) -> str:
    made = slugify(slug or name or "")
    if slug and slug != made:
        raise InvalidInputError(f"{slug!r} is not a valid slug; write {made!r}")
    return made


def _check_not_inside(taxon: Taxon, target: Taxon, what: str) -> None:
    if is_same_or_descendant(target.path, taxon.path):
        raise InvalidInputError(f"cannot {what} {taxon.path} into its own descendant {target.path}")
