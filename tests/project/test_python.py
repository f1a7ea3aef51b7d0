"""The survey from Python: documented by doctests, light to import, the same as the command line."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import wamkg
from tests.helpers.edit_store import fill
from wamkg.errors import DependencyMissingError, InvalidInputError, StoreError
from wamkg.item_list import ItemList
from wamkg.store.session import Store

DOCUMENT = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_document_runs(seeded_store: Store) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    found = doctest.testfile(str(DOCUMENT), module_relative=False, optionflags=flags, encoding="utf-8")
    assert found.attempted > 15 and found.failed == 0


def test_importing_it_loads_no_database() -> None:
    code = "import sys, wamkg; sys.exit(str({'sqlalchemy', 'pydantic', 'numpy', 'networkx'} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_a_survey_in_a_folder_is_read_and_written(seeded_store: Store, home: Path, tmp_path: Path) -> None:
    with wamkg.open(home, by="ana") as survey:
        fill(survey.store, tmp_path)
        first = survey.papers(arxiv="2501.00001")
        assert [paper.title for paper in first] == ["A First Paper about Robots"]
        assert {paper.year for paper in survey.papers(year=2024)} == {2024}
        decided = survey.decide("arxiv:2501.00003", taxon="joint")
        assert survey.papers(arxiv="2501.00003")[0].taxa["wam"] == "joint"
        survey.undo(decided.batch)
        assert "wam" not in survey.papers(arxiv="2501.00003")[0].taxa
        files = survey.write_figure("timeline", tmp_path / "timeline.svg", by="year").files
        assert {file.suffix for file in files} == {".svg", ".csv", ".json"}
        assert "version" not in first.frame().columns and first.frame().loc[0, "arxiv"] == "2501.00001"
        assert "year 2024" in survey.figure("timeline", year=2024).caption
        with pytest.raises(InvalidInputError, match="unknown figure parameter"):
            survey.figure("timeline", widht=3)


def test_what_is_not_there_is_said(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="does not exist; begin a survey"):
        wamkg.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(DependencyMissingError, match=r"pip install 'wamkg\[frame\]'"):
        ItemList().frame()
