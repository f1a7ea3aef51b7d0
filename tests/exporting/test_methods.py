"""The methods appendix: every number in it is one of the store, and what is not known is said."""

from pathlib import Path

from pylatexenc.latexwalker import LatexWalker

from wamkg.cli import run
from wamkg.store.session import Store
from wamkg.views.missing import flow_counts


def _written(tmp_path: Path, *options: str) -> str:
    file = tmp_path / "methods.tex"
    assert run(["methods", "-o", str(file), *options]) == 0
    return file.read_text(encoding="utf-8")


def _balanced(text: str) -> bool:
    nodes, _, _ = LatexWalker(text, tolerant_parsing=False).get_latex_nodes()
    return bool(nodes)


def test_a_new_survey_says_what_it_does_not_know(seeded_store: Store, tmp_path: Path) -> None:
    text = _written(tmp_path)
    assert "No route of discovery was read." in text and "No model suggested classes." in text
    assert "This is the first edition." in text and "unreleased state" in text
    assert "item predictive-policies: (cat:cs.RO OR" in text  # a saved query, as the survey has it
    assert _balanced(text)


def test_every_number_of_the_flow_is_that_of_the_store(seeded_store: Store, tmp_path: Path) -> None:
    text = _written(tmp_path)
    with seeded_store.reading() as session:
        rows = [row for row in flow_counts(session) if "_" not in row.reason and "&" not in row.reason]
    assert rows
    for row in rows:
        assert f"{row.stage} & {row.reason} & {row.count} " in text, row


def test_imports_decisions_and_changes_are_counted(seeded_store: Store, tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    more.write_text('{"title": "Kites in the wind", "arxiv": "2601.00001"}\n')
    for command in (
        ["release", "create", "v1"],
        ["import", str(more)],
        ["decide", "arxiv:2601.00001", "joint", "--by", "ana_b"],
        ["release", "create", "v2"],
    ):
        assert run(command) == 0, command
    text = _written(tmp_path, "--release", "v2")
    assert r"ana\_b (1)" in text and "From v1 to v2: added 1" in text and "release v2" in text
    assert "more.jsonl" in text and _balanced(text)
    assert "This is the first edition." in _written(tmp_path, "--release", "v1")
