"""Which finds of discovery enter the review queue: those likely in scope, the likeliest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.discovering.apply import add_finds, find_of, in_library
from wamkg.screening.scope import ScopeJudgement, judge_scope
from wamkg.screening.scope_labels import scope_labels
from wamkg.store.batches import close_batch, open_batch
from wamkg.store.discovery import queued_since, set_aside
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Discovery
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.store.types import WEEK, utc_now
from wamkg.suggesting.examples import PaperDocument
from wamkg.vocabulary import BatchKind, DiscoveryOutcome


@dataclass(frozen=True)
class ScopeReport:
    """How many finds were judged, entered the queue and stay set aside, what the verdicts rest on, and the batch."""

    judged: int
    queued: int
    set_aside: int
    basis: str
    batch: str | None = None


def queue_finds(session: Session, actor: Actor, recall: float, most: int) -> ScopeReport:
    """Judge every find that is set aside, also those of earlier weeks, and add the likely ones to the queue.

    At most `most` papers enter within 7 days (0: no limit); the others keep their P(in scope) and its reasons.
    """
    one_writer(session)
    taxonomy, held = find_default_taxonomy(session), set_aside(session)
    known = in_library(session, held, taxonomy)
    arrived = {row.id for row in known}
    waiting = [row for row in held if row.id not in arrived]
    judgement = judge_scope(scope_labels(session, taxonomy), [_document(row) for row in waiting], recall)
    _note(waiting, judgement)
    room = max(most - queued_since(session, utc_now() - WEEK), 0) if most else len(waiting)
    chosen = _likeliest(waiting, judgement, room)
    rows = [*known, *(row for row in waiting if row.key in chosen)]
    if not rows:
        return ScopeReport(len(waiting), 0, len(waiting), judgement.basis)
    batch = open_batch(session, BatchKind.DISCOVER, "scope", actor)
    add_finds(session, batch, rows, taxonomy)
    queued = sum(row.outcome == DiscoveryOutcome.CANDIDATE for row in rows)
    left = sum(row.outcome == DiscoveryOutcome.SET_ASIDE for row in held)
    close_batch(session, batch, {"queued": queued, "set aside": left})
    return ScopeReport(len(waiting), queued, left, judgement.basis, batch.uid)


def _document(row: Discovery) -> PaperDocument:
    record = find_of(row).record
    abstract = record.abstract or ""
    return PaperDocument(row.key, record.title, abstract, "abstract" if abstract else "title")


def _note(rows: Sequence[Discovery], judgement: ScopeJudgement) -> None:
    for row, verdict in zip(rows, judgement.verdicts, strict=True):
        row.scope = None if verdict.probability is None else round(verdict.probability, 4)
        row.scope_reasons = list(verdict.reasons)


def _likeliest(rows: Sequence[Discovery], judgement: ScopeJudgement, room: int) -> set[str]:
    """Keys of the likely finds, the best `room` of them: by P(in scope), then by both scores.

    Scores by title and by text are on scales of their own; where P is not known it counts as one half.
    """
    likely = [
        (-(0.5 if v.probability is None else v.probability), -v.score, -row.score, row.key)
        for row, v in zip(rows, judgement.verdicts, strict=True)
        if v.likely
    ]
    return set(list(dict.fromkeys(key for *_, key in sorted(likely)))[:room])
