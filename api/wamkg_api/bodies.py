"""What a write carries, by role: shapes that OpenAPI shows and the server checks."""

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
"""Says of a mapping whose keys have a pattern that it holds no others."""


class Body(BaseModel):
    """A body that holds nothing unknown."""

    model_config = ConfigDict(extra="forbid")


class _Decision(Body):
    """What every decision may say."""

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
    """The paper stands here; without a taxon, where the suggestion says."""

    verdict: Literal["accept"]
    taxon: Path | None = Field(default=None, examples=["joint/diffusion"])
    also: list[Path] = Field(default_factory=list, max_length=20)


class Reject(_Decision):
    """The suggestion, or this taxon, is wrong."""

    verdict: Literal["reject"]
    taxon: Path | None = None


class Unsure(_Decision):
    """Looked at, and not to be told."""

    verdict: Literal["unsure"]


class Outside(_Decision):
    """Not what the taxonomy is about."""

    verdict: Literal["outside"]
    kind: OutsideKind | None = None


class NotApplicable(_Decision):
    """The taxonomy does not apply to such a paper."""

    verdict: Literal["not-applicable"]


AnyDecision = Annotated[
    Accept | Reject | Unsure | Outside | NotApplicable,
    Field(
        discriminator="verdict",
        examples=[{"taxonomy": "wam", "verdict": "accept", "taxon": "joint/diffusion/unified-stream/explicit"}],
    ),
]


class PaperValues(Body):
    """Values of a paper, each a person's word; null takes that word back, what is left out stays as it is."""

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
        """Field -> value as the command line names them, only those given."""
        given = self.model_dump(exclude_unset=True, exclude={"dates", "links", "why", "version"}, mode="json")
        dates = {f"dates.{kind}": day for kind, day in self.dates.items()}
        return given | dates | {f"links.{kind}": url for kind, url in self.links.items()}


class PaperEdit(PaperValues):
    """An edit of a paper."""

    why: Why = ""
    version: Version | None = None


class SplitPart(Body):
    """A taxon that a split makes."""

    name: Label
    slug: Word | None = None
    definition: Text = ""


class _TaxonomyEdit(Body):
    """What every edit of a taxonomy may say."""

    why: Why = ""
    version: Version | None = None
    dry_run: bool = Field(default=False, description="List what would change and write nothing.")

    def edit(self) -> TaxonEdit:
        """The edit in the taxonomy room's own form.

        Raises InvalidInputError for an edit that makes no sense.
        """
        given = self.model_dump(exclude={"dry_run", "parts"}, exclude_unset=True)
        tuples = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        parts = tuple(Part(**part.model_dump()) for part in getattr(self, "parts", ()))
        return TaxonEdit(**given | tuples, parts=parts)


class AddTaxon(_TaxonomyEdit):
    """A new taxon below `parent`, or at the top."""

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
    """Another name, and another last part of the path."""

    operation: Literal["rename"]
    taxon: Path
    name: Label
    slug: Word | None = None


class MoveTaxon(_TaxonomyEdit):
    """Below another taxon, or to the top."""

    operation: Literal["move"]
    taxon: Path
    parent: OptionalPath = ""
    position: Position | None = None


class MergeTaxon(_TaxonomyEdit):
    """Into another, which takes over its papers, children and names."""

    operation: Literal["merge"]
    taxon: Path
    into: Path


class SplitTaxon(_TaxonomyEdit):
    """New taxa below one, and papers moved into them."""

    operation: Literal["split"]
    taxon: Path
    parts: list[SplitPart] = Field(min_length=1, max_length=100)
    papers: dict[Word, Word] = Field(
        default_factory=dict, max_length=10_000, description="Paper -> slug of a part.", json_schema_extra=CLOSED
    )


class DeleteTaxon(_TaxonomyEdit):
    """Gone; its papers go to `into`, or to the taxon above."""

    operation: Literal["delete"]
    taxon: Path
    into: Path | None = None


class ReorderTaxa(_TaxonomyEdit):
    """The children of a taxon, or the top, in another order."""

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
    """Why something is taken back."""

    why: Why = ""


class NewRelease(Body):
    """Name of an edition."""

    name: ReleaseName = Field(examples=["v2"])
    note: Text = ""


class NewPaper(PaperValues):
    """A paper in the words of the project's JSON Lines."""

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
    """Parameters of a job; each kind takes its own."""

    only: Literal["citations", "metadata"] | None = Field(default=None, description="Of enrich.")
    limit: int | None = Field(default=None, ge=1, le=1_000_000, description="Of enrich: papers at most.")
    retry_failed: bool | None = Field(default=None, description="Of enrich: only what failed before.")
    taxonomy: Word | None = Field(default=None, description="Of suggest.")


class NewObjection(Body):
    """Somebody disputes where a paper stands."""

    paper: Word = Field(examples=["arxiv:2302.00111"])
    claimed: Path = Field(description="Path of a taxon, or outside, undecided, not-applicable.", examples=["joint"])
    taxonomy: Word = "wam"
    raised_by: Label | None = Field(default=None, description="Who objects; empty: who writes.")
    raised_as: Literal["co-author", "paper-author", "reader"] = "co-author"
    said_at: Address | None = Field(default=None, description="Where it was said; the paper's own authors need it.")
    quote: Label | None = None


class ObjectionAnswer(Body):
    """What is said to an objection."""

    answer: Label
    version: Version | None = None


class ObjectionClosing(Body):
    """How an objection ends; a rejection needs its answer."""

    outcome: Literal["accepted", "rejected", "withdrawn"]
    answer: Label | None = None
    version: Version | None = None
