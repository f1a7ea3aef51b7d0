"""Metadata: one response for up to 500 papers, written together with the end of their tasks. Counts decide which
lists to read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session, col, select

from wamkg.enriching.claims import LIBRARY_FIELDS, add_claims, add_missing_abstract_claim
from wamkg.enriching.questions import ask_s2, open_question, waiting
from wamkg.enriching.s2_records import S2Paper
from wamkg.enriching.write import number_of, write_states
from wamkg.json_types import JsonObject
from wamkg.matching.answers import IdentityAnswers, ids_in_common
from wamkg.matching.identity import Identity
from wamkg.matching.resolved_values import resolved_values
from wamkg.matching.same_paper import as_known, is_one_by_title
from wamkg.settings import Settings
from wamkg.store.base import chunks
from wamkg.store.claims import PaperClaims, load_claims
from wamkg.store.duplicates import link_published
from wamkg.store.papers import ExternalIdentifier, known_papers, papers_by_ids
from wamkg.store.questions import record_rename
from wamkg.store.tables import Batch, Paper, Task
from wamkg.store.tasks import LeasedTask, end, initial_values, save, units_of
from wamkg.store.types import utc_now
from wamkg.vocabulary import TaskKind, TaskStatus

LISTS = (TaskKind.CITATIONS, TaskKind.REFERENCES)
NO_METADATA = "its metadata could not be had"


def s2_names(paper: Paper) -> list[str]:
    """The ids under which Semantic Scholar can be queried for a paper, best first."""
    names = (("", paper.s2), ("ARXIV:", paper.arxiv), ("DOI:", paper.doi))
    return [prefix + value for prefix, value in names if value]


def papers_of(session: Session, numbers: Iterable[int]) -> dict[int, Paper]:
    """Papers by number."""
    found: dict[int, Paper] = {}
    for part in chunks(numbers):
        found.update({p.id: p for p in session.exec(select(Paper).where(col(Paper.id).in_(part))) if p.id})
    return found


@dataclass
class MetadataWriter:
    """Writes the responses for some tasks in one transaction."""

    session: Session
    batch: Callable[[], Batch]
    settings: Settings
    answered: int = 0
    changed: int = 0
    questions: int = 0
    _renamed: list[tuple[PaperClaims, str]] = field(default_factory=list)
    _ends: dict[tuple[TaskStatus, str | None], list[LeasedTask]] = field(default_factory=dict)

    def write(self, answers: Sequence[tuple[LeasedTask, S2Paper | None]]) -> None:
        """Write the response for each task; None is an unknown paper."""
        states = load_claims(self.session, [unit.paper_id for unit, _ in answers])
        self._identity = IdentityAnswers(self.session)
        taken = papers_by_ids(self.session, {i for _, paper in answers if paper for i in _ids(paper)})
        for unit, paper in answers:
            known = states[unit.paper_id]
            if paper is None or paper.s2 is None:
                self._try_next_id(unit, known)
            else:
                self._apply(unit, paper, known, taken)
        self.answered = len(answers)
        self.changed = write_states(self.session, self.batch, states.values())
        self._tell_renames()
        for (status, reason), units in self._ends.items():
            end(self.session, [unit.id for unit in units], status, reason)
        self._open_lists({unit.paper_id: paper for unit, paper in answers})

    def refuse(self, unit: LeasedTask, reason: str) -> None:
        """End a task whose paper could not be fetched."""
        self._end(unit, TaskStatus.UNAVAILABLE, reason)

    def write_title_search(self, unit: LeasedTask, paper: S2Paper | None) -> None:
        """Write the response to a search for a paper's title.

        Nothing but the title leads to this record: with a changed title, or one that several papers may have, it
        becomes a question.
        """
        if paper is None or paper.s2 is None or not paper.title:
            reason: str | None = "it has no id, and Semantic Scholar has no paper with a similar title"
        else:
            reason = self._why_not_found(unit, paper)
        if reason is None:
            self.write([(unit, paper)])
            return
        self.answered = 1
        end(self.session, [unit.id], TaskStatus.UNAVAILABLE, reason)
        close_lists(self.session, [unit.paper_id], TaskStatus.UNAVAILABLE, reason)

    def _why_not_found(self, unit: LeasedTask, paper: S2Paper) -> str | None:
        """Why the record that a title search found is not applied; None if it is the paper."""
        identity, record = IdentityAnswers(self.session), paper.record()
        state = load_claims(self.session, [unit.paper_id])[unit.paper_id]
        if identity.is_refused(state, record):
            return f"a person said that {paper.s2} is another paper"
        finding = identity.check(state, record)
        closest = f"it has no id; the closest title is {record.title[:120]!r} ({paper.s2})"
        if finding.identity is Identity.DIFFERENT:
            return f"{closest}, another paper: {'; '.join(finding.reasons)}"
        stored = known_papers(self.session, [unit.paper_id])[unit.paper_id]
        if finding.identity is Identity.SAME and is_one_by_title(as_known(record), stored):
            return None
        question = open_question(self.session, state.id, record.title)
        reasons = finding.reasons or ("the title is too short to tell",)
        return waiting(question.uid if question else self._ask(paper, state, reasons, []))

    def _end(self, unit: LeasedTask, status: TaskStatus, reason: str | None) -> None:
        self._ends.setdefault((status, reason), []).append(unit)

    def _try_next_id(self, unit: LeasedTask, known: PaperClaims) -> None:
        assert known.paper is not None
        names = s2_names(known.paper)
        if unit.next_offset + 1 < len(names):
            again = {"status": TaskStatus.TODO, "next_offset": unit.next_offset + 1, "leased_by": None}
            save(self.session, [unit.id], **again, lease_until=None)
        else:
            self.refuse(unit, f"Semantic Scholar does not know {', '.join(names)}")

    def _apply(
        self, unit: LeasedTask, paper: S2Paper, state: PaperClaims, taken: dict[ExternalIdentifier, int]
    ) -> None:
        if not self._is_the_paper(unit, paper, state):
            return
        others = {i.scheme: number for i in _ids(paper) if (number := taken.get(i, state.id)) != state.id}
        if reason := self._why_another(paper, state, others):
            self._ask_first(unit, paper, state, (reason,))
            return
        taken.update(dict.fromkeys(_ids(paper), state.id))
        add_claims(state, paper, LIBRARY_FIELDS, without=others)
        add_missing_abstract_claim(state, paper)
        if "doi" in others:
            link_published(self.session, number_of(self.batch()), state.id, others["doi"])
        self._end(unit, TaskStatus.DONE, None)

    def _why_another(self, paper: S2Paper, state: PaperClaims, others: Mapping[str, int]) -> str | None:
        """Why a record with ids of other papers, or with another arXiv id, may be another paper; None if it is not."""
        assert state.paper is not None
        if "s2" in others or "arxiv" in others:
            other = self.session.get_one(Paper, others.get("s2") or others["arxiv"]).slug
            return (
                f"Semantic Scholar takes it for the same paper as {other}; if it is, "
                f"`wamkg merge {state.paper.slug} {other}` answers this"
            )
        is_other = paper.arxiv and state.paper.arxiv not in (None, paper.arxiv)
        is_answered = self._identity.is_accepted(state, paper.record())
        return f"Semantic Scholar gives it the arXiv id {paper.arxiv}" if is_other and not is_answered else None

    def _is_the_paper(self, unit: LeasedTask, paper: S2Paper, state: PaperClaims) -> bool:
        """Whether the response describes the paper; if it describes another paper, the task ends with a question."""
        record = paper.record()
        if self._identity.is_refused(state, record):
            self.refuse(unit, f"a person said that {paper.s2} is another paper")
            return False
        finding = self._identity.check(state, record)
        if finding.identity is Identity.DIFFERENT:
            self._ask_first(unit, paper, state, finding.reasons)
            return False
        if finding.identity is Identity.RENAMED:
            self._renamed.append((state, resolved_values(state)["title"]))
        return True

    def _ask_first(self, unit: LeasedTask, paper: S2Paper, state: PaperClaims, reasons: tuple[str, ...]) -> None:
        """End a task with a question about the record, which is asked once."""
        record = paper.record()
        question = open_question(self.session, state.id, record.title)
        uid = question.uid if question else self._ask(paper, state, reasons, ids_in_common(state, record))
        self.refuse(unit, waiting(uid))

    def _ask(self, paper: S2Paper, state: PaperClaims, reasons: tuple[str, ...], ids: list[str]) -> str:
        self.questions += 1
        return ask_s2(self.session, self.batch(), state.id, paper, reasons, ids)

    def _tell_renames(self) -> None:
        for state, before in self._renamed:
            after = resolved_values(state)["title"]
            if after != before:
                record_rename(self.session, self.batch(), state.id, before, after)

    def _open_lists(self, answers: dict[int, S2Paper | None]) -> None:
        """Schedule lists whose count has changed; an old list with the same count is marked as read today."""
        opened: dict[int, int | None] = {}
        unchanged = []
        for work in units_of(self.session, answers, LISTS):
            paper = answers[work.paper_id]
            count = _count(paper, work.kind) if paper else None
            if work.status in (TaskStatus.TODO, TaskStatus.RUNNING):
                save(self.session, [_number(work)], expected=count)
            elif work.status == TaskStatus.DONE and work.expected is None and count is not None:
                self._judge(work, count)
            elif self._is_stale(work):
                if count is not None and count == work.expected and not self._is_old(work):
                    unchanged.append(_number(work))
                else:
                    opened[_number(work)] = count
        for number, count in opened.items():
            save(self.session, [number], **(initial_values() | {"expected": count}))
        save(self.session, unchanged, fetched_at=utc_now())
        for (status, reason), units in self._ends.items():
            if status is not TaskStatus.DONE:
                close_lists(self.session, [unit.paper_id for unit in units], status, reason or NO_METADATA)

    def _judge(self, work: Task, count: int) -> None:
        """Check whether a list that was read before its count was known is complete."""
        values: JsonObject = {"expected": count}
        if work.found is not None and work.found < count:
            values |= {"status": TaskStatus.PARTIAL, "error": incomplete(work.found, count)}
        save(self.session, [_number(work)], **values)

    def _is_stale(self, work: Task) -> bool:
        days = {
            TaskKind.CITATIONS: self.settings.enrich_citations_days,
            TaskKind.REFERENCES: self.settings.enrich_references_days,
        }[TaskKind(work.kind)]
        return work.status == TaskStatus.FAILED or _older(work, days)

    def _is_old(self, work: Task) -> bool:
        """Whether an unavailable list is due for another attempt because of its age."""
        short = work.status in (TaskStatus.PARTIAL, TaskStatus.UNAVAILABLE)
        return work.status == TaskStatus.FAILED or (short and _older(work, self.settings.enrich_unavailable_days))


def incomplete(found: int, expected: int) -> str:
    """The message for a list that is shorter than its count."""
    return f"incomplete: {found:,} of {expected:,}"


def close_lists(session: Session, papers: Iterable[int], status: TaskStatus, reason: str) -> None:
    """End the open lists of papers whose metadata could not be fetched."""
    open_lists = [_number(w) for w in units_of(session, papers, LISTS) if w.status == TaskStatus.TODO]
    end(session, open_lists, status, reason)


def _older(work: Task, days: float) -> bool:
    return work.fetched_at is None or work.fetched_at < utc_now() - timedelta(days=days)


def _number(work: Task) -> int:
    assert work.id is not None
    return work.id


def _count(paper: S2Paper, kind: str) -> int | None:
    return paper.citation_count if kind == TaskKind.CITATIONS else paper.reference_count


def _ids(paper: S2Paper) -> list[ExternalIdentifier]:
    return [ExternalIdentifier(scheme, v) for scheme in ("s2", "arxiv", "doi") if (v := getattr(paper, scheme))]
