"""The description of the API: nothing in it lacks a word, and the page that shows it needs no other server."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.field_descriptions import FIELDS


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_every_field_and_every_parameter_is_described(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    fields = [
        f"{model}.{name}"
        for model, shape in shapes.items()
        for name, field in shape.get("properties", {}).items()
        if not field.get("description")
    ]
    parameters = [
        f"{path} {parameter['name']}"
        for path, ways in document["paths"].items()
        for operation in ways.values()
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert not fields and not parameters


def test_no_description_is_of_a_field_that_is_not_there(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    there = {name for shape in shapes.values() for name in shape.get("properties", {})}
    there |= {f"{model}.{name}" for model, shape in shapes.items() for name in shape.get("properties", {})}
    assert not FIELDS.keys() - there


def test_every_operation_has_a_summary_an_id_of_its_own_and_examples_of_its_problems(document: dict[str, Any]) -> None:
    operations = [operation for ways in document["paths"].values() for operation in ways.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids)) and all(name.isidentifier() for name in ids)
    for operation in operations:
        assert operation["summary"] and operation.get("description", operation["summary"])
        for answer in operation["responses"].values():
            if (content := answer.get("content", {}).get("application/problem+json")) is not None:
                assert content["example"]["detail"]
    assert document["servers"]


def test_the_page_needs_no_other_server(client: TestClient) -> None:
    page = client.get("/docs")
    assert "http://" not in page.text and "https://" not in page.text
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "begin.js"):
        assert f"/docs/{name}" in page.text
        answer = client.get(f"/docs/{name}")
        assert answer.status_code == 200 and answer.headers["etag"] and len(answer.content) > 50
    assert client.get("/docs/redoc.standalone.js").status_code == 404
