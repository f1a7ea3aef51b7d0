"""Records whose id names a paper but that look like another paper."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from wamkg.json_types import JsonObject
from wamkg.store.tables.base import created_in_batch, key, ref
from wamkg.store.types import Json, LongText, UtcDateTime, utc_now


class IdentityQuestion(SQLModel, table=True):
    """A record that was not applied because it looks like another paper than the one its id names; a person answers."""

    __tablename__ = "identity_question"

    id: int | None = key()
    uid: str = Field(unique=True)
    paper_id: int = ref("paper.id")
    source: str = Field(description="who gave the record")
    ids: list[str] = Field(sa_type=Json, description="ids by which the record meets the paper, as scheme:value")
    title: str = Field(sa_type=LongText)
    record: JsonObject = Field(sa_type=Json, description="the whole record, and in what form it is")
    reasons: list[str] = Field(sa_type=Json, description="what disagrees")
    status: str = Field(default="open", index=True)
    wrong_ids: list[str] = Field(
        default_factory=list, sa_type=Json, description="ids that by the answer are not the paper's"
    )
    note: str = Field(default="", sa_type=LongText, description="why it was answered so")
    answer_batch: str | None = Field(default=None, description="permanent public id of the batch that answered")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    batch_id: int = created_in_batch()
    revision: int = 1
