"""Changes after a taxonomy edit: compares two snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.store.batches import uid_of_row
from wamkg.store.paper_details import paper_rows
from wamkg.store.tables import Taxon, Taxonomy
from wamkg.store.taxonomies import list_taxa, live_assignments
from wamkg.store.taxonomy_edits import suggestion_count
from wamkg.taxonomy.edit import EditReport, PaperChange, TaxonChange

FIGURES = ("roadmap", "taxonomy", "matrix", "citations")
"""Figures that show taxa."""
EXPORTS = ("awesome-list", "jsonl", "csv", "graphml", "skos")
"""Exports that name taxa."""


@dataclass(frozen=True)
class TaxonomySnapshot:
    """A taxonomy at one moment: taxon -> (path, name, position), and paper -> its taxa, the primary one first."""

    taxa: Mapping[int, tuple[str, str, int]]
    papers: Mapping[int, list[int]]


def snapshot(session: Session, taxonomy: Taxonomy) -> TaxonomySnapshot:
    """The current state of a taxonomy."""
    session.flush()
    taxa = {t.id: (t.path, t.name, t.position) for t in list_taxa(session, taxonomy) if t.id is not None}
    papers: dict[int, list[int]] = {}
    for assignment, taxon in sorted(live_assignments(session, taxonomy), key=lambda pair: not pair[0].primary):
        if taxon is not None and taxon.id is not None:
            papers.setdefault(assignment.paper_id, []).append(taxon.id)
    return TaxonomySnapshot(taxa, papers)


def diff_snapshots(
    session: Session, taxonomy: Taxonomy, before: TaxonomySnapshot, operation: str, batch: str
) -> EditReport:
    """All differences between two snapshots."""
    after = snapshot(session, taxonomy)
    taxa = _taxa(session, before, after)
    papers = _papers(session, before, after)
    changed = bool(taxa or papers)
    return EditReport(
        operation=operation,
        taxonomy=taxonomy.slug,
        batch=batch,
        taxa=taxa,
        papers=papers,
        figures=list(FIGURES) if changed else [],
        exports=list(EXPORTS) if changed else [],
        suggestions=suggestion_count(session, taxonomy) if changed else 0,
        revision=taxonomy.revision,
    )


def _taxa(session: Session, before: TaxonomySnapshot, after: TaxonomySnapshot) -> list[TaxonChange]:
    found = []
    for number in sorted({*before.taxa, *after.taxa}):
        old, new = before.taxa.get(number), after.taxa.get(number)
        if old != new:
            uid = uid_of_row(session, session.get_one(Taxon, number))
            old_path, old_name = old[:2] if old else (None, None)
            new_path, new_name = new[:2] if new else (None, None)
            found.append(TaxonChange(uid, old_path, new_path, old_name, new_name))
    return found


def _papers(session: Session, before: TaxonomySnapshot, after: TaxonomySnapshot) -> list[PaperChange]:
    def read(snap: TaxonomySnapshot, number: int) -> list[tuple[str, str]]:
        return [snap.taxa[taxon][:2] for taxon in snap.papers.get(number, ()) if taxon in snap.taxa]

    touched = [n for n in sorted({*before.papers, *after.papers}) if read(before, n) != read(after, n)]
    rows = paper_rows(session, touched, texts=False)
    return [
        PaperChange(
            paper=rows[n].slug,
            title=rows[n].title,
            before=[path for path, _ in read(before, n)],
            after=[path for path, _ in read(after, n)],
            moved=before.papers.get(n) != after.papers.get(n),
        )
        for n in touched
    ]
