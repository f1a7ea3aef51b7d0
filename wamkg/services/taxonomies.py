"""Taxonomies: edits, and creating and exporting whole ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from wamkg.exporting.taxonomy_yaml import taxonomy_yaml
from wamkg.importing import taxonomy_create
from wamkg.importing.taxonomy_create import NewTaxonomy
from wamkg.importing.taxonomy_file import TaxonomyFile
from wamkg.jobs.refit import schedule_refit
from wamkg.reviewing import taxonomy_preview
from wamkg.reviewing.taxonomy_preview import AmbiguousPaper, ProposedPart
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.taxonomies import default_taxonomy
from wamkg.taxonomy import delete
from wamkg.taxonomy.delete import DeletedTaxonomy
from wamkg.taxonomy.edit import EditReport, NewTaxonPart, TaxonEdit
from wamkg.taxonomy.editor import run_edit
from wamkg.taxonomy.health import TaxonHealth, taxonomy_health


@dataclass(frozen=True, slots=True)
class Trial:
    """How to try an edit: a dry run writes nothing; `look` is called with the session after the edit."""

    dry_run: bool = False
    look: Callable[[Session], None] | None = None


def edit_taxonomy(
    store: Store, settings: Settings, writer: Writer, slug: str, edit: TaxonEdit, trial: Trial = Trial()
) -> EditReport:
    """Edit a taxonomy, then refit its suggestions. A dry run changes nothing.

    Raises the errors of `run_edit`.
    """
    report = run_edit(store, slug, edit, writer.name, dry_run=trial.dry_run, look=trial.look)
    if report.batch is not None:
        schedule_refit(store, settings, slug)
    return report


def create_taxonomy(store: Store, writer: Writer, file: TaxonomyFile, *, dry_run: bool = False) -> NewTaxonomy:
    """Create the taxonomy of a file. A dry run changes nothing.

    Raises the errors of `taxonomy_create.create_taxonomy`.
    """
    with store.writing(dry_run=dry_run) as session:
        made = taxonomy_create.create_taxonomy(session, writer.actor(session), file)
    return replace(made, batch=None) if dry_run else made


def delete_taxonomy(
    store: Store, writer: Writer, slug: str, *, unassign: bool = False, dry_run: bool = False
) -> DeletedTaxonomy:
    """Delete a taxonomy. A dry run changes nothing.

    Raises the errors of `delete.delete_taxonomy`.
    """
    with store.writing(dry_run=dry_run) as session:
        deleted = delete.delete_taxonomy(session, writer.actor(session), slug, unassign=unassign)
    return replace(deleted, batch=None) if dry_run else deleted


def main_taxonomy(store: Store, slug: str | None = None) -> str:
    """The slug that is given, else that of the survey's main taxonomy or of the only one there is.

    Raises InvalidInputError, which lists the taxonomies.
    """
    if slug:
        return slug
    with store.reading() as session:
        return default_taxonomy(session)


def export_taxonomy(store: Store, slug: str | None) -> str:
    """A taxonomy as YAML, the only one if none is named.

    Raises NotFoundError and InvalidInputError.
    """
    with store.reading() as session:
        return taxonomy_yaml(session, slug or default_taxonomy(session))


def propose_split(
    store: Store, slug: str, path: str, parts: Sequence[NewTaxonPart], given: Mapping[str, str]
) -> list[ProposedPart]:  # fmt: skip
    """Propose a part for each paper of a taxon that is to be split. Writes nothing.

    Raises the errors of `taxonomy_preview.propose_split`.
    """
    with store.reading() as session:
        return taxonomy_preview.propose_split(session, slug, path, parts, given)


def ambiguous_papers(store: Store, slug: str) -> dict[str, AmbiguousPaper]:
    """Papers of a taxonomy that two taxa fit about equally well, by slug. Takes seconds.

    Raises the errors of `taxonomy_preview.ambiguous_papers`.
    """
    with store.reading() as session:
        return taxonomy_preview.ambiguous_papers(session, slug)


def health(store: Store, slug: str) -> list[TaxonHealth]:
    """For each taxon the number of papers, the growth by quarter, and problems.

    Raises the errors of `taxonomy_health`.
    """
    with store.reading() as session:
        return taxonomy_health(session, slug)
