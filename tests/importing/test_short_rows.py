"""Table rows that lack a cell: the others are read by what they contain, and the row is listed."""

import pytest

from tests.helpers.importing_samples import EMPTY, only

PDF = "[pdf](https://arxiv.org/abs/2401.00001)"
TITLE = "Dunes that Move at Night"
HEADS = {
    "links before the year": "| Title | Venue | Link | Year |\n|---|---|---|---|\n",
    "a name first": "| Name | Title | Venue | Year | Links |\n|---|---|---|---|---|\n",
    "authors": "Title | Authors | Year | Links\n--- | --- | --- | ---\n",
}
Row = tuple[str | None, list[str], str | None, int | None, str | None]


@pytest.mark.parametrize(
    ("head", "row", "wanted"),
    [
        ("links before the year", f"| {TITLE} | ICRA | 2022 |", (None, [], "ICRA", 2022, None)),
        ("links before the year", f"| {TITLE} | 2022 |", (None, [], None, 2022, None)),
        ("links before the year", f"| {TITLE} | {PDF} | 2022 |", (None, [], None, 2022, "2401.00001")),
        ("a name first", f"| {TITLE} | ICRA | 2022 | {PDF} |", (None, [], "ICRA", 2022, "2401.00001")),
        ("a name first", f"| DuneNet | {TITLE} | 2022 | {PDF} |", ("DuneNet", [], None, 2022, "2401.00001")),
        ("a name first", f"| DuneNet | {TITLE} | ICRA | {PDF} |", ("DuneNet", [], "ICRA", None, "2401.00001")),
        ("authors", f"**{TITLE}** | 2022 | {PDF}", (None, [], None, 2022, "2401.00001")),
        (
            "authors",
            f"**{TITLE}** | Ann Lee, Bo Cole | {PDF}",
            (None, ["Ann Lee", "Bo Cole"], None, None, "2401.00001"),
        ),
    ],
)
def test_a_row_without_a_cell_is_read_by_what_it_contains(head: str, row: str, wanted: Row) -> None:
    record = only(f"# Sand\n\n{HEADS[head]}{row}\n", EMPTY)
    assert record.title == TITLE
    assert (record.method, record.authors, record.venue, record.year, record.arxiv) == wanted
    assert [doubt for doubt in record.doubts if "a cell is missing" in doubt]


def test_a_row_with_an_empty_last_cell_is_read_as_it_is() -> None:
    record = only(f"# Sand\n\n{HEADS['authors']}{TITLE} | Ann Lee, Bo Cole | 2022 | \n", EMPTY)
    assert (record.authors, record.year, record.doubts) == (["Ann Lee", "Bo Cole"], 2022, [])


def test_a_title_below_its_heading_is_never_moved_away() -> None:
    row = f"| [{TITLE}](https://arxiv.org/abs/2401.00001) | Applied Sand Science Track | KDD |"
    record = only(f"# Sand\n\n| Title | Venue | Year | Code |\n|---|---|---|---|\n{row}\n", EMPTY)
    assert (record.title, record.arxiv) == (TITLE, "2401.00001")
