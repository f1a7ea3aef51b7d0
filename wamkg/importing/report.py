"""What an import did, line by line and in sum."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How a line of the source ended."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    CONFLICT = "in conflict"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class LineReport:
    """One line that names a paper, and how it ended."""

    line: int
    outcome: Outcome
    title: str
    ids: str = ""
    placements: tuple[str, ...] = ()
    awaiting_review: bool = False
    again_of: int | None = None
    changes: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values, empty ones left out."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in values.items() if value not in ((), "", None, False)}


@dataclass
class ImportReport:
    """The whole import; at most `keep` line reports are kept, the counts are complete.

    `alarms` tell of decisions whose quote the import has left without ground.
    """

    source: str
    format: str
    dry_run: bool
    taxonomies: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    placed: Counter[str] = field(default_factory=Counter)
    unknown_keys: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    own_survey: list[str] = field(default_factory=list)
    arxiv_ids: dict[str, int] = field(default_factory=dict)
    lines: list[LineReport] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    batch: str | None = None
    keep: int = 20_000

    def add(self, line: LineReport) -> None:
        """Count a line, and keep its report unless there are too many."""
        self.counts[line.outcome] += 1
        if line.again_of is not None:
            self.counts["again"] += 1
        if line.awaiting_review:
            self.counts["awaiting review"] += 1
        for placement in line.placements:
            self.placed[placement] += 1
        if len(self.lines) < self.keep:
            self.lines.append(line)

    @property
    def wrote(self) -> bool:
        """Whether the store changed."""
        return any(self.counts[o] for o in (Outcome.NEW, Outcome.CHANGED, Outcome.CONFLICT))

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        return {
            "source": self.source,
            "format": self.format,
            "dry_run": self.dry_run,
            "batch": self.batch,
            "taxonomies": self.taxonomies,
            "counts": {o.value: self.counts[o] for o in Outcome} | _rest(self.counts),
            "placed": dict(sorted(self.placed.items())),
            "unmapped": dict(self.unmapped.most_common()),
            "unknown_keys": dict(self.unknown_keys.most_common()),
            "own_survey": self.own_survey,
            "arxiv_ids": self.arxiv_ids,
            "alarms": self.alarms,
            "lines": [line.as_dict() for line in self.lines],
        }


def _rest(counts: Counter[str]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if name not in set(Outcome)}
