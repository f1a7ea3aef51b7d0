"""Use cases exist once: only services, jobs and a short list of runners open a transaction that writes."""

import ast
from pathlib import Path

import wamkg_api

import wamkg

RUNNERS = {
    "wamkg/discovering/runner.py": "commits each reading of a route with its cursor",
    "wamkg/embedding/encode.py": "commits what each batch of texts gave",
    "wamkg/enriching/dataset_load.py": "commits each part of a dataset file",
    "wamkg/enriching/session.py": "commits what each answer gave",
    "wamkg/history/backup.py": "fills an empty store in one transaction",
    "wamkg/history/snapshots.py": "undoes in a copy of the store",
    "wamkg/history/releases.py": "records a release together with its file",
    "wamkg/importing/importer.py": "a dry run ends its transaction without a trace",
    "wamkg/store/rate_limit.py": "counts requests of all processes",
    "wamkg/suggesting/refit.py": "commits each quick refit",
    "wamkg/suggesting/runner.py": "commits each run of suggestions",
    "wamkg/taxonomy/editor.py": "a dry run ends its transaction without a trace",
    "wamkg/watching/runner.py": "commits what each look at a source gave",
}
"""Files outside services and jobs that open a writing transaction, and why each does."""
ROOT = Path(wamkg.__file__).parents[1]


def _files() -> list[Path]:
    return [file for package in (wamkg, wamkg_api) for file in Path(str(package.__file__)).parent.rglob("*.py")]


def test_only_services_jobs_and_named_runners_open_writing_transactions() -> None:
    names = {file.relative_to(ROOT).as_posix() for file in _files() if _writes(file)}
    allowed = ("wamkg/services/", "wamkg/jobs/")
    assert {name for name in names if not name.startswith(allowed)} == set(RUNNERS)


def _writes(file: Path) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))
    return any(isinstance(call, ast.Attribute) and call.attr == "writing" for call in calls)


def test_no_class_name_is_defined_twice() -> None:
    where: dict[str, list[str]] = {}
    for file in _files():
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                where.setdefault(node.name, []).append(file.relative_to(ROOT).as_posix())
    assert {name: files for name, files in where.items() if len(files) > 1} == {}
