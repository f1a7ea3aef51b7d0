"""`wamkg check FILE.bib`: what is wrong with any bibliography, alone, against a store, and against Semantic Scholar."""

import json
from pathlib import Path

import pytest

from tests.helpers.enriching_checks import settings_for
from tests.s2_server.server import S2Server
from tests.s2_server.world import make_world
from wamkg.cli import run
from wamkg.jobs.local import environment
from wamkg.settings import get_settings

BIB = r"""
@misc{fine, title={Soft Fingers That Feel the Label Side}, author={Hara, Yuki}, eprint={2306.15002}}
@article{wrong, title={Wheels That Count Their Own Turns}, author={Pohl, Ada}, year={2024}, doi={10.5555/rbt.2024.118}}
@misc{early, title={Two Fingers Between Many Boxes}, author={Ferro, Ines and Gill, T.}, eprint={2302.07003}}
@article{pulled, title={RETRACTED: A Gripper of Air}, author={Ode, Kim}, journal={Journal of Air}, year={2020}}
@misc{again, title={Soft fingers that feel the label side}, author={Hara, Y.}, url={https://arxiv.org/abs/2306.15002v2}}
@misc{odd, title={A Number That No Archive Gave}, author={Ode, Kim}, eprint={2399.01234}, archiveprefix={arXiv}}
@misc{FINE, title={A Key That Stands Twice}, author={Ode, Kim}, year={2021}}
"""


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, int, str]]:
    """Check, line and the beginning of the message; the exit status agrees."""
    capsys.readouterr()
    status = run(["check", *arguments, "--json"])
    report = json.loads(capsys.readouterr().out)
    assert status == (3 if report["findings"] else 0)
    return [(f["check"], f["line"], f["text"]) for f in report["findings"]]


def test_each_kind_of_fault_is_found_by_name(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (paper / "any.bib").write_text(BIB, encoding="utf-8")
    findings = found(capsys, "any.bib")
    assert [(check, line) for check, line, _ in findings] == [
        ("other-title", 3), ("published", 4), ("retracted", 5), ("double", 6), ("no-such-id", 7), ("double", 8),
    ]  # fmt: skip
    assert "doi:10.5555/rbt.2024.118 belongs to 'Suction Under Dust and Film'" in findings[0][2]
    assert found(capsys, "own.bib", "more.bib") == []


def test_semantic_scholar_knows_more_and_nothing_is_stored(
    paper: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = make_world(library=6, citations=10, references=0)
    papers = [paper for paper in world.papers.values() if paper.arxiv]
    good, venue = papers[0], next(one for one in papers[1:] if one.venue and "arXiv" not in one.venue)
    text = f"""@misc{{good, title={{{good.title}}}, eprint={{{good.arxiv}}}, archiveprefix={{arXiv}}}}
@misc{{bad, title={{Quite Another Subject Altogether}}, author={{Roe, Jo}}, eprint={{{good.arxiv}}}}}
@misc{{old, title={{{venue.title}}}, eprint={{{venue.arxiv}}}, archiveprefix={{arXiv}}}}
@misc{{none, title={{A Paper That Is Not There}}, eprint={{1901.99999}}, archiveprefix={{arXiv}}}}
"""
    (paper / "any.bib").write_text(text, encoding="utf-8")
    before = (home / "wamkg.db").stat().st_size
    with S2Server(world) as server:
        for name, value in environment(settings_for(server)).items():
            if name.startswith("WAMKG_S2_"):
                monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        findings = found(capsys, "any.bib", "--online")
    kinds = [(check, line) for check, line, _ in findings]
    assert ("other-title", 2) in kinds and ("published", 3) in kinds and ("no-such-id", 4) in kinds
    assert not [kind for kind in kinds if kind[1] == 1 and kind[0] != "published"]
    assert (home / "wamkg.db").stat().st_size == before
