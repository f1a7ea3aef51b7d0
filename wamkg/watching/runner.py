"""Watches the papers of the library: asks arXiv about each, and compares what other sources said meanwhile."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sqlmodel import Session

from wamkg.enriching.arxiv import ArxivClient, ArxivEntry
from wamkg.enriching.questions import ask_arxiv, open_question
from wamkg.enriching.requesters import Wait, arxiv_requester
from wamkg.enriching.write import write_states
from wamkg.errors import JobCancelledError, WamkgError
from wamkg.matching.answers import IdentityAnswers
from wamkg.matching.identity import Identity
from wamkg.progress import Progress
from wamkg.settings import Settings
from wamkg.store.batches import close_batch, drop_batch, get_actor, open_batch
from wamkg.store.claims import PaperClaims, load_claims
from wamkg.store.discovery import add_reading, cursor_of, move_cursor
from wamkg.store.notices import NewNotice, add_notices, watched_papers
from wamkg.store.session import Store, one_writer
from wamkg.store.tables import Batch
from wamkg.vocabulary import BatchKind
from wamkg.watching.arxiv_changes import changes_at_arxiv
from wamkg.watching.claim_changes import changes_of_claims

ACTOR = "watch"
CLAIMS = "watch:claims"
"""Route whose cursor says which claims were compared."""


@dataclass
class WatchReport:
    """Papers that were compared, new notices by kind, batches that were written, and what could not be compared."""

    papers: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    batches: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def watch(store: Store, settings: Settings, progress: Progress | None = None, wait: Wait = time.sleep) -> WatchReport:
    """Compare every paper of the library with its sources; run it again to continue.

    A source that fails is listed in the report. Raises JobCancelledError if `progress` asks to stop.
    """
    report = WatchReport()
    with store.writing() as session:
        _compare_claims(session, report)
    if not settings.arxiv_api_url:
        report.problems.append("arXiv was not asked; set WAMKG_ARXIV_API_URL (https://export.arxiv.org)")
        return report
    with store.reading() as session:
        papers = watched_papers(session)
    with closing(arxiv_requester(store, settings, wait)) as requester:
        client = ArxivClient(requester)
        for start in range(0, len(papers), client.batch_size):
            if progress is not None:
                progress(start, len(papers))
            part = dict(papers[start : start + client.batch_size])
            try:
                entries = client.entries(list(part.values()))
            except JobCancelledError:
                raise
            except WamkgError as error:
                report.problems.append(f"arXiv, {len(part)} papers: {error}")
                continue
            with store.writing() as session:
                _compare_part(session, report, part, entries)
    return report


def _compare_claims(session: Session, report: WatchReport) -> None:
    one_writer(session)
    found, cursor = changes_of_claims(session, cursor_of(session, CLAIMS))
    if not found and move_cursor(session, CLAIMS, cursor, 0):
        return
    batch = _open(session)
    _add(session, batch, report, found)
    add_reading(session, batch, CLAIMS, cursor, 0)
    _close(session, batch, report)


def _compare_part(session: Session, report: WatchReport, part: dict[int, str], entries: dict[str, ArxivEntry]) -> None:
    one_writer(session)
    batch = _open(session)
    states = load_claims(session, part)
    missing = sorted(name for name in part.values() if name not in entries)
    if missing:
        report.problems.append(f"arXiv does not know {', '.join(missing)}")
    found, asked = list[NewNotice](), 0
    for number, name in part.items():
        if (entry := entries.get(name)) is None:
            continue
        question = _is_other_paper(session, batch, states[number], entry)
        if question is None:
            found += changes_at_arxiv(states[number], entry)
            report.papers += 1
        else:
            asked += question
            report.problems.append(f"arXiv has another paper under {name}; see `wamkg questions`")
    added = _add(session, batch, report, found)
    written = write_states(session, lambda: batch, states.values())
    if added or written or asked:
        _close(session, batch, report)
    else:
        drop_batch(session, batch)


def _is_other_paper(session: Session, batch: Batch, state: PaperClaims, entry: ArxivEntry) -> int | None:
    """None if the entry describes the paper; else the number of questions that were asked, which is 0 or 1."""
    record = entry.record()
    answers = IdentityAnswers(session)
    if answers.is_refused(state, record):
        return 0
    finding = answers.check(state, record)
    if finding.identity is not Identity.DIFFERENT:
        return None
    if open_question(session, state.id, record.title) is not None:
        return 0
    ask_arxiv(session, batch, state, record, finding.reasons)
    return 1


def _open(session: Session) -> Batch:
    return open_batch(session, BatchKind.WATCH, "arXiv and claims", get_actor(session, ACTOR))


def _add(session: Session, batch: Batch, report: WatchReport, found: Sequence[NewNotice]) -> int:
    added = add_notices(session, batch, found)
    report.notices.update(notice.kind.value for notice in added)
    return len(added)


def _close(session: Session, batch: Batch, report: WatchReport) -> None:
    close_batch(session, batch, dict(report.notices))
    report.batches.append(batch.uid)
