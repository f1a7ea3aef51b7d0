"""Bodies of decisions."""

from typing import Annotated, Literal

from pydantic import Field

from wamkg.parameters import TaxonomyRef, Text, Word
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.schemas.base import Body, Revision
from wamkg_api.schemas.parameters import Label
from wamkg_api.schemas.taxonomies import Path

Evidence = Annotated[Label | None, Field(description="Words quoted from the paper.")]


EvidenceLocation = Annotated[Label | None, Field(description="`abstract`, a section or page of arXiv vN, or so.")]


class _Decision(Body):
    """Fields that every decision may have."""

    taxonomy: TaxonomyRef = MAIN_TAXONOMY
    evidence: Evidence = None
    evidence_location: EvidenceLocation = None
    note: Text | None = None
    revision: Revision | None = None
    assignment: Text | None = Field(
        default=None, description="Id of the paper's primary assignment that you saw; empty if it had none."
    )
    suggestion: Word | None = Field(default=None, description="Id of the suggestion that you saw.")


class Accept(_Decision):
    """Assign the paper to `taxon`; without a taxon, to the suggested one."""

    verdict: Literal["accept"]
    taxon: Path | None = Field(default=None, examples=["joint/diffusion"])
    also: list[Path] = Field(default_factory=list, max_length=20)


class Reject(_Decision):
    """The suggestion, or this taxon, is wrong."""

    verdict: Literal["reject"]
    taxon: Path | None = None


class Unsure(_Decision):
    """The paper was read, but it is not clear where it belongs."""

    verdict: Literal["unsure"]


class Outside(_Decision):
    """The paper is out of scope of the taxonomy."""

    verdict: Literal["outside"]
    kind: Word | None = Field(default=None, description="One of the survey's `outside_kinds`.")


class NotApplicable(_Decision):
    """The taxonomy does not apply to this kind of paper."""

    verdict: Literal["not-applicable"]


DecisionBody = Annotated[
    Accept | Reject | Unsure | Outside | NotApplicable,
    Field(
        discriminator="verdict",
        examples=[{"taxonomy": "wam", "verdict": "accept", "taxon": "joint/diffusion/unified-stream/explicit"}],
    ),
]
