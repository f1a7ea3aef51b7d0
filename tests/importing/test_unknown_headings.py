"""A heading that comes into a list later is proposed as a class, with the command that makes it."""

import shlex
from pathlib import Path

import orjson
import pytest

from wamkg.cli import run
from wamkg.importing.lists.awesome_list import parse_list
from wamkg.importing.taxonomy_index import TaxonomyIndex

Out = pytest.CaptureFixture[str]

TOPICS = ("Kites", "Gliders", "Balloons", "Rotors")
WORDS = ["wind", "lift", "drag", "pitch", "yaw", "spin", "soar", "glide", "float", "climb", "stall", "bank"]


def entry(number: int) -> str:
    """A paper of a list."""
    word, other = WORDS[number % 12], WORDS[(number * 5 + 3) % 12]
    return (
        f"- [How {word} and {other} shape flight {number}](https://arxiv.org/abs/21{number % 12 + 1:02}.{number:05})\n"
    )


def a_list(*sections: tuple[str, int]) -> str:
    """A list with sections (heading with its marks, number of papers)."""
    text, number = "# Awesome Flight\n\n", 100
    for heading, papers in sections:
        text += f"\n{heading}\n\n"
        for _ in range(papers):
            text += entry(number)
            number += 1
    return text


BEFORE = [(f"## {topic}", 3) for topic in TOPICS]


@pytest.fixture
def home_with_list(home: Path, tmp_path: Path, capsys: Out) -> Path:
    """A store with the taxonomy of a list, and the list's path."""
    file = tmp_path / "flight.md"
    file.write_text(a_list(*BEFORE))
    assert run(["import", str(file)]) == 0
    capsys.readouterr()
    return file


def imported(file: Path, out: Out) -> str:
    """What importing a file prints."""
    assert run(["import", str(file)]) in (0, 3)
    return " ".join(out.readouterr().out.split())


def test_a_new_heading_is_proposed_and_the_command_works(home_with_list: Path, capsys: Out) -> None:
    home_with_list.write_text(a_list(*BEFORE, ("## Humanoid Control", 2)))
    said = imported(home_with_list, capsys)
    assert (
        "2 papers under an unknown heading 'Humanoid Control'; "
        "`wamkg taxon add flight: 'Humanoid Control'` makes it" in said
    )
    assert "name no class" not in said
    assert run(["taxon", "add", "flight:", "Humanoid Control"]) == 0
    capsys.readouterr()
    again = imported(home_with_list, capsys)
    assert "unknown heading" not in again
    assert run(["taxon", "show", "flight:humanoid-control"]) == 0
    assert "2 papers" in capsys.readouterr().out


def test_nested_headings_are_proposed_parents_first(home_with_list: Path, capsys: Out) -> None:
    new = [("## Solar Wings", 1), ("### With Storage", 2), ("### Don't Land", 1)]
    home_with_list.write_text(a_list(*BEFORE, *new))
    assert run(["import", str(home_with_list), "--json"]) in (0, 3)
    proposals = orjson.loads(capsys.readouterr().out)["proposals"]
    assert [(p["parent"], p["name"], p["papers"]) for p in proposals] == [
        ("", "Solar Wings", 4),
        ("solar-wings", "With Storage", 2),
        ("solar-wings", "Don't Land", 1),
    ]
    for proposal in proposals:
        assert run(shlex.split(proposal["command"])[1:]) == 0
    capsys.readouterr()
    assert "unknown heading" not in imported(home_with_list, capsys)


def test_a_heading_below_a_known_class_is_proposed_there(home_with_list: Path, capsys: Out) -> None:
    home_with_list.write_text(a_list(*BEFORE[:2], ("### Paper Gliders", 2), *BEFORE[2:]))
    assert "`wamkg taxon add flight:gliders 'Paper Gliders'` makes it" in imported(home_with_list, capsys)


@pytest.mark.parametrize("heading", ["## 2024", "## ICRA 2024", "## Papers", "## May 2025"])
def test_years_and_containers_are_not_proposed(home_with_list: Path, capsys: Out, heading: str) -> None:
    home_with_list.write_text(a_list(*BEFORE, (heading, 2)))
    assert "unknown heading" not in imported(home_with_list, capsys)


ALIKE = [["规划", "记忆"], ["α Kites", "β Kites"], ["Ⅰ. Полёт", "Ⅰ. Взлёт"], ["طيران", "هبوط"]]


@pytest.mark.parametrize("names", ALIKE)
def test_headings_that_make_one_slug_stay_two_classes(names: list[str]) -> None:
    text = a_list(*((f"## {name}", 3) for name in [*names, "Kites"]))
    result = parse_list(text, "flight.md", TaxonomyIndex())
    (used,) = result.taxonomies
    assert [taxon.name for taxon in used.taxonomy.taxa] == [*names, "Kites"]
    assert len({taxon.path for taxon in used.taxonomy.taxa}) == 3
    places = [p.taxon for record in result.records() for p in record.placements]
    assert len(set(places)) == 3 and len(places) == 9
