"""Decisions of people on papers."""

from collections.abc import Iterable
from pathlib import Path

from wamkg.jobs.refit import schedule_refit
from wamkg.reviewing import decision_file
from wamkg.reviewing.decision_merge import MergeReport
from wamkg.reviewing.decision_merge import import_decisions as merge_decisions
from wamkg.reviewing.decisions import DecisionResult
from wamkg.reviewing.paper_edits import set_values
from wamkg.reviewing.queue import decide_with_versions
from wamkg.reviewing.verdicts import Decision, Verdict
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Standing


def decide(
    store: Store, settings: Settings, writer: Writer, decision: Decision, *, dry_run: bool = False
) -> DecisionResult:
    """Record a decision on a paper and the other versions of its work, then refit the suggestions.

    A dry run does not change the store. Raises the errors of `queue.decide_with_versions`.
    """
    with store.writing(dry_run=dry_run) as session:
        decided = decide_with_versions(session, writer.actor(session), decision)
    if not dry_run:
        schedule_refit(store, settings, decided.taxonomy)
    return decided


def export_decisions(store: Store) -> list[str]:
    """Every decision and objection as a line of the file that git can merge."""
    with store.reading() as session:
        return list(decision_file.export_decisions(session))


def append_decisions(store: Store, file: Path) -> int:
    """Append the lines that a file lacks; returns how many.

    Raises the errors of `decision_file.append_decisions`.
    """
    with store.reading() as session:
        return decision_file.append_decisions(session, file)


def import_decisions(store: Store, settings: Settings, writer: Writer, file: Path) -> MergeReport:
    """Merge the decisions of a file, then refit the suggestions of the taxonomies concerned.

    Raises the errors of `decision_merge.import_decisions`.
    """
    with store.writing() as session:
        report = merge_decisions(session, file, writer.actor(session))
    schedule_refits(store, settings, report.taxonomies)
    return report


def screen(
    store: Store, settings: Settings, writer: Writer, paper: str, *, belongs: bool, taxonomy: str
) -> str | None:  # fmt: skip
    """Record a screening answer: a paper in scope gets the standing `included`, one out of scope a decision `outside`.

    Returns the batch, or None if nothing changed.
    """
    if not belongs:
        outside = Decision(paper=paper, verdict=Verdict.OUTSIDE, taxonomy=taxonomy)
        return decide(store, settings, writer, outside).batch
    with store.writing() as session:
        return set_values(session, writer.actor(session), paper, {"standing": Standing.INCLUDED}, "screening").batch


def schedule_refits(store: Store, settings: Settings, taxonomies: Iterable[str]) -> None:
    """Refit the suggestions of several taxonomies."""
    for taxonomy in taxonomies:
        schedule_refit(store, settings, taxonomy)
