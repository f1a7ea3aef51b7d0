"""Runs the migrations, the only way in which tables change."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from wamkg.errors import StoreError
from wamkg.store.session import Store, in_plain_words, settle_file

if TYPE_CHECKING:
    from alembic.config import Config  # Alembic takes a while to load; most of what is run needs none of it

_PACKAGED = Path(__file__).parents[1] / "migrations"
_CHECKOUT = Path(__file__).parents[2] / "migrations"


def migrations_folder() -> Path:
    """Folder of the migrations: inside the wheel, or beside the package in a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def alembic_config(store: Store) -> "Config":
    """Alembic's configuration for a store, built in code so that the URL is set in one place only."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = store.engine
    return config


@cache
def known_revisions() -> frozenset[str]:
    """All schema versions that this program supports.

    The files of the migrations are named by them, so no command loads Alembic to know; a test compares both.
    """
    return frozenset(file.name[:4] for file in (migrations_folder() / "versions").glob("[0-9]*_*.py"))


def head_revision() -> str:
    """The newest schema version that this program supports: migrations are numbered in one line."""
    return max(known_revisions())


def current_revision(store: Store) -> str | None:
    """The schema version of the store; None if it is empty."""
    try:
        with store.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        raise in_plain_words(error, store.url) from error


def migrate(store: Store, revision: str = "head") -> tuple[str | None, str | None]:
    """Migrate the store to a schema version; returns the versions before and after.

    Raises StoreError if a migration fails or the store is newer than this program.
    """
    before = current_revision(store)
    _run(store, "upgrade", revision)
    return before, current_revision(store)


def make_empty_file(target: Path, revision: str) -> None:
    """Create an SQLite file with the tables of a schema version and no rows.

    Raises StoreError if a migration fails.
    """
    target.write_bytes(_empty_file(revision))


@cache
def _empty_file(revision: str) -> bytes:
    """Cached for the life of the process: the migrations take longer than loading a survey."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        with Store(f"sqlite:///{file}") as store:
            migrate(store, revision)
        settle_file(file)
        return file.read_bytes()


def downgrade(store: Store, revision: str) -> None:
    """Downgrade the store to an older schema version."""
    _run(store, "downgrade", revision)


def check(store: Store) -> None:
    """Raise StoreError if tables and models differ."""
    _run(store, "check")


def _run(store: Store, command: str, *arguments: str) -> None:
    from alembic import command as commands
    from alembic.util.exc import CommandError

    try:
        getattr(commands, command)(alembic_config(store), *arguments)
    except CommandError as error:
        raise StoreError(f"migration failed: {error}") from error
    except DBAPIError as error:
        raise in_plain_words(error, store.url) from error
