"""What becomes of the finds of one reading: a candidate, a paper that is known, a question, or a rejected one again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from wamkg.discovering.route import Find, Reading, Route
from wamkg.errors import ConflictError
from wamkg.identifiers import new_uid, title_key
from wamkg.importing.applier import Applier
from wamkg.importing.identity_gate import RECORD
from wamkg.importing.import_report import ImportReport, LineReport, Outcome
from wamkg.matching.answers import IdentityAnswers
from wamkg.matching.identity import Identity
from wamkg.matching.kept_record import kept_record, record_from
from wamkg.matching.record import Record
from wamkg.matching.same_paper import ids_of
from wamkg.store.batches import close_batch, get_actor, open_batch, update_row
from wamkg.store.claims import load_claims
from wamkg.store.discovery import (
    Rejected,
    add_discoveries,
    add_reading,
    find_discovery,
    found_before,
    move_cursor,
    rejected_papers,
    standings,
)
from wamkg.store.papers import papers_by_ids
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Batch, Discovery
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind, DiscoveryOutcome, Standing

ACTOR = "discover"


FindOutcome = tuple[DiscoveryOutcome, int | None]
"""The outcome of a find, and its paper."""


@dataclass
class Applied:
    """What a reading left in the store: its batch, None if nothing was new, and its finds by outcome."""

    batch: str | None = None
    scanned: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class FindAdded:
    """A find that a person added: its batch, and what became of it."""

    batch: str
    find: str
    outcome: str


def apply_reading(
    session: Session, route: Route, reading: Reading, taxonomy: str, *, set_aside: bool = False
) -> Applied:
    """Store the finds that are new and move the route's cursor, in one transaction.

    A find that the route made before is left alone, unless its paper was rejected and its title or abstract changed.
    With `set_aside`, finds that the library lacks are stored but not added to it; `add_finds` adds them.
    """
    one_writer(session)
    finds = list({find.key: find for find in reading.finds}.values())
    matcher = _FindMatcher(session, finds, taxonomy)
    known = found_before(session, route.name, [find.key for find in finds])
    fresh = [find for find in finds if find.key not in known or matcher.has_returned(find, known[find.key])]
    if not fresh and move_cursor(session, route.name, reading.cursor, len(finds)):
        return Applied(None, len(finds))
    batch = open_batch(session, BatchKind.DISCOVER, route.name, get_actor(session, ACTOR))
    outcomes = matcher.set_aside(fresh) if set_aside else matcher.add(batch, route.source, fresh)
    add_discoveries(session, [_row(route, batch, find, *outcomes[find.key]) for find in fresh])
    add_reading(session, batch, route.name, reading.cursor, len(finds))
    counts = Counter(str(outcome) for outcome, _ in outcomes.values())
    close_batch(session, batch, dict(counts))
    return Applied(batch.uid, len(finds), counts)


def add_finds(session: Session, batch: Batch, rows: Sequence[Discovery], taxonomy: str) -> None:
    """Add finds that were set aside to the library, as `apply_reading` would have; several of one record once."""
    for source in sorted({row.source for row in rows}):
        own = [row for row in rows if row.source == source]
        finds = {row.key: find_of(row) for row in own}
        outcomes = _FindMatcher(session, list(finds.values()), taxonomy).add(batch, source, list(finds.values()))
        for row in own:
            outcome, paper = outcomes[row.key]
            is_repeat = finds.pop(row.key, None) is None and outcome == DiscoveryOutcome.CANDIDATE
            found = DiscoveryOutcome.KNOWN if is_repeat else outcome
            row.queued_at = utc_now()
            update_row(session, batch, row, {"outcome": found.value, "paper_id": paper})


def add_find(session: Session, actor: Actor, uid: str) -> FindAdded:
    """Add one find that was set aside to the queue, whatever its P(in scope).

    Raises NotFoundError for an unknown id, ConflictError if it is not set aside.
    """
    one_writer(session)
    row = find_discovery(session, uid)
    if row.outcome != DiscoveryOutcome.SET_ASIDE:
        raise ConflictError(f"find {row.uid} is not set aside: its outcome is {row.outcome}")
    batch = open_batch(session, BatchKind.DISCOVER, row.uid, actor)
    add_finds(session, batch, [row], find_default_taxonomy(session))
    close_batch(session, batch, {row.outcome: 1})
    return FindAdded(batch.uid, row.uid, row.outcome)


def in_library(session: Session, rows: Sequence[Discovery], taxonomy: str) -> list[Discovery]:
    """Those finds that were set aside whose paper is in the library by now."""
    finds = [find_of(row) for row in rows]
    matcher = _FindMatcher(session, finds, taxonomy)
    return [row for row, find in zip(rows, finds, strict=True) if matcher.has_paper(find)]


def find_of(row: Discovery) -> Find:
    """The find of a stored row."""
    return Find(record_from(row.record, Record), row.reason, row.score)


def _row(route: Route, batch: Batch, find: Find, outcome: DiscoveryOutcome, paper: int | None) -> dict[str, object]:
    return {
        "uid": new_uid(), "route": route.name, "source": route.source, "key": find.key,
        "text_hash": find.text_hash, "paper_id": paper,
        "outcome": outcome, "reason": find.reason, "score": find.score, "title": find.record.title,
        "record": kept_record(RECORD, Record, find.record), "found_at": utc_now(), "batch_id": batch.id,
    }  # fmt: skip


class _FindMatcher:
    """Match finds with the papers of the library, and add those that it lacks or set them aside."""

    def __init__(self, session: Session, finds: Sequence[Find], taxonomy: str) -> None:
        self.session = session
        self.standing = standings(session)
        by_id = papers_by_ids(session, {i for find in finds for i in ids_of(find.record)})
        self.paper = {find.key: next((by_id[i] for i in ids_of(find.record) if i in by_id), None) for find in finds}
        matched = {paper for paper in self.paper.values() if paper is not None}
        self.rejected = rejected_papers(session, taxonomy, matched)
        self.answers = IdentityAnswers(session)
        self.claims = load_claims(session, matched, holding=False)

    def has_returned(self, find: Find, texts: set[str]) -> bool:
        """Whether a find made before must be judged again: its paper was rejected and its text is new."""
        paper = self.paper[find.key]
        return paper in self.rejected and find.text_hash not in texts and self._has_changed(find, self.rejected[paper])

    @staticmethod
    def _has_changed(find: Find, rejected: Rejected) -> bool:
        """Whether title or abstract differ from what was rejected; an abstract that either lacks does not count."""
        abstract = title_key(find.record.abstract or "")
        is_other_text = bool(abstract and rejected.abstract and abstract != rejected.abstract)
        return title_key(find.record.title) != rejected.title_key or is_other_text

    def add(self, batch: Batch, source: str, finds: Sequence[Find]) -> dict[str, FindOutcome]:
        """The outcome of each find by its key, and its paper. Finds that the library lacks are written."""
        outcomes = {find.key: found for find in finds if (found := self._in_library(find)) is not None}
        return outcomes | self._apply(batch, source, [find for find in finds if find.key not in outcomes])

    def set_aside(self, finds: Sequence[Find]) -> dict[str, FindOutcome]:
        """The outcome of each find by its key; those that the library lacks are set aside."""
        return {
            find.key: self._in_library(find) or (DiscoveryOutcome.SET_ASIDE, self.paper[find.key]) for find in finds
        }

    def has_paper(self, find: Find) -> bool:
        """Whether the library has the paper of a find."""
        return self._in_library(find) is not None

    def _in_library(self, find: Find) -> FindOutcome | None:
        """The outcome of a find whose id names a paper of the library; None if it must be applied."""
        paper = self.paper[find.key]
        if paper is None or self.standing[paper] == Standing.CITED or self._is_doubtful(find, paper):
            return None
        if paper in self.rejected and self._has_changed(find, self.rejected[paper]):
            return DiscoveryOutcome.RETURNED, paper
        return DiscoveryOutcome.KNOWN, paper

    def _is_doubtful(self, find: Find, paper: int) -> bool:
        """Whether the record looks like another paper than the one with its id."""
        claims = self.claims[paper]
        if self.answers.is_refused(claims, find.record):
            return True
        return bool(claims.said.get("title")) and self.answers.check(claims, find.record).identity is Identity.DIFFERENT

    def _apply(self, batch: Batch, source: str, finds: Sequence[Find]) -> dict[str, FindOutcome]:
        report = ImportReport(source, "", dry_run=False)
        applier = Applier(self.session, batch, source, report, keep_classes=False)
        applier.apply([replace(find.record, line=line) for line, find in enumerate(finds, start=1)])
        papers = {line: number for number, line in applier.met.items()}
        lines = {line.line: line for line in report.lines}
        return {
            find.key: self._outcome(lines[number], _paper_of(lines[number], papers))
            for number, find in enumerate(finds, start=1)
        }

    def _outcome(self, line: LineReport, paper: int | None) -> FindOutcome:
        if line.outcome is Outcome.UNREADABLE:
            return DiscoveryOutcome.UNREADABLE, None
        if line.is_question or paper is None:
            return DiscoveryOutcome.QUESTION, None
        was = self.standing.get(paper, Standing.CITED)
        return (DiscoveryOutcome.CANDIDATE if was == Standing.CITED else DiscoveryOutcome.KNOWN), paper


def _paper_of(line: LineReport, papers: Mapping[int, int]) -> int | None:
    """The paper of a line; a line that repeats another has the paper of that one."""
    return papers.get(line.repeat_of_line if line.repeat_of_line is not None else line.line)
