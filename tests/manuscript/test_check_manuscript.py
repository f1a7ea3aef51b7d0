"""`check-manuscript`: ten planted disagreements, each found by name, and nothing in the clean paper."""

import json
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.manuscript.check import CHECKS

RELEASE = ["--release", "v1"]


def findings(capsys: pytest.CaptureFixture[str], *more: str, main: str = "main.tex") -> list[tuple[str, int, str, str]]:
    """The findings as (file, line, check, text); the exit status agrees with them."""
    capsys.readouterr()
    status = run(["check-manuscript", main, "--json", *(more or RELEASE)])
    report = json.loads(capsys.readouterr().out)
    assert status == (3 if report["findings"] else 0)
    return [(f["file"], f["line"], f["check"], f["text"]) for f in report["findings"]]


def edit(path: Path, before: str, after: str) -> int:
    """Replace a text that stands once in a file; returns its line."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, after), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1


def test_the_clean_paper_has_no_finding(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys) == []


PLANTED = [
    ("not-in-store", "main.tex", "cameras struggle", "cameras struggle \\citep{uncited2000}", "uncited2000"),
    ("no-entry", "main.tex", "{lind2022shiny}", "{lind2022shine}", "did you mean lind2022shiny?"),
    ("not-cited", "sections/pushing.tex", "\\citet{kranz2024fences}", "Others", "kranz2024fences"),
    ("other-class", "sections/grasping.tex", "P & BeltPush", "GF & BeltPush", "under 'GF' and placed in pushing"),
    (
        "published",
        "own.bib",
        "booktitle={Conference on Sorting Machines}, year={2023}, doi={10.5555/csm.2023.41}",
        "year={2023}, eprint={2302.07003}, archiveprefix={arXiv}",
        "published in Conference on Sorting Machines 2023 (doi:10.5555/csm.2023.41)",
    ),
    ("other-title", "own.bib", "{2304.09120}", "{2306.15002}", "castell2023cup: arxiv:2306.15002 belongs to"),
    ("number", "sections/pushing.tex", "\\sortCount{pushing} papers", "5 papers", "'Pushing (5 papers)'"),
    ("macro", "main.tex", "\\sortShare{grasping}", "\\sortShare{graspings}", "did you mean grasping"),
    ("macro", "numbers.tex", "count@grasping}{6}", "count@grasping}{7}", "is 7 here and 6 in the store"),
    ("unreadable", "main.tex", "\\bibliography{own,more.bib}", "\\bibliography{own,more.bib,less}", "less.bib cannot"),
]  # fmt: skip
"""Check, file, text, what is planted in its place, and a part of the message."""


def test_ten_planted_disagreements_are_found_by_name_and_nothing_else(
    paper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [edit(paper / file, before, after) for _, file, before, after, _ in PLANTED]
    found = findings(capsys)
    for (check, file, _, _, text), line in zip(PLANTED, lines, strict=True):
        hits = [one for one in found if one[2] == check and text in one[3]]
        assert len(hits) == 1, (check, text, found)
        if check not in ("not-cited", "unreadable"):
            assert hits[0][:2] == (file, line)
        found.remove(hits[0])
    assert found == []


def test_a_key_that_changed_and_one_paper_under_two_keys(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "hara2023soft", "key=hara2023label"]) == 0
    edit(paper / "more.bib", "@misc{uncited2000", "@misc{imre2024bags, title={A Hand for Bags: Closing Around What Has "
         "No Edge}, eprint={2401.08877}, archiveprefix={arXiv}}\n@misc{uncited2000")  # fmt: skip
    line = edit(paper / "main.tex", "]{imre2024hand}", "]{imre2024bags}")
    now = findings(capsys, "--taxonomy", "sorting")
    assert ("sections/grasping.tex", 10, "key-changed", "hara2023soft is called hara2023label in the store") in now
    assert ("main.tex", line, "double", "imre2024bags and imre2024hand are the same paper") in now


def test_every_check_of_the_list_is_tested() -> None:
    assert {check for check, *_ in PLANTED} | {"key-changed", "double"} == set(CHECKS)
