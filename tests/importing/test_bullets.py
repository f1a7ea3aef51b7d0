"""Bullets of awesome lists: badges, links, venues and authors as people print them."""

import pytest

from tests.helpers.importing_samples import EMPTY, only, placed, read
from wamkg.matching.record import Record, RecordTag, UnreadableLine

BADGE = "![](https://img.shields.io/badge/"


def test_a_bullet_with_badges_and_a_line_of_links_gives_every_fact() -> None:
    badges = f"{BADGE}Explicit-d97706) {BADGE}Learned-b45309)"
    links = (
        "[[📄 Paper](https://arxiv.org/pdf/2302.09999v2)] [[🌍 Webpage](https://door.example.org/)] "
        "[[💻 Code](https://github.com/a/door)] [[🤗 Model](https://huggingface.co/a/door)] "
        "[[🌟 Blog](https://blog.example.org/2302.09999/)]"
    )
    head = f'- **DoorDream**: "DoorDream: Opening Doors by Watching Them", NeurIPS 2023. {badges}'
    record = only(f"## World Action Models\n### Cascaded\n\n{head}\n  {links}\n")
    assert (record.line, record.method) == (4, "DoorDream")
    assert record.title == "DoorDream: Opening Doors by Watching Them"
    assert (record.venue, record.year) == ("NeurIPS", 2023)
    assert record.arxiv == "2302.09999"
    assert record.url == "https://arxiv.org/abs/2302.09999"
    assert record.links == {
        "webpage": "https://door.example.org/",
        "code": "https://github.com/a/door",
        "model": "https://huggingface.co/a/door",
        "blog": "https://blog.example.org/2302.09999/",
    }
    assert placed(record) == [("wam", "cascaded/explicit/learned")]
    assert record.tags == [RecordTag("badge", "Explicit", True), RecordTag("badge", "Learned", True)]


@pytest.mark.parametrize(
    ("bullet", "facts"),
    [
        (
            "- [Learning to Plan Doors](https://arxiv.org/abs/2401.00001) - Ann Lee et al., ICRA 2024",
            {
                "title": "Learning to Plan Doors",
                "venue": "ICRA",
                "year": 2024,
                "authors": ["Ann Lee"],
                "authors_cut": True,
            },
        ),
        (
            "* A Title That Ends Here. [[paper]](https://arxiv.org/abs/2401.00001) [[code]](https://github.com/x/y)",
            {"title": "A Title That Ends Here", "links": {"code": "https://github.com/x/y"}},
        ),
        (
            "- (ICRA 2024) **Foo**: Foo for Bars [[Paper](https://arxiv.org/abs/2401.00001)]",
            {"title": "Foo for Bars", "method": "Foo", "venue": "ICRA", "year": 2024},
        ),
        (
            "- [ ] **Bar** “Bars, Bars, Bars” (CoRL'23 Oral) [[arXiv](https://arxiv.org/abs/2401.00001)]",
            {"title": "Bars, Bars, Bars", "method": "Bar", "venue": "CoRL", "year": 2023},
        ),
        (
            "1. **Baz**: *Baz and Friends*, Ann Lee, Bob Cho, and Cy Dee, RSS 2024. [pdf](https://arxiv.org/pdf/2401.00001)",
            {"title": "Baz and Friends", "authors": ["Ann Lee", "Bob Cho", "Cy Dee"], "venue": "RSS", "year": 2024},
        ),
        (
            "- [**SEM**] Enhancing Efficiency of Drivers. **`CVPR 2024`** [[Paper](https://arxiv.org/abs/2401.00001)]",
            {"title": "Enhancing Efficiency of Drivers", "method": "SEM", "venue": "CVPR", "year": 2024},
        ),
        (
            "* [**Robots That Knit: A Survey**](https://arxiv.org/pdf/2401.00001) [**arXiv 2024.03**] "
            "[[**Github**](https://github.com/x/y)]<br>\nUniversity of Knitting, Wool Lab",
            {"title": "Robots That Knit: A Survey", "venue": "arXiv", "year": 2024, "authors": []},
        ),
        (
            '* **Mat**: "Chat with a Mat using\n  Large Models", *arXiv, Dec 2023*. [[Paper](https://arxiv.org/abs/2401.00001)]',
            {"title": "Chat with a Mat using Large Models", "venue": "arXiv", "year": 2023},
        ),
        (
            '- "The "something something" set", ICCV 2017. [[pdf](https://arxiv.org/pdf/2401.00001)]',
            {"title": 'The "something something" set', "venue": "ICCV", "year": 2017},
        ),
        (
            '- **C$^3$pot**: "C$^3$pot: Coffee \\*Fast\\*", arXiv 2026. [[Paper](https://arxiv.org/pdf/2401.00001)]',
            {"title": "C$^3$pot: Coffee *Fast*", "method": "C$^3$pot", "venue": "arXiv", "year": 2026},
        ),
        (
            '- <b>Hat</b>: <i>Hats for Robots</i>, RA-L 2025 <a href="https://arxiv.org/abs/2401.00001">paper</a>',
            {"title": "Hats for Robots", "method": "Hat", "venue": "RA-L", "year": 2025},
        ),
        (
            "- [[![arXiv](https://img.shields.io/badge/arXiv-2401.00001-b31b1b)](https://arxiv.org/abs/2401.00001)] "
            "**Cup**: *Cups for Robots* ![](https://img.shields.io/badge/ICML-2025-blue)",
            {"title": "Cups for Robots", "method": "Cup", "venue": "ICML", "year": 2025},
        ),
        (
            "- **Kit**: *Kits of Tools*\n  - [Paper](https://arxiv.org/abs/2401.00001)\n  - Venue: ICLR 2025\n"
            "  - [Project Page](https://kit.github.io)",
            {"title": "Kits of Tools", "venue": "ICLR", "year": 2025, "links": {"webpage": "https://kit.github.io"}},
        ),
    ],
)
def test_plain_dialects_of_bullets(bullet: str, facts: dict[str, object]) -> None:
    record = only(bullet + "\n", EMPTY)
    assert record.arxiv == "2401.00001"
    assert {name: getattr(record, name) for name in facts} == facts


def test_a_paper_known_by_id_and_one_word_has_a_name_and_no_title() -> None:
    record = only("- [Voyager](https://arxiv.org/abs/2401.00001)\n", EMPTY)
    assert (record.title, record.method) == ("", "Voyager")


def test_a_dataset_of_openreview_and_a_doi_are_kept_without_arxiv() -> None:
    records = read(
        "- **A**: *Alpha of Alphas* [Paper](https://openreview.net/forum?id=abc)\n"
        "- **B**: *Beta of Betas* [Paper](https://doi.org/10.1109/LRA.2024.12345)\n"
        "- **N**: *Nature of Nature* [Paper](https://www.nature.com/articles/s41586-025-08744-2)\n",
        EMPTY,
    ).records()
    assert records[0].url == "https://openreview.net/forum?id=abc"
    assert [r.doi for r in records] == [None, "10.1109/lra.2024.12345", "10.1038/s41586-025-08744-2"]


def test_contents_community_links_and_prose_are_no_papers() -> None:
    result = read("""## Contents
- [Papers](#papers)
  - [Doors](#doors)
- [Leaderboard](https://x.github.io/board/)

## News
- **Chat:** join us at https://github.com/x/y/discussions
- The rule is "simple": read more.

Thanks to the [Harness](https://github.com/x/harness) team.
""")
    assert list(result.items) == []


def test_what_names_a_paper_and_cannot_be_read_is_listed_with_its_line() -> None:
    result = read("""- [pdf](https://arxiv.org/abs/2401.00008)

See [this great paper of theirs](https://arxiv.org/abs/2401.00010) and arXiv:2401.00011.

```
https://arxiv.org/abs/2401.00012
```
""")
    items = list(result.items)
    assert all(isinstance(item, UnreadableLine) for item in items)
    assert [item.line for item in items] == [1, 3, 6]
    assert "no title" in items[0].reason if isinstance(items[0], UnreadableLine) else False


def test_a_second_paper_beside_an_entry_is_listed() -> None:
    text = (
        "- **A**: *Alpha of Alphas* [Paper](https://arxiv.org/abs/2401.00001), see https://arxiv.org/abs/2401.00002\n"
    )
    first, second = read(text).items
    assert isinstance(first, Record)
    assert first.arxiv == "2401.00001"
    assert isinstance(second, UnreadableLine)
    assert "2401.00002" in second.reason


def test_a_paper_in_two_sections_gives_two_records() -> None:
    entry = "- **A**: *Alpha of Alphas* [Paper](https://arxiv.org/abs/2401.00001)\n"
    records = read(f"## World Action Models\n### Joint\n{entry}\n## Training Data\n### Simulation\n{entry}").records()
    assert [r.line for r in records] == [3, 7]
    assert [placed(r) for r in records] == [[("wam", "joint")], [("training-data", "simulation")]]
    assert [i.name for i in records[1].introduces] == ["A"]


def test_links_that_are_not_web_addresses_are_dropped() -> None:
    record = only('- **A**: "Alpha of Alphas", RSS 2024. [Code](javascript:alert(1)) [Web](mailto:a@b.c)\n', EMPTY)
    assert record.links == {}


@pytest.mark.parametrize(
    "title",
    [
        "Touch. Feel the Sand",
        "Look. Listen. Learn the Wind",
        "Stop! Go. Move the Dunes",
        "Red Dunes. A Survey of Sand",
        "Wait. Is it Raining?",
    ],
)
@pytest.mark.parametrize("before", ["[2024] ", "", "2024-03 | "])
def test_a_few_words_before_a_full_stop_stay_in_the_title(before: str, title: str) -> None:
    assert only(f"## Dunes\n- {before}{title} [paper](https://arxiv.org/abs/2401.00001)\n", EMPTY).title == title


REMARKS = ["Must Read", "Great Talk", "(Highly Recommended)", "(Hands On)", "Book Chapter", "(Not Peer Reviewed)"]


@pytest.mark.parametrize("remark", REMARKS)
def test_capitalized_remarks_are_no_authors(remark: str) -> None:
    record = only(f"## Dunes\n- [Learning to Walk on Sand](https://arxiv.org/abs/2401.00001) {remark}\n", EMPTY)
    assert (record.authors, record.tags) == ([], [RecordTag("remark", remark.strip("()"), False)])


def test_a_lone_phrase_is_a_remark_where_hardly_any_entry_names_authors() -> None:
    entries = [f"- [Learning to Walk on Sand {n}](https://arxiv.org/abs/2401.0000{n})" for n in range(8)]
    named = [f"{entry} Ann Lee" for entry in entries[:4]] + entries[4:]
    records = records_of([f"{entries[0]} Blue Lagoon", *entries[1:]])
    assert records[0].authors == [] and "'Blue Lagoon' is read as a remark" in records[0].doubts[0]
    assert [record.authors for record in records_of(named)[:4]] == [["Ann Lee"]] * 4


def records_of(bullets: list[str]) -> list[Record]:
    items = read("## Dunes\n" + "\n".join(bullets), EMPTY).items
    return [item for item in items if isinstance(item, Record)]


@pytest.mark.parametrize(
    ("bullet", "facts"),
    [
        ("Sand for All (Book, Jan 2017), A. Bell et al.", {"title": "Sand for All", "authors": ["A. Bell"]}),
        ("Sand for Robots (Talk, Berlin, 2018), A. Bell", {"title": "Sand for Robots", "year": 2018}),
        ("Sand (wet, dry and loose) for Robots, A. Bell", {"title": "Sand (wet, dry and loose) for Robots"}),
        ("OpenAI Sandbox (2016), G. Cole et al.", {"title": "OpenAI Sandbox", "authors": ["G. Cole"], "year": 2016}),
        ("Google Dunes (2017), G. Cole and A. Bell", {"title": "Google Dunes", "authors": ["G. Cole", "A. Bell"]}),
    ],
)
def test_a_title_is_not_cut_inside_brackets_and_may_name_an_institution(bullet: str, facts: dict[str, object]) -> None:
    record = only(f"## Dunes\n- {bullet} [[pdf]](https://arxiv.org/abs/2401.00001)\n", EMPTY)
    assert {name: getattr(record, name) for name in facts} == facts


def test_a_language_in_brackets_behind_a_linked_tool_is_no_method() -> None:
    record = only(
        "## Dunes\n- [dune](https://github.com/a/dune) - [C++] - Counting the grains of sand in dunes. "
        "[Paper](https://arxiv.org/abs/2401.00001)\n",
        EMPTY,
    )
    assert (record.title, record.method) == ("Counting the grains of sand in dunes", "dune")


@pytest.mark.parametrize(
    ("entry", "facts"),
    [
        (
            'I. Morn, P. Lind, "Herons at Low Tide," in Proc. Int. Conf. Birds, 2021, pp. 3-9, doi: 10.5555/tide.1',
            {"title": "Herons at Low Tide", "authors": ["I. Morn", "P. Lind"], "year": 2021, "doi": "10.5555/tide.1"},
        ),
        (
            "Morn, I., et al. Herons at low tide. arXiv preprint arXiv:2401.00071 (2024).",
            {"title": "Herons at low tide", "arxiv": "2401.00071", "year": 2024, "venue": "arXiv"},
        ),
        (
            "Morn, I. (2024). Herons at low tide. arXiv: 2401.00071v2.",
            {"title": "Herons at low tide", "arxiv": "2401.00071", "year": 2024},
        ),
        (
            "Morn, I. Herons at low tide. bioRxiv 2021. https://doi.org/10.1101/2021.01.01.123456",
            {"title": "Herons at low tide", "venue": "bioRxiv", "year": 2021},
        ),
    ],
)
def test_a_line_of_a_bibliography_is_read_with_its_arxiv_id(entry: str, facts: dict[str, object]) -> None:
    other = "Brun, O. (2020). Owls at noon. *Birds*. https://arxiv.org/abs/2401.00099"
    record, *_ = records_of([f"- {entry}", f"- {other}"])
    assert {name: getattr(record, name) for name in facts} == facts


def test_a_dated_entry_with_a_short_title_and_a_web_page_is_kept_beside_papers() -> None:
    paper = "- Learning to Walk on Sand (2018), A. Bell et al. [[pdf]](https://arxiv.org/abs/2401.00001)"
    records = records_of([paper, "- Deep Dunes (2016), G. Cole et al. [[html]](https://dunes.example/book)"])
    assert [record.title for record in records] == ["Learning to Walk on Sand", "Deep Dunes"]
    assert (records[1].authors, records[1].year) == (["G. Cole"], 2016)
