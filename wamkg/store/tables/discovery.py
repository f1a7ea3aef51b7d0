"""What the routes of discovery found, and how far each route has read."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, text
from sqlmodel import Field, SQLModel

from wamkg.json_types import JSON, JsonObject
from wamkg.store.tables.base import created_in_batch, key, ref
from wamkg.store.types import Json, LongText, SortedText, UtcDateTime, utc_now


class Discovery(SQLModel, table=True):
    """One route found one paper with one text. The same paper with the same text is found once by a route."""

    __table_args__ = (UniqueConstraint("route", "key", "text_hash"),)

    id: int | None = key()
    uid: str = Field(unique=True)
    route: str = Field(sa_type=SortedText, description="name of the route")
    key: str = Field(sa_type=SortedText, index=True, description="id of the record as scheme:value, or title:...")
    text_hash: str = Field(description="hash of title and abstract")
    paper_id: int | None = ref("paper.id", nullable=True)
    outcome: str = Field(description="candidate, known, question, returned, unreadable or set-aside")
    reason: str = Field(sa_type=LongText, description="why the route found it")
    score: float = Field(description="how strongly the route proposes it, from 0 to 1")
    title: str = Field(sa_type=LongText)
    record: JsonObject = Field(sa_type=Json, description="the whole record")
    source: str = Field(
        default="",
        sa_column_kwargs={"server_default": text("''")},
        description="source of the claims that the record makes",
    )
    scope: float | None = Field(default=None, description="probability that it is in scope; empty: not known")
    scope_reasons: list[JSON] = Field(
        default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"}, description="why"
    )
    queued_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="when a find that was set aside entered the queue"
    )
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    found_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    batch_id: int = created_in_batch()


class RouteReading(SQLModel, table=True):
    """How far a route has read. The newest row of a route applies; undoing its batch takes the route back."""

    __tablename__ = "route_reading"

    id: int | None = key()
    route: str = Field(sa_type=SortedText, index=True)
    cursor: JsonObject = Field(sa_type=Json, description="where the next reading begins")
    scanned: int = Field(description="records that the route has shown since this row was made")
    read_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    batch_id: int = created_in_batch()
