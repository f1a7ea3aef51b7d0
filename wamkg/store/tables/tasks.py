"""Tasks and their workers, rate limits, and cached vectors."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from wamkg.json_types import JsonObject
from wamkg.store.tables.base import key, ref
from wamkg.store.types import Json, UtcDateTime, utc_now


class Task(SQLModel, table=True):
    """One task for one paper."""

    __table_args__ = (
        UniqueConstraint("paper_id", "kind"),
        Index("ix_task_kind_status_not_before", "kind", "status", "not_before"),
    )

    id: int | None = key()
    paper_id: int = ref("paper.id", index=False)
    kind: str
    status: str
    next_offset: int = 0
    attempts: int = 0
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    leased_by: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None
    expected: int | None = Field(default=None, description="how many items the source says there are")
    found: int | None = None
    unreadable: int | None = Field(default=None, description="items of this fetch that could not be read")
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="when this fetch began")
    fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Job(SQLModel, table=True):
    """One run of a job."""

    id: int | None = key()
    uid: str = Field(unique=True)
    kind: str
    status: str
    params: JsonObject = Field(default_factory=dict, sa_type=Json)
    runner: str | None = None
    done: int = 0
    total: int | None = None
    counts: JsonObject = Field(default_factory=dict, sa_type=Json)
    error: str | None = None
    cancel: bool = False
    queued_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    actor_id: int | None = ref("actor.id", nullable=True)


class RateLimit(SQLModel, table=True):
    """Earliest time of the next request to a service, shared by all processes."""

    __tablename__ = "rate_limit"

    service: str = Field(primary_key=True)
    next_at: float = Field(description="seconds since the epoch")


class Embedding(SQLModel, table=True):
    """The vector of the text of a paper or taxon by one encoder, float32 little-endian."""

    __table_args__ = (
        UniqueConstraint("entity_id", "encoder", "version"),
        Index("ix_embedding_encoder_version_text_hash", "encoder", "version", "text_hash"),
    )

    id: int | None = key()
    entity_id: int = ref("entity.id", index=False)
    encoder: str
    version: str
    text_hash: str
    dim: int
    vector: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
