"""Taxonomies, taxa, assignments, suggestions and objections."""

from datetime import datetime
from typing import NotRequired

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel
from typing_extensions import TypedDict

from wamkg.json_types import JsonObject, UncheckedObject
from wamkg.store.tables.base import created_in_batch, ended_at, entity_key, index_where, key, live_unique, ref
from wamkg.store.types import Json, LongText, SortedText, UtcDateTime, utc_now


class Taxonomy(SQLModel, table=True):
    """A classification tree. A store can have several. A deleted one is ended, and its slug is free again."""

    __table_args__ = (live_unique("taxonomy", "slug"),)

    id: int | None = entity_key()
    slug: str = Field(sa_type=SortedText)
    title: str
    description: str = Field(default="", sa_type=LongText)
    rules: UncheckedObject = Field(default_factory=dict, sa_type=Json)
    revision: int = 1
    ended_at: datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)


class Taxon(SQLModel, table=True):
    """A node of a taxonomy. Its path can change, its uid cannot. A merged or deleted taxon is ended and keeps its
    path.
    """

    __table_args__ = (live_unique("taxon", "taxonomy_id", "path"),)

    id: int | None = entity_key()
    taxonomy_id: int = ref("taxonomy.id", index=False)
    parent_id: int | None = ref("taxon.id", nullable=True)
    slug: str
    path: str = Field(sa_type=SortedText)
    depth: int
    position: int
    name: str
    code: str = ""
    definition: str = Field(default="", sa_type=LongText)
    include: list[str] = Field(default_factory=list, sa_type=Json)
    exclude: list[str] = Field(default_factory=list, sa_type=Json)
    revision: int = 1
    ended_at: datetime | None = ended_at()
    ended_batch_id: int | None = ref("batch.id", nullable=True)


class Exemplar(SQLModel, table=True):
    """A paper that illustrates a taxon."""

    __table_args__ = (UniqueConstraint("taxon_id", "paper_id"),)

    id: int | None = key()
    taxon_id: int = ref("taxon.id", index=False)
    paper_id: int = ref("paper.id")
    batch_id: int = created_in_batch()


class Assignment(SQLModel, table=True):
    """A paper's position in a taxonomy. Rows are appended and ended, never edited."""

    __table_args__ = (
        index_where('"primary" AND ended_at IS NULL', "uq_assignment_live_primary", "paper_id", "taxonomy_id"),
        index_where("ended_at IS NULL", "uq_assignment_live_taxon", "paper_id", "taxon_id"),
    )

    id: int | None = key()
    uid: str = Field(unique=True)
    paper_id: int = ref("paper.id")
    taxonomy_id: int = ref("taxonomy.id")
    taxon_id: int | None = ref("taxon.id", nullable=True)
    status: str
    primary: bool = True
    kind: str | None = None
    reason: str | None = None
    evidence: str | None = Field(default=None, sa_type=LongText)
    evidence_location: str | None = None
    evidence_checked: bool | None = None
    note: str | None = Field(default=None, sa_type=LongText)
    source: str
    suggestion_id: int | None = Field(default=None, description="the suggestion the person saw, if any")
    actor_id: int = ref("actor.id")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_batch_id: int | None = ref("batch.id", nullable=True)
    batch_id: int = created_in_batch()


class RankedLeaf(TypedDict):
    """A leaf of the taxonomy with its probability; `elsewhere` if it is not below the confident level."""

    taxon: str
    probability: float
    elsewhere: NotRequired[bool]


class Suggestion(SQLModel, table=True):
    """A model's ranked taxa for a paper, with everything needed to judge them."""

    __table_args__ = (UniqueConstraint("paper_id", "taxonomy_id"),)

    id: int | None = key()
    uid: str = Field(unique=True)
    paper_id: int = ref("paper.id", index=False)
    taxonomy_id: int = ref("taxonomy.id")
    ranked: list[RankedLeaf] = Field(default_factory=list, sa_type=Json)
    top: dict[str, float] = Field(default_factory=dict, sa_type=Json)
    outside: float | None = None
    confident_taxon_id: int | None = ref("taxon.id", nullable=True)
    abstained: bool = True
    reasons: list[UncheckedObject] = Field(default_factory=list, sa_type=Json)
    model: JsonObject = Field(default_factory=dict, sa_type=Json, description="name, version, encoder and thresholds")
    text_source: str = Field(description="abstract, summary or title")
    text_hash: str
    training_size: int
    training_hash: str
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    batch_id: int = created_in_batch()


class Objection(SQLModel, table=True):
    """A person's objection to an assignment."""

    id: int | None = key()
    uid: str = Field(unique=True)
    paper_id: int = ref("paper.id")
    taxonomy_id: int = ref("taxonomy.id")
    disputed_taxon_id: int | None = ref("taxon.id", nullable=True)
    proposed_taxon_id: int | None = ref("taxon.id", nullable=True)
    proposed_status: str = Field(description="placed, at the claimed taxon; or undecided, outside, not-applicable")
    raised_by: str
    raised_role: str = Field(description="co-author, paper-author, reader; decision: between two decisions")
    source_url: str | None = Field(default=None, description="address where it was said")
    quote: str | None = Field(default=None, sa_type=LongText)
    status: str = "open"
    answer: str | None = Field(default=None, sa_type=LongText)
    decided_by_id: int | None = ref("actor.id", nullable=True)
    decision: str | None = Field(default=None, description="permanent public id of the decision that answered it")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    batch_id: int = created_in_batch()
    revision: int = 1
