"""`init` begins a survey: from a list, a taxonomy's file, or the packaged example; whole or not at all."""

import io
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from wamkg.cli import run
from wamkg.errors import ConflictError
from wamkg.services.beginning import Beginning, Names, begin_from_list
from wamkg.services.build import seed_if_packaged
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store
from wamkg.store.taxonomies import default_taxonomy, list_taxonomies
from wamkg.views.survey import how_to_begin, survey_item
from wamkg.views.taxonomies import taxonomy_tree

Out = pytest.CaptureFixture[str]

KITES = """# Awesome Kites: a Reading List

## News
- [2025/01/05] The [kite museum](https://example.org/museum) opens
## 1. Materials
### 1.1 Silk
- [How silk kites bend in wind](https://arxiv.org/abs/2101.00001), Ada Byron, 2021
- [Silk and lift of small kites](https://arxiv.org/abs/2102.00002), 2021
### 1.2 Bamboo
- [Bamboo frames under slow load](https://arxiv.org/abs/2103.00003), 2021
- [Splitting bamboo by a cold blade](https://arxiv.org/abs/2103.00013), 2021
## 2. Lines
- [Lines of a kite under load](https://arxiv.org/abs/2104.00004), 2021
- [Knots for kite lines at sea](https://arxiv.org/abs/2105.00005), 2022
"""


@pytest.fixture
def kites(home: Path, tmp_path: Path, migrated_file: Path) -> Path:
    """A list of kites, and an empty store."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "wamkg.db").write_bytes(migrated_file.read_bytes())
    file = tmp_path / "README.md"
    file.write_text(KITES, encoding="utf-8")
    return file


def stored() -> Store:
    """The store of the settings."""
    return Store(get_settings().url)


def begin(kites: Path, *more: str) -> int:
    """Begin a survey from the list of kites without a question."""
    return run(["init", "--from", str(kites), "--yes", *more])


def test_init_makes_the_survey_its_taxonomy_and_its_papers(kites: Path, capsys: Out) -> None:
    assert begin(kites) in (0, 3)
    said = capsys.readouterr().out
    assert said.startswith("Survey: Awesome Kites: a Reading List (Kites)\n")
    assert "\nMaterials [materials] 4\n├─ Silk [silk] 2\n└─ Bamboo [bamboo] 2\n" in said
    assert said.count("e.g. ") == 5
    assert "News" not in said and "World Action" not in said
    store = stored()
    with store.reading() as session:
        survey, tree = survey_item(session), taxonomy_tree(session, default_taxonomy(session))
        assert [taxonomy.slug for taxonomy in list_taxonomies(session)] == [survey.main_taxonomy] == ["kites-reading"]
    assert (survey.title, survey.short_name) == ("Awesome Kites: a Reading List", "Kites")
    assert survey.branches == [
        {"slug": "materials", "name": "Materials", "color": "blue"},
        {"slug": "lines", "name": "Lines", "color": "teal"},
    ]
    assert (tree.placed, [node.name for node in tree.taxa[0].children]) == (6, ["Silk", "Bamboo"])
    assert "of its own" in str(seed_if_packaged(store)["skipped"])
    store.close()


def test_the_list_imported_again_is_the_same_and_adds_nothing_packaged(kites: Path, capsys: Out) -> None:
    assert begin(kites) in (0, 3)
    capsys.readouterr()
    assert run(["import", str(kites), "--json"]) in (0, 3)
    report = orjson.loads(capsys.readouterr().out)
    assert (report["counts"]["same"], report["counts"]["new"], report["proposals"]) == (6, 0, [])
    bib = kites.with_name("more.bib")
    bib.write_text("@article{a1, title={Tails of flat kites}, author={Ada Byron}, year={2020}}")
    assert run(["import", str(bib)]) == 0
    store = stored()
    with store.reading() as session:
        assert [taxonomy.slug for taxonomy in list_taxonomies(session)] == ["kites-reading"]
    store.close()


def test_a_second_init_is_refused_and_the_first_can_be_undone(kites: Path, capsys: Out) -> None:
    assert begin(kites, "--json") in (0, 3)
    batch = orjson.loads(capsys.readouterr().out)["batch"]
    assert begin(kites) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "has a survey, 'Awesome Kites: a Reading List'" in said and "wamkg.toml" in said
    assert run(["init", "--example", "wam"]) == 1
    assert run(["undo", batch]) == 0
    assert begin(kites) in (0, 3)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ConflictError])
def test_an_init_stopped_at_the_end_writes_nothing(kites: Path, stop: type[BaseException]) -> None:
    def interrupt(begun: Beginning) -> bool:
        raise stop

    store = stored()
    with pytest.raises(stop):
        begin_from_list(store, Writer("ana"), str(kites), Names(), interrupt)
    assert begin_from_list(store, Writer("ana"), str(kites), Names(), lambda begun: False) is None
    with store.reading() as session:
        assert how_to_begin(session).startswith("The store has no survey yet; `wamkg init --from")
        assert list_taxonomies(session) == []
    store.close()


def test_init_asks_and_without_a_person_says_how_to_go_on(
    kites: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run(["init", "--from", str(kites)]) == 1
    caught = capsys.readouterr()
    assert "--yes" in caught.err and "nothing was written" in caught.out and "Silk [silk] 2" in caught.out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ([], "--from LIST.md"),
        (["README.md"], "wamkg init --from README.md"),
        (["tax.yaml"], "wamkg init --taxonomy tax.yaml"),
        (["--example", "wma"], "use wam"),
        (["--from", "a.md", "--example", "wam"], "one of"),
    ],
)
def test_half_right_words_get_the_line_that_works(arguments: list[str], hint: str, capsys: Out) -> None:
    assert run(["init", *arguments]) == 2
    assert hint in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_source_without_headings_says_what_to_do(kites: Path, capsys: Out) -> None:
    for name, text in {
        "refs.bib": "@article{a1, title={Tails of flat kites}, year={2020}}",
        "ids.txt": "2101.00001\n2101.00002\n",
        "flat.md": "- [Tails of flat kites](https://arxiv.org/abs/2101.00001)\n- [B c d](https://arxiv.org/abs/2101.2)\n",
    }.items():
        file = kites.with_name(name)
        file.write_text(text)
        assert begin(file) == 1, name
        assert f"then `wamkg import {file}`" in " ".join(capsys.readouterr().err.split()), name


def test_init_begins_with_a_taxonomy(kites: Path, capsys: Out) -> None:
    file = kites.with_name("tax.yaml")
    file.write_text("slug: kites\ntitle: Kites of the North\ntaxa:\n- {slug: silk, name: Silk}\n- {slug: x, name: X}\n")
    assert run(["init", "--taxonomy", str(file), "--yes", "--title", "Kites Everywhere"]) == 0
    store = stored()
    with store.reading() as session:
        survey = survey_item(session)
    store.close()
    assert (survey.title, survey.main_taxonomy, len(survey.branches)) == ("Kites Everywhere", "kites", 2)


def test_names_of_lists_and_headings_of_many_forms(kites: Path, capsys: Out) -> None:
    text = (
        "## 一、材料\n- [How silk kites bend in wind](https://arxiv.org/abs/2101.00001), 2021\n"
        "## 2) 3D Kites\n- [Solid kites in three dimensions](https://arxiv.org/abs/2101.00002), 2021\n"
        "## IV. Lines and Knots: what holds a kite in the air when everything else has failed to do so\n"
        "- [Lines of a kite under load](https://arxiv.org/abs/2104.00004), 2021\n"
    )
    file = kites.with_name("my-kite-papers.md")
    file.write_text(text, encoding="utf-8")
    assert begin(file, "--json") in (0, 3)
    assert orjson.loads(capsys.readouterr().out)["title"] == "my kite papers"
    store = stored()
    with store.reading() as session:
        taxa = taxonomy_tree(session, default_taxonomy(session)).taxa
    store.close()
    assert [node.name for node in taxa][:2] == ["材料", "3D Kites"]
    assert taxa[2].slug == "lines-and-knots" and taxa[2].name.startswith("Lines and Knots: what holds")


def test_the_example_is_the_packaged_survey(seeded_store: Store, capsys: Out) -> None:
    assert run(["init", "--example", "wam"]) == 0
    assert "nothing new" in capsys.readouterr().out
    assert run(["init", "--from", "README.md", "--yes"]) == 1
    assert "has a survey, 'World Action Models" in capsys.readouterr().err


def test_a_killed_init_can_be_run_again(kites: Path) -> None:
    code = (
        "import os, sys\nfrom wamkg.services import beginning\nfrom wamkg.cli import run\n"
        "beginning._make_survey = lambda *a: os._exit(9)\nrun(sys.argv[1:])\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, "init", "--from", str(kites), "--yes"], check=False)
    assert killed.returncode == 9
    assert begin(kites) in (0, 3)


def test_a_deep_list_is_written_back_and_read_as_the_same(kites: Path, capsys: Out) -> None:
    levels = ("Kites", "Silk", "Woven", "Fine", "Dyed", "Red")
    headings = [f"{'#' * (depth + 2)} {name}\n\n" for depth, name in enumerate(levels[:4])]
    papers = [f"[{name} silk in a long wind](https://arxiv.org/abs/2101.0001{n})" for n, name in enumerate(levels)]
    text = "# Deep Kites\n\n" + "".join(f"{head}- {paper}\n\n" for head, paper in zip(headings, papers, strict=False))
    text += f"- Dyed\n  - {papers[4]}\n  - Red\n    - {papers[5]}\n\n## Lines\n\n- [Knots for long lines](https://arxiv.org/abs/2101.00020)\n"
    file = kites.with_name("deep.md")
    file.write_text(text, encoding="utf-8")
    assert begin(file) in (0, 3)
    assert run(["export", "awesome-list", "-o", str(file)]) == 0
    capsys.readouterr()
    assert run(["import", str(file), "--json"]) in (0, 3)
    report = orjson.loads(capsys.readouterr().out)
    assert (report["counts"]["new"], report["counts"]["in conflict"], report["proposals"]) == (0, 0, [])
    store = stored()
    with store.reading() as session:
        tree = taxonomy_tree(session, default_taxonomy(session))
    store.close()
    node, found = tree.taxa[0], []
    while True:
        found.append((node.name, node.own))
        if not node.children:
            break
        (node,) = node.children
    assert found == [(name, 1) for name in levels]
