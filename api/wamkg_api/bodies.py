"""Request bodies of writing routes, as OpenAPI shows them and the server validates them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wamkg.taxonomy.edit import Part, TaxonEdit
from wamkg.vocabulary import AssignmentState, EventKind, OutsideKind, Standing
from wamkg_api.forms import Address, ArxivId, DateText, Doi, Label, ReleaseName, S2Id, Text, Word

Version = Annotated[int, Field(ge=0, le=2**31 - 1, description="Version that you saw; an older one is refused.")]
Why = Annotated[Text, Field(description="Reason, kept in the audit trail.")]
Path = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]
OptionalPath = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Evidence = Annotated[Label | None, Field(description="Words quoted from the paper.")]
EvidencePlace = Annotated[Label | None, Field(description="`abstract`, a section or page of arXiv vN, or so.")]
Position = Annotated[int, Field(ge=0, le=10_000)]
CLOSED: Any = {"additionalProperties": False}
"""Marks a mapping in OpenAPI whose keys match a pattern: other keys are not allowed."""


class Body(BaseModel):
    """Base of all request bodies; unknown keys are rejected."""

    model_config = ConfigDict(extra="forbid")


class _Decision(Body):
    """Fields that every decision may have."""

    taxonomy: Word = "wam"
    evidence: Evidence = None
    evidence_place: EvidencePlace = None
    note: Text | None = None
    version: Version | None = None
    assignment: Text | None = Field(
        default=None, description="Id of the paper's primary place that you saw; empty if it had none."
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
    kind: OutsideKind | None = None


class NotApplicable(_Decision):
    """The taxonomy does not apply to this kind of paper."""

    verdict: Literal["not-applicable"]


AnyDecision = Annotated[
    Accept | Reject | Unsure | Outside | NotApplicable,
    Field(
        discriminator="verdict",
        examples=[{"taxonomy": "wam", "verdict": "accept", "taxon": "joint/diffusion/unified-stream/explicit"}],
    ),
]


class PaperValues(Body):
    """Fields of a paper, set by hand. `null` removes the value you set before. Fields that are left out do not
    change.
    """

    title: Label = ""
    abstract: Label | None = None
    summary: Label | None = None
    authors: list[Label] | None = Field(default=None, max_length=1000)
    venue: Label | None = None
    year: int | None = Field(default=None, ge=1900, le=2200)
    url: Address | None = None
    note: Label | None = None
    standing: Standing = Standing.CANDIDATE
    exclusion_reason: Label | None = None
    arxiv: ArxivId | None = None
    doi: Doi | None = None
    s2: S2Id | None = None
    openalex: Label | None = None
    method: Label = ""
    dates: dict[EventKind, DateText | None] = Field(default_factory=dict)
    links: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")], Address | None] = Field(
        default_factory=dict, max_length=50, json_schema_extra=CLOSED
    )

    def values(self) -> dict[str, Any]:
        """The given fields and their values, with the names that the command line uses."""
        given = self.model_dump(exclude_unset=True, exclude={"dates", "links", "why", "version"}, mode="json")
        dates = {f"dates.{kind}": day for kind, day in self.dates.items()}
        return given | dates | {f"links.{kind}": url for kind, url in self.links.items()}


class PaperEdit(PaperValues):
    """An edit of a paper."""

    why: Why = ""
    version: Version | None = None


class SplitPart(Body):
    """One of the new taxa of a split."""

    name: Label
    slug: Word | None = None
    definition: Text = ""


class _TaxonomyEdit(Body):
    """Fields that every taxonomy edit may have."""

    why: Why = ""
    version: Version | None = None
    dry_run: bool = Field(default=False, description="List what would change and write nothing.")

    def edit(self) -> TaxonEdit:
        """The edit as the `taxonomy` package represents it.

        Raises InvalidInputError for an edit that is not possible.
        """
        given = self.model_dump(exclude={"dry_run", "parts"}, exclude_unset=True)
        tuples = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        parts = tuple(Part(**part.model_dump()) for part in getattr(self, "parts", ()))
        return TaxonEdit(**given | tuples, parts=parts)


class AddTaxon(_TaxonomyEdit):
    """Add a taxon below `parent`, or at the top level."""

    operation: Literal["add"]
    name: Label
    slug: Word | None = None
    parent: OptionalPath = ""
    position: Position | None = None
    code: Text = ""
    definition: Text = ""
    include: list[Label] = Field(default_factory=list, max_length=100)
    exclude: list[Label] = Field(default_factory=list, max_length=100)


class RenameTaxon(_TaxonomyEdit):
    """Rename a taxon and the last part of its path."""

    operation: Literal["rename"]
    taxon: Path
    name: Label
    slug: Word | None = None


class MoveTaxon(_TaxonomyEdit):
    """Move a taxon below another one, or to the top level."""

    operation: Literal["move"]
    taxon: Path
    parent: OptionalPath = ""
    position: Position | None = None


class MergeTaxon(_TaxonomyEdit):
    """Merge a taxon into another one, which takes over its papers, children and names."""

    operation: Literal["merge"]
    taxon: Path
    into: Path


class SplitTaxon(_TaxonomyEdit):
    """Create new taxa below a taxon and move papers into them."""

    operation: Literal["split"]
    taxon: Path
    parts: list[SplitPart] = Field(min_length=1, max_length=100)
    papers: dict[Word, Word] = Field(
        default_factory=dict, max_length=10_000, description="Paper -> slug of a part.", json_schema_extra=CLOSED
    )


class DeleteTaxon(_TaxonomyEdit):
    """Delete a taxon. Its papers move to `into`, or to its parent."""

    operation: Literal["delete"]
    taxon: Path
    into: Path | None = None


class ReorderTaxa(_TaxonomyEdit):
    """Change the order of a taxon's children, or of the top-level taxa."""

    operation: Literal["reorder"]
    taxon: OptionalPath = ""
    order: list[Word] = Field(min_length=1, max_length=1000)


TaxonomyEdit = Annotated[
    AddTaxon | RenameTaxon | MoveTaxon | MergeTaxon | SplitTaxon | DeleteTaxon | ReorderTaxa,
    Field(
        discriminator="operation",
        examples=[{"operation": "rename", "taxon": "joint/diffusion", "name": "Denoising", "dry_run": True}],
    ),
]


class Reason(Body):
    """Why a batch is undone."""

    why: Why = ""


class NewRelease(Body):
    """Name of a release."""

    name: ReleaseName = Field(examples=["v2"])
    note: Text = ""


class NewPaper(PaperValues):
    """A paper, with the keys of the project's JSON Lines format."""

    title: Label = Field(examples=["Video Language Planning"])
    date: DateText | None = Field(default=None, description="First arXiv version.")
    taxa: dict[Word, Path] = Field(
        default_factory=dict, max_length=20, examples=[{"wam": "joint/diffusion"}], json_schema_extra=CLOSED
    )
    also: dict[Word, list[Path]] = Field(default_factory=dict, max_length=20, json_schema_extra=CLOSED)
    states: dict[Word, AssignmentState] = Field(default_factory=dict, max_length=20, json_schema_extra=CLOSED)
    why: Why = ""

    def record(self) -> dict[str, Any]:
        """The keys that were given."""
        return self.model_dump(exclude_unset=True, exclude_none=True, exclude={"why"}, mode="json")


class JobOrder(Body):
    """Parameters of a job; each kind of job has its own."""

    only: Literal["citations", "metadata"] | None = Field(default=None, description="Of enrich.")
    limit: int | None = Field(default=None, ge=1, le=1_000_000, description="Of enrich: papers at most.")
    retry_failed: bool | None = Field(default=None, description="Of enrich: only what failed before.")
    taxonomy: Word | None = Field(default=None, description="Of suggest.")


class NewObjection(Body):
    """A new objection to a paper's assignment."""

    paper: Word = Field(examples=["arxiv:2302.00111"])
    claimed: Path = Field(description="Path of a taxon, or outside, undecided, not-applicable.", examples=["joint"])
    taxonomy: Word = "wam"
    raised_by: Label | None = Field(default=None, description="Who objects; empty: who writes.")
    raised_as: Literal["co-author", "paper-author", "reader"] = "co-author"
    said_at: Address | None = Field(default=None, description="Where it was said; the paper's own authors need it.")
    quote: Label | None = None


class ObjectionAnswer(Body):
    """An answer to an objection."""

    answer: Label
    version: Version | None = None


class ObjectionClosing(Body):
    """How an objection is closed. A rejection needs an answer."""

    outcome: Literal["accepted", "rejected", "withdrawn"]
    answer: Label | None = None
    version: Version | None = None
