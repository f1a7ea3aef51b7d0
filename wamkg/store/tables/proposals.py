"""Classes that people and programs propose for papers."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from wamkg.store.tables.base import created_in_batch, key, ref
from wamkg.store.types import LongText, UtcDateTime, utc_now


class Proposal(SQLModel, table=True):
    """Somebody proposes a taxon for a paper, or that it is outside; a curator accepts or declines it."""

    id: int | None = key()
    uid: str = Field(unique=True)
    paper_id: int = ref("paper.id")
    taxonomy_id: int = ref("taxonomy.id")
    proposed_taxon_id: int | None = ref("taxon.id", nullable=True)
    proposed_status: str = Field(description="placed, at the proposed taxon; or outside")
    kind: str | None = Field(default=None, description="why the paper is outside")
    quote: str | None = Field(default=None, sa_type=LongText)
    quote_checked: bool | None = Field(default=None, description="null: no abstract was stored to look in")
    proposed_by: str
    model: str | None = Field(default=None, description="model of a program; null for a person")
    source: str = Field(description="file, address or service that it came from")
    status: str = Field(default="open", index=True)
    answer: str | None = Field(default=None, sa_type=LongText)
    decision: str | None = Field(default=None, description="permanent public id of the decision that closed it")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    batch_id: int = created_in_batch()
    revision: int = 1
