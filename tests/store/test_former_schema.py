"""A survey kept before tables and columns got the names of the glossary: every day, release and undo is the same.

`former/` has a backup that the program of schema 0011 wrote (`former/write.py`), and what every moment showed then.
"""

import gzip
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, String, column, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import select as select_model

from tests.helpers.edit_store import undo
from wamkg.exporting.jsonl import export_jsonl
from wamkg.history.backup import STORE, restore_backup
from wamkg.history.releases import open_release
from wamkg.store.migrate import check, downgrade, head_revision, migrate
from wamkg.store.session import Store
from wamkg.store.tables import Adjudication, Change, Claim, Institution, Objection, PaperUrl, Result, Vote, metadata
from wamkg.views.snapshots import open_snapshot

FOLDER = Path(__file__).parent / "former"
BEFORE = "0011"
OLD = {"fact", "weblink", "work", "pace"}
"""Tables under their former names."""
FORMER = {"institution.mark", "result.oddity", "result.reported_where"} | {
    f"{prefix}.{name}" for prefix in ("removed", "reopened", "moved") for name in OLD
}
"""Fields of changes that are nowhere after the renames."""
KEPT: dict[str, Any] = json.loads((FOLDER / "schema-0011.json").read_text(encoding="utf-8"))


@pytest.fixture
def restored(store_url: str, home: Path) -> Iterator[Store]:
    """The backup in an empty store, on SQLite and on PostgreSQL."""
    store = Store(store_url)
    restore_backup(store, home, FOLDER / "schema-0011.tar")
    yield store
    store.close()


def shown(store: Store) -> str:
    """The survey as JSON Lines."""
    with store.reading() as session:
        return "".join(export_jsonl(session))


def trail(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Changes, counts of batches and records of questions, whatever the schema."""
    kind = JSON() if store.is_sqlite else JSONB()
    json_columns = {"change": ("before", "after"), "batch": ("counts",), "identity_question": ("record",)}
    plain = {"change": ("id", "field"), "batch": ("id", "kind"), "identity_question": ("id",)}
    found = {}
    with store.reading() as session:
        for name, names in json_columns.items():
            columns = [column(n, String if n == "field" else None) for n in plain[name]]
            columns += [column(n, kind) for n in names]
            rows = table(name, *columns)
            found[name] = [tuple(row) for row in session.connection().execute(select(rows).order_by(rows.c.id))]
    return found


def kept_rows(name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of a table in the backup, as the former program wrote them."""
    with tarfile.open(FOLDER / "schema-0011.tar") as tar, gzip.open(tar.extractfile(STORE)) as lines:  # type: ignore[arg-type]
        rows = [item["row"] for item in map(json.loads, lines) if item.get("table") == name]
    return [tuple(row[column] for column in columns) for row in rows]


def test_the_backup_is_of_the_former_schema() -> None:
    fields = {field for (field,) in kept_rows("change", "field")}
    assert fields >= {"institution.mark", "result.oddity", "removed.fact", "removed.weblink", "moved.fact"}
    assert kept_rows("adjudication", "how") == [("alike",)] and kept_rows("fact", "seen_at")


def test_every_past_moment_and_the_release_show_what_they_showed(restored: Store, home: Path) -> None:
    assert len(KEPT["moments"]) == 8
    for moment, text in KEPT["moments"]:
        with open_snapshot(restored, home, as_of=moment) as past:
            assert shown(past) == text, moment
    assert shown(restored) == KEPT["moments"][-1][1]
    with open_release(restored, home, "v1") as release:
        assert shown(release) == KEPT["moments"][-1][1]


def test_columns_and_values_have_their_new_names(restored: Store) -> None:
    with restored.reading() as session:
        result = session.exec(select_model(Result)).one()
        assert (result.caveat, result.reported_location, result.revision) == ("printed twice", "Table 2", 2)
        assert session.exec(select_model(Institution)).one().short_name == "HAR"
        assert session.exec(select_model(Adjudication)).one().resolution == "unanimous"
        objection = session.exec(select_model(Objection)).one()
        assert (objection.raised_role, objection.source_url) == ("paper-author", "https://example.org/1")
        assert objection.proposed_status == "placed" and objection.disputed_taxon_id is not None
        assert len(session.exec(select_model(Vote)).all()) == 2
        assert session.exec(select_model(Claim)).first() is not None
        assert {url.kind for url in session.exec(select_model(PaperUrl))} == {"code", "project"}
        assert not FORMER & set(session.exec(select_model(Change.field)))


def test_every_undo_gives_what_it_gave(restored: Store) -> None:
    for batch, text in KEPT["undone"]:
        undo(restored, batch)
        assert shown(restored) == text, batch
        with restored.reading() as session:
            results = session.exec(select_model(Result)).all()
            assert all(result.reported_location in ("Table 1", "Table 2") for result in results)
    with restored.reading() as session:
        assert not session.exec(select_model(Claim)).all() and not session.exec(select_model(PaperUrl)).all()


def test_the_way_down_and_up_again_changes_nothing(restored: Store, home: Path) -> None:
    here = trail(restored)
    downgrade(restored, BEFORE)
    there = trail(restored)
    assert [row[1:] for row in there["change"]] == kept_rows("change", "field", "before", "after")
    assert [row[2] for row in there["batch"]] == [counts for (counts,) in kept_rows("batch", "counts")]
    with restored.reading() as session:
        assert {name for name in OLD | set(metadata.tables) if has_table(restored, session, name)} >= OLD
    assert migrate(restored) == (BEFORE, head_revision())
    check(restored)
    assert trail(restored) == here
    for moment, text in KEPT["moments"]:
        with open_snapshot(restored, home, as_of=moment) as past:
            assert shown(past) == text, moment


def has_table(store: Store, session: Any, name: str) -> bool:
    """Whether the database has a table."""
    return bool(store.engine.dialect.has_table(session.connection(), name))
