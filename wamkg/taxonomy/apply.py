"""Applies an edit to a taxonomy: one batch, a report of all changes, and a dry run."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.identifiers import slugify
from wamkg.store.batches import close_batch, get_actor, open_batch, record_change
from wamkg.store.edits import uid_of_row, update_row
from wamkg.store.lookup import find_paper
from wamkg.store.rules import broken_rules, newly_broken
from wamkg.store.session import Store
from wamkg.store.tables import Actor, Batch, Taxon, Taxonomy
from wamkg.store.taxon_edits import (
    children_of,
    end_taxon,
    hand_on_exemplars,
    hand_on_names,
    hand_on_places,
    keep_names,
    live_path,
    lock_taxonomy,
    places_at,
    raise_version,
    set_place,
)
from wamkg.store.taxon_reads import lies_in, place_below
from wamkg.store.taxonomies import TaxonSpec, add_taxon, find_taxon, get_taxonomy
from wamkg.taxonomy.edit import EditReport, Operation, TaxonEdit
from wamkg.taxonomy.report import snapshot, what_changed
from wamkg.vocabulary import PERSON, BatchKind

SHOWN_PAPERS = 3


class _DryRunError(Exception):
    """Rolls back the transaction of a dry run."""


def run_edit(
    store: Store, slug: str, edit: TaxonEdit, by: str, *, dry_run: bool = False,
    look: Callable[[Session], None] | None = None,
) -> EditReport:  # fmt: skip
    """Edit a taxonomy in its own transaction. A dry run does not change the store.

    `look` is called with the session after the edit and before commit or rollback, for example to draw a figure.

    Raises the errors of `apply_edit`.
    """
    reports: list[EditReport] = []
    try:
        with store.writing() as session:
            reports.append(apply_edit(session, get_actor(session, by, PERSON), slug, edit))
            if look is not None:
                session.flush()
                look(session)
            if dry_run:
                raise _DryRunError
    except _DryRunError:
        return replace(reports[0], batch=None, dry_run=True)
    return reports[0]


def apply_edit(session: Session, actor: Actor, slug: str, edit: TaxonEdit) -> EditReport:
    """Edit a taxonomy as one batch.

    Raises NotFoundError for an unknown taxon, InvalidInputError for an edit that is not possible or after which a paper
    would violate a rule, and ConflictError if a path is used already or the taxonomy is newer than the revision the
    person saw.
    """
    number = get_taxonomy(session, slug).id
    assert number is not None
    taxonomy = lock_taxonomy(session, number, editing=True)
    if edit.version is not None and edit.version != taxonomy.version:
        raise ConflictError(f"stale: {slug} is now at version {taxonomy.version}, you saw {edit.version}")
    before, broken = snapshot(session, taxonomy), broken_rules(session)
    batch = open_batch(session, BatchKind.TAXONOMY, f"{edit.operation} {slug}:{edit.taxon or edit.name or ''}", actor)
    editor = _Editor(session, batch, taxonomy, edit)
    _OPERATIONS[Operation(edit.operation)](editor)
    _refuse_against_rules(session, broken)
    raise_version(session, taxonomy)
    report = what_changed(session, taxonomy, before, edit.operation, batch.uid)
    summary = {"taxa": len(report.taxa), "papers": len(report.papers)}
    record_change(
        session, batch, f"taxonomy {edit.operation}", subject_uid=uid_of_row(session, taxonomy), why=edit.why,
        before=[t.before for t in report.taxa], after=[t.after for t in report.taxa],
    )  # fmt: skip
    close_batch(session, batch, {"operation": edit.operation, "taxonomy": slug} | summary)
    return report


def _refuse_against_rules(session: Session, before: dict[str, str]) -> None:
    new = newly_broken(session, before)
    if new:
        told = "; ".join(f"{paper}: {problem}" for paper, problem in list(new.items())[:SHOWN_PAPERS])
        raise InvalidInputError(f"the rules do not allow it for {len(new)} papers; {told}")


@dataclass
class _Editor:
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
        if self.edit.position is not None:
            self._stand_at(made, self.edit.position)

    def _make(self, spec: TaxonSpec, parent: Taxon | None) -> Taxon:
        path, _ = place_below(parent, spec.slug)
        if live_path(self.session, self.taxonomy, path) is not None:
            raise ConflictError(f"there is a taxon at {path} already; choose another slug")
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
        keep_names(self.session, self.batch, taxon, [taxon.name, taxon.slug.replace("-", " ")])
        set_place(self.session, self.batch, taxon, self._parent(taxon), {"name": name, "slug": slug})

    def _parent(self, taxon: Taxon) -> Taxon | None:
        return self.session.get_one(Taxon, taxon.parent_id) if taxon.parent_id is not None else None

    def move(self) -> None:
        taxon = self.find(self.edit.taxon)
        parent = self.find(self.edit.parent) if self.edit.parent else None
        if parent is not None:
            _refuse_inside(taxon, parent, "move")
        if taxon.parent_id != (parent.id if parent else None):
            set_place(self.session, self.batch, taxon, parent, {"position": self._last(parent)})
        elif self.edit.position is None:
            raise InvalidInputError(f"{taxon.path} stands there already")
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
            raise InvalidInputError(f"name each of {', '.join(siblings) or 'no children'} once")
        self._arrange([siblings[slug] for slug in self.edit.order])

    def merge(self) -> None:
        source, target = self.find(self.edit.taxon), self.find(self.edit.into)
        if source.id == target.id:
            raise InvalidInputError(f"{source.path} cannot be merged into itself")
        _refuse_inside(source, target, "merge")
        for child in children_of(self.session, self.taxonomy, source.id):
            set_place(self.session, self.batch, child, target, {})
        self._hand_on(source, target)

    def _hand_on(self, source: Taxon, target: Taxon) -> None:
        hand_on_places(self.session, self.batch, places_at(self.session, source), target)
        hand_on_exemplars(self.session, self.batch, source, target)
        hand_on_names(self.session, self.batch, source, target)
        end_taxon(self.session, self.batch, source)

    def delete(self) -> None:
        taxon = self.find(self.edit.taxon)
        if children_of(self.session, self.taxonomy, taxon.id):
            raise InvalidInputError(f"{taxon.path} has taxa below it; move, merge or delete them first")
        target = self.find(self.edit.into) if self.edit.into else self._parent(taxon)
        if target is not None and target.id == taxon.id:
            raise InvalidInputError(f"the papers of {taxon.path} cannot go to what is deleted")
        if target is not None:
            self._hand_on(taxon, target)
        elif papers := places_at(self.session, taxon):
            raise InvalidInputError(
                f"{taxon.path} holds {len(papers)} papers and has no taxon above; say where they go"
            )
        else:
            end_taxon(self.session, self.batch, taxon)

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
                raise InvalidInputError(f"{slug!r} is no part; there are {', '.join(parts)}")
            if number not in here:
                raise InvalidInputError(f"{paper} does not stand at {taxon.path}")
            hand_on_places(self.session, self.batch, [here[number]], parts[slug])


_OPERATIONS: dict[Operation, Callable[[_Editor], None]] = {
    Operation.ADD: _Editor.add,
    Operation.RENAME: _Editor.rename,
    Operation.MOVE: _Editor.move,
    Operation.MERGE: _Editor.merge,
    Operation.SPLIT: _Editor.split,
    Operation.DELETE: _Editor.delete,
    Operation.REORDER: _Editor.reorder,
}


def _name(name: str | None) -> str:
    if not name or not name.strip():
        raise InvalidInputError("a taxon needs a name")
    return name.strip()


def _slug(slug: str | None, name: str | None) -> str:
    made = slugify(slug or name or "")
    if slug and slug != made:
        raise InvalidInputError(f"{slug!r} is no slug; write {made!r}")
    return made


def _refuse_inside(taxon: Taxon, target: Taxon, what: str) -> None:
    if lies_in(target.path, taxon.path):
        raise InvalidInputError(f"cannot {what} {taxon.path} into {target.path}, which lies in it")
