"""Entries printed as citation styles print them: family names before initials, and notes with links."""

import pytest

from tests.helpers.importing_samples import EMPTY, read
from wamkg.matching.record import Record


def record_of(entry: str) -> Record:
    """The only record of a list with this entry."""
    (record,) = read(f"# Papers\n\n## Sand\n\n{entry}\n", EMPTY).records()
    return record


@pytest.mark.parametrize(
    ("entry", "title", "names"),
    [
        (
            "- Reed P, Lund QA, Moe S. Raking sand by arm. 2019. doi:10.5555/sand.1",
            "Raking sand by arm",
            [("Reed", "P"), ("Lund", "QA"), ("Moe", "S")],
        ),
        (
            "- [Sifting Sand by Night](https://arxiv.org/abs/1905.00001) - van Beek JK, Reed P, 2019",
            "Sifting Sand by Night",
            [("Beek", "JK"), ("Reed", "P")],
        ),
        (
            "- Сидоров А. Б., Орлов В. Песок и роботы. 2021. https://doi.org/10.5555/sand.2",
            "Песок и роботы",
            [("Сидоров", "А. Б."), ("Орлов", "В.")],
        ),
        (
            "- «Песок и роботы: обзор» — Сидоров А. Б., Орлов В. Г. 2021. [pdf](https://arxiv.org/abs/2105.00001)",
            "Песок и роботы: обзор",
            [("Сидоров", "А. Б."), ("Орлов", "В. Г.")],
        ),
        (
            "- [Digging Sand by Day](https://arxiv.org/abs/1905.00002) - Παππάς Γ., Reed P. - 2019",
            "Digging Sand by Day",
            [("Παππάς", "Γ."), ("Reed", "P.")],
        ),
    ],
)
def test_capitals_behind_a_family_name_are_initials(entry: str, title: str, names: list[tuple[str, str]]) -> None:
    record = record_of(entry)
    assert (record.title, [(name.family, name.given) for name in record.names]) == (title, names)
    assert record.authors == [name.display for name in record.names]


def test_names_in_reading_order_stay_as_printed() -> None:
    record = record_of("- [Sifting Sand](https://arxiv.org/abs/1905.00001), Ann P. Reed, Bo Lund, ICRA 2019")
    assert (record.authors, record.names) == (["Ann P. Reed", "Bo Lund"], [])


@pytest.mark.parametrize("mark", ["- ", "> "])
def test_a_note_keeps_the_text_of_its_links(mark: str) -> None:
    words = "Uses a rake. Compared with [SandNet](https://sand.example) on three beaches."
    record = record_of(f"- [Sifting Sand by Night](https://arxiv.org/abs/1905.00001), ICRA 2019\n  {mark}{words}")
    assert record.note == "Uses a rake. Compared with SandNet on three beaches."
    assert record.links == {"other": "https://sand.example"}
