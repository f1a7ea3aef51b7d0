"""Bodies of rounds, votes and adjudications."""

from typing import Annotated, Literal

from pydantic import Field

from wamkg.parameters import TaxonomyRef, Text, Word
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.schemas.base import Body, Revision, Why
from wamkg_api.schemas.decisions import Evidence, EvidenceLocation
from wamkg_api.schemas.parameters import Label
from wamkg_api.schemas.taxonomies import Path

RoundName = Annotated[Label, Field(max_length=200, pattern=r"^[^\x00\n/]*[^\s\x00/][^\x00\n/]*$", examples=["pilot"])]
Said = Literal["accept", "unsure", "outside", "not-applicable"]


class RoundBody(Body):
    """A new round of blind review. Without `papers`, all papers without an assignment in the taxonomy are reviewed."""

    name: RoundName
    reviewers: list[Word] = Field(min_length=2, max_length=50, examples=[["ana", "bo"]])
    taxonomy: TaxonomyRef = MAIN_TAXONOMY
    papers: list[Word] = Field(default_factory=list, max_length=10_000, examples=[["arxiv:2302.00111"]])
    note: Text = ""


class _ReviewerLabel(Body):
    """A reviewer's label for one paper of a round."""

    paper: Word = Field(examples=["arxiv:2302.00111"])
    kind: Word | None = Field(default=None, description="Why it is out of scope: one of the survey's `outside_kinds`.")
    evidence: Evidence = None
    evidence_location: EvidenceLocation = None
    note: Text | None = None


class NewVote(_ReviewerLabel):
    """One reviewer's vote; `accept` names its taxon."""

    verdict: Said
    taxon: Path | None = Field(default=None, examples=["joint/diffusion"])


class NewAdjudication(_ReviewerLabel):
    """The final decision on a paper of a round. `accept` without a taxon adopts unanimous votes."""

    verdict: Said = "accept"
    taxon: Path | None = Field(default=None, examples=["joint/diffusion"])
    also: list[Path] = Field(default_factory=list, max_length=20)
    revision: Revision | None = None
    assignment: Text | None = Field(default=None, description="Id of the paper's primary assignment that you saw.")
    agreed: bool = Field(default=False, description="The reviewers reached a consensus.")


class RoundClosing(Body):
    """Why a round is closed."""

    why: Why = ""
    revision: Revision | None = None
