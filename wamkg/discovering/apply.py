"""What becomes of the finds of one reading: a candidate, a paper that is known, a question, or a rejected one again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from wamkg.discovering.route import Find, Reading, Route
from wamkg.identifiers import new_uid, title_key
from wamkg.importing.applier import Applier
from wamkg.importing.identity_gate import RECORD
from wamkg.importing.import_report import ImportReport, LineReport, Outcome
from wamkg.matching.answers import IdentityAnswers
from wamkg.matching.identity import Identity
from wamkg.matching.kept_record import kept_record
from wamkg.matching.record import Record
from wamkg.matching.same_paper import ids_of
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.claims import load_claims
from wamkg.store.discovery import (
    Rejected,
    add_discoveries,
    add_reading,
    found_before,
    move_cursor,
    rejected_papers,
    standings,
)
from wamkg.store.papers import papers_by_ids
from wamkg.store.session import one_writer
from wamkg.store.tables import Batch
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind, DiscoveryOutcome, Standing

ACTOR = "discover"


Settled = tuple[DiscoveryOutcome, int | None]
"""The outcome of a find, and its paper."""


@dataclass
class Applied:
    """What a reading left in the store: its batch, None if nothing was new, and its finds by outcome."""

    batch: str | None = None
    scanned: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


def apply_reading(session: Session, route: Route, reading: Reading, taxonomy: str) -> Applied:
    """Store the finds that are new and move the route's cursor, in one transaction.

    A find that the route made before is left alone, unless its paper was rejected and its title or abstract changed.
    """
    one_writer(session)
    finds = list({find.key: find for find in reading.finds}.values())
    sorter = _Sorter(session, finds, taxonomy)
    known = found_before(session, route.name, [find.key for find in finds])
    fresh = [find for find in finds if find.key not in known or sorter.returns(find, known[find.key])]
    if not fresh and move_cursor(session, route.name, reading.cursor, len(finds)):
        return Applied(None, len(finds))
    batch = open_batch(session, BatchKind.DISCOVER, route.name, get_actor(session, ACTOR))
    settled = sorter.settle(batch, route.source, fresh)
    add_discoveries(session, [_row(route.name, batch, find, *settled[find.key]) for find in fresh])
    add_reading(session, batch, route.name, reading.cursor, len(finds))
    outcomes = Counter(str(outcome) for outcome, _ in settled.values())
    close_batch(session, batch, dict(outcomes))
    return Applied(batch.uid, len(finds), outcomes)


def _row(route: str, batch: Batch, find: Find, outcome: DiscoveryOutcome, paper: int | None) -> dict[str, object]:
    return {
        "uid": new_uid(), "route": route, "key": find.key, "text_hash": find.text_hash, "paper_id": paper,
        "outcome": outcome, "reason": find.reason, "score": find.score, "title": find.record.title,
        "record": kept_record(RECORD, Record, find.record), "found_at": utc_now(), "batch_id": batch.id,
    }  # fmt: skip


class _Sorter:
    """Tells what the store already knows of each find, and writes the others."""

    def __init__(self, session: Session, finds: Sequence[Find], taxonomy: str) -> None:
        self.session = session
        self.standing = standings(session)
        by_id = papers_by_ids(session, {i for find in finds for i in ids_of(find.record)})
        self.paper = {find.key: next((by_id[i] for i in ids_of(find.record) if i in by_id), None) for find in finds}
        held = {paper for paper in self.paper.values() if paper is not None}
        self.rejected = rejected_papers(session, taxonomy, held)
        self.answers = IdentityAnswers(session)
        self.states = load_claims(session, held, holding=False)

    def returns(self, find: Find, texts: set[str]) -> bool:
        """Whether a find made before must be looked at again: it was rejected and its text is new."""
        paper = self.paper[find.key]
        return paper in self.rejected and find.text_hash not in texts and self._has_changed(find, self.rejected[paper])

    @staticmethod
    def _has_changed(find: Find, rejected: Rejected) -> bool:
        """Whether title or abstract differ from what was rejected; an abstract that either lacks does not count."""
        abstract = title_key(find.record.abstract or "")
        is_other_text = bool(abstract and rejected.abstract and abstract != rejected.abstract)
        return title_key(find.record.title) != rejected.title_key or is_other_text

    def settle(self, batch: Batch, source: str, finds: Sequence[Find]) -> dict[str, Settled]:
        """The outcome of each find by its key, and its paper. Finds that the library lacks are written."""
        settled = {find.key: found for find in finds if (found := self._in_library(find)) is not None}
        return settled | self._apply(batch, source, [find for find in finds if find.key not in settled])

    def _in_library(self, find: Find) -> Settled | None:
        """The outcome of a find whose id names a paper of the library; None if it must be applied."""
        paper = self.paper[find.key]
        if paper is None or self.standing[paper] == Standing.CITED or self._is_doubtful(find, paper):
            return None
        if paper in self.rejected and self._has_changed(find, self.rejected[paper]):
            return DiscoveryOutcome.RETURNED, paper
        return DiscoveryOutcome.KNOWN, paper

    def _is_doubtful(self, find: Find, paper: int) -> bool:
        """Whether the record looks like another paper than the one with its id."""
        state = self.states[paper]
        if self.answers.is_refused(state, find.record):
            return True
        return bool(state.said.get("title")) and self.answers.check(state, find.record).identity is Identity.DIFFERENT

    def _apply(self, batch: Batch, source: str, finds: Sequence[Find]) -> dict[str, Settled]:
        report = ImportReport(source, "", dry_run=False)
        applier = Applier(self.session, batch, source, report, keep_classes=False)
        applier.apply([replace(find.record, line=line) for line, find in enumerate(finds, start=1)])
        papers = {line: number for number, line in applier.met.items()}
        lines = {line.line: line for line in report.lines}
        return {
            find.key: self._outcome(lines[number], _paper_of(lines[number], papers))
            for number, find in enumerate(finds, start=1)
        }

    def _outcome(self, line: LineReport, paper: int | None) -> Settled:
        if line.outcome is Outcome.UNREADABLE:
            return DiscoveryOutcome.UNREADABLE, None
        if line.is_question or paper is None:
            return DiscoveryOutcome.QUESTION, None
        was = self.standing.get(paper, Standing.CITED)
        return (DiscoveryOutcome.CANDIDATE if was == Standing.CITED else DiscoveryOutcome.KNOWN), paper


def _paper_of(line: LineReport, papers: Mapping[int, int]) -> int | None:
    """The paper of a line; a line that repeats another has the paper of that one."""
    return papers.get(line.repeat_of_line if line.repeat_of_line is not None else line.line)
