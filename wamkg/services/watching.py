"""Watching library papers for changes at their sources, and answers to what was noticed."""

from collections.abc import Mapping
from dataclasses import asdict

from wamkg.jobs.stages import run_as_job
from wamkg.json_types import JSON
from wamkg.progress import Progress
from wamkg.reviewing import notices
from wamkg.reviewing.notices import NoticeAnswered
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import NoticeStatus
from wamkg.watching import runner
from wamkg.watching.runner import WatchReport


def watch(store: Store, settings: Settings, progress: Progress | None = None) -> WatchReport:
    """Compare the papers of the library with their sources and store what has changed.

    Raises the errors of `watching.runner.watch`.
    """
    return runner.watch(store, settings, progress)


def run_watch_job(store: Store, settings: Settings, uid: str, params: Mapping[str, JSON]) -> None:
    """Run a queued job of kind `watch`."""

    def stage(progress: Progress) -> dict[str, JSON]:
        report = watch(store, settings, progress)
        return {**asdict(report), "failed": list(report.problems)}

    run_as_job(store, uid, stage)


def answer_notice(
    store: Store, writer: Writer, uid: str, status: NoticeStatus, revision: int | None = None
) -> NoticeAnswered:
    """Accept or dismiss a notice; accepting sets the new values of the paper. One batch.

    Raises the errors of `reviewing.notices.answer_notice`.
    """
    with store.writing() as session:
        return notices.answer_notice(session, writer.actor(session), uid, status, revision)
