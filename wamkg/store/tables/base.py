"""Shared parts of all tables: constraint names, keys, foreign keys."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from wamkg.store.types import BigId, UtcDateTime

# Batch migrations on SQLite rebuild tables and need every constraint to have a known name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Rows are not validated by pydantic. Without this, it would prepare the validation of every table at every start.
SQLModel.model_config["defer_build"] = True

metadata = SQLModel.metadata


def key() -> Any:
    """Numeric primary key."""
    return Field(default=None, primary_key=True, sa_type=BigId)


def entity_key() -> Any:
    """Primary key shared with the entity's row."""
    column: Any = Column("id", BigId, ForeignKey("entity.id"), primary_key=True, autoincrement=False)
    return Field(default=None, sa_column=column)


def ref(target: str, *, nullable: bool = False, index: bool = True) -> Any:
    """Foreign key. Deleting the referenced row is an error, never cascaded."""
    column: Any = Column(BigId, ForeignKey(target), nullable=nullable, index=index)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def created_in_batch() -> Any:
    """The batch that wrote the row. It has no index: only undo uses it, and a scan is cheaper than an index update
    per insert.
    """
    return ref("batch.id", index=False)


def live_unique(table: str, *columns: str) -> Index:
    """Unique index over the live rows of a table."""
    return index_where("ended_at IS NULL", f"uq_{table}_live", *columns)


def index_where(condition: str, name: str, *columns: str) -> Index:
    """Unique index over the rows that meet a condition.

    The migrations create it with this condition on both databases. Here it is named for one only: SQLAlchemy would
    load the other's dialect at every start.
    """
    return Index(name, *columns, unique=True, sqlite_where=text(condition))


def ended_at() -> Any:
    """When a row was ended. It stays for history; undoing the batch that ended it makes it live again."""
    return Field(default=None, sa_type=UtcDateTime)
