"""Records of Semantic Scholar and arXiv that look like another paper than the requested one."""

from collections.abc import Sequence

from sqlmodel import Session

from wamkg.enriching.claims import LIBRARY_FIELDS, SOURCE, add_claims, add_missing_abstract_claim
from wamkg.enriching.s2_records import S2Paper
from wamkg.identifiers import title_key
from wamkg.matching.answers import ids_in_common
from wamkg.matching.claims import assert_value
from wamkg.matching.kept_record import FORM, kept_record, record_from
from wamkg.matching.record import Record
from wamkg.store.claims import PaperClaims
from wamkg.store.questions import NewQuestion, insert_question, questions_of
from wamkg.store.tables import Batch, IdentityQuestion
from wamkg.vocabulary import QuestionStatus

S2_FORM, ARXIV_FORM = "s2", "arxiv"
"""Types of the records that enrichment stores: `S2Paper`, and `Record` from arXiv's feed."""
ARXIV_SOURCE = "arxiv"


def waiting(question: str) -> str:
    """Why nothing is fetched for a paper: a person has to answer a question first."""
    return (
        f"its id or title leads to a record that may be another paper's; answer `wamkg questions answer {question} "
        "wrong-id|renamed|wrong-record`"
    )


def open_question(session: Session, paper: int, title: str) -> IdentityQuestion | None:
    """The open question on a paper about a record with this title."""
    stored = questions_of(session, [paper], QuestionStatus.OPEN).get(paper, [])
    return next((q for q in stored if title_key(q.title) == title_key(title)), None)


def ask_s2(
    session: Session, batch: Batch, number: int, paper: S2Paper, reasons: Sequence[str], ids: Sequence[str]
) -> str:
    """Store Semantic Scholar's record as a question on a paper; returns its id. `ids` are the ids in common."""
    kept = kept_record(S2_FORM, S2Paper, paper)
    return insert_question(session, batch, NewQuestion(number, SOURCE, ids, paper.title or "", kept, reasons)).uid


def ask_arxiv(session: Session, batch: Batch, state: PaperClaims, record: Record, reasons: tuple[str, ...]) -> str:
    """Store arXiv's record as a question; returns its id."""
    kept = kept_record(ARXIV_FORM, Record, record)
    question = NewQuestion(state.id, ARXIV_SOURCE, ids_in_common(state, record), record.title, kept, reasons)
    return insert_question(session, batch, question).uid


def kept_as_record(question: IdentityQuestion) -> Record:
    """The record of a question, of any type, as matching needs it."""
    if question.record[FORM] == S2_FORM:
        return record_from(question.record, S2Paper).record()
    return record_from(question.record, Record)


def apply_fetched(state: PaperClaims, question: IdentityQuestion) -> None:
    """Apply the record of Semantic Scholar or arXiv after all, because a person accepted it."""
    if question.record[FORM] == S2_FORM:
        paper = record_from(question.record, S2Paper)
        add_claims(state, paper, LIBRARY_FIELDS)
        add_missing_abstract_claim(state, paper)
        return
    record = record_from(question.record, Record)
    assert_value(state, "title", record.title, ARXIV_SOURCE, ref=record.arxiv)
    if record.abstract:
        assert_value(state, "abstract", record.abstract, ARXIV_SOURCE, ref=record.arxiv)
