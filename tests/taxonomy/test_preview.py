"""Trying an edit: where the papers of a split would go, and who would fit two places."""

from pathlib import Path

import orjson
import pytest

from tests.helpers.edit_store import fill
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.reviewing.taxonomy_preview import propose_split
from wamkg.store.session import Store
from wamkg.taxonomy.edit import NewTaxonPart

PARTS = (
    NewTaxonPart(name="Flow", definition="Learns a velocity field by flow matching along straight paths."),
    NewTaxonPart(name="Score", definition="Learns the score of a noisy density by denoising."),
)
TEXTS = {
    "Straight Paths for Robots": "We learn a velocity field by flow matching along straight paths.",
    "Noisy Densities for Robots": "We learn the score of a noisy density by denoising.",
}


def test_each_paper_of_a_split_gets_a_proposal(store: Store, tmp_path: Path) -> None:
    papers = [{"title": t, "abstract": a, "taxa": {"wam": "joint/diffusion"}} for t, a in TEXTS.items()]
    fill(store, tmp_path, *papers, {"title": "Elsewhere", "taxa": {"wam": "cascaded"}})
    before = dump(store)
    with store.reading() as session:
        found = propose_split(session, "wam", "joint/diffusion", PARTS)
        assert {p.title: p.part for p in found} == dict(zip(TEXTS, ("flow", "score"), strict=True))
        assert all(abs(sum(p.probabilities.values()) - 1) < 1e-6 for p in found)
        rest = propose_split(session, "wam", "joint/diffusion", PARTS, {found[0].paper: "score"})
        assert [p.title for p in rest] == [found[1].title]
        with pytest.raises(InvalidInputError, match="unknown part"):
            propose_split(session, "wam", "joint/diffusion", PARTS, {found[0].paper: "other"})
        with pytest.raises(InvalidInputError, match="two parts"):
            propose_split(session, "wam", "joint/diffusion", PARTS[:1])
    assert dump(store) == before


def test_the_command_line(seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = dump(seeded_store)
    leaf = "joint/diffusion/unified-stream/implicit"
    split = ["taxon", "split", leaf, "--into", "Flow: learns a velocity field", "--into", "Score: learns a score"]
    assert run([*split, "--propose", "--json"]) == 0
    proposals = orjson.loads(capsys.readouterr().out)
    assert proposals and {p["part"] for p in proposals} <= {"flow", "score"}
    papers = [word for p in proposals for word in ("--paper", f"{p['paper']}={p['part']}")]
    picture = tmp_path / "r.svg"
    assert run([*split, *papers, "--dry-run", "--ambiguous", "--roadmap", str(picture), "--json"]) == 0
    report = orjson.loads(capsys.readouterr().out)
    assert len([p for p in report["papers"] if p["moved"]]) == len(proposals)
    for paper in report["ambiguous"]:
        best, second = paper["probabilities"]
        assert best >= second >= best / 2 and paper["best"] != paper["second"]
    assert "Flow" in picture.read_text()
    assert dump(seeded_store) == before
