"""`export --cited-in main.tex`: the bibliography of a manuscript, and what it lacks."""

import re
from pathlib import Path

import pytest

from wamkg.cli import run


def keys(capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    capsys.readouterr()
    run(["export", "bibtex", "--cited-in", "main.tex", *more])
    return re.findall(r"^@\w+\{([^,]+),", capsys.readouterr().out, re.M)


def test_only_cited_papers_are_written_in_the_order_of_citation(
    paper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = keys(capsys, "--release", "v1")
    assert found[:3] == ["lind2022shiny", "brandt2023vacuum", "castell2023cup"] and len(found) == 9
    assert keys(capsys, "--taxon", "pushing") == ["jansen2023apart", "kranz2024fences"]


def test_what_the_store_lacks_or_calls_otherwise_is_told(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main = Path("main.tex").read_text(encoding="utf-8")
    Path("main.tex").write_text(main.replace("{lind2022shiny}", "{lind2022shiny, uncited2000}"), encoding="utf-8")
    assert run(["set", "hara2023soft", "key=hara2023label"]) == 0
    capsys.readouterr()
    assert run(["export", "bibtex", "--cited-in", "main.tex", "-o", "refs.bib"]) == 3
    told = capsys.readouterr().err
    assert "uncited2000 is cited and no paper of the store" in told
    assert "hara2023soft is exported as hara2023label" in told
    assert run(["export", "awesome-list", "--cited-in", "main.tex"]) == 1
