"""Answers to a question about a record: the id is wrong, the title has changed, or the record is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from sqlmodel import Session, col, select

from wamkg.enriching.questions import apply_fetched, kept_as_record
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import title_key
from wamkg.importing.identity_gate import RECORD
from wamkg.importing.kept import apply_kept
from wamkg.matching.answers import leads_to
from wamkg.matching.claims import assert_value
from wamkg.matching.identity import Identity, IdentityFinding, check_identity
from wamkg.matching.kept_record import kept_record
from wamkg.matching.profiles import profile_of_source
from wamkg.matching.quotes import record_missing_quotes
from wamkg.matching.record import Record
from wamkg.matching.resolved_values import resolved_values
from wamkg.matching.same_paper import ids_of
from wamkg.near_matches import unknown
from wamkg.store.base import chunks, is_live
from wamkg.store.batches import close_batch, end_rows, get_actor, open_batch, record_change, uid_of_row, update_row
from wamkg.store.citations import end_citations
from wamkg.store.claims import PaperClaims, load_claims, write_papers
from wamkg.store.decisions import lock_paper
from wamkg.store.doctor import papers_of_several_sources
from wamkg.store.papers import SCHEMES, papers_by_ids
from wamkg.store.questions import (
    FETCHED_FROM,
    IDENTITY,
    NewQuestion,
    find_question,
    insert_question,
    questions_of,
    record_rename,
)
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Batch, Event, FormerId, IdentityQuestion, Paper, PaperUrl
from wamkg.store.tasks import forget_papers
from wamkg.store.types import reject_nul
from wamkg.vocabulary import ARXIV_ID_SOURCE, PERSON, BatchKind, QuestionStatus

ANSWERS = (QuestionStatus.WRONG_ID, QuestionStatus.RENAMED, QuestionStatus.WRONG_RECORD)
"""Possible answers."""


@dataclass(frozen=True, kw_only=True)
class IdentityAnswer:
    """A person's answer: `wrong-id`, `renamed` or `wrong-record`, a note, and the revision of the question they saw."""

    answer: str
    note: str = ""
    revision: int | None = None

    def __post_init__(self) -> None:
        if self.answer not in ANSWERS:
            raise InvalidInputError(unknown("answer", self.answer, ANSWERS))
        reject_nul(self.note)


@dataclass(frozen=True)
class QuestionAnswered(WithFormerNames):
    """The effect of an answer; `batch` can be undone. `told` are sentences for the person, `alarms` warnings of
    missing quotes.
    """

    question: str
    batch: str
    paper: str
    status: str
    wrong_ids: list[str]
    revision: int
    told: list[str]
    alarms: list[str]
    version: Former[int] = former("revision")


def answer_question(session: Session, actor: Actor, uid: str, answer: IdentityAnswer) -> QuestionAnswered:
    """Answer a question. The answer and its consequences are one batch.

    `wrong-id`: the record's ids are removed from the paper for good, with the data that came with them; the next
    enrichment searches for the paper by title. `renamed`: the stored record is applied. `wrong-record`: the id stays,
    and the record is never matched to the paper again. A record from an import becomes a paper of its own unless the
    title has changed.

    Raises NotFoundError, InvalidInputError for a program, and ConflictError for a question that is answered already or
    newer than `revision`, and if an id of the record belongs to a third paper.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only people answer questions")
    one_writer(session)
    question = _open_question(session, uid, answer.revision)
    paper = lock_paper(session, question.paper_id)
    batch = open_batch(session, BatchKind.EDIT, f"question {question.uid}", actor)
    _write_answer(session, batch, question, paper, answer)
    work = _Consequences(session, batch, question, paper)
    work.apply()
    close_batch(session, batch, {"question": question.uid, "answer": question.status, "paper": paper.slug})
    session.refresh(paper)
    return QuestionAnswered(
        question.uid,
        batch.uid,
        paper.slug,
        question.status,
        question.wrong_ids,
        question.revision,
        work.told,
        work.alarms,
    )


def _open_question(session: Session, uid: str, revision: int | None) -> IdentityQuestion:
    question = find_question(session, uid, writing=True)
    if question.status != QuestionStatus.OPEN:
        raise ConflictError(
            f"question {question.uid} is answered ({question.status}); "
            f"`wamkg undo {question.answer_batch}` reverts that"
        )
    if revision is not None and revision != question.revision:
        raise ConflictError(
            f"stale: question {question.uid} is at revision {question.revision}, you saw {revision}; look at it again"
        )
    return question


def _write_answer(
    session: Session, batch: Batch, question: IdentityQuestion, paper: Paper, answer: IdentityAnswer
) -> None:
    values = {
        "status": answer.answer,
        "wrong_ids": _wrong_ids(question, answer.answer),
        "note": answer.note,
        "answer_batch": batch.uid,
    }
    update_row(session, batch, question, values, answer.note)
    told = {"question": question.uid, "title": question.title}
    record_change(
        session, batch, IDENTITY, subject_uid=uid_of_row(session, paper), why=answer.note,
        before=told | {"status": QuestionStatus.OPEN}, after=told | {"status": answer.answer, "ids": question.ids},
    )  # fmt: skip


def _wrong_ids(question: IdentityQuestion, answer: str) -> list[str]:
    given = [f"{i.scheme}:{i.value}" for i in ids_of(kept_as_record(question))]
    if answer == QuestionStatus.WRONG_ID:
        return list(dict.fromkeys([*question.ids, *given]))
    return [text for text in given if text not in question.ids] if answer == QuestionStatus.WRONG_RECORD else []


@dataclass
class _Consequences:
    """The consequences of an answer, written in its batch."""

    session: Session
    batch: Batch
    question: IdentityQuestion
    paper: Paper
    told: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def apply(self) -> None:
        assert self.paper.id is not None
        if self.question.status == QuestionStatus.RENAMED:
            self._apply_record()
        else:
            self._withdraw()
        forget_papers(self.session, [self.paper.id])

    @property
    def _is_fetched(self) -> bool:
        return self.question.source in FETCHED_FROM

    @property
    def _is_applied(self) -> bool:
        """Whether the record was applied before the question was opened (the doctor found it)."""
        return bool(self.question.record.get("applied"))

    def _apply_record(self) -> None:
        before = self.paper.title
        if self._is_applied:
            self.told.append("the record was applied before; nothing changes but that nobody asks again")
        elif self._is_fetched:
            self._refuse_ids_of_others()
            self._apply_fetched()
        else:
            self._apply_as_import()
        self.session.refresh(self.paper)
        if self.paper.title != before:
            self.told.append(f"the title is now {self.paper.title!r}, it was {before!r}")

    def _apply_fetched(self) -> None:
        state, before = self._state(), self.paper.title
        apply_fetched(state, self.question)
        self._write(state)
        after = resolved_values(state)["title"]
        if after != before:
            record_rename(self.session, self.batch, state.id, before, after)

    def _refuse_ids_of_others(self) -> None:
        for given, number in papers_by_ids(self.session, ids_of(kept_as_record(self.question))).items():
            if number != self.paper.id:
                other = self.session.get_one(Paper, number).slug
                raise ConflictError(
                    f"{given.scheme}:{given.value} belongs to {other}; merge the two first: "
                    f"`wamkg merge {self.paper.slug} {other}`"
                )

    def _apply_as_import(self) -> None:
        line = apply_kept(self.session, self.batch, self.question)
        said = "; ".join((*line.conflicts, *line.changes))
        self.told.append(f"the record of {self.question.source}: {line.outcome.value}{': ' if said else ''}{said}")

    def _state(self) -> PaperClaims:
        assert self.paper.id is not None
        return load_claims(self.session, [self.paper.id])[self.paper.id]

    def _write(self, state: PaperClaims) -> None:
        assert self.batch.id is not None
        shown = resolved_values(state)
        self.alarms += record_missing_quotes(self.session, self.batch, [state], [shown])
        write_papers(self.session, self.batch.id, self.batch.actor_id, [state], [shown])

    def _withdraw(self) -> None:
        state = self._state()
        if self._is_applied:
            self._withdraw_source(state)
        if self.question.status == QuestionStatus.WRONG_ID:
            self._withdraw_ids(state)
        self._write(state)
        self.session.flush()
        if not self._is_fetched:
            self._apply_as_import()
        if self.question.status == QuestionStatus.WRONG_ID:
            left = ", ".join(self.question.ids) or "the record"
            self.told.append(f"{left} left {self.paper.slug}; `wamkg enrich` looks it up by its title")

    def _withdraw_source(self, state: PaperClaims) -> None:
        """End all claims of the record's source about the paper."""
        source = self.question.source
        for name, words in state.said.items():
            if source in words and words[source].value is not None:
                assert_value(state, name, None, source, reason=f"of another paper: question {self.question.uid}")
        self._end_events(state, {d.source for d in state.dates if d.source == source})

    def _withdraw_ids(self, state: PaperClaims) -> None:
        wrong = self.question.wrong_ids
        reason = f"another paper's id: question {self.question.uid}"
        for scheme in (*SCHEMES, "url"):
            for source, word in list(state.said.get(scheme, {}).items()):
                if word.value is not None and _is_wrong(scheme, word.value, wrong):
                    assert_value(state, scheme, None, source, reason=reason)
        self._end_events(state, {ARXIV_ID_SOURCE})
        self._end_links(wrong)
        self._end_former(wrong)
        self._end_citations()

    def _end_events(self, state: PaperClaims, sources: set[str]) -> None:
        mine = select(Event.id).where(Event.paper_id == self.paper.id, col(Event.source).in_(sources), is_live(Event))
        end_rows(self.session, self.batch, Event, _numbers(self.session, mine))
        state.dates = {d for d in state.dates if d.source not in sources}

    def _end_links(self, wrong: list[str]) -> None:
        live = select(PaperUrl).where(PaperUrl.paper_id == self.paper.id, is_live(PaperUrl))
        rows = [link.id for link in self.session.exec(live) if leads_to(link.url, wrong)]
        end_rows(self.session, self.batch, PaperUrl, [number for number in rows if number is not None])

    def _end_former(self, wrong: list[str]) -> None:
        mine = select(FormerId).where(FormerId.paper_id == self.paper.id, is_live(FormerId))
        rows = [row.id for row in self.session.exec(mine) if f"{row.scheme}:{row.value}" in wrong]
        end_rows(self.session, self.batch, FormerId, [number for number in rows if number is not None])

    def _end_citations(self) -> None:
        """Citations found by the id belong to the other paper. Lists that were read with them are read again."""
        assert self.paper.id is not None
        others = end_citations(self.session, self.batch, self.paper.id, "s2")
        forget_papers(self.session, others)


def _is_wrong(scheme: str, value: str, wrong: list[str]) -> bool:
    return f"{scheme}:{value}" in wrong or (scheme == "url" and leads_to(value, wrong))


def _numbers(session: Session, statement: Any) -> list[int]:
    return [number for number in session.exec(statement) if number is not None]


def settle_as_one(session: Session, batch: Batch, keep: Paper, other: Paper) -> None:
    """Answer the open questions on one paper about a record of the other: the merge in this batch makes them one."""
    both = {number for number in (keep.id, other.id) if number is not None}
    note = f"{other.slug} was merged into {keep.slug}"
    for asked in questions_of(session, both, QuestionStatus.OPEN).values():
        for question in asked:
            named = papers_by_ids(session, ids_of(kept_as_record(question))).values()
            if both - {question.paper_id} <= set(named):
                values = {"status": QuestionStatus.RENAMED, "note": note, "answer_batch": batch.uid}
                update_row(session, batch, question, values, note)
                forget_papers(session, both)


@dataclass(frozen=True)
class SwappedPaper:
    """A paper whose two sources describe two papers; `other` is the one with the doubtful record."""

    state: PaperClaims
    source: str
    other: str
    finding: IdentityFinding

    @property
    def slug(self) -> str:
        """The paper's slug."""
        return self.state.paper.slug if self.state.paper else ""

    def __str__(self) -> str:
        return f"{self.other} tells of another paper than {self.source}: {'; '.join(self.finding.reasons)}"


def swapped_papers(session: Session) -> Iterator[SwappedPaper]:
    """Papers of the library that combine two papers because of one id, without those that have a question already."""
    for part in chunks(papers_of_several_sources(session)):
        asked = questions_of(session, part)
        for number, state in load_claims(session, part, holding=False).items():
            known = {title_key(question.title) for question in asked.get(number, ())}
            found = next((s for s in _swaps(state) if title_key(_title(state, s.other)) not in known), None)
            if found is not None:
                yield found


def _swaps(state: PaperClaims) -> Iterator[SwappedPaper]:
    titled = [word for word in state.said.get("title", {}).values() if word.value is not None]
    order = sorted(titled, key=lambda word: (word.source in FETCHED_FROM, word.first))
    for one, other in combinations([word.source for word in order], 2):
        finding = check_identity(profile_of_source(state, one), profile_of_source(state, other))
        if finding.identity is Identity.DIFFERENT:
            yield SwappedPaper(state, one, other, finding)


def _title(state: PaperClaims, source: str) -> str:
    return str(state.said["title"][source].value)


def ask_about(session: Session, found: list[SwappedPaper]) -> None:
    """Open a question for each, with the doubtful source's values as its record."""
    batch = open_batch(session, BatchKind.EDIT, "doctor", get_actor(session, "doctor"))
    for swapped in found:
        state, source = swapped.state, swapped.other
        record = _record(state, source)
        kept = kept_record(RECORD, Record, record) | {"applied": True}
        reasons = swapped.finding.reasons
        insert_question(session, batch, NewQuestion(state.id, source, _ids(state, source), record.title, kept, reasons))
    close_batch(session, batch, {"questions": len(found)})


def _record(state: PaperClaims, source: str) -> Record:
    values = {name: words[source].value for name, words in state.said.items() if source in words}
    record = Record(line=0, title=_title(state, source))
    for name in ("abstract", "authors", "year", "venue", *SCHEMES):
        if values.get(name) is not None:
            setattr(record, name, values[name])
    return record


def _ids(state: PaperClaims, source: str) -> list[str]:
    """Ids that the source shares with others; all its ids if there are none."""
    mine = {scheme: words[source].value for scheme in SCHEMES if source in (words := state.said.get(scheme, {}))}
    given = {scheme: value for scheme, value in mine.items() if value is not None}
    shared = {
        scheme: value
        for scheme, value in given.items()
        if any(word.value == value for name, word in state.said[scheme].items() if name != source)
    }
    return [f"{scheme}:{value}" for scheme, value in (shared or given).items()]
