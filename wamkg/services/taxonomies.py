"""Taxonomy edits."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.jobs.refit import schedule_refit
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.taxonomy.edit import EditReport, TaxonEdit
from wamkg.taxonomy.editor import run_edit


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
