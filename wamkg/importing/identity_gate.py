"""Records that do not look like the paper their id belongs to: stored as questions and not applied."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from wamkg.identifiers import title_key
from wamkg.importing.record_diff import RecordDiff
from wamkg.matching.answers import IdentityAnswers, Settled, ids_in_common
from wamkg.matching.identity import Identity
from wamkg.matching.kept_record import kept_record
from wamkg.matching.record import Record
from wamkg.matching.resolve import pick_claim
from wamkg.store.claims import PaperClaims
from wamkg.store.questions import NewQuestion, insert_question, led_by, questions_of, record_rename
from wamkg.store.tables import Batch
from wamkg.vocabulary import QuestionStatus

RECORD = "record"
"""Format in which imports store records."""


@dataclass
class IdentityGate:
    """Decide for each record of an import whether to apply it or to store it as a question."""

    session: Session
    batch: Batch
    source: str
    keep_classes: bool = True
    asked: list[NewQuestion] = field(default_factory=list)
    renamed: list[tuple[PaperClaims, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._answers = IdentityAnswers(self.session)

    def settle(self, record: Record) -> Settled:
        """Return the record after applying people's earlier answers to it."""
        return self._answers.settle(record)

    def refuse(self, record: Record, state: PaperClaims) -> RecordDiff | None:
        """Return a report if the record does not look like the paper with its id, None if it may be applied.

        `flush` writes the question, after the paper is written.
        """
        if not state.said.get("title"):
            return None
        finding = self._answers.check(state, record)
        if finding.identity is Identity.RENAMED:
            self.renamed.append((state, _shown_title(state)))
        if finding.identity is not Identity.DIFFERENT:
            return None
        return self.ask(record, state.id, ids_in_common(state, record), finding.reasons)

    def ask(self, record: Record, paper: int, ids: Sequence[str], reasons: Sequence[str]) -> RecordDiff:
        """Store a record as a question on a paper, unless it is open already. `ids` are the ids that lead to it."""
        uid = self._open(record, paper)
        if uid is None:
            question = NewQuestion(
                paper=paper,
                source=self.source,
                ids=ids,
                title=record.title,
                record=kept_record(RECORD, Record, record) | {"classes": self.keep_classes},
                reasons=reasons,
            )
            self.asked.append(question)
            uid = question.uid
        return RecordDiff(
            conflicts=[
                f"{led_by(ids)} may lead to another paper: {'; '.join(reasons)}; nothing of this line is taken; answer "
                f"`wamkg questions answer {uid} wrong-id`, `renamed` or `wrong-record`"
            ],
            is_question=True,
        )

    def _open(self, record: Record, paper: int) -> str | None:
        """Return the id of the question if it is already open."""
        key = title_key(record.title)
        now = [q.uid for q in self.asked if q.paper == paper and title_key(q.title) == key]
        if now:
            return now[0]
        stored = questions_of(self.session, [paper], QuestionStatus.OPEN).get(paper, [])
        return next((q.uid for q in stored if title_key(q.title) == key), None)

    def flush(self) -> None:
        """Write the questions and renames collected so far; their papers must be in the store."""
        for question in self.asked:
            insert_question(self.session, self.batch, question)
        for state, before in self.renamed:
            if before != (now := _shown_title(state)):
                record_rename(self.session, self.batch, state.id, before, now)
        self.asked.clear()
        self.renamed.clear()


def _shown_title(state: PaperClaims) -> str:
    word = pick_claim(state.said["title"].values())
    assert word is not None
    return str(word.value)
