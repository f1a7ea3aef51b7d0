"""`--preset` and `figure all`: the widths of class files, and files that stay untouched if nothing changed."""

import json
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.figures.style import PRESETS
from wamkg.store.session import Store


@pytest.mark.parametrize(
    ("preset", "width", "millimeters"), [("acm", "one-column", 84.7), ("neurips", "two-column", 139.7)]
)
def test_a_preset_has_the_widths_of_its_class_file(
    seeded_store: Store, tmp_path: Path, preset: str, width: str, millimeters: float
) -> None:
    file = tmp_path / "matrix.svg"
    assert run(["figure", "matrix", "-o", str(file), "--preset", preset, "--width", width]) == 0
    manifest = json.loads((tmp_path / "matrix.json").read_text())
    assert manifest["width_mm"] == pytest.approx(millimeters, abs=0.05) and manifest["alt"]


def test_a_preset_must_exist_and_has_its_own_widths(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = ["figure", "matrix", "-o", str(tmp_path / "matrix.svg")]
    assert run([*draw, "--preset", "aps"]) == 1
    assert all(name in capsys.readouterr().err for name in ("neurips",)) and len(PRESETS) == 4
    assert run([*draw, "--preset", "acm", "--width", "120"]) == 1
    assert run(["figure", "all", "-o", str(tmp_path), "--by", "year"]) == 2


@pytest.mark.drill
def test_all_figures_are_drawn_and_not_touched_again(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = ["figure", "all", "-o", str(tmp_path / "figures"), "--preset", "ieee"]
    assert run(draw) in (0, 3)
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "figures").iterdir()}
    assert {"roadmap.pdf", "taxonomy.tex", "leaderboard.svg"} <= {path.name for path in files}
    assert run(draw) in (0, 3)
    assert {path: path.stat().st_mtime_ns for path in files} == files
    assert "0 files changed" in capsys.readouterr().out
