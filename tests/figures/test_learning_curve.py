"""The learning curve, checked on the file it produces from what `simulate --json` printed."""

from pathlib import Path

import orjson
import pytest

from tests.helpers.figure_queries import simulation
from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.figures.charts.learning_curve import draw_learning_curve, read_simulation
from wamkg.figures.check.picture import read_picture


def written(folder: Path, content: object) -> Path:
    path = folder / "replayed.json"
    path.write_bytes(orjson.dumps(content))
    return path


def test_a_line_a_model_the_default_first_and_every_hundredth_in_the_data(tmp_path: Path) -> None:
    drawing = draw_learning_curve(read_simulation(written(tmp_path, simulation())))
    lines = read_picture(drawing.to_bytes("svg")).of_role("line")
    assert [line.element_id for line in lines] == ["model-model-1", "model-model-0"]
    assert len(drawing.rows) == 1 + 2 * 101
    assert drawing.rows[1] == ("model-1", 0.0, 0.0, 0.0, 0.0) and drawing.rows[-1][2:] == (1.0, 1.0, 1.0)
    assert all(low <= mean <= high for _, _, mean, low, high in drawing.rows[1:])  # type: ignore[operator]


def test_what_simulate_prints_is_drawn(
    seeded_store: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", "--seeds", "2", "--json"]) == 0
    source = tmp_path / "replayed.json"
    source.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(["figure", "learning-curve", "--source", str(source), "-o", str(tmp_path / "curve.svg")]) == 0
    assert "64 of 194" in (tmp_path / "curve.json").read_text(encoding="utf-8").replace("\\n", " ")


@pytest.mark.parametrize("content", [[], {}, {"default": "a", "models": {}}, simulation(1) | {"models": {"a": 1}}])
def test_other_files_are_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(InvalidInputError, match="wamkg simulate --json"):
        read_simulation(written(tmp_path, content))


def test_too_many_models_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="7 models"):
        draw_learning_curve(read_simulation(written(tmp_path, simulation(7))))
