"""Duplicates: judgements on pairs of papers, and merging two papers."""

from wamkg.reviewing.duplicates import JudgementResult, record_judgement
from wamkg.reviewing.paper_merge import Merge, MergedPapers, merge_papers
from wamkg.reviewing.paper_merge import dry_run as try_merge
from wamkg.services.decisions import schedule_refits
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store


def judge_pair(store: Store, writer: Writer, pair: tuple[str, str], verdict: str, note: str = "") -> JudgementResult:
    """Record whether two papers are the same work. Neither paper is changed.

    Raises the errors of `record_judgement`.
    """
    with store.writing() as session:
        return record_judgement(session, writer.actor(session), pair, verdict, note)


def merge(store: Store, settings: Settings, writer: Writer, merge: Merge, *, dry_run: bool = False) -> MergedPapers:
    """Merge two papers, then refit the suggestions of the taxonomies in which an assignment moved.

    A dry run does not change the store. Raises the errors of `merge_papers`.
    """
    with store.writing(dry_run=dry_run) as session:
        merged = (try_merge if dry_run else merge_papers)(session, writer.actor(session), merge)
    if not dry_run:
        schedule_refits(store, settings, merged.taxonomies)
    return merged
