"""Match records with stored papers, compare them, and write the changes: in chunks, as one batch."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from wamkg.identifiers import is_citation_key, key_fold, title_key
from wamkg.importing.identity_gate import IdentityGate
from wamkg.importing.import_report import ImportReport, LineReport, Outcome
from wamkg.importing.record_diff import RecordDiff, RecordSource, diff_record
from wamkg.importing.taxon_lookup import TaxaIndex
from wamkg.importing.works import without_values_of_others
from wamkg.matching.answers import Settled
from wamkg.matching.quotes import record_missing_quotes
from wamkg.matching.record import Dropped, Record, UnreadableLine
from wamkg.matching.resolved_values import resolved_values
from wamkg.matching.same_paper import Known, Match, as_known, identifies, ids_of, joined, match, without_ids_of_others
from wamkg.store.base import chunks, insert_entities
from wamkg.store.citation_keys import KeyOwners
from wamkg.store.claims import PaperClaims, load_claims, write_papers
from wamkg.store.duplicates import load_work_groups
from wamkg.store.papers import (
    SCHEMES,
    ExternalIdentifier,
    known_papers,
    papers_by_ids,
    papers_by_titles,
    titled_by,
    with_addresses,
)
from wamkg.store.tables import Batch, Paper
from wamkg.vocabulary import EntityKind

ANSWER = "answer"
"""How a record's paper was found if a person named it."""
CHUNK = 1000
"""Number of records compared and written together: large enough for fast inserts, small enough to limit memory."""


@dataclass
class Applier:
    """Apply the records of one source within one batch."""

    session: Session
    batch: Batch
    source: str
    report: ImportReport
    own_fields: Mapping[str, str] = field(default_factory=dict)
    keep_classes: bool = True
    progress: Callable[[int], None] | None = None
    """Called after each chunk with the number of records processed."""
    met: dict[int, int] = field(default_factory=dict)
    """For each paper that this import has met: the line where it occurred first."""

    def __post_init__(self) -> None:
        self.taxa = TaxaIndex(self.session, {})
        self.keys = KeyOwners(self.session)
        self.gate = IdentityGate(self.session, self.batch, self.source, self.keep_classes)

    def apply(self, items: Iterable[Record | UnreadableLine]) -> None:
        """Apply every item and add its outcome to the report."""
        for chunk in chunks(items, CHUNK):
            records = []
            for item in chunk:
                if isinstance(item, UnreadableLine):
                    self._refuse(item.line, item.excerpt, item.reason)
                elif problem := self._problem(item):
                    self._refuse(item.line, item.title, problem)
                else:
                    records.append(item)
            self._apply_chunk(records)
            if self.progress is not None:
                self.progress(self.report.records)

    def _problem(self, record: Record) -> str | None:
        if not title_key(record.title) and not ids_of(record):
            return "no title"
        return next((p for placement in record.placements if (p := self.taxa.check(placement))), None)

    def _refuse(self, line: int, title: str, reason: str) -> None:
        self.report.add(LineReport(line, Outcome.UNREADABLE, title, reason=reason))

    def _apply_chunk(self, records: list[Record]) -> None:
        settled = [self.gate.settle(record) for record in records]
        self.keys.ask({record.key for record in records if record.key})
        finder = _Finder(
            self.session, [known.record for known in settled], self.own_fields.get("title", self.source), self.met
        )
        found = [(known.record, *self._by_key(known.record, *finder.find(known))) for known in settled]
        numbers = finder.make_numbers(self._batch_id)
        known = {n for _, number, match_ in found if (n := number or match_.asked) is not None and n > 0}
        members = finder.known.members
        states = load_claims(self.session, {member for number in known for member in members(number)})
        states.update({number: PaperClaims(number) for number in numbers})
        for record, number, answer in found:
            owner = number or answer.asked
            assert owner is not None
            state = states[owner if owner > 0 else numbers[-owner - 1]]
            if number is None:
                self._ask(record, state, answer.question or "", finder.by_id)
            else:
                record = without_ids_of_others(record, number, finder.by_id)  # noqa: PLW2901
                others = [states[member] for member in members(number) - {number}]
                self._apply_one(without_values_of_others(record, state, others, self.taxa), state, answer)
        changed = [state for state in states.values() if state.changed]
        shown = [resolved_values(state) for state in changed]
        self.report.alarms += record_missing_quotes(self.session, self.batch, changed, shown)
        write_papers(self.session, self._batch_id, self.batch.actor_id, changed, shown)
        self.gate.flush()

    def _by_key(self, record: Record, number: int | None, answer: Match) -> tuple[int | None, Match]:
        """Find the paper by citation key if the title is too common: a paper with this title must have the key."""
        owner = self.keys.owner(record.key) if number is None and answer.how == "title" and record.key else None
        paper = self.session.get(Paper, owner) if owner is not None else None
        if paper is None or paper.title_key != title_key(record.title):
            return number, answer
        return owner, Match(owner, "key")

    @property
    def _batch_id(self) -> int:
        assert self.batch.id is not None
        return self.batch.id

    def _apply_one(self, record: Record, state: PaperClaims, answer: Match) -> None:
        own_fields = dict(self.own_fields)
        if not record.title and state.is_new and "title" not in state.said:
            # Only an id is known: the id serves as the paper's title until a source gives one.
            first = ids_of(record)[0]
            record = replace(record, title=f"{first.scheme}:{first.value}")
            own_fields["title"] = "id"
        first_line = self.met.setdefault(state.id, record.line)
        repeat = first_line != record.line
        origin = RecordSource(self.source, own_fields, repeat)
        was_empty = state.is_new and not state.added
        refused = self.gate.refuse(record, state) if answer.how in (*SCHEMES, ANSWER) else None
        if refused:
            self.report.counts["kept as questions"] += 1
            notes = refused
        else:
            record, problem = self._own_key(record, state)
            notes = diff_record(record, state, origin, self.taxa, self.keep_classes)
            notes.conflicts += [answer.note] if answer.note else []
            self._note_key(record, problem)
        outcome = _outcome(was_empty, notes)
        self.report.quality.worse += notes.worse
        self.report.add(_line(record, outcome, notes, first_line if repeat else None))
        self.report.unknown_keys.update(record.unknown_keys)
        self.report.add_doubts(record.line, record.title, record.doubts)

    def _own_key(self, record: Record, state: PaperClaims) -> tuple[Record, Dropped | None]:
        """Return the record with a citation key that no other paper has, and a message about the key it came with."""
        wish = record.key
        if wish is None:
            return record, None
        if not is_citation_key(wish):
            return replace(record, key=None), Dropped(
                f"key {wish[:60]!r} cannot be cited (blanks, commas, braces); not kept"
            )
        owner = self.keys.owner(wish)
        own = self.keys.claim(wish, state.id)
        if own == wish:
            return record, None
        told = Dropped(f"key {wish!r} belongs to another paper ({self._slug(owner)}); this one gets the key {own!r}")
        return replace(record, key=own), None if key_fold(own) in state.keys else told

    def _note_key(self, record: Record, problem: Dropped | None) -> None:
        """Report a key that could not be used. It contradicts no value, so the record is not a conflict."""
        if problem is not None:
            self.report.quality.dropped += 1
            self.report.add_doubts(record.line, record.title, [problem])

    def _slug(self, number: int | None) -> str:
        paper = self.session.get(Paper, number) if number is not None else None
        return paper.slug if paper else "earlier in this file"

    def _ask(self, record: Record, state: PaperClaims, reason: str, by_id: Mapping[ExternalIdentifier, int]) -> None:
        """Store a record as a question: the paper that it describes may be this one, or another one."""
        ids = [f"{i.scheme}:{i.value}" for i in ids_of(record) if by_id.get(i) == state.id]
        self.report.counts["kept as questions"] += 1
        self.report.add(_line(record, Outcome.CONFLICT, self.gate.ask(record, state.id, ids, [reason]), None))
        self.report.add_doubts(record.line, record.title, record.doubts)


class _Finder:
    """Find the paper of each record, among stored papers and among earlier records of the chunk."""

    def __init__(self, session: Session, records: list[Record], source: str, met: Iterable[int]) -> None:
        self.session = session
        self.by_id = papers_by_ids(session, {i for record in records for i in ids_of(record)})
        self.by_title = {
            key: with_addresses(session, same)
            for key, same in papers_by_titles(session, {title_key(record.title) for record in records}).items()
        }
        self.papers = known_papers(session, self.by_id.values())
        self.papers |= {known.id: known for same in self.by_title.values() for known in same}
        unsure = [k.id for same in self.by_title.values() for k in same if len(same) > 1 or not identifies(k.title)]
        self.own = titled_by(session, unsure, source)
        self.met = set(met)
        self.fresh = 0
        members = load_work_groups(session).members
        self.known = Known(self.by_id, self.by_title, members, self.papers, self.met, self.own.__contains__)

    def find(self, settled: Settled) -> tuple[int | None, Match]:
        """Return the number of the record's paper and the match result. A negative number is a new paper; None means
        that a person must decide.
        """
        record = settled.record
        known = self.known.without(settled.ruled_out) if settled.ruled_out else self.known
        answer = match(record, known) if settled.paper is None else Match(settled.paper, ANSWER)
        if answer.question:
            return None, answer
        number = answer.paper
        if number is None:
            self.fresh += 1
            number = -self.fresh
        self._learn(number, record)
        return number, answer

    def _learn(self, number: int, record: Record) -> None:
        """Make the identifiers and title of this record findable for later records of the chunk."""
        self.met.add(number)
        for given in ids_of(record):
            self.by_id.setdefault(given, number)
        before = self.papers.get(number)
        after = self.papers[number] = joined(before, as_known(record, number))
        same = self.by_title.setdefault(after.title_key, [])
        same[:] = [after if known.id == number else known for known in same] if before in same else [*same, after]

    def make_numbers(self, batch: int) -> list[int]:
        """Create entities for the new papers; the paper numbered -n becomes the nth."""
        return insert_entities(self.session, EntityKind.PAPER, self.fresh, batch)


def _outcome(was_new: bool, notes: RecordDiff) -> Outcome:
    if notes.conflicts:
        return Outcome.CONFLICT
    if was_new:
        return Outcome.NEW
    return Outcome.CHANGED if notes.changes else Outcome.SAME


def _line(record: Record, outcome: Outcome, notes: RecordDiff, again_of: int | None) -> LineReport:
    return LineReport(
        line=record.line,
        outcome=outcome,
        title=record.title,
        ids=" ".join(f"{i.scheme}:{i.value}" for i in ids_of(record)),
        placements=tuple(f"{p.taxonomy}:{p.taxon or p.status}" for p in record.placements),
        pending_review=record.awaiting_review,
        repeat_of_line=again_of,
        changes=tuple(notes.changes) if outcome is not Outcome.NEW else (),
        conflicts=tuple(notes.conflicts),
        is_question=notes.is_question,
    )
