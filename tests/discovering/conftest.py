"""A store for tests whose rules do not depend on the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wamkg.store.session import Store


@pytest.fixture
def file_store(home: Path, migrated_file: Path) -> Iterator[Store]:
    """An empty SQLite store, where the settings expect it."""
    home.mkdir(parents=True, exist_ok=True)
    target = home / "wamkg.db"
    target.write_bytes(migrated_file.read_bytes())
    made = Store(f"sqlite:///{target}")
    yield made
    made.close()
