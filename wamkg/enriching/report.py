"""What an enrichment did: what came, what could not be had and why, how far it is."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import ConfigDict

from wamkg.store.questions import Asked, TitleChange
from wamkg.store.shortfalls import Shortfall
from wamkg.vocabulary import JobState

DONE, PARTIAL = 0, 3


@dataclass(frozen=True)
class Order:
    """What is asked of a run: `only` None, `metadata` or `citations`; at most `limit` papers; only what failed."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    only: str | None = None
    limit: int | None = None
    retry_failed: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a run is: units done and in all, requests sent, their rate (1/s), seconds left as far as known."""

    done: int
    total: int
    requests: int
    rate: float
    seconds_left: float | None
    doing: str
    counts: dict[str, int]


@dataclass
class EnrichReport:
    """A run's result; `lines` lists what could not be had in the whole store, not only in this run.

    `alarms` tell of decisions whose quote this run has left without ground, `questions` of answers that look like
    another paper than the one asked for, `renamed` of papers whose title changed.
    """

    job: str = ""
    batch: str | None = None
    state: JobState = JobState.DONE
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[Shortfall] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    renamed: list[TitleChange] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """0 when all that was asked for is there, 3 when something could not be had or the run was cancelled."""
        return DONE if self.state is JobState.DONE else PARTIAL

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        return {
            "job": self.job,
            "batch": self.batch,
            "state": str(self.state),
            "counts": dict(sorted(self.counts.items())),
            "alarms": self.alarms,
            "questions": [asdict(question) for question in self.questions],
            "renamed": [asdict(change) for change in self.renamed],
            "could_not_be_had": [asdict(line) for line in self.lines],
        }
