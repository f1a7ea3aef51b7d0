"""`export awesome-list --into LIST.md` without marks: other people's lists keep every byte that no decision needs."""

import difflib
import json
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.exporting.list_in_place import update_list
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.store.session import Store

BULLETS = """\
<h1 align="center">Robots</h1>

> Star us!

## Walking

Some prose with a [link](https://example.org).

- **Strider**: "Strider: Legs That Learn to Fall", CoRL 2023. ![](https://img.shields.io/badge/Legs-d97706)
  [[📄 Paper](https://arxiv.org/pdf/2301.00101)] [[💻 Code](https://github.com/a/strider)]

- **Hopper**: "Hopper: One Leg Is Enough for Stairs", arXiv 2024.
  [[📄 Paper](https://arxiv.org/pdf/2402.00202)]

## Flying

- **Gust**: "Gust: Drones That Read the Wind", ICRA 2022. ![](https://img.shields.io/badge/Wings-64748b)
  [[📄 Paper](https://arxiv.org/pdf/2203.00303)]

- **Sparrow**: "Sparrow: Flapping Wings With Little Power", arXiv 2023.
  [[📄 Paper](https://arxiv.org/pdf/2304.00404)]

*Last words*""".replace("\n", "\r\n")
TABLE = """\
# Cups

## Suction

| Date | Paper | Team |
|:--|:--|:--|
| 2023-01 | [Vacuum Pads for Parcels](https://arxiv.org/abs/2301.00111) | A & B |
| 2023-05 | [One Cup Is Enough to Lift](https://arxiv.org/abs/2305.00222) |  |

## Fingers

| Date | Paper | Team |
|:--|:--|:--|
| 2024-02 | [Two Fingers Between Boxes](https://arxiv.org/abs/2402.00333) | C |
| 2024-03 | [A Hand for Bags Without Edges](https://arxiv.org/abs/2403.00444) | D |
"""
NUMBERED = """\
# Papers

### Planning

1. **"Plans That Survive the Morning"**. *Ann Bell et al.* arXiv 2021. [[Paper](https://arxiv.org/abs/2101.00111)]
2. **"Trees of Small Steps"**. *Carl Dorn et al.* ICML 2022. [[Paper](https://arxiv.org/abs/2202.00222)]

### Acting

1. **"Acting Before Thinking Is Done"**. *Eva Falk et al.* arXiv 2023. [[Paper](https://arxiv.org/abs/2303.00333)]
2. **"Hands That Wait for Words"**. *Gus Hill et al.* arXiv 2023. [[Paper](https://arxiv.org/abs/2304.00444)]
"""
LISTS = {"bullets": BULLETS, "table": TABLE, "numbered": NUMBERED}


@pytest.fixture
def own_list(home: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A list of somebody, and a survey begun from it."""
    path = tmp_path / "THEIRS.md"
    path.write_bytes(LISTS[request.param].encode())
    assert run(["init", "--from", str(path), "--yes"]) == 0
    return path


def differences(path: Path, before: bytes) -> list[str]:
    """The lines that came and went."""
    lines = [text.decode().splitlines(keepends=True) for text in (before, path.read_bytes())]
    return [line for line in difflib.ndiff(*lines) if line[0] in "+-"]


def add(path: Path, **paper: object) -> None:
    file = path.with_name("new.jsonl")
    file.write_text(json.dumps({"standing": "included", **paper}), encoding="utf-8")
    assert run(["import", str(file)]) == 0


@pytest.mark.parametrize("own_list", LISTS, indirect=True)
def test_a_list_that_no_decision_is_about_stays_byte_for_byte(own_list: Path) -> None:
    before = own_list.read_bytes()
    assert run(["export", "awesome-list", "--into", str(own_list)]) == 0
    assert own_list.read_bytes() == before
    assert run(["export", "awesome-list", "--into", str(own_list), "--check"]) == 0


@pytest.mark.parametrize("own_list", ["bullets"], indirect=True)
def test_placing_one_paper_moves_its_lines_and_nothing_else(own_list: Path) -> None:
    before = own_list.read_bytes()
    assert run(["decide", "arxiv:2402.00202", "flying"]) == 0
    assert run(["export", "awesome-list", "--into", str(own_list), "--check"]) == 1
    assert run(["export", "awesome-list", "--into", str(own_list)]) == 0
    changed = differences(own_list, before)
    assert {line[2:].strip() for line in changed if line.strip("+- \r\n")} == {
        '- **Hopper**: "Hopper: One Leg Is Enough for Stairs", arXiv 2024.',
        "[[📄 Paper](https://arxiv.org/pdf/2402.00202)]",
    }
    assert own_list.read_bytes().endswith("[[📄 Paper](https://arxiv.org/pdf/2402.00202)]\r\n\r\n*Last words*".encode())
    again = own_list.read_bytes()
    assert run(["export", "awesome-list", "--into", str(own_list)]) == 0
    assert own_list.read_bytes() == again


@pytest.mark.parametrize("own_list", LISTS, indirect=True)
def test_a_new_paper_has_the_form_of_its_neighbor_and_none_of_its_facts(
    own_list: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = own_list.read_bytes()
    capsys.readouterr()
    assert run(["taxonomy", "list", "--json"]) == 0
    slug = json.loads(capsys.readouterr().out)[0]["slug"]
    classes = {"bullets": "walking", "table": "suction", "numbered": "planning"}
    name = next(name for name, text in LISTS.items() if text.encode() == before)
    add(own_list, title="Quite New Steps in the Dark", authors=["Ida Jung"], arxiv="2501.00505", date="2025-01-06",
        year=2025, venue="arXiv", taxa={slug: classes[name]})  # fmt: skip
    assert run(["export", "awesome-list", "--into", str(own_list)]) == 0
    new = [line[2:].strip() for line in differences(own_list, before) if line.startswith("+")]
    text = "\n".join(new)
    assert "Quite New Steps in the Dark" in text and "2501.00505" in text
    assert not [line for line in differences(own_list, before) if line.startswith("-")]
    for foreign in ("Hopper", "Strider", "2402", "2024", "2305", "Carl Dorn", "ICML", "2022", "A & B"):
        assert foreign not in text
    assert run(["export", "awesome-list", "--into", str(own_list), "--check"]) == 0


@pytest.mark.parametrize("own_list", ["table"], indirect=True)
def test_rows_move_and_excluded_papers_go(own_list: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = own_list.read_bytes()
    assert run(["decide", "arxiv:2301.00111", "fingers"]) == 0
    assert run(["remove", "arxiv:2403.00444", "--why", "not about cups"]) == 0
    assert run(["export", "awesome-list", "--into", str(own_list)]) == 0
    row = "| 2023-01 | [Vacuum Pads for Parcels](https://arxiv.org/abs/2301.00111) | A & B |\n"
    gone = "| 2024-03 | [A Hand for Bags Without Edges](https://arxiv.org/abs/2403.00444) | D |\n"
    assert sorted(differences(own_list, before)) == sorted([f"- {row}", f"+ {row}", f"- {gone}"])


MORE = ("real/Awesome-VLA-Robotics.md", "real/LLM-Agent-Paper-List.md", "real/LLMSurvey.md", "awesome-wam.md",
        "real/Awesome-Diffusion-Models.md")  # fmt: skip


@pytest.mark.parametrize("name", ["awesome-wam-nus.md", *(pytest.param(n, marks=pytest.mark.drill) for n in MORE)])
def test_real_lists_come_out_byte_for_byte(shared_data: Path, tmp_path: Path, migrated_file: Path, name: str) -> None:
    if not (shared_data / name).exists():
        pytest.skip(f"{name} is not here")
    target = tmp_path / "store.db"
    target.write_bytes(migrated_file.read_bytes())
    store = Store(f"sqlite:///{target}")
    import_source(store, str(shared_data / name), ImportOptions())
    text = (shared_data / name).read_bytes().decode()
    with store.reading() as session:
        assert update_list(session, text, name).text == text
    store.close()
