"""Changes of library papers at their sources, which a person should look at."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from wamkg.json_types import JsonObject
from wamkg.store.tables.base import created_in_batch, key, ref
from wamkg.store.types import Json, LongText, UtcDateTime, utc_now


class Notice(SQLModel, table=True):
    """A paper of the library has changed at a source; a person accepts or dismisses it."""

    __table_args__ = (UniqueConstraint("paper_id", "kind", "after_hash"),)

    id: int | None = key()
    uid: str = Field(unique=True)
    paper_id: int = ref("paper.id", index=False)
    kind: str
    source: str
    before: str = Field(sa_type=LongText)
    after: str = Field(sa_type=LongText)
    after_hash: str = Field(description="hash of `after`: the same change is noticed once")
    fields: JsonObject = Field(sa_type=Json, description="fields of the paper that accepting sets")
    status: str = Field(default="open", index=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    batch_id: int = created_in_batch()
    revision: int = 1
