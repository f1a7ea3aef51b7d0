"""Digests: what happened in a period, each thing in one digest only."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from wamkg.store.tables.base import created_in_batch, key
from wamkg.store.types import Json, UtcDateTime, utc_now


class Digest(SQLModel, table=True):
    """One digest with its entries. Undoing its batch lets them enter the next one."""

    id: int | None = key()
    uid: str = Field(unique=True)
    since: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    entries: list[Any] = Field(default_factory=list, sa_type=Json, description="key, section, title, text, paper, at")
    batch_id: int = created_in_batch()
