"""Column types that behave equally on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

from wamkg.errors import InvalidInputError

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit key; SQLite only auto-numbers a column declared INTEGER."""

SortedText = String().with_variant(String(collation="C"), "postgresql")
"""Text that is sorted or paged. PostgreSQL must order it by code point, as SQLite does."""

LongText = Text()


class Json(TypeDecorator[object]):
    """JSON; on PostgreSQL JSONB, whose dialect is loaded only there, because that takes as long as the tables."""

    impl = JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[object]:
        """The type of the column on a database."""
        if dialect.name != "postgresql":
            return super().load_dialect_impl(dialect)
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB(none_as_null=True, astext_type=Text()))

    def coerce_compared_value(self, op: OperatorType | None, value: object) -> TypeEngine[object]:
        """The type of what a value of the column is compared with, as JSON decides it."""
        return self.impl_instance.coerce_compared_value(op, value)


def reject_nul(*texts: str | None) -> None:
    """Raise InvalidInputError for a text that PostgreSQL cannot store: one with a NUL character."""
    if any(text and "\x00" in text for text in texts):
        raise InvalidInputError("the text has a NUL character, which the database cannot store")


class UtcDateTime(TypeDecorator[datetime]):
    """Time-zone-aware UTC times on both databases; SQLite alone returns naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Reject naive times, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def coerce_compared_value(self, op: Any, value: Any) -> "UtcDateTime":
        """Use the same type for comparisons."""
        return self


WEEK = timedelta(days=7)


def utc_now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)
