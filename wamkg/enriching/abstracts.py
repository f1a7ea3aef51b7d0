"""Abstracts that Semantic Scholar does not give, from arXiv's own API (export API, Atom feed)."""

from functools import partial

from sqlmodel import Session

from wamkg.enriching.arxiv import ArxivClient
from wamkg.enriching.failures import (
    RequestRejectedError,
    ResponseTooLargeError,
    RetriesExhaustedError,
    UnknownRecordError,
)
from wamkg.enriching.metadata import papers_of
from wamkg.enriching.questions import ask_arxiv, waiting
from wamkg.enriching.session import RunSession
from wamkg.enriching.task_workers import CircuitBreaker
from wamkg.enriching.write import write_states
from wamkg.matching.answers import IdentityAnswers
from wamkg.matching.claims import assert_value
from wamkg.matching.identity import Identity
from wamkg.matching.record import Record
from wamkg.settings import Settings
from wamkg.store.claims import PaperClaims, load_claims
from wamkg.store.questions import questions_of
from wamkg.store.tasks import LeasedTask, add_missing, end, lacks_abstract, tasks_still_leased
from wamkg.vocabulary import QuestionStatus, TaskKind, TaskStatus

SOURCE = "arxiv"


def plan_abstracts(session: Session, settings: Settings) -> None:
    """Create a task for every paper of the library with an arXiv id and without an abstract."""
    if settings.arxiv_api_url:
        add_missing(session, [TaskKind.ABSTRACT], lacks_abstract())


def fetch_abstracts(run: RunSession, client: ArxivClient, units: list[LeasedTask], trouble: CircuitBreaker) -> None:
    """Fetch and write the abstracts of the tasks' papers."""
    with run.store.reading() as session:
        papers = papers_of(session, [unit.paper_id for unit in units])
        doubtful = questions_of(session, papers, QuestionStatus.OPEN)
    for unit in units:
        if unit.paper_id in doubtful:
            _leave(run, unit, waiting(doubtful[unit.paper_id][0].uid))
    units = [unit for unit in units if unit.paper_id not in doubtful]
    if not units:
        return
    names = {unit.id: papers[unit.paper_id].arxiv for unit in units}
    try:
        entries = client.entries([name for name in names.values() if name])
    except (RetriesExhaustedError, RequestRejectedError, ResponseTooLargeError, UnknownRecordError) as error:
        reason = str(error)
        run.transaction(
            lambda session: end(session, tasks_still_leased(session, units, run.owner), TaskStatus.FAILED, reason)
        )
        run.counts["failed"] += len(units)
        trouble.again(error)
        return
    trouble.over()
    found = {number: entry.record() for number, entry in entries.items()}
    run.transaction(lambda session: _write(session, run, units, {u.id: found.get(names[u.id] or "") for u in units}))


def _leave(run: RunSession, unit: LeasedTask, reason: str) -> None:
    def write(session: Session) -> None:
        end(session, tasks_still_leased(session, [unit], run.owner), TaskStatus.UNAVAILABLE, reason)

    run.transaction(write)


def _doubt(session: Session, run: RunSession, state: PaperClaims, record: Record) -> str | None:
    """Why arXiv's record for the paper's id is not applied; a person is asked once."""
    answers = IdentityAnswers(session)
    if answers.is_refused(state, record):
        return "a person said that arXiv has another paper under its id"
    finding = answers.check(state, record)
    if finding.identity is not Identity.DIFFERENT:
        return None
    run.counts["questions for a person"] += 1
    return waiting(ask_arxiv(session, run.batch(session), state, record, finding.reasons))


def _write(session: Session, run: RunSession, units: list[LeasedTask], found: dict[int, Record | None]) -> None:
    mine = tasks_still_leased(session, units, run.owner)
    states = load_claims(session, [unit.paper_id for unit in units if unit.id in mine])
    for unit in units:
        if unit.id in mine:
            record = found[unit.id]
            if record is not None and (reason := _doubt(session, run, states[unit.paper_id], record)):
                end(session, [unit.id], TaskStatus.UNAVAILABLE, reason)
                continue
            text = record.abstract if record else None
            reason = None if text else "arXiv's API gives none"
            assert_value(states[unit.paper_id], "abstract", text, SOURCE, reason=reason)
            end(session, [unit.id], TaskStatus.DONE if text else TaskStatus.UNAVAILABLE, reason)
            run.counts["abstracts from arXiv"] += bool(text)
    write_states(session, partial(run.batch, session), states.values())
