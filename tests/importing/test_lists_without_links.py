"""Lists whose papers have no links, and words beside titles that are no authors."""

import pytest

from tests.helpers.importing_samples import EMPTY, read
from wamkg.matching.record import UnreadableLine

CITED = [
    ("Sorting Boxes By Color", "ICRA 2019"), ("A Gripper For Wet Hands", "IROS 2020"), ("Door Knobs", "CASE 2021"),
    ("Stacking: Cups, Plates, and Folded Towels", "RSS 2018"), ("Which Way Is Up?", "CoRL 2022"),
    ("Lifting With Two Arms", "Soft Hands 2017"), ("Tall Robots At Harvard", "ICRA 2015"),
    ("Pouring Tea", "ICRA Demo 2016"), ("Walking On Ice", "T-RO 2014"), ("Cleaning Glass", "2013"),
    ("Opening Jars At Night", "ISER 2012"), ("Threading A Needle", "Transactions on Small Things 2011"),
]  # fmt: skip


def test_bullets_with_a_venue_in_brackets_are_papers_without_a_link() -> None:
    lines = [f"* {title} ({where})" for title, where in CITED]
    result = read("# Papers\n\n## Hands\n\n" + "\n".join(lines) + "\n", EMPTY)
    assert [(r.title, r.authors) for r in result.records()] == [(title, []) for title, _ in CITED]
    assert [r.year for r in result.records()] == [int(where[-4:]) for _, where in CITED]


def test_a_line_among_them_without_a_venue_is_a_paper_and_told() -> None:
    lines = [f"* {title} ({where})" for title, where in CITED] + ["* Folding Shirts Without Looking"]
    last = read("# Papers\n\n## Hands\n\n" + "\n".join(lines) + "\n", EMPTY).records()[-1]
    assert last.title == "Folding Shirts Without Looking"
    assert "no link, venue or year" in str(last.doubts[0])


def test_a_remark_behind_the_venue_is_no_part_of_the_title() -> None:
    lines = [f"* {title} ({where}) (code not out)" for title, where in CITED[:3]]
    result = read("# Papers\n\n## Hands\n\n" + "\n".join(lines) + "\n", EMPTY)
    assert [r.title for r in result.records()] == [title for title, _ in CITED[:3]]


def entry(text: str) -> tuple[str, list[str], str | None, int | None]:
    """What one bullet with a link is read as."""
    (record,) = read(f"# P\n\n## M\n\n* {text}\n", EMPTY).records()
    return record.title, record.authors, record.venue, record.year


LINK = "[Grasping Soft Toys](https://arxiv.org/abs/2002.10504)"


def test_by_leads_to_the_first_author() -> None:
    assert entry(f"<{LINK}> by Mia Novak, Pim de Boer, 2020.")[1] == ["Mia Novak", "Pim de Boer"]


def test_remarks_and_labels_are_no_authors() -> None:
    for words in ("(Best Paper)", "(Extended Version)", "[GitHub Page](https://github.com/a/b)", "（有对比实验）"):
        assert entry(f"{LINK} (ICRA 2020) {words}")[1:] == ([], "ICRA", 2020)


def test_a_family_name_that_is_also_a_particle_and_a_venue_that_nothing_knows() -> None:
    assert entry(f"**{LINK}** *Du et al. ICZZ.*")[1:3] == (["Du"], "ICZZ")


def test_half_an_arxiv_number_is_no_year() -> None:
    text = (
        "# P\n\n## M\n\n### [Grasping Soft Toys](https://arxiv.org/abs/2002.10504)\n\narXiv 2002; Pattern Recognition\n"
    )
    (record,) = read(text, EMPTY).records()
    assert (record.authors, record.venue, record.year) == ([], "Pattern Recognition", None)


def test_contents_with_full_addresses_are_no_papers() -> None:
    page = "https://github.com/some-lab/toy-list/blob/main/README.md"
    contents = f"* [Soft Toys]({page}#soft-toys)\n  * [Deep Methods]({page}#deep-methods)\n"
    text = f"# Toys\n\n{contents}\n## Soft Toys\n\n### Deep Methods\n\n* {LINK}, Mia Novak, 2020\n"
    assert [r.title for r in read(text, EMPTY).records()] == ["Grasping Soft Toys"]


def test_news_of_a_list_are_no_class() -> None:
    from wamkg.importing.lists.headings import is_class_heading

    for heading in ("News", "What's New", "🔥 Updates", "Latest Updates", "Changelog", "Recent Papers", "论文列表"):
        assert not is_class_heading(heading), heading
    for heading in ("New Methods", "News Recommendation", "Change Detection", "Update Rules"):
        assert is_class_heading(heading), heading


DATED = (
    "- [2019] Paper Kites, O. Lund", "- Paper Kites, O. Lund, 2019", "- Paper Kites (2019), O. Lund", "- [2019] Kites",
    "- O. Lund. Paper Kites. 2019", "- 2019 - Paper Kites, O. Lund", "- 2019: Paper Kites (O. Lund)", "- Kites, 2019",
    "- May 2019. Paper Kites. Olga Lund", "- **Paper Kites** (2019)", "- **Paper Kites**, Olga Lund, 2019",
    "- Paper Kites ('19), O. Lund", "- [ICML'19] Paper Kites", "- 05/2019: Paper Kites", "- Lund (2019) \"Kites\"",
    "- [2019] 纸风筝, 王伟", "- 王伟. 纸风筝. 2019", "- [2019年5月] 纸风筝", "- [2019] PAPER KITES, O. LUND",
    "1. [2019] Paper Kites, O. Lund", "- Paper Kites — Lund & Moe — 2019",
    "[2019] Paper Kites, O. Lund", "- [2019] Paper Kites, O. Lund [[code](https://github.com/a/b)]",
    "<ul><li>[2019] Paper Kites, O. Lund</li></ul>", "- [2019] Paper Kites, O. Lund\n  - about kites",
)  # fmt: skip


@pytest.mark.parametrize("line", DATED)
@pytest.mark.parametrize("above", ["", "- [Flying Kites in Strong Winds](https://arxiv.org/abs/1901.00001), 2019\n"])
def test_a_dated_line_without_a_link_is_read_or_listed(line: str, above: str) -> None:
    text = f"## Kites\n\n{above}{'' if line[0] in '-1' else chr(10)}{line}\n"
    items = list(read(text, EMPTY).items)
    at = text[: text.index(line)].count("\n") + 1
    found = [item for item in items if item.line == at]
    assert len(found) == 1, items
    told = isinstance(found[0], UnreadableLine) or "is a guess" in str(found[0].doubts)
    assert told or found[0].title in ("Paper Kites", "Kites", "纸风筝"), found


def test_every_line_of_a_dated_paragraph_and_lines_below_a_year_are_listed() -> None:
    text = "## Kites\n\n[2019] Paper Kites, O. Lund\n[2020] Box Kites, P. Moe\n\n## 2021\n\n- Kite Tails, R. Berg\n"
    assert [item.line for item in read(text, EMPTY).items] == [3, 4, 8]


def test_dated_news_and_remarks_about_the_list_are_no_papers() -> None:
    text = (
        "# Kites\n\n- Last updated: May 2021\n\n## News\n\n- 2024-05-02: Added ten papers\n\n## Thanks\n\n- Mia Novak\n"
    )
    assert list(read(text, EMPTY).items) == []


def test_a_table_of_short_titles_is_read_below_paper() -> None:
    table = "| Year | Paper | By |\n|---|---|---|\n| 2019 | Paper Kites | O. Lund |\n| 2020 | Box Kites | P. Moe |\n"
    found = [(r.title, r.authors, r.year) for r in read(f"# Kites\n\n{table}", EMPTY).records()]
    assert found == [("Paper Kites", ["O. Lund"], 2019), ("Box Kites", ["P. Moe"], 2020)]
