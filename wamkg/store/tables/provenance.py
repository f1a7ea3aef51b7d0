"""Who wrote what, when and why: actors, tokens, batches, changes, claims, releases."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from wamkg.json_types import JSON, JsonObject
from wamkg.store.tables.base import created_in_batch, key, ref
from wamkg.store.types import BigId, Json, LongText, SortedText, UtcDateTime, utc_now
from wamkg.vocabulary import TokenKind


class Actor(SQLModel, table=True):
    """A person or a program that writes."""

    id: int | None = key()
    uid: str = Field(unique=True)
    name: str = Field(unique=True, sa_type=SortedText)
    kind: str = Field(description="person or program")
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Token(SQLModel, table=True):
    """A credential of an actor: a token, a session of the pages, or a one-time sign-in link. Only its hash is
    stored.
    """

    id: int | None = key()
    uid: str = Field(unique=True)
    actor_id: int = ref("actor.id")
    kind: str = Field(default=TokenKind.TOKEN, sa_column_kwargs={"server_default": TokenKind.TOKEN.value})
    role: str
    label: str = ""
    hash: str = Field(unique=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Batch(SQLModel, table=True):
    """All writes of one action. A batch can be undone as a whole."""

    id: int | None = key()
    uid: str = Field(unique=True)
    kind: str
    source: str = Field(default="", description="file, URL or service the writes come from")
    actor_id: int = ref("actor.id")
    started_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    counts: JsonObject = Field(default_factory=dict, sa_type=Json)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by_id: int | None = ref("batch.id", nullable=True)


class Change(SQLModel, table=True):
    """One recorded edit, or the summary of an import. Append-only; it refers to rows by uid, so it remains when they
    are deleted.
    """

    id: int | None = key()
    uid: str = Field(unique=True)
    batch_id: int = ref("batch.id")
    actor_id: int = ref("actor.id")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    subject_uid: str | None = Field(default=None, index=True)
    field: str
    before: JSON = Field(default=None, sa_type=Json, nullable=True)
    after: JSON = Field(default=None, sa_type=Json, nullable=True)
    why: str = ""


class Claim(SQLModel, table=True):
    """A value that one source states for one field (a claim). Append-only: the latest row of a source is its current
    claim.
    """

    __table_args__ = (Index("ix_claim_subject_id_field_source", "subject_id", "field", "source"),)

    id: int | None = key()
    subject_id: int = ref("entity.id", index=False)
    field: str
    value: JSON = Field(default=None, sa_type=Json, nullable=True)
    reason: str | None = Field(default=None, description="why there is no value, where there is none")
    source: str
    source_ref: str | None = Field(default=None, description="the source's own id of the subject, or its line")
    retrieved_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    batch_id: int = created_in_batch()


class Release(SQLModel, table=True):
    """A named, frozen dump of the survey."""

    id: int | None = key()
    uid: str = Field(unique=True)
    name: str = Field(unique=True, sa_type=SortedText)
    note: str = ""
    file: str
    sha256: str
    schema_version: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    actor_id: int = ref("actor.id")
    size: int = Field(sa_type=BigId)
    summary: str = Field(default="", sa_type=LongText)
