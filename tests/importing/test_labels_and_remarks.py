"""What stands beside a title: venues as link labels, journals in brackets, lists of tasks, numbers without a space."""

import pytest

from tests.helpers.importing_samples import EMPTY, read
from wamkg.matching.record import Record, UnreadableLine

KITE = "https://arxiv.org/abs/2401.00001"


def records(text: str) -> list[Record]:
    return [item for item in read(text, EMPTY).items if isinstance(item, Record)]


@pytest.mark.parametrize(
    ("label", "venue", "year"),
    [
        ("CHI 2024", "CHI", 2024),
        ("ICCV2025 Highlight", "ICCV", 2025),
        ("ACL 2023 Outstanding paper", "ACL", 2023),
        ("arXiv, 21 Jul 2025", "arXiv", 2025),
    ],
)
def test_a_link_named_after_the_venue_leads_to_the_paper(label: str, venue: str, year: int) -> None:
    text = "\n\n".join(
        f"**How Kites Number {n} Follow the Wind** <br>\nAnn Lee, Bob Cho <br>\n"
        f"[{label}](https://arxiv.org/abs/2401.0000{n}) • [Code](https://github.com/kites/kites)"
        for n in (1, 2)
    )
    first, second = records(f"## Kites\n\n{text}\n")
    assert (first.title, first.venue, first.year) == ("How Kites Number 1 Follow the Wind", venue, year)
    assert (first.arxiv, second.arxiv) == ("2401.00001", "2401.00002")
    assert list(first.authors or ()) == ["Ann Lee", "Bob Cho"]


@pytest.mark.parametrize("printed", ["ECAI'2020", "ECAI’2020", "ECAI'20", "ECAI 2020"])
def test_a_year_behind_an_apostrophe_is_read(printed: str) -> None:
    (record,) = records(f"# Kites\n\n- [{printed}] [How Kites Follow the Wind]({KITE})\n")
    assert (record.title, record.venue, record.year) == ("How Kites Follow the Wind", "ECAI", 2020)


@pytest.mark.parametrize("journal", ["Nature Protocols", "Advanced Science", "Journal of Kites and Physics"])
def test_a_journal_in_brackets_is_no_author(journal: str) -> None:
    (record,) = records(f"# Kites\n\n- [How Kites Follow the Wind]({KITE}) ({journal}, 2024)\n")
    assert (record.authors or (), record.venue, record.year) == ((), journal, 2024)


def test_a_list_of_tasks_is_no_list_of_authors() -> None:
    (record,) = records(
        f"# Kites\n\n- [Windy]({KITE}): A Toolkit for Kites and Strings. (TTS, SVS, VC, SVC) [[Paper]({KITE})]\n"
    )
    assert not record.authors


@pytest.mark.parametrize("title", ["New Rules for Kites in the Wind", "New Ways to Fly a Kite", "Hot Air Lifts a Kite"])
def test_a_title_that_begins_with_a_badge_word_is_whole(title: str) -> None:
    (record,) = records(f"# Kites\n\n- [CP'2016] [{title}]({KITE})\n")
    assert record.title == title


def test_a_linked_title_under_the_key_paper_is_the_title() -> None:
    text = f"# Kites\n\n<details>\n<summary>Windy</summary>\n\n- **Paper:** [How Kites Follow the Wind]({KITE})"
    (record,) = records(text + " (Science, 2023)\n- **Code:** https://github.com/kites/windy\n</details>\n")
    assert (record.title, record.venue, record.year) == ("How Kites Follow the Wind", "Science", 2023)


def test_numbers_without_a_space_and_empty_marks_begin_entries() -> None:
    text = "## Data\n\n  \\# Kites: which wind they like \\#\n\n" + "".join(
        f'{n}.【{mark}】 <span id = "">**How Kites Number {n} Follow the Wind.**</span> ACL, 2019. '
        f"[paper](https://arxiv.org/abs/2401.0000{n})\n\n   * Lee, Ann and Cho, Bob.\n\n  \\# Another group \\#\n\n"
        for n, mark in ((1, ""), (2, ":kite: :kite:"))
    )
    found = records(text)
    assert [record.title for record in found] == [f"How Kites Number {n} Follow the Wind" for n in (1, 2)]
    assert [list(record.authors or ()) for record in found] == [["Ann Lee", "Bob Cho"]] * 2


def test_bold_bullets_that_only_look_like_titles_are_listed() -> None:
    bare = "".join(
        f"- **How {count} Kites Follow the Wind over Hills**\n" for count in ("Two", "Three", "Four", "Five", "Six")
    )
    found = read(f"# Kites\n\n{bare}", EMPTY).items
    lines = [item.line for item in found if isinstance(item, UnreadableLine)]
    assert lines == [3, 4, 5, 6, 7]


def test_the_year_of_publication_wins_over_another_year() -> None:
    head = "| Year | Title | Authors | PubYear |\n|---|---|---|---|\n"
    (record,) = records(f"# Awards\n\n{head}| 2018 | [How Kites Follow the Wind]({KITE}) | Ann Lee, Bob Cho | 1994 |\n")
    assert record.year == 1994


@pytest.mark.parametrize("star", ["", "*"])
def test_a_line_of_links_and_remarks_belongs_to_the_title_above_it(star: str) -> None:
    text = "".join(
        f"{star}{n}. (CVPR 2024) Windy{n}: How Kites Follow the Wind {n}\n"
        f"[[paper]](https://arxiv.org/abs/2401.0000{n}) 2024.11 无条件生成，一个数据集\n[[code]](https://github.com/kites/kites)\n\n"
        for n in (1, 2)
    )
    found = records(f"# Kites\n\n{text}")
    assert [(record.title, record.arxiv) for record in found] == [
        (f"Windy{n}: How Kites Follow the Wind {n}", f"2401.0000{n}") for n in (1, 2)
    ]
