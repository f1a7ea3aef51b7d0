"""The result of an import, line by line and in total, and how well the source was understood."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.importing.parse_result import ProposedTaxon
from wamkg.importing.quality import Quality, QualityWarning, Sample
from wamkg.json_types import JsonObject
from wamkg.matching.record import Dropped
from wamkg.store.questions import Asked, TitleChange


class Outcome(StrEnum):
    """The outcome of one line of the source."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    CONFLICT = "in conflict"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class LineReport(WithFormerNames):
    """One line that names a paper, with its outcome."""

    line: int
    outcome: Outcome
    title: str
    ids: str = ""
    placements: tuple[str, ...] = ()
    pending_review: bool = False
    repeat_of_line: int | None = None
    changes: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    reason: str = ""
    is_question: bool = False
    awaiting_review: Former[bool] = former("pending_review")
    again_of: Former[int | None] = former("repeat_of_line")

    def as_dict(self) -> JsonObject:
        """Return the report as JSON-ready values, without empty ones."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in values.items() if value not in ((), "", None, False)}


@dataclass(frozen=True)
class Doubt:
    """One value that was dropped, guessed or is doubtful, with the record it came from."""

    line: int
    title: str
    text: str
    dropped: bool


@dataclass
class ImportReport:
    """The report of a whole import. At most `keep` line reports and doubts are stored; all counts are complete.

    `alarms`: decisions whose quote is no longer in the text after the import. `warnings`: signs that the import is
    implausible. `questions`: records that look like another paper than the one with their id. `renamed`: papers whose
    title changed.
    """

    source: str
    format: str
    dry_run: bool
    taxonomies: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    placed: Counter[str] = field(default_factory=Counter)
    unknown_keys: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    sections: Counter[str] = field(default_factory=Counter)
    """Headings of a list that are not taxa, with the number of records below each; they are also in `unmapped`."""
    proposals: list[ProposedTaxon] = field(default_factory=list)
    """Classes that a list has and its taxonomy lacks; those headings are in `sections` too."""
    quality: Quality = field(default_factory=Quality)
    samples: list[Sample] = field(default_factory=list)
    warnings: list[QualityWarning] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    own_survey: list[str] = field(default_factory=list)
    arxiv_ids: dict[str, int] = field(default_factory=dict)
    lines: list[LineReport] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    renamed: list[TitleChange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Assumptions about the source as a whole, such as its encoding."""
    batch: str | None = None
    keep: int = 20_000

    def add(self, line: LineReport) -> None:
        """Count a line, and store its report unless the limit is reached."""
        self.counts[line.outcome] += 1
        if line.repeat_of_line is not None:
            self.counts["again"] += 1
        if line.pending_review:
            self.counts["awaiting review"] += 1
        for placement in line.placements:
            self.placed[placement] += 1
        if len(self.lines) < self.keep:
            self.lines.append(line)

    def add_doubts(self, line: int, title: str, doubts: Iterable[str]) -> None:
        """Store the doubtful values of one record."""
        for text in doubts:
            if len(self.doubts) < self.keep:
                self.doubts.append(Doubt(line, title, str(text), isinstance(text, Dropped)))

    @property
    def records(self) -> int:
        """Return the number of records and unreadable lines in the source."""
        return sum(self.counts[outcome] for outcome in Outcome)

    @property
    def all_counts(self) -> dict[str, int]:
        """Return the number of lines per outcome, zeros included, and further counts."""
        return {outcome.value: self.counts[outcome] for outcome in Outcome} | _rest(self.counts)

    @property
    def is_partial(self) -> bool:
        """Whether something was unreadable, dropped or implausible, or must be decided by a person."""
        return bool(self.counts[Outcome.UNREADABLE] or self.quality.dropped or self.warnings or self.kept)

    @property
    def is_nothing_read(self) -> bool:
        """Whether no line could be read."""
        return self.counts[Outcome.UNREADABLE] == self.records

    @property
    def kept(self) -> int:
        """Return how many lines were stored as questions, now or earlier, because their id belongs to another paper."""
        return self.counts["kept as questions"]

    @property
    def wrote(self) -> bool:
        """Whether the store changed."""
        return any(self.counts[o] for o in (Outcome.NEW, Outcome.CHANGED, Outcome.CONFLICT))

    def as_dict(self) -> JsonObject:
        """Return the report as JSON-ready values."""
        return {
            "source": self.source,
            "format": self.format,
            "dry_run": self.dry_run,
            "partial": self.is_partial,
            "batch": self.batch,
            "taxonomies": self.taxonomies,
            "counts": self.all_counts,
            "placed": dict(sorted(self.placed.items())),
            "unmapped": dict(self.unmapped.most_common()),
            "unknown_keys": dict(self.unknown_keys.most_common()),
            "own_survey": self.own_survey,
            "arxiv_ids": self.arxiv_ids,
            "sections": dict(self.sections.most_common()),
            "proposals": [asdict(p) | {"command": p.command} for p in self.proposals],
            "alarms": self.alarms,
            "warnings": [warning.as_dict() for warning in self.warnings],
            "quality": self.quality.as_dict(),
            "samples": [sample.as_dict() for sample in self.samples],
            "doubts": [asdict(doubt) for doubt in self.doubts],
            "questions": [asdict(question) for question in self.questions],
            "renamed": [asdict(change) for change in self.renamed],
            "notes": self.notes,
            "lines": [line.as_dict() for line in self.lines],
        }


def _rest(counts: Counter[str]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if name not in set(Outcome)}
