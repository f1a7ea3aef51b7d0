"""From records to the store: match, compare, write; a chunk at a time, one batch in all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from wamkg.identifiers import is_citation_key, key_fold, title_key
from wamkg.importing.compare import Notes, Origin, compare
from wamkg.importing.report import ImportReport, LineReport, Outcome
from wamkg.importing.taxa import TaxaIndex
from wamkg.matching.alike import as_known
from wamkg.matching.quotes import tell_lost_quotes
from wamkg.matching.record import Record, Unreadable
from wamkg.matching.same_paper import ids_of, is_short, match, without_ids_of_others
from wamkg.matching.show import shown_values
from wamkg.store.batches import record_change
from wamkg.store.bulk import chunks, insert_entities
from wamkg.store.keys import KeyOwners
from wamkg.store.lookup import addresses_of, papers_by_ids, papers_by_titles
from wamkg.store.paper_state import PaperState, load_states
from wamkg.store.paper_write import write_papers
from wamkg.store.tables import Batch, Paper
from wamkg.store.works import load_works
from wamkg.vocabulary import EntityKind

CHUNK = 1000
"""Records compared and written together: large enough for fast inserts, small enough for flat memory."""


@dataclass
class Applier:
    """Applies records of one source within one batch."""

    session: Session
    batch: Batch
    source: str
    report: ImportReport
    own_fields: Mapping[str, str] = field(default_factory=dict)
    keep_classes: bool = True
    met: dict[int, int] = field(default_factory=dict)
    """Paper met in this import -> line where it was met first."""

    def __post_init__(self) -> None:
        self.taxa = TaxaIndex(self.session, {})
        self.keys = KeyOwners(self.session)

    def apply(self, items: Iterable[Record | Unreadable]) -> None:
        """Apply every item; each ends in the report."""
        for chunk in chunks(items, CHUNK):
            records = []
            for item in chunk:
                if isinstance(item, Unreadable):
                    self._refuse(item.line, item.excerpt, item.reason)
                elif problem := self._problem(item):
                    self._refuse(item.line, item.title, problem)
                else:
                    records.append(item)
            self._apply_chunk(records)

    def _problem(self, record: Record) -> str | None:
        if not title_key(record.title) and not ids_of(record):
            return "no title"
        return next((p for placement in record.placements if (p := self.taxa.check(placement))), None)

    def _refuse(self, line: int, title: str, reason: str) -> None:
        self.report.add(LineReport(line, Outcome.UNREADABLE, title, reason=reason))

    def _apply_chunk(self, records: list[Record]) -> None:
        finder = _Finder(self.session, records)
        self.keys.ask({record.key for record in records if record.key})
        found = [(record, finder.find(record)) for record in records]
        numbers = finder.make_numbers(self._batch_id)
        known = {n for _, (n, _) in found if n is not None and n > 0}
        states = load_states(self.session, known)
        states.update({number: PaperState(number) for number in numbers})
        for record, (number, question) in found:
            if number is None:
                self._ask(record, question)
            else:
                record = without_ids_of_others(record, number, finder.by_id)  # noqa: PLW2901
                self._apply_one(record, states[number if number > 0 else numbers[-number - 1]])
        changed = [state for state in states.values() if state.changed]
        shown = [shown_values(state) for state in changed]
        self.report.alarms += tell_lost_quotes(self.session, self.batch, changed, shown)
        write_papers(self.session, self._batch_id, self.batch.actor_id, changed, shown)

    @property
    def _batch_id(self) -> int:
        assert self.batch.id is not None
        return self.batch.id

    def _apply_one(self, record: Record, state: PaperState) -> None:
        own_fields = dict(self.own_fields)
        if not record.title and state.is_new and "title" not in state.said:
            # Only an id is known: the paper goes by it until a source tells the title.
            first = ids_of(record)[0]
            record = replace(record, title=f"{first.scheme}:{first.value}")
            own_fields["title"] = "id"
        first_line = self.met.setdefault(state.id, record.line)
        repeat = first_line != record.line
        origin = Origin(self.source, own_fields, repeat)
        was_empty = state.is_new and not state.added
        record, problem = self._own_key(record, state)
        notes = compare(record, state, origin, self.taxa, self.keep_classes)
        notes.conflicts += [problem] if problem else []
        outcome = _outcome(was_empty, notes)
        self.report.add(_line(record, outcome, notes, first_line if repeat else None))
        self.report.unknown_keys.update(record.unknown_keys)

    def _own_key(self, record: Record, state: PaperState) -> tuple[Record, str | None]:
        """The record with a citation key that is no other paper's, and what is to be said of the one it came with."""
        wish = record.key
        if wish is None:
            return record, None
        if not is_citation_key(wish):
            return replace(record, key=None), f"key: {wish[:60]!r} cannot be cited (blanks, commas, braces); not kept"
        owner = self.keys.owner(wish)
        own = self.keys.claim(wish, state.id)
        if own == wish:
            return record, None
        told = f"key: {wish!r} is that of another paper ({self._slug(owner)}); this one is exported as {own!r}"
        return replace(record, key=own), None if key_fold(own) in state.keys else told

    def _slug(self, number: int | None) -> str:
        paper = self.session.get(Paper, number) if number is not None else None
        return paper.slug if paper else "earlier in this file"

    def _ask(self, record: Record, question: str | None) -> None:
        notes = Notes(conflicts=[f"{question}; not stored, a person decides"])
        record_change(
            self.session,
            self.batch,
            "question",
            after={"line": record.line, "title": record.title, "question": question},
        )
        self.report.add(_line(record, Outcome.CONFLICT, notes, None))


class _Finder:
    """Finds the paper of each record, among the stored ones and those earlier in the chunk."""

    def __init__(self, session: Session, records: list[Record]) -> None:
        self.session = session
        self.by_id = papers_by_ids(session, {i for record in records for i in ids_of(record)})
        self.by_title = papers_by_titles(session, {title_key(record.title) for record in records})
        self.works = load_works(session)
        self._add_addresses()
        self.fresh = 0

    def _add_addresses(self) -> None:
        short = {known.id for namesakes in self.by_title.values() for known in namesakes if is_short(known.title)}
        urls = addresses_of(self.session, short)
        for namesakes in self.by_title.values():
            namesakes[:] = [replace(known, urls=urls.get(known.id, frozenset())) for known in namesakes]

    def find(self, record: Record) -> tuple[int | None, str | None]:
        """Number of the record's paper, negative for one to be made; or None and a question."""
        answer = match(record, self.by_id, self.by_title, self.works.members)
        if answer.question:
            return None, answer.question
        number = answer.paper
        if number is None:
            self.fresh += 1
            number = -self.fresh
            self._learn(number, record)
        for given in ids_of(record):
            self.by_id.setdefault(given, number)
        return number, None

    def _learn(self, number: int, record: Record) -> None:
        known = as_known(record, number)
        self.by_title.setdefault(known.title_key, []).append(known)

    def make_numbers(self, batch: int) -> list[int]:
        """Entities for the new papers; the paper numbered -n is the nth."""
        return insert_entities(self.session, EntityKind.PAPER, self.fresh, batch)


def _outcome(was_new: bool, notes: Notes) -> Outcome:
    if notes.conflicts:
        return Outcome.CONFLICT
    if was_new:
        return Outcome.NEW
    return Outcome.CHANGED if notes.changes else Outcome.SAME


def _line(record: Record, outcome: Outcome, notes: Notes, again_of: int | None) -> LineReport:
    return LineReport(
        line=record.line,
        outcome=outcome,
        title=record.title,
        ids=" ".join(f"{i.scheme}:{i.value}" for i in ids_of(record)),
        placements=tuple(f"{p.taxonomy}:{p.taxon or p.state}" for p in record.placements),
        awaiting_review=record.awaiting_review,
        again_of=again_of,
        changes=tuple(notes.changes) if outcome is not Outcome.NEW else (),
        conflicts=tuple(notes.conflicts),
    )
