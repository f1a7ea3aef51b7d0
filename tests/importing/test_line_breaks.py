"""Line breaks written as a tag inside a title: one title, with a space, and nothing beside it taken in."""

import pytest

from tests.helpers.importing_samples import EMPTY, read

TITLE = "Paper Boats Float in Warm Rain"
BROKEN = "Paper Boats Float<br>in Warm Rain"
ADDRESS = "https://arxiv.org/abs/2401.00001"
BESIDE = ["Ann Lee, Bob Cho", "ICRA 2024", "*Ann Lee and Bob Cho*", "[code](https://github.com/a/b)", "(best paper)"]
CELLS = {
    "plain": BROKEN,
    "bold": f"**{BROKEN}**",
    "a link": f"[{BROKEN}]({ADDRESS})",
    "a closed tag": BROKEN.replace("<br>", "<br/>"),
    "spaces around the tag": BROKEN.replace("<br>", " <br /> "),
    "three lines": "Paper Boats Float<br>in<br>Warm Rain",
}


def row(cell: str) -> list[tuple[str, list[str], int | None]]:
    """What a table with this title cell is read as."""
    head = "# P\n\n| Year | Title | Link |\n|---|---|---|\n"
    result = read(f"{head}| 2024 | {cell} | [pdf]({ADDRESS}) |\n", EMPTY)
    assert result.unreadable() == []
    return [(r.title, r.authors, r.year) for r in result.records()]


@pytest.mark.parametrize("cell", CELLS)
def test_a_title_broken_inside_its_cell_is_one_title(cell: str) -> None:
    assert row(CELLS[cell]) == [(TITLE, [], 2024)]


@pytest.mark.parametrize("beside", BESIDE)
def test_what_stands_on_a_line_below_the_title_stays_beside_it(beside: str) -> None:
    assert [title for title, *_ in row(f"{TITLE}<br>{beside}")] == [TITLE]
    assert [title for title, *_ in row(f"{BROKEN}<br>{beside}")] == [TITLE]


def test_a_line_in_upper_case_goes_on_and_that_is_told() -> None:
    text = f"# P\n\n| Title | Link |\n|---|---|\n| Paper Boats Float<br>In Warm Rain | [pdf]({ADDRESS}) |\n"
    (record,) = read(text, EMPTY).records()
    assert record.title == "Paper Boats Float In Warm Rain"
    assert "line break" in str(record.doubts[0])


@pytest.mark.parametrize("entry", [f"[{BROKEN}]({ADDRESS})", f"**{BROKEN}**. [pdf]({ADDRESS})"])
def test_a_link_or_a_bold_title_of_a_bullet_is_whole(entry: str) -> None:
    (record,) = read(f"# P\n\n- {entry}. Ann Lee, ICRA 2024\n", EMPTY).records()
    assert (record.title, record.authors) == (TITLE, ["Ann Lee"])


@pytest.mark.parametrize("names", ["Ann Lee<br>Bob Cho", "Ann Lee,<br>Bob Cho", "Ann Lee; <br> Bob Cho"])
def test_names_on_lines_of_their_own_are_several(names: str) -> None:
    text = f"# P\n\n| Title | Authors | Link |\n|---|---|---|\n| {TITLE} | {names} | [pdf]({ADDRESS}) |\n"
    assert read(text, EMPTY).records()[0].authors == ["Ann Lee", "Bob Cho"]


def test_names_beside_the_title_are_told_if_a_column_names_others() -> None:
    text = f"# P\n\n| Title | Authors | Link |\n|---|---|---|\n| {TITLE}<br>Cy Dee, Ed Fox | Ann Lee | {ADDRESS} |\n"
    (record,) = read(text, EMPTY).records()
    assert record.authors == ["Ann Lee"]
    assert "Cy Dee, Ed Fox" in str(record.doubts[0])
