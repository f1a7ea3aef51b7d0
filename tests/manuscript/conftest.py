"""A small survey paper of our own: its store with a release, its files, and the macro file written from the release."""

import shutil
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.settings import get_settings

PAPER = Path(__file__).parent / "paper"


@pytest.fixture(scope="session")
def paper_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a store with the paper's survey and its release v1, made once; copy it, do not write to it."""
    home = tmp_path_factory.mktemp("paper") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAMKG_HOME", str(home))
        patch.setenv("WAMKG_REFIT", "false")
        get_settings.cache_clear()
        commands = (
            ["init", "--taxonomy", str(PAPER / "classes.yaml"), "--short-name", "Sort", "--yes"],
            ["import", str(PAPER / "papers.jsonl")],
            ["release", "create", "v1"],
            ["export", "latex-macros", "--release", "v1", "-o", str(home / "numbers.tex")],
        )
        for command in commands:
            assert run(command) == 0, command
    get_settings.cache_clear()
    return home


@pytest.fixture
def paper(paper_home: Path, home: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the paper's folder, as the current folder, beside a store of its own."""
    shutil.copytree(paper_home, home)
    folder = tmp_path / "paper"
    shutil.copytree(PAPER, folder)
    shutil.copy(paper_home / "numbers.tex", folder)
    with chdir(folder):
        yield folder
