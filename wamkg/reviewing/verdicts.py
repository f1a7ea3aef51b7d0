"""A person's decision on a paper in one taxonomy as plain values, and its validation."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.near_matches import unknown
from wamkg.store.survey import outside_kinds
from wamkg.store.types import reject_nul
from wamkg.vocabulary import MAIN_TAXONOMY, AssignmentStatus


class Verdict(StrEnum):
    """The verdict of a decision."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNSURE = "unsure"
    OUTSIDE = "outside"
    NOT_APPLICABLE = "not-applicable"


STATES = {
    Verdict.ACCEPT: AssignmentStatus.PLACED,
    Verdict.UNSURE: AssignmentStatus.UNDECIDED,
    Verdict.OUTSIDE: AssignmentStatus.OUTSIDE,
    Verdict.NOT_APPLICABLE: AssignmentStatus.NOT_APPLICABLE,
}
"""Status that results from each verdict; a rejected suggestion gives none."""

UNANSWERED = (Verdict.REJECT, Verdict.UNSURE)
"""Verdicts after which it is still open where the paper belongs."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision to record.

    `accept` without a taxon takes the suggestion's best leaf; a taxon may be an inner node (no leaf fits). `also` are
    secondary taxa, `kind` says why a paper is out of scope, `evidence` is a quote and `evidence_location` its location
    (`abstract`, `summary`, a section, page or figure of arXiv vN, or a URL). `revision` is the paper's revision and
    `assignment` the id of its live primary assignment that the person saw (empty: none); a decision based on an old
    revision is rejected. `suggestion` is the id of the suggestion the person saw.
    """

    paper: str
    verdict: str
    taxonomy: str = MAIN_TAXONOMY
    taxon: str | None = None
    also: tuple[str, ...] = ()
    kind: str | None = None
    evidence: str | None = None
    evidence_location: str | None = None
    note: str | None = None
    revision: int | None = None
    assignment: str | None = None
    suggestion: str | None = None

    def __post_init__(self) -> None:
        if self.verdict not in set(Verdict):
            raise InvalidInputError(unknown("verdict", self.verdict, Verdict))
        placing = self.verdict in (Verdict.ACCEPT, Verdict.REJECT)
        if not placing and (self.taxon or self.also):
            raise InvalidInputError(f"{self.verdict} cannot have a taxon; leave it out, or use accept")
        if self.also and self.verdict != Verdict.ACCEPT:
            raise InvalidInputError("secondary taxa are possible with accept only")
        if self.kind is not None and self.verdict != Verdict.OUTSIDE:
            raise InvalidInputError("a kind is possible with outside only")
        if self.evidence_location and not self.evidence:
            raise InvalidInputError("a location needs a quote; add --evidence")
        reject_nul(self.kind, self.evidence, self.evidence_location, self.note)


def check_kind(session: Session, kind: str | None) -> None:
    """Raise InvalidInputError for a kind of outside that the survey does not have."""
    kinds = outside_kinds(session)
    if kind is not None and kind not in kinds:
        raise InvalidInputError(unknown("kind of outside", kind, kinds))
