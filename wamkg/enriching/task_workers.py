"""Does leased tasks: request, write, and report errors clearly."""

from dataclasses import dataclass
from functools import partial

from sqlmodel import Session

from wamkg.enriching.citation_lists import PageResult, write_page
from wamkg.enriching.client import BATCH_SIZE, LIST_END, LIST_PAGE, ListPage, S2Client
from wamkg.enriching.failures import (
    RequestRejectedError,
    ResponseTooLargeError,
    RetriesExhaustedError,
    UnknownRecordError,
)
from wamkg.enriching.metadata import LISTS, NO_METADATA, MetadataWriter, close_lists, papers_of, s2_names
from wamkg.enriching.questions import waiting
from wamkg.enriching.s2_records import S2Paper, read_paper
from wamkg.enriching.session import RunSession
from wamkg.errors import RunAbortedError, TaskSkippedError
from wamkg.store.questions import open_question_of
from wamkg.store.tables import Paper
from wamkg.store.tasks import LeasedTask, end, tasks_still_leased
from wamkg.vocabulary import TaskStatus


@dataclass
class CircuitBreaker:
    """Circuit breaker: ends the run after too many failures in a row."""

    limit: int = 10
    in_a_row: int = 0

    def over(self) -> None:
        """Record a success."""
        self.in_a_row = 0

    def again(self, error: TaskSkippedError) -> None:
        """Record a failure.

        Raises RunAbortedError after too many in a row.
        """
        self.in_a_row += 1
        if self.in_a_row >= self.limit:
            raise RunAbortedError(f"{self.in_a_row} requests in a row failed, run `wamkg enrich` again later: {error}")


@dataclass
class MetadataWorker:
    """Fetches metadata: papers with an id in batches, the others one by one by title."""

    run: RunSession
    client: S2Client
    trouble: CircuitBreaker
    batch_size: int = BATCH_SIZE

    def work(self, units: list[LeasedTask]) -> None:
        """Fetch and write the metadata of the tasks' papers."""
        with self.run.store.reading() as session:
            papers = papers_of(session, [unit.paper_id for unit in units])
        named = [unit for unit in units if s2_names(papers[unit.paper_id])]
        if named:
            self._batch(named, papers)
        for unit in units:
            if not s2_names(papers[unit.paper_id]):
                self._title(unit, papers[unit.paper_id])

    def _batch(self, units: list[LeasedTask], papers: dict[int, Paper]) -> None:
        names = [s2_names(papers[unit.paper_id]) for unit in units]
        asked = [n[min(unit.next_offset, len(n) - 1)] for n, unit in zip(names, units, strict=True)]
        try:
            found = self.client.papers(asked)
        except (ResponseTooLargeError, RetriesExhaustedError, RequestRejectedError) as error:
            if not isinstance(error, ResponseTooLargeError):
                self.trouble.again(error)
            if len(units) == 1:
                self._fail(units, error)
                return
            middle = len(units) // 2
            self._batch(units[:middle], papers)
            self._batch(units[middle:], papers)
            return
        self.trouble.over()
        answers = [(unit, read_paper(item)) for unit, item in zip(units, found, strict=True)]
        self._write(answers)

    def _write(self, answers: list[tuple[LeasedTask, S2Paper | None]]) -> None:
        def write(session: Session) -> MetadataWriter:
            mine = tasks_still_leased(session, [unit for unit, _ in answers], self.run.owner)
            writer = MetadataWriter(session, partial(self.run.batch, session), self.run.settings)
            writer.write([(unit, paper) for unit, paper in answers if unit.id in mine])
            return writer

        self._count(self.run.transaction(write))

    def _count(self, writer: MetadataWriter) -> None:
        self.run.counts["papers answered"] += writer.answered
        self.run.counts["papers changed"] += writer.changed
        self.run.counts["questions for a person"] += writer.questions

    def _title(self, unit: LeasedTask, paper: Paper) -> None:
        try:
            found = self.client.match_title(paper.title)
        except TaskSkippedError as error:
            if not isinstance(error, ResponseTooLargeError):
                self.trouble.again(error)
            self._fail([unit], error)
            return
        self.trouble.over()
        answer = read_paper(found)

        def write(session: Session) -> MetadataWriter:
            writer = MetadataWriter(session, partial(self.run.batch, session), self.run.settings)
            if tasks_still_leased(session, [unit], self.run.owner):
                writer.write_title_search(unit, answer)
            return writer

        self._count(self.run.transaction(write))

    def _fail(self, units: list[LeasedTask], error: TaskSkippedError) -> None:
        def write(session: Session) -> None:
            mine = tasks_still_leased(session, units, self.run.owner)
            end(session, mine, TaskStatus.FAILED, str(error))
            papers = [unit.paper_id for unit in units if unit.id in mine]
            close_lists(session, papers, TaskStatus.FAILED, NO_METADATA)

        self.run.transaction(write)
        self.run.counts["failed"] += len(units)


@dataclass
class ListWorker:
    """Reads a paper's citations or references page by page; each page is written before the next is requested."""

    run: RunSession
    client: S2Client
    trouble: CircuitBreaker
    page_size: int = LIST_PAGE
    kinds = LISTS

    def work(self, unit: LeasedTask) -> None:
        """Read the list to its end, or to the point where it fails."""
        with self.run.store.reading() as session:
            paper = papers_of(session, [unit.paper_id])[unit.paper_id]
            question = open_question_of(session, unit.paper_id)
        names = s2_names(paper)
        if question is not None:
            self._end(unit, TaskStatus.UNAVAILABLE, waiting(question.uid))
            return
        if paper.s2 is None:
            reason = NO_METADATA if names else "it has no id that Semantic Scholar knows"
            self._end(unit, TaskStatus.UNAVAILABLE, reason)
            return
        following: LeasedTask | None = unit
        size = self.page_size
        while following is not None:
            limit = min(size, LIST_END - following.next_offset)
            try:
                page = self.client.page(following.kind, names[0], following.next_offset, limit)
            except ResponseTooLargeError as error:
                if limit == 1:
                    self._end(following, TaskStatus.FAILED, str(error))
                    return
                size = max(1, limit // 2)
                continue
            except UnknownRecordError as error:
                self._end(following, TaskStatus.UNAVAILABLE, str(error))
                return
            except TaskSkippedError as error:
                self._end(following, TaskStatus.FAILED, str(error))
                self.trouble.again(error)
                return
            self.trouble.over()
            following = self._write(following, page)
            self.run.beat()

    def _write(self, unit: LeasedTask, page: ListPage) -> LeasedTask | None:
        def write(session: Session) -> PageResult:
            if not tasks_still_leased(session, [unit], self.run.owner):
                return PageResult(None)
            return write_page(session, partial(self.run.batch, session), unit, page)

        result = self.run.transaction(write)
        self.run.counts[f"new {unit.kind}"] += result.new_citations
        self.run.counts["new papers, cited only"] += result.new_papers
        return result.unit

    def _end(self, unit: LeasedTask, status: TaskStatus, reason: str) -> None:
        def write(session: Session) -> None:
            if tasks_still_leased(session, [unit], self.run.owner):
                end(session, [unit.id], status, reason)

        self.run.transaction(write)
        if status is TaskStatus.FAILED:
            self.run.counts["failed"] += 1
