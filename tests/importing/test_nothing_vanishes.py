"""Lists: what looks like a paper is read or listed, whatever its layout, its link and the taxonomies of the store."""

import pytest

from tests.helpers.importing_samples import CATALOGUE, EMPTY, placed, read

ADDRESSES = ["https://doi.org/10.1000/bean.1", "https://aclanthology.org/2020.acl-main.1/",
             "https://openreview.net/forum?id=BeAn1", "https://proceedings.mlr.press/v1/bean.html"]  # fmt: skip
KEYED = {
    "a table": "| Title | {t} |\n|---|---|\n| Paper | [link]({a}) |\n",
    "a table with a header": "| Key | Value |\n|---|---|\n| Title | {t} |\n| URL | {a} |\n| Year | 2021 |\n",
    "a table of names": "| Name | {t} |\n|---|---|\n| Link | {a} |\n",
    "a table below a bold title": "**{t}**\n\n| Paper | {a} |\n|---|---|\n| Code | https://github.com/a/b |\n",
    "a table below a heading": "### {t}\n\n| | |\n|---|---|\n| Paper | {a} |\n",
    "bullets": "- Title: {t}\n- Link: {a}\n",
    "bold keys": "- **Title**: {t}\n- **Paper:** {a}\n",
    "bullets below a bullet": "- Title: {t}\n  - Paper: [pdf]({a})\n",
    "lines of a bullet": "- Title: {t}\n  URL: {a}\n",
    "a paragraph": "Title: {t}\nLink: {a}\n",
    "Chinese keys": "- 标题：{t}\n- 链接：{a}\n",
}


@pytest.mark.parametrize("layout", KEYED)
@pytest.mark.parametrize("address", [*ADDRESSES, "https://example.org/beans"])
def test_keys_and_values_are_papers_whatever_they_link_to(layout: str, address: str) -> None:
    titles = ["Beans Grow in Long Rows", "Peas Climb up Thin Sticks", "Oats Wave in Low Wind"]
    parts = [KEYED[layout].format(t=title, a=f"{address}{n or ''}") for n, title in enumerate(titles)]
    result = read("# List\n\n" + "\n".join(parts), EMPTY)
    assert result.unreadable() == []
    assert [record.title or record.method for record in result.records()] == titles
    assert [bool(record.url or record.links or record.doi) for record in result.records()] == [True] * 3


def test_a_bare_doi_is_read() -> None:
    text = "| Key | Value |\n|---|---|\n| Title | Beans Grow in Long Rows |\n| DOI | 10.1000/bean |\n\n"
    text += "- Title: Peas Climb up Thin Sticks\n- DOI: 10.1000/pea\n\n"
    text += "1. Lee A. Oats Wave in Low Wind. Journal of Oats 2020. doi:10.1000/oat\n"
    text += "2. Lee A. Rye Stands in Low Wind. Journal of Rye 2020. doi:10.1000/rye\n"
    assert [(r.title, r.doi) for r in read(f"# List\n\n{text}", EMPTY).records()] == [
        ("Beans Grow in Long Rows", "10.1000/bean"),
        ("Peas Climb up Thin Sticks", "10.1000/pea"),
        ("Oats Wave in Low Wind", "10.1000/oat"),
        ("Rye Stands in Low Wind", "10.1000/rye"),
    ]


LAYOUTS = [
    "- Beans ({a})\n",
    "Some say that beans grow ({a}) and some say that they do not, which nobody knows for sure, or does one?\n",
    "| A | B |\n|---|---|\n| some words about long rows of beans | [x]({a}) |\n",
    "<dl><dt>Beans in Long Rows</dt><dd><a href='{a}'>here</a></dd></dl>\n",
    "- [Oats Wave in Low Wind](https://arxiv.org/abs/2401.00001), which says more than [Beans]({a}) did before\n",
    "[1]: {a}\n",
    "> as they say, see {a}\n",
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_papers_address_is_read_or_its_line_is_listed(layout: str, address: str) -> None:
    result = read("# List\n\n" + layout.format(a=address), EMPTY)
    held = [value for record in result.records() for value in (record.url, *record.links.values())]
    listed = " ".join(f"{item.reason} {item.excerpt}" for item in result.unreadable())
    assert address in held or address in listed


def test_images_and_code_are_no_papers() -> None:
    text = (
        "# List\n\n![fig](https://example.org/fig1.png)\n"
        "```\nsee https://doi.org/10.1000/code\n```\n\n"
        "- [Oats Wave in Low Wind](https://doi.org/10.1000/oat)\n"
    )
    result = read(text, EMPTY)
    assert (len(result.records()), result.unreadable()) == (1, [])


FOREIGN = [
    ("Joint", "Cascaded", "Survey"),
    ("Diffusion", "Explicit", "Implicit"),
    ("Joint", "Imitation Learning"),
    ("Evaluation", "Simulation", "Joint", "Cascaded"),
    ("Learned", "Geometric", "Tools"),
]


@pytest.mark.parametrize("headings", FOREIGN)
def test_stored_taxonomies_claim_no_heading_of_another_field(headings: tuple[str, ...]) -> None:
    parts = [
        f"## {heading}\n- [Rows of {heading} Beans in Summer](https://arxiv.org/abs/2401.0000{n}), RSS 2024\n"
        for n, heading in enumerate(headings, 1)
    ]
    result = read("# Awesome Garden Robots\n" + "".join(parts))
    assert [taxonomy for record in result.records() for taxonomy, _ in placed(record)] == ["garden-robots"] * len(parts)
    assert any("--taxonomy" in note and headings[0] in note for note in result.notes) or "Learned" not in headings
    chosen = read("# Awesome Garden Robots\n" + "".join(parts), CATALOGUE, "wam")
    assert {taxonomy for record in chosen.records() for taxonomy, _ in placed(record)} <= {"wam"}


def test_a_list_in_the_order_of_a_stored_taxonomy_is_read_with_it() -> None:
    text = "# Papers\n" + "".join(
        f"{heading}\n- [{heading.strip('# ')} Rows of Beans](https://arxiv.org/abs/2401.0000{n}), RSS 2024\n"
        for n, heading in enumerate(("## Cascaded", "### Implicit", "## Joint", "### Diffusion", "## Tools"), 1)
    )
    result = read(text)
    assert [placed(record) for record in result.records()][:4] == [
        [("wam", "cascaded")],
        [("wam", "cascaded/implicit")],
        [("wam", "joint")],
        [("wam", "joint/diffusion")],
    ]
    assert result.notes == []


LONE = [
    "- Ways of Stacking Wood (Book, May 2016), O. Birch [[html](https://example.org/wood)]",
    "- Birch, O. (2016). Ways of Stacking Wood. Axe Press.",
    "* Ways of Stacking Wood - O. Birch, 2016",
    "- [ ] Ways of stacking wood, Birch et al., 2016",
    "- *Ways of Stacking Wood*, by Olga Birch and Tim Reed",
    "- Birch et al., Ways of Stacking Wood, ICRA 2016",
    "**Ways of Stacking Wood** Olga Birch, Tim Reed. 2016. [Website](https://example.org/wood)",
    "Birch, O. (2016). Ways of Stacking Wood. Axe Press.",
]


@pytest.mark.parametrize("line", LONE)
def test_a_line_that_reads_like_a_paper_among_none_is_listed_with_its_number(line: str) -> None:
    others = "- [Oats Wave in Low Wind](https://arxiv.org/abs/2401.00001), Lee et al., ICRA 2024\n"
    result = read(f"# List\n\n## Books\n\n{line}\n\n## Papers\n\n{others}", EMPTY)
    assert [item.line for item in result.unreadable()] == [5]


def test_an_item_without_a_list_around_it_is_read() -> None:
    text = '# List\n\n<li><a href="https://example.org/wood">Ways of Stacking Wood</a>, O. Birch, ICRA 2016</li>\n'
    assert [(r.title, r.authors) for r in read(text, EMPTY).records()] == [("Ways of Stacking Wood", ["O. Birch"])]


@pytest.mark.parametrize(
    "line", ["We thank Olga Birch, Tim Reed and all others.", "The figure counts papers by year; 2016 is to date.",
             "- Olga Birch, Tim Reed ([@olga](https://github.com/olga))",
             "<p><b>Olga Birch, Tim Reed,<br>Ann Lee</b></p>"]
)  # fmt: skip
def test_people_and_sentences_around_a_list_are_not_listed(line: str) -> None:
    others = "- [Oats Wave in Low Wind](https://arxiv.org/abs/2401.00001), Lee et al., ICRA 2024\n"
    assert read(f"# List\n\n{line}\n\n## Papers\n\n{others}", EMPTY).unreadable() == []
