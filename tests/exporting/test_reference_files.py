"""RIS and CSL-JSON as other programs read them, and what is added so that they come back unchanged."""

import json
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.importing.references.csl import parse_csl
from wamkg.importing.references.tagged import parse_ris
from wamkg.store.session import Store

BIB = r"""@mastersthesis{ode2019kites, title={Kites That Read the {Wind}}, author={van der Ode, Bo and {Kite Lab}
  and others}, year={2019}, school={TU Sea}, month={mar # "--" # apr}, isrn={K-12}, keywords={kites; wind}}
@article{roe2022tides, title={Tides \& Robots}, author={Roe, Jr., Al}, journal={Journal of the Sea}, year=2022,
  month=jun, day=3, volume=7, number=2, pages={11--19}, doi={10.1000/tides}, note={In print}}
@misc{loy2024moon, title={Robots on the Moon}, author={Loy, Di}, eprint={2403.01234}, archiveprefix={arXiv},
  url={https://moon.example.org}}
"""


def exported(form: str) -> str:
    assert run(["export", form, "-o", "out.txt"]) == 0
    return Path("out.txt").read_text()


@pytest.fixture
def kites(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.chdir(tmp_path)
    Path("kites.bib").write_text(BIB)
    assert run(["import", "kites.bib"]) in (0, 3)
    return store


@pytest.mark.usefixtures("kites")
def test_ris_has_each_value_under_its_usual_tag() -> None:
    text = exported("ris")
    tides = next(part for part in text.split("\n\n") if "roe2022tides" in part).splitlines()
    assert tides[0] == "TY  - JOUR" and tides[-1] == "ER  - "
    assert {
        "TI  - Tides & Robots", "AU  - Roe, Al, Jr.", "T2  - Journal of the Sea", "PY  - 2022", "DA  - 2022/06/03/",
        "VL  - 7", "IS  - 2", "SP  - 11", "EP  - 19", "DO  - 10.1000/tides", "N1  - In print",
    } <= {*tides}  # fmt: skip
    moon = next(part for part in text.split("\n\n") if "loy2024moon" in part)
    assert "UR  - https://moon.example.org\nL3  - https://arxiv.org/abs/2403.01234" in moon


@pytest.mark.usefixtures("kites")
def test_csl_json_has_each_value_under_its_usual_name() -> None:
    items = {item["id"]: item for item in json.loads(exported("csl-json"))}
    tides, kites = items["roe2022tides"], items["ode2019kites"]
    assert tides["type"] == "article-journal" and tides["issued"] == {"date-parts": [[2022, 6, 3]]}
    assert tides["author"] == [{"family": "Roe", "given": "Al", "suffix": "Jr."}]
    assert kites["author"][:2] == [
        {"family": "Ode", "given": "Bo", "non-dropping-particle": "van der"},
        {"literal": "Kite Lab"},
    ]
    assert kites["publisher"] == "TU Sea" and kites["custom"]["wamkg"]["type"] == "mastersthesis"
    assert items["loy2024moon"]["archive_location"] == "arXiv:2403.01234"


@pytest.mark.usefixtures("kites")
@pytest.mark.parametrize("form", ["ris", "csl-json"])
def test_a_choice_of_papers_is_exported_and_comes_back_the_same(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", form, "--year", "2019", "-o", "some.txt"]) == 0
    assert "ode2019kites" in Path("some.txt").read_text() and "loy2024moon" not in Path("some.txt").read_text()
    assert run(["export", form, "--year", "1850", "-o", "none.txt"]) == 0
    capsys.readouterr()
    exported(form)
    assert run(["import", "out.txt", "--format", form]) == 0
    assert "0 new, 3 same, 0 changed" in capsys.readouterr().out


def test_what_others_put_into_the_same_place_is_no_value_of_the_paper() -> None:
    broken = "TY  - GEN\nTI  - Sea Robots\nU1  - wamkg {no json\nU1  - 1234\nER  - \n"
    (record,) = parse_ris(broken)
    assert record.title == "Sea Robots" and any("not valid JSON" in doubt for doubt in record.doubts)
    for custom in ({"wamkg": 3}, {"wamkg": {"standing": "included", "taxa": {"wam": "joint"}}}, "x", None, []):
        (item,) = parse_csl(json.dumps([{"title": "Sea Robots", "type": "book", "custom": custom}]))
        assert (item.entry_type, item.standing, item.placements) == ("book", None, [])
