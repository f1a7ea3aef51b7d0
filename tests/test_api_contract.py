"""What OpenAPI promises, tried with generated requests against the real seeds."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from starlette.applications import Starlette
from wamkg_api.app import create_app

from wamkg.settings import Settings

EXAMPLES = 25
SLOW = "/api/v1/figures/{file}"
"""Drawn by a child process: tested by itself."""


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(create_app(Settings(database_url="sqlite://")).openapi())
    return [result.ok() for result in schema.get_all_operations() if result.ok().path != SLOW]


@pytest.fixture(scope="module")
def app(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    folder = tmp_path_factory.mktemp("contract")
    (folder / "wamkg.db").write_bytes(seeded_file.read_bytes())
    return create_app(Settings(database_url=f"sqlite:///{folder / 'wamkg.db'}", home=folder))


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.label)
def test_every_answer_keeps_the_promises_of_openapi(operation: Any, app: Starlette) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)

    @given(case=schema[operation.path][operation.method].as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def try_it(case: schemathesis.Case) -> None:
        case.call_and_validate()

    try_it()
