"""Suggestions in a taxonomy with no label or few: from what is written about the classes, and never sure."""

import json
from itertools import permutations
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.cli import suggestions as commands

TAXONOMY = """
slug: kilns
title: Kilns
taxa:
  - slug: wood
    name: Wood-fired
    definition: The fuel is split timber.
    include: [Ash settles on the glaze during the firing.]
    exemplars: [arxiv:2401.00001]
  - slug: electric
    name: Electric
    definition: The heat comes from coils.
    include: [A controller ramps the elements.]
"""
PAPERS = {
    "2401.00001": ("An Anagama on a Slope", "Stokers feed the firebox for days and salt is thrown at the end."),
    "2401.00002": ("Runs of Natural Gloss", "We study ash that settles on the glaze of jars."),
    "2401.00003": ("Even Heat by Feedback", "A controller ramps the elements to the set point."),
    "2401.00004": ("Who Feeds the Firebox", "Stokers and salt in a night of work."),
}


@pytest.fixture
def kilns(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, papers = tmp_path / "kilns.yaml", tmp_path / "papers.jsonl"
    file.write_text(TAXONOMY, encoding="utf-8")
    lines = [{"arxiv": arxiv, "title": title, "abstract": body} for arxiv, (title, body) in PAPERS.items()]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert run(["import", str(papers), "--as-candidates"]) == 0
    assert run(["init", "--taxonomy", str(file), "--yes"]) == 0
    capsys.readouterr()


def suggested(capsys: pytest.CaptureFixture[str]) -> dict[str, dict]:
    assert run(["suggest", "--json", "--show-holdout"]) == 0
    return {line["arxiv"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}


@pytest.mark.usefixtures("kilns")
def test_without_labels_criteria_and_exemplars_count_and_nothing_is_sure(capsys: pytest.CaptureFixture[str]) -> None:
    found = suggested(capsys)
    first = {arxiv: line["ranked"][0]["taxon"] for arxiv, line in found.items()}
    assert first["2401.00002"] == "wood" and first["2401.00003"] == "electric" and first["2401.00004"] == "wood"
    assert all(line["abstained"] and line["decided_level"] is None for line in found.values())
    assert all(line["model"]["training_size"] == 0 for line in found.values())


@pytest.mark.usefixtures("kilns")
def test_it_says_how_little_it_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["suggest"]) == 0
    assert "no paper placed in kilns so far: this is a guess" in " ".join(capsys.readouterr().out.split())
    assert run(["decide", "arxiv:2401.00003", "electric", "--by", "ana"]) == 0
    assert run(["suggest"]) == 0
    assert "only 1 paper placed in kilns so far" in " ".join(capsys.readouterr().out.split())


def test_a_long_evaluation_says_so_first_and_offers_a_quick_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"Wood": ("ash", "timber", "stoker", "firebox"), "Electric": ("coil", "relay", "controller", "ramp")}
    entries = [
        f"- [The {one} and the {two} of kiln {number}](https://arxiv.org/abs/2401.{code}{number:04d})"
        for code, own in enumerate(words.values(), 1)
        for number, (one, two) in enumerate(permutations(own, 2))
    ]
    half = len(entries) // 2
    lines = ["# Awesome Kilns", "## Wood", *entries[:half], "## Electric", *entries[half:]]
    (tmp_path / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run(["init", "--from", str(tmp_path / "README.md"), "--yes"]) == 0
    capsys.readouterr()
    monkeypatch.setattr(commands, "SLOW", 0.0)
    assert run(["evaluate", "--model", "majority"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("this takes about 0:") and "`wamkg evaluate --quick`" in line
    for silent in ("--quick", "--json"):
        assert run(["evaluate", "--model", "majority", silent]) == 0
        assert capsys.readouterr().err == ""
