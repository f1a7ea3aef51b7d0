"""Taxonomy edits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.jobs.refit import schedule_refit
from wamkg.reviewing import taxonomy_preview
from wamkg.reviewing.taxonomy_preview import AmbiguousPaper, Proposal
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
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


def propose_split(
    store: Store, slug: str, path: str, parts: Sequence[NewTaxonPart], given: Mapping[str, str]
) -> list[Proposal]:  # fmt: skip
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
