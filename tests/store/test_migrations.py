"""Migrations: from empty to now and back, on both databases, without losing a row."""

from datetime import date
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Date, Float, Integer, LargeBinary, func, select, table, text
from sqlalchemy.types import TypeEngine

from wamkg.errors import StoreError
from wamkg.store.migrate import (
    alembic_config,
    check,
    current_revision,
    downgrade,
    head_revision,
    known_revisions,
    migrate,
)
from wamkg.store.session import Store
from wamkg.store.tables import metadata
from wamkg.store.types import UtcDateTime, utc_now

FIRST = "0001"
MADE_LATER = {"review_round", "round_reviewer", "round_paper", "vote", "adjudication", "identity_question", "survey",
              "discovery", "route_reading", "notice", "digest", "proposal"}  # fmt: skip
"""Tables that the first version did not have; going back to it drops them, and their rows."""
FORMER = {"claim": "fact", "paper_url": "weblink", "task": "work", "rate_limit": "pace"}
"""Tables that had other names in the first version."""


def a_value(column_type: TypeEngine[Any]) -> Any:
    """Some value of a column's type."""
    kind = column_type.impl if isinstance(column_type, UtcDateTime) else column_type
    if isinstance(column_type, UtcDateTime):
        return utc_now()
    for known, value in (
        (Boolean, True),
        (Integer, 1),
        (Float, 1.5),
        (LargeBinary, b"\x00\x01"),
        (Date, date(2026, 1, 1)),
    ):
        if isinstance(kind, known):
            return value
    return {"a": [1, "two"]} if "JSON" in str(kind).upper() else "text"


def fill(store: Store) -> None:
    """One row in every table; every foreign key points at row 1."""
    with store.writing() as session:
        for table in metadata.sorted_tables:
            row = {c.name: 1 if c.foreign_keys else a_value(c.type) for c in table.columns}
            row |= {c.name: 1 for c in table.primary_key.columns if c.name == "id"}
            row |= {c.name: None for c in table.columns if c.nullable}
            session.connection().execute(table.insert(), row)
        session.connection().execute(text(fts_insert(store)))


def fts_insert(store: Store) -> str:
    """A text to be found, for the row of `paper`."""
    column = "rowid" if store.is_sqlite else "paper_id"
    return f"INSERT INTO paper_fts ({column}, body) VALUES (1, 'a text')"


def row_count(store: Store, name: str) -> int:
    """Rows of a table."""
    with store.reading() as session:
        return session.connection().execute(select(func.count()).select_from(table(name))).scalar_one()


def test_models_and_migrations_agree(store: Store) -> None:
    assert current_revision(store) == head_revision()
    check(store)


def test_no_row_is_lost_on_the_way_down_and_up(store: Store) -> None:
    fill(store)
    assert {t.name: row_count(store, t.name) for t in metadata.sorted_tables} == {
        t.name: 1 for t in metadata.sorted_tables
    }
    downgrade(store, FIRST)
    former = {FORMER.get(t.name, t.name) for t in metadata.sorted_tables}
    with store.reading() as session:
        kept = [name for name in former if store.engine.dialect.has_table(session.connection(), name)]
    assert {name: row_count(store, name) for name in kept} == dict.fromkeys(kept, 1)
    assert former - set(kept) == MADE_LATER
    migrate(store)
    assert all(row_count(store, t.name) == (t.name not in MADE_LATER) for t in metadata.sorted_tables)
    with store.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM paper_fts")).scalar_one() == 1
    check(store)


def test_all_the_way_down_leaves_nothing(store: Store) -> None:
    fill(store)
    downgrade(store, "base")
    with store.reading() as session:
        assert not [t for t in metadata.tables if store.engine.dialect.has_table(session.connection(), t)]


def test_migrating_twice_changes_nothing(store: Store) -> None:
    assert migrate(store) == (head_revision(), head_revision())


def test_foreign_keys_hold_after_migrating(store: Store) -> None:
    fill(store)
    with pytest.raises(StoreError), store.writing() as session:
        session.connection().execute(text("DELETE FROM paper"))


def test_a_store_newer_than_the_program_is_refused(store: Store) -> None:
    with store.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        migrate(store)


def test_the_versions_are_those_of_alembic(store: Store) -> None:
    scripts = ScriptDirectory.from_config(alembic_config(store))
    assert head_revision() == scripts.get_current_head()
    assert known_revisions() == {script.revision for script in scripts.walk_revisions()}
