"""The store's file is deleted, replaced, private, or on a full disk: nothing that was acknowledged is lost, and nothing
is written into a file that nobody will read again.
"""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from wamkg_api.app import create_app

from tests.helpers.api_access import token_for
from wamkg.errors import StoreError
from wamkg.settings import Settings
from wamkg.store.batches import get_actor
from wamkg.store.migrate import migrate
from wamkg.store.papers import find_paper
from wamkg.store.session import ChangeTracker, Store
from wamkg.vocabulary import Role

API = "/api/v1"
NEW = {"title": "A Paper Added over HTTP while the File Is Replaced"}


@pytest.fixture
def file(seeded_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(seeded_file, tmp_path / "wamkg.db"))


@pytest.fixture
def spare(file: Path, tmp_path: Path) -> Path:
    """A copy of the store, as a backup brought back would be."""
    return Path(shutil.copy(file, tmp_path / "spare.db"))


def test_a_service_says_so_once_and_goes_on_with_the_new_file(file: Path, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{file}")
    headers = token_for(store, Role.CURATOR)
    store.close()
    spare = Path(shutil.copy(file, tmp_path / "spare.db"))
    with TestClient(create_app(Settings(database_url=store.url, home=file.parent))) as client:
        lost = {"title": "Zyzzyvas Known to the Former File Alone"}
        assert client.post(f"{API}/papers", json=lost, headers=headers).status_code == 201
        assert client.get(f"{API}/papers").json()["total"] == 228
        spare.replace(file)
        refused = client.post(f"{API}/papers", json=NEW, headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert client.post(f"{API}/papers", json=NEW, headers=headers).status_code == 201
    with TestClient(create_app(Settings(database_url=store.url, home=file.parent))) as client:
        assert client.get(f"{API}/papers").json()["total"] == 228
        assert client.get(f"{API}/papers?q=zyzzyvas").json()["total"] == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_deleted_file_is_not_made_again(file: Path, spare: Path) -> None:
    with TestClient(create_app(Settings(database_url=f"sqlite:///{file}", home=file.parent))) as client:
        assert client.get(f"{API}/papers").status_code == 200
        file.unlink()
        for path in ("papers", "papers?limit=3", "taxonomies"):
            assert client.get(f"{API}/{path}").status_code == 503
        assert not file.exists()
        spare.replace(file)
        client.get(f"{API}/papers")
        assert client.get(f"{API}/papers?limit=3").json()["total"] == 227


def test_a_transaction_on_a_replaced_file_is_not_committed(file: Path, spare: Path) -> None:
    store = Store(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="replaced"), store.writing() as session:
        actor = get_actor(session, "somebody")
        spare.replace(file)
    with store.writing() as session:
        assert get_actor(session, "somebody").id == actor.id
    store.close()


def test_what_is_kept_of_the_former_file_is_not_shown_of_the_new_one(file: Path, spare: Path) -> None:
    store = Store(f"sqlite:///{file}")
    tracker = ChangeTracker(store)
    before = tracker.token()
    assert before == tracker.token()
    spare.replace(file)
    assert tracker.token() != before
    tracker.close()
    store.close()


def test_nobody_else_can_read_a_new_store(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'new.db'}")
    migrate(store)
    assert all(file.stat().st_mode & 0o077 == 0 for file in tmp_path.iterdir())
    store.close()


def test_another_connection_leaves_the_locks_of_the_first(file: Path) -> None:
    """Closing any descriptor of a file drops the locks that its process has on it."""
    leave_wal = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode=DELETE')"
    store = Store(f"sqlite:///{file}")
    with store.reading() as session:
        find_paper(session, "unipi")
        with store.engine.connect():
            other = subprocess.run([sys.executable, "-c", leave_wal, str(file)], capture_output=True, check=False)
    assert b"database is locked" in other.stderr
    store.close()


def test_a_full_disk_is_said_over_http_and_is_over_when_there_is_room(file: Path) -> None:
    store = Store(f"sqlite:///{file}")
    headers = token_for(store, Role.CURATOR)
    pages = {"max": 1}

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        """A disk without room: SQLite's own limit, which is never below the size of the file, gives the same error."""
        connection.execute(f"PRAGMA max_page_count={pages['max']}")

    app = create_app(Settings(database_url=store.url, home=file.parent))
    with TestClient(app) as client:
        event.listen(app.state.store.engine, "checkout", limit)
        lines = "".join(f'{{"title": "Kites that fly for {n} hours over a harbour"}}\n' for n in range(400))
        refused = client.post(f"{API}/imports?name=a.jsonl", content=lines, headers=headers)
        assert refused.status_code == 503 and "disk is full" in refused.json()["detail"]
        assert str(file) not in refused.text
        assert client.get(f"{API}/papers").json()["total"] == 227
        pages["max"] = 1_000_000
        assert client.post(f"{API}/imports?name=a.jsonl", content=lines, headers=headers).status_code == 200
        assert client.get(f"{API}/papers").json()["total"] == 627
