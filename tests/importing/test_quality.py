"""What an import says of itself: samples, shares, warnings first where it is implausible, and its exit status."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from wamkg_api.app import create_app
from wamkg_api.schemas.imports import ImportAnswer

from tests.helpers.api_access import API, token_for
from tests.helpers.libraries import LIST_TITLES, PERSONS
from wamkg.cli import run
from wamkg.importing.name_lists import looks_like_names
from wamkg.names import PersonName
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

Importer = Callable[..., tuple[int, dict[str, Any]]]
Printer = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def report_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Importer:
    """Import a text under a file name in a dry run; gives the exit status and the JSON report."""

    def report(name: str, text: str, *options: str) -> tuple[int, dict[str, Any]]:
        (tmp_path / name).write_text(text)
        status = run(["import", str(tmp_path / name), "--dry-run", "--json", *options])
        return status, orjson.loads(capsys.readouterr().out)

    return report


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Printer:
    """Import a text under a file name; gives the exit status and the lines that are printed."""

    def lines(name: str, text: str, *options: str) -> tuple[int, list[str]]:
        (tmp_path / name).write_text(text)
        status = run(["import", str(tmp_path / name), *options])
        return status, capsys.readouterr().out.splitlines()

    return lines


def entry(
    number: int, title: str = "", people: str = "author = {Morn, Ilka}", kind: str = "article", more: str = ""
) -> str:
    """One BibTeX entry on a line of its own."""
    title = title or f"A sound title about the tide of number {number}"
    return f"@{kind}{{k{number}, title = {{{title}}}, {people}, journal = {{Tides}}, year = {{2020}}{more}}}\n"


def kinds(report: dict[str, Any]) -> list[str]:
    """Kinds of the warnings, in their order."""
    return [warning["kind"] for warning in report["warnings"]]


def test_a_sound_file_has_no_warning_and_three_samples(report_of: Importer) -> None:
    status, report = report_of("a.bib", "".join(entry(n) for n in range(9)))
    assert (status, report["warnings"], report["partial"]) == (0, [], False)
    assert [sample["line"] for sample in report["samples"]] == [1, 5, 9]
    assert report["samples"][0] == {
        "line": 1, "title": "A sound title about the tide of number 0", "authors": ["Ilka Morn"], "authors_cut": False,
        "year": 2020, "ids": [], "classes": [],
    }  # fmt: skip
    quality = report["quality"]
    assert (quality["records"], quality["without_authors"], quality["without_year"], quality["without_id"]) == (
        9,
        0,
        0,
        9,
    )


def test_a_record_is_its_own_sample_once(report_of: Importer) -> None:
    _, report = report_of("a.bib", entry(1))
    assert len(report["samples"]) == 1


def test_a_warning_comes_first_says_where_and_what_to_do(printed: Printer) -> None:
    status, lines = printed("a.bib", "".join(entry(n, people="writer = {Morn, Ilka}") for n in range(8)))
    assert status == 3
    assert lines[0].startswith("WARNING: 8 of 8 records have no authors.")
    assert '"writer"' in lines[0]
    assert "rename" in lines[0]
    assert lines[1] == "  line 1: A sound title about the tide of number 0"
    assert lines[6] == "  and 3 more; --verbose lists them"
    _, everything = printed("a.bib", "".join(entry(n, people="writer = {Morn, Ilka}") for n in range(8)), "--verbose")
    assert "  line 8: A sound title about the tide of number 7" in everything


@pytest.mark.parametrize("content", ['{"foo": [{"title": "Sand"}]}', '{"title": ""}\nno json\n'])
def test_a_file_without_a_readable_record_is_a_failure(printed: Printer, content: str) -> None:
    assert printed("a.jsonl", content)[0] == 1


def test_half_without_authors_is_said_and_less_is_not(report_of: Importer) -> None:
    def of(lacking: int) -> list[str]:
        people = ["writer = {Morn, Ilka}"] * lacking + ["author = {Morn, Ilka}"] * (10 - lacking)
        return kinds(report_of("a.bib", "".join(entry(n, people=p) for n, p in enumerate(people)))[1])

    assert of(5) == ["authors"]
    assert of(4) == []


def test_pages_of_the_web_and_collections_need_no_authors(report_of: Importer) -> None:
    pages = "".join(
        f"@misc{{w{n}, title = {{The project of tide {n}}}, url = {{https://tide{n}.example.org}}}}\n" for n in range(9)
    )
    status, report = report_of("a.bib", pages + entry(10))
    assert (status, kinds(report)) == (0, [])
    assert report["quality"]["without_authors"] == 9


def test_rows_without_authors_are_missed_only_where_another_column_may_hold_them(report_of: Importer) -> None:
    plain = "title,year,doi\n" + "".join(f"A tide of number {n} in a table,2020,10.5555/t.{n}\n" for n in range(6))
    assert report_of("a.csv", plain)[0] == 0
    odd = "title,Urheber,year\n" + "".join(f"A tide of number {n} in a table,Ilka Morn,2020\n" for n in range(6))
    status, report = report_of("a.csv", odd)
    assert (status, kinds(report)) == (3, ["authors"])
    assert "Urheber" in report["warnings"][0]["text"]


def test_a_list_has_no_authors_by_nature(report_of: Importer) -> None:
    text = "# Awesome tides\n\n## Gauges\n" + "".join(
        f"- [A tide gauge of number {n}](https://arxiv.org/abs/2402.6{n:04})\n" for n in range(8)
    )
    assert report_of("a.md", text)[1]["warnings"] == []


def test_a_list_of_anything_but_papers_is_said(report_of: Importer) -> None:
    text = "# Awesome tides\n\n## Tools\n" + "".join(
        f'- **Gauge{n}**: "A tide gauge of number {n} for sale" 2021 [shop](https://shop{n}.example.org/gauge)\n'
        for n in range(12)
    )
    assert "ids" in kinds(report_of("a.md", text)[1])


def test_a_tenth_of_titles_like_names_is_said_with_their_lines(report_of: Importer) -> None:
    titles = ["Ilka Morn, Tove Sand, Per Lind", "Morn, I., Sand, T.", "Ode Brun et al."]
    text = "".join(entry(n, title) for n, title in enumerate([*titles, *[""] * 27]))
    status, report = report_of("a.bib", text)
    assert (status, kinds(report)) == (3, ["titles-like-names"])
    assert [place["line"] for place in report["warnings"][0]["places"]] == [1, 2, 3]
    assert report["quality"]["titles_like_names"] == 3
    assert {sample["line"] for sample in report["samples"]} == {1, 2, 3}


def test_one_title_for_many_papers_is_said_but_not_one_paper_listed_often(report_of: Importer) -> None:
    many = "".join(entry(n, "The moon and the mill", more=f", doi = {{10.5555/m.{n}}}") for n in range(5))
    status, report = report_of("a.bib", many + "".join(entry(n) for n in range(9, 20)))
    assert (status, kinds(report), report["quality"]["same_title"]) == (3, ["same-title"], 5)
    often = "".join(entry(n, "The moon and the mill", more=", doi = {10.5555/m.1}") for n in range(6))
    assert report_of("a.bib", often + "".join(entry(n) for n in range(9, 20)))[1]["warnings"] == []


def test_mostly_short_titles_are_said(report_of: Importer) -> None:
    text = "".join(entry(n, f"Tide {n}") for n in range(6)) + "".join(entry(n) for n in range(6, 11))
    assert kinds(report_of("a.bib", text)[1]) == ["short-titles"]


def test_mostly_unreadable_lines_are_said(report_of: Importer) -> None:
    status, report = report_of("a.jsonl", "{title: none}\n" * 6 + '{"title": "A sound title of one tide"}\n')
    assert (status, kinds(report), report["partial"]) == (3, ["unreadable"], True)


def test_values_worse_than_before_are_counted_and_said(printed: Printer, report_of: Importer) -> None:
    def text(people: str) -> str:
        return "".join(entry(n, people=f"author = {{{people}}}", more=f", doi = {{10.5555/w.{n}}}") for n in range(8))

    assert printed("a.bib", text("Morn, Ilka and Sand, Tove"))[0] == 0
    status, report = report_of("a.bib", text("Morn, I. and Sand, T."))
    assert (status, kinds(report), report["quality"]["worse"]) == (3, ["worse"], 8)
    assert "initials instead of names" in report["lines"][0]["conflicts"][0]


def test_a_file_without_a_record_fails_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("# Notes\n\nNothing to read here.\n")
    assert run(["import", str(tmp_path / "a.md")]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "a.md has no record when read as awesome-list; choose another format with --format" in said[0]


def test_an_unknown_heading_says_how_many_papers_are_under_it(printed: Printer) -> None:
    text = "# Awesome\n\n## Joint WAM\n" + "".join(
        f"- [A joint model of number {n}](https://arxiv.org/abs/2402.7{n:04})\n" for n in range(5)
    )
    text += "\n## Tide gauges\n\nThese float.\n\n" + "".join(
        f"- [A tide gauge of number {n}](https://arxiv.org/abs/2402.8{n:04})\n" for n in range(2)
    )
    _, lines = printed("a.md", text, "--taxonomy", "wam")
    assert any("2 papers under an unknown heading" in line and "Tide gauges" in line for line in lines)


def test_a_long_import_lists_the_first_twenty_and_says_how_to_see_all(printed: Printer) -> None:
    text = "{title: none}\n" * 25 + "".join(f'{{"title": "A sound title of tide {n}"}}\n' for n in range(30))
    _, lines = printed("a.jsonl", text)
    assert sum(line.startswith("  line ") and "not valid JSON" in line for line in lines) == 20
    assert "  and 5 more; --verbose lists all" in lines
    _, lines = printed("a.jsonl", text, "--verbose")
    assert sum(line.startswith("  line ") and "not valid JSON" in line for line in lines) == 25


def test_http_gives_the_same_report(tmp_path: Path, report_of: Importer) -> None:
    text = "".join(entry(n, people="writer = {Morn, Ilka}") for n in range(8))
    _, printed = report_of("a.bib", text)
    store = Store(f"sqlite:///{tmp_path / 's.db'}")
    migrate(store)
    with TestClient(create_app(Settings(database_url=store.url, home=tmp_path))) as client:
        client.headers.update(token_for(store))
        sent = client.post(f"{API}/imports?name=a.bib&dry_run=true", content=text.encode()).json()
    same = {"warnings", "quality", "samples", "doubts", "partial", "unknown_keys"}
    assert {key: sent[key] for key in same} == {key: printed[key] for key in same}
    assert ImportAnswer.model_validate(sent).model_dump(mode="json", exclude_unset=True) == sent


JOINTS = st.sampled_from([", ", "; ", " and ", " & "])


@given(st.lists(PERSONS, min_size=2, max_size=6), JOINTS)
def test_people_in_a_row_look_like_names(people: list[PersonName], joint: str) -> None:
    assert looks_like_names(joint.join(name.display for name in people))


@given(LIST_TITLES)
def test_titles_do_not_look_like_names(title: str) -> None:
    assert not looks_like_names(title)


@pytest.mark.parametrize(
    "title",
    ["Maxwell and Boltzmann on ice", "Bees, tides and the moon", "World Models and Language Agents", "Romeo and Juliet",
     "Fast, Data-Efficient Walking", "Red, Green, Blue", "PaLM, GPT, and Friends", "机器人，学习与控制", "Adam",
     "Vision, Touch, and Hearing in One Robot", "Attention, Please!", "Gaussian Splatting and Neural Fields"],
)  # fmt: skip
def test_titles_with_commas_and_and_are_titles(title: str) -> None:
    assert not looks_like_names(title)


@pytest.mark.parametrize(
    "title",
    ["Bell A., Cole B., Dorn C.", "Fink E. et al.", "Morn, Ilka; Sand, Tove", "J. van den Berg, M. L. King Jr.",
     "García Márquez, G., O'Neil, P.", "Ho, J., Jain, A., & Abbeel, P.", "Morn I, Sand T", "Ode Brun and Ilka Morn"],
)  # fmt: skip
def test_lists_of_people_look_like_names(title: str) -> None:
    assert looks_like_names(title)
