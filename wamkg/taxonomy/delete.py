"""Deleting a whole taxonomy: it and its taxa are ended, and undo brings them back."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import ConflictError
from wamkg.store.batches import close_batch, open_batch, record_change, uid_of_row
from wamkg.store.tables import Actor
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.store.taxonomy_edits import assigned_papers, end_assignments, end_taxonomy, lock_taxonomy, unfinished_reviews
from wamkg.vocabulary import BatchKind


@dataclass(frozen=True)
class DeletedTaxonomy:
    """What deleting a taxonomy ended: its taxa, and the assignments of `papers` papers in it."""

    slug: str
    title: str
    taxa: int
    papers: int
    suggestions: int
    """Number of suggestions deleted; after an undo, `wamkg suggest` makes them again."""
    batch: str | None


def delete_taxonomy(session: Session, actor: Actor, slug: str, *, unassign: bool = False) -> DeletedTaxonomy:
    """Delete a taxonomy as one batch. `unassign` also ends the assignments of papers in it.

    Raises NotFoundError, and ConflictError if papers are assigned in it or people have not finished with it.
    """
    number = get_taxonomy(session, slug).id
    assert number is not None
    taxonomy = lock_taxonomy(session, number, editing=True)
    papers = assigned_papers(session, taxonomy)
    if papers and not unassign:
        count = f"{len(papers)} {'paper is' if len(papers) == 1 else 'papers are'}"
        raise ConflictError(
            f"{count} assigned in {slug}; undo the batch that placed them (`wamkg batches` lists batches), "
            f"or end the assignments too with --unassign (save the tree first: `wamkg taxonomy export {slug}`)"
        )
    if waiting := unfinished_reviews(session, taxonomy):
        raise ConflictError(f"{slug} has {waiting}; close them first")
    taxa = list_taxa(session, taxonomy)
    batch = open_batch(session, BatchKind.TAXONOMY, f"delete {slug}", actor)
    end_assignments(session, batch, taxonomy)
    suggestions = end_taxonomy(session, batch, taxonomy, taxa)
    record_change(session, batch, "taxonomy delete", subject_uid=uid_of_row(session, taxonomy), before=slug)
    close_batch(session, batch, {"operation": "delete", "taxonomy": slug, "taxa": len(taxa), "papers": len(papers)})
    return DeletedTaxonomy(slug, taxonomy.title, len(taxa), len(papers), suggestions, batch.uid)
