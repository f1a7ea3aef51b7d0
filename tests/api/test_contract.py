"""What OpenAPI promises, tried with generated requests against the real seeds: by a curator and by nobody, on both
databases. The suite tries a few of each; the drill, which `make drill` runs, many.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.applications import Starlette
from wamkg_api.app import create_app

from tests.helpers.api_access import token_for
from wamkg.importing.seed_loader import load_seeds
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.vocabulary import Role

FEW, MANY = 12, 150
SLOW = ("/api/v1/figures/{file}", "/api/v1/releases")
"""Drawn by a child process, and the whole store written to a file: tested by themselves, and in the drill."""
NOT_DESCRIBED = {"import_papers"}
"""What a list may hold, no schema says; whether it is taken in is tested with real lists."""


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(create_app(Settings(database_url="sqlite://")).openapi())
    return [result.ok() for result in schema.get_all_operations()]


def app_of(url: str, home: Path) -> Starlette:
    """An app that no limit stops and that asks nobody outside."""
    return create_app(
        Settings(database_url=url, home=home, reads_per_minute=0, writes_per_minute=0, s2_api_url="http://127.0.0.1:9")
    )


@pytest.fixture(scope="module")
def on_sqlite(
    seeded_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Starlette, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("contract")
    (folder / "wamkg.db").write_bytes(seeded_file.read_bytes())
    store = Store(f"sqlite:///{folder / 'wamkg.db'}")
    yield app_of(store.url, folder), token_for(store, Role.ADMIN)
    store.close()


@pytest.fixture(scope="module")
def on_postgres(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Starlette, dict[str, str]]]:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE contract")
    url = postgres.replace("/postgres?", "/contract?").replace("postgresql://", "postgresql+psycopg://")
    store = Store(url)
    migrate(store)
    with store.writing() as session:
        load_seeds(session)
    yield app_of(url, tmp_path_factory.mktemp("contract")), token_for(store, Role.ADMIN)
    store.close()


def try_out(operation: Any, app: Starlette, headers: dict[str, str], examples: int) -> None:
    """Send generated requests and check every answer against all that OpenAPI says."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    name = operation.definition.raw["operationId"]
    left_out = [positive_data_acceptance] if name in NOT_DESCRIBED else []

    @given(case=schema[operation.path][operation.method].as_strategy())
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    def try_it(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    try_it()


def labelled(chosen: list[Any]) -> Any:
    """Operations as parameters of a test."""
    return pytest.mark.parametrize("operation", chosen, ids=lambda operation: operation.label)


def test_generators_of_clients_find_one_class_for_each_shape() -> None:
    shapes = create_app(Settings(database_url="sqlite://")).openapi()["components"]["schemas"]
    titles = [shape["title"] for shape in shapes.values()]
    assert len(titles) == len(set(titles))
    items = {
        name: s["properties"]["items"]["items"] for name, s in shapes.items() if "items" in s.get("properties", ())
    }
    assert len(items) > 10
    assert not [name for name, item in items.items() if not item], "items of a list that nothing is said of"


ALL = operations()
QUICK = [operation for operation in ALL if operation.path not in SLOW]
WRITES = [operation for operation in QUICK if operation.method != "get"]


@labelled(QUICK)
def test_every_answer_to_anybody_keeps_the_promises_of_openapi(operation: Any, on_sqlite: Any) -> None:
    try_out(operation, on_sqlite[0], {}, FEW)


@labelled(WRITES)
def test_every_write_keeps_them(operation: Any, on_sqlite: Any) -> None:
    try_out(operation, *on_sqlite, FEW)


@pytest.mark.postgres
@labelled(QUICK[::3])
def test_answers_keep_them_on_postgres(operation: Any, on_postgres: Any) -> None:
    try_out(operation, *on_postgres, FEW // 4)


@pytest.mark.drill
@labelled(ALL)
@pytest.mark.parametrize("signed_in", [False, True], ids=["nobody", "admin"])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_every_answer_keeps_them_however_often_asked(
    operation: Any, signed_in: bool, database: str, request: pytest.FixtureRequest
) -> None:
    app, headers = request.getfixturevalue(f"on_{database}")
    try_out(operation, app, headers if signed_in else {}, MANY // 6 if operation.path in SLOW else MANY)
