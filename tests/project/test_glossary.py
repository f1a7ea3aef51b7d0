"""Every table, command and route noun of the program is defined in the glossary."""

import re
from pathlib import Path

import pytest
from sqlmodel import SQLModel
from wamkg_api.app import create_app

from wamkg.cli.app import COMMANDS
from wamkg.settings import Settings
from wamkg.store import tables

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
CODE = " ".join(re.findall(r"`([^`]+)`", GLOSSARY))
COMMAND_NAMES = set(re.findall(r"[\w-]+", GLOSSARY))


def route_nouns() -> set[str]:
    """The fixed parts of all paths."""
    paths = create_app(Settings(database_url="sqlite://")).openapi()["paths"]
    parts = {part for path in paths for part in path.split("/") if part and not part.startswith("{")}
    return parts - {"api", "v1"}


@pytest.mark.parametrize("table", sorted(SQLModel.metadata.tables))
def test_every_table_is_in_the_glossary(table: str) -> None:
    assert tables.__doc__
    assert re.search(rf"\b{table}\b", CODE), f"docs/glossary.md does not name the table `{table}`"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_glossary(command: str) -> None:
    assert command in COMMAND_NAMES, f"docs/glossary.md does not name the command `{command}`"


def test_every_route_noun_is_in_the_glossary() -> None:
    routes = set(re.findall(r"/([\w-]+)", CODE))
    assert sorted(route_nouns() - routes) == []


def test_every_row_has_a_term_and_a_meaning() -> None:
    rows = [line.split(" | ") for line in GLOSSARY.splitlines() if line.startswith("| **")]
    assert len(rows) > 50
    assert all((len(row) == 4 and row[1].strip().endswith(".")) or row[1].strip().endswith("?") for row in rows)
