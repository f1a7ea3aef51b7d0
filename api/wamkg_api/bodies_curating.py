"""Request bodies of routes for rounds, judgements of duplicates and the doctor."""

from typing import Annotated, Literal

from pydantic import Field

from wamkg.reviewing.doctor import CHECKS
from wamkg.vocabulary import OutsideKind, SameWork
from wamkg_api.bodies import Body, Evidence, EvidencePlace, Path, Version, Why
from wamkg_api.forms import Label, Text, Word

RoundName = Annotated[Label, Field(max_length=200, pattern=r"^[^\x00\n/]*[^\s\x00/][^\x00\n/]*$", examples=["pilot"])]
Said = Literal["accept", "unsure", "outside", "not-applicable"]


class OpenedRound(Body):
    """A new round of blind review. Without `papers`, all papers without an assignment in the taxonomy are reviewed."""

    name: RoundName
    reviewers: list[Word] = Field(min_length=2, max_length=50, examples=[["ana", "bo"]])
    taxonomy: Word = "wam"
    papers: list[Word] = Field(default_factory=list, max_length=10_000, examples=[["arxiv:2302.00111"]])
    note: Text = ""


class _Statement(Body):
    """A reviewer's label for one paper of a round."""

    paper: Word = Field(examples=["arxiv:2302.00111"])
    kind: OutsideKind | None = Field(default=None, description="Why it lies outside.")
    evidence: Evidence = None
    evidence_place: EvidencePlace = None
    note: Text | None = None


class QuestionAnswer(Body):
    """The answer to a question: `wrong-id` removes the id from the paper, `renamed` applies the record, `wrong-record`
    discards it.
    """

    answer: Literal["wrong-id", "renamed", "wrong-record"]
    note: Text = ""
    version: Version | None = None


class NewVote(_Statement):
    """One reviewer's vote; `accept` names its taxon."""

    verdict: Said
    taxon: Path | None = Field(default=None, examples=["joint/diffusion"])


class NewAdjudication(_Statement):
    """The final decision on a paper of a round. `accept` without a taxon adopts unanimous votes."""

    verdict: Said = "accept"
    taxon: Path | None = Field(default=None, examples=["joint/diffusion"])
    also: list[Path] = Field(default_factory=list, max_length=20)
    version: Version | None = None
    assignment: Text | None = Field(default=None, description="Id of the paper's primary place that you saw.")
    agreed: bool = Field(default=False, description="The reviewers have settled among them what they differed on.")


class ClosedRound(Body):
    """Why a round is closed."""

    why: Why = ""
    version: Version | None = None


class NewJudgement(Body):
    """A person's judgement: are two papers the same work?"""

    left: Word = Field(examples=["arxiv:2302.00111"])
    right: Word = Field(examples=["arxiv:2310.10625"])
    verdict: SameWork
    note: Text = ""


class NewMerge(Body):
    """Two papers to merge into one."""

    keep: Word = Field(description="The paper that remains.", examples=["arxiv:2302.00111"])
    other: Word = Field(description="The paper whose rows move to it.", examples=["arxiv:2310.10625"])
    prefer: Literal["keep", "other"] | None = Field(
        default=None, description="Whose place stands where both have one in a taxonomy."
    )
    although_dois_differ: bool = Field(default=False, description="Merge papers with DOIs of two publications.")
    dry_run: bool = Field(default=False, description="Show what would change and write nothing.")
    why: Why = ""
    version: Version | None = Field(default=None, description="Version of `keep` that you saw.")


class Examination(Body):
    """Which checks to run (default: all), and whether to fix what can be fixed."""

    checks: list[Annotated[str, Field(pattern=rf"^({'|'.join(CHECKS)})$")]] = Field(
        default_factory=list, max_length=100, examples=[["dead-evidence"]]
    )
    fix: bool = Field(default=False, description="Mend what can be mended without losing anything.")
