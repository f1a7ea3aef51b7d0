"""Documents are tested: each command, setting, format key, package, file and dependency is named where readers look."""

import ast
import builtins
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import sqlalchemy.exc
from wamkg_api.app import create_app

import wamkg
from tests.helpers.plain_english import PLAIN
from wamkg.cli.app import COMMANDS
from wamkg.figures.query import FIGURES
from wamkg.importing.importer import FORMATS
from wamkg.importing.record_keys import KEYS
from wamkg.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def read(path: Path) -> str:
    """A document's text."""
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    field = Settings.model_fields[name]
    row = next((line for line in read(DOCS / "settings.md").splitlines() if f"`WAMKG_{name.upper()}`" in line), None)
    assert row is not None, f"docs/settings.md lacks WAMKG_{name.upper()}"
    assert field.description is not None
    assert field.description.rstrip(".") in row


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_verb_is_documented(verb: str) -> None:
    assert f"wamkg {verb}" in read(DOCS / "commands.md")


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_documented(key: str) -> None:
    assert f"`{key}`" in read(DOCS / "formats.md")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_documented(name: str) -> None:
    assert f"## `{name}`" in read(DOCS / "formats.md")


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_documented(name: str) -> None:
    assert f"| `{name}` |" in read(DOCS / "figures.md")


def test_every_route_is_documented() -> None:
    text = read(DOCS / "api.md")
    paths = create_app(Settings(database_url="sqlite://")).openapi()["paths"]
    named = [f"`{method.upper()} {path}`" for path, methods in paths.items() for method in methods]
    assert [route for route in named if route not in text] == []


READING = {"history", "changes", "batches", "agreement", "crosswalk", "label-audit", "evaluate", "simulate", "timeline",
           "figure", "graph", "export", "list", "search", "show", "open", "config",
           "check-manuscript", "check", "methods", "table", "site", "schedule"}  # fmt: skip
"""Verbs that write nothing to the store."""


def test_every_verb_that_writes_has_its_route_or_a_reason() -> None:
    told = set(re.findall(r"^\| `wamkg ([a-z]+)` \|", read(DOCS / "api.md"), re.M))
    assert told == set(COMMANDS) - READING


def test_every_package_is_documented() -> None:
    folder = Path(wamkg.__file__).parent
    packages = [p.name for p in folder.iterdir() if (p / "__init__.py").exists()]
    text = read(DOCS / "architecture.md")
    assert [package for package in packages if f"`{package}/`" not in text] == []


def test_every_file_that_the_recipes_name_exists() -> None:
    text = read(DOCS / "architecture.md")
    named = re.findall(r"`((?:wamkg|api|docs|tests|migrations)/[\w/.-]+)`", text)
    assert len(named) > 60
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_name_that_the_recipes_give_for_a_file_stands_in_it() -> None:
    recipes = read(DOCS / "architecture.md").partition("## Recipes")[2]
    pairs = re.findall(
        r"`(\w+)`(?:,? and `\w+`)* (?:in|of) `((?:wamkg|api|tests)/[\w/.-]+\.py)`", re.sub(r"\s+", " ", recipes)
    )
    assert len(pairs) > 15
    assert [(name, path) for name, path in pairs if not re.search(rf"\b{name}\b", read(ROOT / path))] == []


def test_every_dependency_is_documented_with_its_license() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    needed = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in needed}
    rows = [line for line in read(DOCS / "architecture.md").splitlines() if line.startswith("| `")]
    assert [name for name in sorted(names) if not any(f"`{name}`" in row.split("|")[1] for row in rows)] == []


NOT_PLAIN = {"glossary.md"}
PLAIN_DOCUMENTS = [path for path in (ROOT / "README.md", *sorted(DOCS.glob("*.md"))) if path.name not in NOT_PLAIN]


@pytest.mark.parametrize("document", PLAIN_DOCUMENTS, ids=lambda path: path.name)
def test_documents_are_in_plain_english(document: Path) -> None:
    found = [(n, m[0]) for n, line in enumerate(read(document).splitlines(), 1) for m in PLAIN.finditer(line)]
    assert found == []


def test_links_between_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", *DOCS.glob("*.md")):
        prose = re.sub(r"`[^`]*`", "", read(document))
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", prose):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_commands_in_documents_are_commands() -> None:
    for document in (ROOT / "README.md", *DOCS.glob("*.md")):
        for verb in re.findall(r"^ {4}wamkg ([a-z-]+)|`wamkg ([a-z-]+)", read(document), re.M):
            assert (verb[0] or verb[1]) in COMMANDS, f"{document.name} names `wamkg {verb[0] or verb[1]}`"


ERROR = re.compile(r"\b[A-Z]\w*Error\b")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_errors_in_docstrings_are_classes() -> None:
    files = [path for folder in ("wamkg", "api") for path in sorted((ROOT / folder).rglob("*.py"))]
    nodes = [(path, node) for path in files for node in ast.walk(ast.parse(read(path)))]
    defined = {node.name for _, node in nodes if isinstance(node, ast.ClassDef)}
    known = defined | vars(builtins).keys() | vars(sqlalchemy.exc).keys()
    named = [
        (f"{path.relative_to(ROOT)}", error)
        for path, node in nodes
        if isinstance(node, DOCUMENTED)
        for error in ERROR.findall(ast.get_docstring(node) or "")
    ]
    assert len(named) > 100
    assert [(path, error) for path, error in named if error not in known] == []
