"""Help, messages and the description of the API are in plain English, as the documents are."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wamkg_api.app import create_app

from tests.helpers.plain_english import PLAIN
from wamkg.cli.app import COMMANDS
from wamkg.settings import Settings

ROOT = Path(__file__).parents[2]
LISTS_OF_WORDS = {"generic_titles.py"}
FORMER_FIELDS = {"mend"}
"""Names of fields that programs may still read; their successors are in plain English."""


def test_help_of_every_command_is_in_plain_english() -> None:
    assert [(name, m[0]) for name, verb in COMMANDS.items() for m in _unusual(_help(verb.load()))] == []


def test_the_description_of_the_api_is_in_plain_english() -> None:
    described = create_app(Settings(database_url="sqlite://")).openapi()
    assert [(text, m[0]) for text in _descriptions(described) for m in PLAIN.finditer(text)] == []


def test_messages_are_in_plain_english() -> None:
    files = [path for folder in ("wamkg", "api") for path in sorted((ROOT / folder).rglob("*.py"))]
    texts = [(path.name, text) for path in files if path.name not in LISTS_OF_WORDS for text in _texts(path)]
    texts = [(name, text) for name, text in texts if text not in FORMER_FIELDS]
    assert len(texts) > 5000
    assert [(name, text, m[0]) for name, text in texts for m in PLAIN.finditer(text)] == []


def _unusual(texts: Iterator[str]) -> Iterator[Any]:
    for text in texts:
        yield from PLAIN.finditer(text)


def _help(command: Any) -> Iterator[str]:
    yield command.help or ""
    yield from (getattr(parameter, "help", "") or "" for parameter in command.params)
    for inner in getattr(command, "commands", {}).values():
        yield from _help(inner)


def _descriptions(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from _descriptions(item)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in ("description", "summary", "title") and isinstance(value, str):
                yield value
            else:
                yield from _descriptions(value)


def _texts(path: Path) -> Iterator[str]:
    """The texts in a module that are not its documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value
