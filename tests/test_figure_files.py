"""What is written beside a figure: its data, its caption and the fingerprints that say what it was drawn from."""

import csv
from hashlib import sha256
from pathlib import Path

import matplotlib as mpl
import orjson
import pytest

from wamkg import __version__
from wamkg.errors import InvalidInputError
from wamkg.figures.draw import draw_roadmap
from wamkg.figures.files import Request, write_figure
from wamkg.figures.save import Drawing
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
