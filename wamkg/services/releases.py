"""Releases: named, frozen dumps of the survey."""

from pathlib import Path

from wamkg.history import releases
from wamkg.services.writers import Writer
from wamkg.store.session import Store
from wamkg.store.tables import Release


def create_release(store: Store, home: Path, writer: Writer, name: str, note: str = "") -> Release:
    """Freeze the survey as it is now, under a name.

    Raises the errors of `releases.create_release`.
    """
    return releases.create_release(store, home, name, note, writer.name)
