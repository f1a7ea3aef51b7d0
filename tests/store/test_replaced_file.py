"""The store's file is deleted or replaced while it is open: nothing that was acknowledged is lost, and nothing is
written into a file that nobody will read again.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import token_for
from wamkg.errors import StoreError
from wamkg.settings import Settings
from wamkg.store.batches import get_actor
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
