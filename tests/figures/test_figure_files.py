"""What is written beside a figure: its data, its caption and the fingerprints that say what it was drawn from."""

import csv
import re
from hashlib import sha256
from pathlib import Path

import matplotlib as mpl
import orjson
import pytest

from tests.helpers.edit_store import fill
from wamkg import __version__
from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.figures.output import Request, write_figure
from wamkg.figures.roadmap.draw import draw_roadmap
from wamkg.figures.save import Drawing
from wamkg.history.releases import create_release
from wamkg.store.session import Store
from wamkg.views.roadmap import Roadmap, build_roadmap

ASKED = Request("roadmap", {"taxonomy": "wam", "date": "arxiv_v1"})


@pytest.fixture
def roadmap(seeded_store: Store) -> Roadmap:
    with seeded_store.reading() as session:
        return build_roadmap(session)


@pytest.fixture
def drawing(roadmap: Roadmap) -> Drawing:
    return draw_roadmap(roadmap)


def test_a_figure_comes_with_its_data_and_a_manifest(roadmap: Roadmap, drawing: Drawing, tmp_path: Path) -> None:
    written = write_figure(drawing, [tmp_path / "out" / "map.svg", tmp_path / "out" / "map.pdf"], ASKED)
    assert [path.name for path in written] == ["map.svg", "map.pdf", "map.csv", "map.json"]
    manifest = orjson.loads((tmp_path / "out" / "map.json").read_bytes())
    for name, fingerprint in manifest["files"].items():
        assert sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == fingerprint
    table = (tmp_path / "out" / "map.csv").read_bytes()
    assert manifest["data"] == {"file": "map.csv", "rows": 64, "sha256": sha256(table).hexdigest()}
    assert manifest["versions"] == {"wamkg": __version__, "matplotlib": mpl.__version__}
    assert manifest["query"] == {"taxonomy": "wam", "date": "arxiv_v1"}
    assert manifest["release"] is None
    assert manifest["width_mm"] == 180.0
    assert "64 methods" in manifest["caption"]
    assert "Cascaded 31" in manifest["alt"]
    rows = list(csv.DictReader(table.decode().splitlines()))
    assert {row["id"]: row["label"] for row in rows} == {item.element_id: item.label for item in roadmap.items}


def test_the_same_request_writes_the_same_bytes(drawing: Drawing, tmp_path: Path) -> None:
    first, second = (write_figure(drawing, [tmp_path / name / "map.svg"], ASKED) for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_figure_can_be_written_alone(drawing: Drawing, tmp_path: Path) -> None:
    write_figure(drawing, [tmp_path / "out" / "map.svg"], ASKED, data=False)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["map.svg"]


@pytest.mark.parametrize("name", ["map.csv", "map.docx", "map", "map.tex"])
def test_a_format_there_is_none_of_writes_nothing(drawing: Drawing, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError):
        write_figure(drawing, [tmp_path / "out" / "fine.svg", tmp_path / "out" / name], ASKED)
    assert not (tmp_path / "out").exists()


def test_what_a_release_did_not_have_is_marked_and_the_manifest_says_which_survey_is_drawn(
    seeded_store: Store, home: Path, tmp_path: Path
) -> None:
    create_release(seeded_store, home, "v1", "", "ana")
    paper = {"title": "A New Paper about Robots", "arxiv": "2502.00001", "date": "2025-02-01", "method": "NewNet"}
    fill(seeded_store, tmp_path, paper | {"taxa": {"wam": "cascaded/implicit"}})
    now, then = tmp_path / "now.svg", tmp_path / "then.svg"
    assert run(["figure", "roadmap", "-o", str(now), "--since", "v1"]) == 0
    assert run(["figure", "roadmap", "-o", str(then), "--release", "v1"]) == 0
    manifest = orjson.loads(now.with_suffix(".json").read_bytes())
    assert "Red frame: new since v1" in manifest["caption"]
    assert (manifest["release"], manifest["query"]["since"]) == (None, "v1")
    before = orjson.loads(then.with_suffix(".json").read_bytes())
    assert before["release"] == "v1" and before["caption"].endswith(" Edition v1.")
    frames = re.findall(rb'id="(method-[^"]+)"(?:(?!id=").)*?stroke: #b3261e', now.read_bytes(), re.S)
    assert frames == [b"method-newnet"]
    assert b"method-newnet" not in then.read_bytes()


def test_an_unknown_release_to_compare_with_is_a_clear_error(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["figure", "roadmap", "-o", str(tmp_path / "a.svg"), "--since", "v9"]) == 1
    assert "v9" in capsys.readouterr().err
