"""What commands print is words: names of people, lists and counts, no signs of Python or JSON."""

import re
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.readable import readable

PYTHON = re.compile(r"[\[{]'|': |None|True|False|\[\]|\{\}")
PAPER = (
    '{"title": "Herons at night in the marsh", "year": 2015, "venue": "Wader Notes", "key": "lind",'
    ' "arxiv": "2401.00001",'
    ' "authors_structured": [{"family": "Lind", "given": "Per"}, {"family": "Dyk", "given": "Ann", "particle": "van"}],'
    ' "dates": {"venue": "2015-02"}, "details": {"series": "Marshes", "isbn": "1"}}'
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (2015, "2015"),
        (["Per Lind", "Ann Dyk"], "Per Lind, Ann Dyk"),
        ([{"family": "Dyk", "given": "Ann", "particle": "van"}, {"literal": "Tern Team"}], "Ann van Dyk, Tern Team"),
        ({"new": 2, "same": 0}, "new: 2; same: 0"),
        ({"slug": "a", "title": None}, "slug: a"),
        ([["a, b"], "c"], "a, b; c"),
        ({}, ""),
    ],
)
def test_a_value_is_words(value: object, text: str) -> None:
    assert readable(value) == text


@pytest.fixture
def used(home: Path, migrated_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store in use, where the command line expects it."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "wamkg.db").write_bytes(migrated_file.read_bytes())
    path = tmp_path / "a.jsonl"
    path.write_text(PAPER)
    assert run(["import", str(path)]) == 0
    assert run(["set", "lind", "details.series=Reeds", "venue=Reed Letters"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    "command", [["history", "lind"], ["history", "lind", "--sources"], ["changes"], ["batches"], ["doctor"]]
)
@pytest.mark.usefixtures("used")
def test_no_command_prints_objects(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert run(command) == 0
    printed = capsys.readouterr().out
    assert PYTHON.search(printed) is None, printed
    if command[0] == "history":
        assert "Per Lind, Ann van Dyk" in printed
        assert "series: Reeds" in printed


@pytest.mark.usefixtures("used")
def test_a_dry_run_prints_dates_and_taken_keys_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "b.bib"
    path.write_text(
        "@article{x, title={Herons at night in the marsh}, author={Lind, Per and van Dyk, Ann}, eprint={2401.00001},\n"
        " journal={Reed Letters}, year=2015, month=3, series={Other}}\n"
        "@article{lind, title={Terns by day over the sea}, author={Cole, Bo}, journal={Wader Notes}, year=2016}"
    )
    assert run(["import", str(path), "--dry-run"]) == 3, "a key is not kept"
    printed = capsys.readouterr().out
    assert "date of publication: 2015-03" in printed
    assert (
        "key 'lind' belongs to another paper (herons-at-night-in-the-marsh); this one gets the key 'lind-2'" in printed
    )
    assert "1 new" in printed
    assert PYTHON.search(printed) is None, printed


@pytest.mark.usefixtures("used")
def test_a_paper_with_a_year_lacks_no_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"title": "Only a Year of Terns", "year": 2016}\n{"title": "No Year of Terns at All"}')
    assert run(["import", str(path)]) == 0
    capsys.readouterr()
    assert run(["doctor", "missing-dates"]) == 0
    printed = capsys.readouterr().out
    assert "no-year-of-terns" in printed
    assert "only-a-year" not in printed
