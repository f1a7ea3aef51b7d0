"""Lists in the layouts that people write them in, each read back as what it was written from."""

import string
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.helpers.importing_samples import CATALOGUE, EMPTY, new_taxonomies, placed, read
from wamkg.importing.seed_files import seed_catalogue
from wamkg.matching.record import UnreadableLine

WORD = st.text(string.ascii_lowercase, min_size=4, max_size=9)
TITLE = st.lists(WORD, min_size=3, max_size=8).map(lambda words: "Robot " + " ".join(words))
PERSON = st.builds(lambda a, b: f"{a.capitalize()}q {b.capitalize()}z", WORD, WORD)
PEOPLE = st.lists(PERSON, min_size=2, max_size=4, unique=True)
NUMBER = st.integers(1, 99999).map(lambda n: f"2401.{n:05d}")
VENUE = st.sampled_from(["ICRA", "NeurIPS", "CoRL", "CVPR", "ICML", "RSS"])
Paper = tuple[str, list[str], str, int, str]
PAPERS = st.lists(
    st.tuples(TITLE, PEOPLE, VENUE, st.integers(2015, 2029), NUMBER), min_size=1, max_size=5, unique_by=lambda p: p[4]
)


def address(paper: Paper) -> str:
    """The paper's address."""
    return f"https://arxiv.org/abs/{paper[4]}"


def names(paper: Paper) -> str:
    """The paper's authors in one line."""
    return ", ".join(paper[1])


LAYOUTS: dict[str, Callable[[Paper], str]] = {
    "bold title, italic authors": lambda p: f"- **{p[0]}**. *{names(p)}*. {p[2]} {p[3]}. [[Paper]({address(p)})]",
    "three lines": lambda p: f"**{p[0]}** \\\n*{names(p)}* \\\n{p[2]} {p[3]}. [[Paper]({address(p)})]\n",
    "linked title": lambda p: f"- [{p[0]}]({address(p)}), {names(p)}, {p[2]} {p[3]}",
    "quoted title": lambda p: f'1. {names(p)}, "{p[0]}", {p[2]} {p[3]}. [pdf]({address(p)})',
    "running words": lambda p: f"* {p[0]}. {names(p)}. {p[2]} {p[3]}. [[paper]({address(p)})]",
    "venue in front": lambda p: f"- **[{p[2]} {p[3]}]** {p[0]}, {names(p)} [[arXiv]({address(p)})]",
    "title, then bullets": lambda p: f"- [{p[0]}]({address(p)})\n  - {names(p)}\n  - Venue: {p[2]} {p[3]}",
    "heading, then a line": lambda p: f"### {p[0]}\n*{names(p)}*, {p[2]} {p[3]} [[Paper]({address(p)})]\n",
    "HTML": lambda p: f'<li><b>{p[0]}</b><br><i>{names(p)}</i><br>{p[2]} {p[3]} <a href="{address(p)}">paper</a></li>',
    "keyed bullets": lambda p: f"**{p[0]}**\n\n- Authors: {names(p)}\n- Venue: {p[2]} {p[3]}\n- Paper: {address(p)}\n",
    "rows": lambda p: f"| {p[2]} {p[3]} | {p[0]} | {names(p)} | [link]({address(p)}) |",
    "HTML rows": lambda p: (
        f"<tr><td>{p[0]}</td><td>{names(p)}</td><td>{p[2]} {p[3]}</td><td><a href='{address(p)}'>Paper</a></td></tr>"
    ),
}
FRAMES = {
    "HTML": ("<ul>\n", "\n</ul>\n"),
    "rows": ("| Published at | Paper Title | Authors | Links |\n|---|---|---|---|\n", "\n"),
    "HTML rows": ("<table>\n<tr><th>Title</th><th>Authors</th><th>Venue</th><th>Link</th></tr>\n\n", "\n</table>\n"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@example(papers=[("Robot Grasping As A Resource", ["Maria Novakq", "John Smitz"], "ICRA", 2015, "2401.00001")])
@given(papers=PAPERS)
@settings(max_examples=12, deadline=None)
def test_a_list_in_any_layout_is_read_back(layout: str, papers: list[Paper]) -> None:
    before, behind = FRAMES.get(layout, ("", "\n"))
    text = "# Papers\n\n## Methods\n\n" + before + "\n".join(LAYOUTS[layout](paper) for paper in papers) + behind
    result = read(text, EMPTY)
    assert not result.unreadable()
    assert [(r.title, r.authors, r.venue, r.year, r.arxiv) for r in result.records()] == papers


@pytest.mark.parametrize(
    ("entry", "title", "method"),
    [
        ("- **Garden Nets** [[Paper]({})]", "Garden Nets", None),
        ("- [Garden Nets]({}), ICRA 2024", "Garden Nets", None),
        ("- Do Robots Need Soil? A Field Report, CoRL 2023 [[Paper]({})]", "Do Robots Need Soil? A Field Report", None),
        ("- **Who Waters the Plants?** *Ann Lee, Bob Cho* [[Paper]({})]", "Who Waters the Plants?", None),
        ("- [2024/05] **Digging in the Rain.** *A. Lee et al. ICRA.* [[paper]({})]", "Digging in the Rain", None),
        ("- 🌱 **NEW** [2024] [A Spade for Every Bed]({})", "A Spade for Every Bed", None),
        ("- [[2401.00001] A Spade with a Number]({})", "A Spade with a Number", None),
        ("- (*RSS 2023*) Raking without a Map [[arXiv]({})]", "Raking without a Map", None),
        ("- `ICML 2023` Raking with a Map [paper]({})", "Raking with a Map", None),
        ("- A Study of the *slow* Rake on Grass. CoRL 2023. [[Paper]({})]", "A Study of the slow Rake on Grass", None),
        ('- **What "Green" Means to a Robot**. *Ann Lee et al*. [[Paper]({})]', 'What "Green" Means to a Robot', None),
        ("- [Part II: Hoeing on Slopes]({})", "Part II: Hoeing on Slopes", None),
        ("- **[RakeNet]** Even Rows by Learning [[paper]({})]", "Even Rows by Learning", "RakeNet"),
        ('- <u>Rake-2</u>: **"Rows after Rows"**. *Ann Lee et al.* [[Paper]({})]', "Rows after Rows", "Rake-2"),
        ("- **RakeNet**: Rows by Learning [[paper]({})]", "RakeNet: Rows by Learning", "RakeNet"),
        ("- **[2025] Sowing by Hand [[paper]({})]** [[project](https://a.github.io)]", "Sowing by Hand", None),
        ("- **Sowing Networks** (2016), A. Lee et al. [[pdf]]({})", "Sowing Networks", None),
        (
            "- Lee, A., Cho, B. (2020). Sowing by machine learning. *ICRA*. [pdf]({})",
            "Sowing by machine learning",
            None,
        ),
        ("- **机器人园艺综述**。李明，王芳。2024。[论文]({})", "机器人园艺综述", None),
    ],
)
def test_what_is_the_title(entry: str, title: str, method: str | None) -> None:
    (record,) = read(entry.format("https://arxiv.org/abs/2401.00001") + "\n", EMPTY).records()
    assert (record.title, record.method, record.arxiv) == (title, method, "2401.00001")


def test_authors_that_do_not_read_like_names_are_known_by_their_place() -> None:
    line = "- **{}**. *{}*. arXiv 2023. [[Paper](https://arxiv.org/abs/2401.0000{})]\n"
    rows = [
        ("Weeding by Sight", "Ann Lee, Bob Cho"),
        ("Weeding by Touch", "Cy Dee, Ed Fox"),
        ("Mowing", "Bob Cho, Al Gil"),
    ]
    text = "".join(line.format(*row, n) for n, row in enumerate([*rows, ("Pruning Models", "greenthumb42"), rows[0]]))
    records = read(text, EMPTY).records()
    assert (records[3].title, records[3].authors) == ("Pruning Models", ["greenthumb42"])


def test_one_name_is_not_the_first_of_several_only_because_other_entries_cut_their_authors() -> None:
    line = "- **{}**. *{}*. [[Paper](https://arxiv.org/abs/2401.0000{})]\n"
    rows = [(f"Weeding the Bed Number {n}", "Ann Lee et al.") for n in range(4)] + [("Weeding the Last Bed", "Bob Cho")]
    records = read("".join(line.format(*row, n) for n, row in enumerate(rows)), EMPTY).records()
    assert [(r.authors, r.authors_cut) for r in records[3:]] == [(["Ann Lee"], True), (["Bob Cho"], False)]


def test_a_table_of_names_and_a_table_of_keys() -> None:
    result = read(
        "## Models\n| Model Name | Base | Paper / Code |\n|---|---|---|\n"
        "| RakeNet | CNN | [arXiv](https://arxiv.org/abs/2401.00001) / [Code](https://github.com/a/rake) |\n\n"
        "### HoeNet: Straight Lines\n\n| | |\n|---|---|\n| **Paper** | [link](https://arxiv.org/abs/2401.00002) |\n"
        "| **Venue** | CoRL 2024 |\n",
        EMPTY,
    )
    rake, hoe = result.records()
    assert (rake.title, rake.method, rake.arxiv) == ("", "RakeNet", "2401.00001")
    assert (hoe.title, hoe.arxiv, hoe.venue, hoe.year) == ("HoeNet: Straight Lines", "2401.00002", "CoRL", 2024)


def test_cells_of_an_html_table_that_span_rows_are_repeated() -> None:
    result = read(
        "<table><tr><th>Kind</th><th>Model</th><th>Date</th><th>Link</th></tr>\n"
        "<tr><td rowspan='2'>Open</td><td>RakeNet</td><td>2023/01</td><td><a href='https://arxiv.org/abs/2401.00001'>"
        "Paper</a></td></tr>\n<tr><td>HoeNet</td><td>2023/02</td><td><a href='https://arxiv.org/abs/2401.00002'>Paper"
        "</a></td></tr></table>\n",
        EMPTY,
    )
    assert [(r.method, str(r.dates["released"])) for r in result.records()] == [
        ("RakeNet", "2023-01"),
        ("HoeNet", "2023-02"),
    ]


def test_links_in_one_line_are_papers_and_a_link_in_passing_is_not() -> None:
    result = read(
        "- Rakes: [RakeNet](https://arxiv.org/abs/2401.00001), [HoeNet](https://arxiv.org/abs/2401.00002) (on slopes)\n"
        "\nSee how [Barn](https://arxiv.org/abs/2401.00003) does it.\n",
        EMPTY,
    )
    items = list(result.items)
    assert [(i.method, i.arxiv) for i in items if not isinstance(i, UnreadableLine)] == [
        ("RakeNet", "2401.00001"),
        ("HoeNet", "2401.00002"),
    ]
    assert [i.line for i in items if isinstance(i, UnreadableLine)] == [3]


def test_a_number_of_arxiv_with_too_many_digits_is_no_id() -> None:
    (record,) = read("- **Rakes on Mars** [[Paper](https://arxiv.org/abs/2401.000011)]\n", EMPTY).records()
    assert record.arxiv is None
    assert any("2401.000011" in doubt for doubt in record.doubts)


FOREIGN = """# Awesome Garden Robots
## Joint
- [Two Arms in a Shed](https://arxiv.org/abs/2401.00001), ICRA 2024
## Cascaded
- [One Arm after Another](https://arxiv.org/abs/2401.00002), ICRA 2024
## Evaluation
- [A Garden for Testing Rakes](https://arxiv.org/abs/2401.00003), ICRA 2024
"""


def test_a_packaged_taxonomy_claims_no_headings_of_another_list() -> None:
    result = read(FOREIGN, seed_catalogue())
    assert [t.slug for t in new_taxonomies(result)] == ["garden-robots"]
    assert [placed(r) for r in result.records()] == [
        [("garden-robots", "joint")],
        [("garden-robots", "cascaded")],
        [("garden-robots", "evaluation")],
    ]


def test_a_heading_called_like_a_taxonomy_opens_it_only_with_its_taxa_below() -> None:
    result = read("## Evaluation\n" + "- [A Garden for Rakes](https://arxiv.org/abs/2401.00003), RSS 2024\n", CATALOGUE)
    assert [placed(r) for r in result.records()] == [[("list", "evaluation")]]


TITLE_CELLS = """| Paper Title | Year | Link |
|---|---|---|
| Still Water, Sharp Beak: A Simulator | 2022 | [pdf](https://arxiv.org/abs/2401.00001) |
| Storks \\| Cranes: Telling Apart | 2022 | [pdf](https://arxiv.org/abs/2401.00002) |
| Herons - A Tale. And Another | 2022 | [pdf](https://arxiv.org/abs/2401.00003) |
| Rivers, Lakes and Ponds, NeurIPS 2023 | 2023 | [pdf](https://arxiv.org/abs/2401.00004) |
| 2) Beaks at Work  - it says at length what beaks do all day, how long they do it, and why nobody saw | 2023 | \
[pdf](https://arxiv.org/abs/2401.00005) |
"""


def test_a_plain_title_cell_is_one_title() -> None:
    records = read(TITLE_CELLS, EMPTY).records()
    assert [(r.title, r.method, r.authors) for r in records] == [
        ("Still Water, Sharp Beak: A Simulator", None, []),
        ("Storks | Cranes: Telling Apart", None, []),
        ("Herons - A Tale. And Another", None, []),
        ("Rivers, Lakes and Ponds", None, []),
        ("Beaks at Work", None, []),
    ]
    assert records[3].venue == "NeurIPS"


@pytest.mark.parametrize("word", ["`Cold`", "*Cold*", "**Cold**"])
def test_a_set_off_word_in_linked_text_belongs_to_it(word: str) -> None:
    (record,) = read(f'- [The "Crane" Effect in {word} Rivers](https://arxiv.org/abs/2401.00001)\n', EMPTY).records()
    assert record.title == 'The "Crane" Effect in Cold Rivers'


def test_words_of_titles_are_not_a_persons_name() -> None:
    (record,) = read(
        "- Do Cranes Dream? What We Know, RSS 2023 [[P](https://arxiv.org/abs/2401.00001)]\n", EMPTY
    ).records()
    assert (record.title, record.authors) == ("Do Cranes Dream? What We Know", [])


@pytest.mark.parametrize(
    ("printed", "title", "method"),
    [
        ("KELP (KEen Legged Pacing)", "KELP (KEen Legged Pacing)", "KELP"),
        ("GRAIN (Gripper Atlas)", "GRAIN (Gripper Atlas)", "GRAIN"),
        ("DRIFT (Distributed Robot In Fast Teleop)", "DRIFT (Distributed Robot In Fast Teleop)", "DRIFT"),
        ("Octavo (Harbor LabWorks)", "Octavo (Harbor LabWorks)", None),
        ("A Study of Cranes (CraneNet)", "A Study of Cranes", "CraneNet"),
        ("Open Embankment (OpenE)", "Open Embankment", "OpenE"),
    ],
)
def test_a_name_stands_before_its_words_in_full_or_behind_them(printed: str, title: str, method: str | None) -> None:
    (record,) = read(f"- **{printed}** [[Paper](https://arxiv.org/abs/2401.00001)] - Moss, J.\n", EMPTY).records()
    assert (record.title, record.method) == (title, method)


def test_an_entry_whose_link_has_no_address_is_not_lost() -> None:
    (record,) = read("- Some Title of Cranes. *A. Author.* [paper]()\n", EMPTY).records()
    assert record.title == "Some Title of Cranes"


def test_years_and_venues_before_titles_with_underscores() -> None:
    starts = ["- 23_ICSE_", "-22_OSDI_", "* 21_", "- 20_ICSE Workshop_", "- 19_Big Beds_"]
    titles = [f"RakeNet {n}: Raking the Leaves" for n in range(len(starts))]
    lines = [
        f"{a}{b} [[paper]](https://arxiv.org/abs/2401.0000{n})"
        for n, (a, b) in enumerate(zip(starts, titles, strict=True))
    ]
    records = read("# P\n\n## Rakes\n\n" + "\n".join(lines) + "\n", EMPTY).records()
    assert [r.title for r in records] == titles
    assert [r.year for r in records] == [2023, 2022, 2021, 2020, 2019]
    assert [r.venue for r in records][:2] == ["ICSE", "OSDI"]


@pytest.mark.parametrize("key", ["*Paper: {}*", "Paper: {}", "**Paper**: {}", "论文：{}"])
def test_a_bullet_with_a_name_and_its_paper_in_a_line_below(key: str) -> None:
    link = "[Raking the Leaves in Autumn](https://arxiv.org/abs/2401.00001)"
    text = f"# P\n\n## Rakes\n\n- **RakeNet (Raking Network)**\n  {key.format(link)}\n  It rakes all leaves.\n"
    (record,) = read(text, EMPTY).records()
    assert (record.title, record.arxiv, record.note) == (
        "Raking the Leaves in Autumn", "2401.00001", "It rakes all leaves."
    )  # fmt: skip
    assert "RakeNet" in str(record.method)


def test_titles_with_an_acronym_or_a_company_are_neither_people_nor_an_affiliation() -> None:
    titles = [
        "Garden Comprehension Using Rake-LSTM and Answer Pointer",
        "An Empirical Study of Leaf Piles at Microsoft",
    ]
    lines = [f"- [{title}](https://openreview.net/forum?id=a{n}) (Ann Lee, 2020)\n" for n, title in enumerate(titles)]
    assert [(r.title, r.authors) for r in read("# P\n\n" + "".join(lines), EMPTY).records()] == [
        (title, ["Ann Lee"]) for title in titles
    ]


def test_a_name_with_many_initials() -> None:
    text = "# P\n\n- [Raking the Leaves in Autumn](https://arxiv.org/abs/2401.00001) (Gil E. A. P. A. Prado, 2003)\n"
    assert read(text, EMPTY).records()[0].authors == ["Gil E. A. P. A. Prado"]
