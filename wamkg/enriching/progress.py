"""Options, progress and result of an enrichment run."""

from collections import Counter
from dataclasses import asdict, dataclass, field

from pydantic import ConfigDict

from wamkg.json_types import UncheckedObject
from wamkg.store.fetch_gaps import FetchGap
from wamkg.store.questions import Asked, TitleChange
from wamkg.vocabulary import JobStatus

DONE, PARTIAL, INTERRUPTED = 0, 3, 130


@dataclass(frozen=True)
class EnrichOptions:
    """Options of a run: `only` None, `metadata` or `citations`; at most `limit` papers; only failed tasks."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    only: str | None = None
    limit: int | None = None
    retry_failed: bool = False


@dataclass(frozen=True)
class EnrichProgress:
    """Progress of a run: tasks done and in total, requests sent, their rate (1/s), seconds left if known."""

    done: int
    total: int
    requests: int
    rate: float
    seconds_left: float | None
    doing: str
    counts: dict[str, int]


@dataclass
class EnrichReport:
    """Result of a run; `lines` lists all unavailable data of the store, not only of this run.

    `alarms` lists decisions whose quote is no longer found after this run, `questions` records that look like another
    paper than the requested one, `renamed` papers whose title changed.
    """

    job: str = ""
    batch: str | None = None
    status: JobStatus = JobStatus.DONE
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[FetchGap] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    renamed: list[TitleChange] = field(default_factory=list)
    interrupted: bool = False

    @property
    def exit_status(self) -> int:
        """0 if everything requested was fetched, 3 if something was not available or the run was cancelled, 130 after
        Ctrl-C.
        """
        if self.interrupted:
            return INTERRUPTED
        return DONE if self.status is JobStatus.DONE else PARTIAL

    def as_dict(self) -> UncheckedObject:
        """The report as JSON-ready values."""
        return {
            "job": self.job,
            "batch": self.batch,
            "status": str(self.status),
            "state": str(self.status),
            "counts": dict(sorted(self.counts.items())),
            "alarms": self.alarms,
            "questions": [asdict(question) for question in self.questions],
            "renamed": [asdict(change) for change in self.renamed],
            "could_not_be_had": [asdict(line) for line in self.lines],
        }
