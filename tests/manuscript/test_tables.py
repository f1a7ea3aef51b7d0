"""`wamkg table`: the same rows as LaTeX, Markdown, CSV and HTML; widths that fit; footnotes; keys that the .bib has."""

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pylatexenc.latexwalker import LatexWalker

from wamkg.cli import run
from wamkg.exporting.tables import FORMS, column_widths, overfull, render_table
from wamkg.store.session import Store
from wamkg.views.tables import TABLES, TableCell, TableColumn, TableData, TableGroup, TableQuery, make_table


def written(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(["table", *arguments]) == 0
    return capsys.readouterr().out


def test_a_table_of_papers_is_ready_to_input(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = written(capsys, "papers", "--columns", "method,cite,year", "--form", "latex", "--taxon", "grasping")
    assert [line for line in text.splitlines() if "\\textit" in line] == [
        r"\multicolumn{3}{@{}l}{\textit{Grasping / Suction}} \\",
        r"\multicolumn{3}{@{}l}{\textit{Grasping / Fingers}} \\",
    ]
    keys = {key for group in re.findall(r"\\cite\{([^}]*)\}", text) for key in group.split(",")}
    bib = (paper / "own.bib").read_text(encoding="utf-8")
    assert len(keys) == 6 and all(f"{{{key}," in bib for key in keys)
    (paper / "table.tex").write_text(text, encoding="utf-8")
    main = (paper / "main.tex").read_text(encoding="utf-8")
    (paper / "main.tex").write_text(main.replace("\\section{Conclusion}", "\\input{table}\n\\section{Conclusion}"))
    assert run(["check-manuscript", "main.tex", "--release", "v1"]) == 0


def test_every_form_has_the_same_rows(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["papers", "--columns", "title,year", "--flat", "--standing", "included"]
    titles = [row["Title"] for row in csv.DictReader(io.StringIO(written(capsys, *wanted, "--form", "csv")))]
    assert len(titles) == 8
    seen: list[str] = []
    parser = HTMLParser()
    parser.handle_data = seen.append  # type: ignore[method-assign]
    parser.feed(written(capsys, *wanted, "--form", "html"))
    markdown = written(capsys, *wanted)
    for title in titles:
        assert title in seen and title in markdown
    assert run(["table", "papers", "-o", "all.tex"]) == 0 and Path("all.tex").exists()
    assert run(["table", "papers", "--columns", "colour"]) == 1
    assert run(["table", "chairs"]) == 1


@pytest.mark.parametrize("name", TABLES)
def test_latex_is_balanced_and_fits_each_page(seeded_store: Store, name: str) -> None:
    with seeded_store.reading() as session:
        table = make_table(session, name, TableQuery(compare_with="training-data", benchmark=("libero",)))
    for form in FORMS:
        assert render_table(table, form, 500.0)
    text = render_table(table, "latex", 500.0)
    LatexWalker(text, tolerant_parsing=False).get_latex_nodes()
    assert overfull(table, 516.0) == 0


def test_long_texts_wrap_and_what_cannot_fit_is_told(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = "a title of many words " * 9
    table = TableData("papers", "", [TableColumn("Title", wraps=True), TableColumn("Year", is_number=True)],
                      [TableGroup("", [[TableCell(words), TableCell("2024")]])])  # fmt: skip
    widths = column_widths(table, 240.0)
    assert widths[1] is None and widths[0] is not None and 150 < widths[0] < 240
    capsys.readouterr()
    wide = "title,authors,venue,class,data,benchmarks,date,doi,arxiv,standing,method"
    assert run(["table", "papers", "--columns", wide, "--form", "latex", "--width", "60"]) == 3
    assert "wider than 60 mm" in capsys.readouterr().err


def test_scores_of_one_protocol_have_a_heading_and_caveats_a_footnote(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        table = make_table(session, "results", TableQuery(benchmark=("libero",)))
    assert all("LIBERO" in group.heading and "higher is better" in group.heading for group in table.groups)
    marks = {mark for row in table.rows for cell in row for mark in cell.marks}
    assert marks == set(table.notes) and len(set(table.notes.values())) == len(table.notes)
