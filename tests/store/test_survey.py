"""The survey is one row: set, shown, undone, kept in backups, and it names the taxonomy that is meant by default."""

from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.services.build import seed_if_packaged
from wamkg.services.survey import set_survey
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store
from wamkg.store.taxonomies import default_taxonomy, list_taxonomies
from wamkg.views.survey import survey_item

Out = pytest.CaptureFixture[str]


@pytest.fixture
def new_home(home: Path, migrated_file: Path) -> Path:
    """The home of an empty store."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "wamkg.db").write_bytes(migrated_file.read_bytes())
    return home


def shown(out: Out) -> dict[str, object]:
    """The survey as JSON."""
    out.readouterr()
    assert run(["show", "survey", "--json"]) == 0
    found: dict[str, object] = orjson.loads(out.readouterr().out)
    return found


def test_the_packaged_survey_has_its_row(seeded_store: Store, capsys: Out) -> None:
    assert run(["show", "survey"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("World Action Models: The Next Frontier in Embodied AI (WAM Survey)\n")
    assert "  Yu-Gang Jiang, Fudan University, corresponding author\n" in said
    assert "branches: Joint blue, Cascaded teal" in said
    with seeded_store.reading() as session:
        assert len(survey_item(session).authors) == 14
        assert default_taxonomy(session) == "wam"


def test_a_survey_of_ones_own_is_made_set_and_undone(new_home: Path, tmp_path: Path, capsys: Out) -> None:
    assert run(["show", "survey"]) == 1
    assert "wamkg set survey title=" in capsys.readouterr().err
    assert run(["set", "survey", "short_name=Birds"]) == 1
    assert (
        run(["set", "survey", "title=How Birds Eat", "authors=[{name: Ada Byron, affiliations: [A University]}]"]) == 0
    )
    assert shown(capsys)["authors"] == [{"name": "Ada Byron", "affiliations": ["A University"]}]
    assert run(["set", "survey", "title=How Birds Feed", "--json"]) == 0
    batch = orjson.loads(capsys.readouterr().out)["batch"]
    assert shown(capsys)["title"] == "How Birds Feed"
    assert run(["undo", batch]) == 0
    assert shown(capsys)["title"] == "How Birds Eat"
    assert run(["seed"]) == 0
    assert shown(capsys)["title"] == "How Birds Eat"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("titel=X", "did you mean title?"),
        ("title= ", "a survey needs a title"),
        ("home_page=example.org", "begin it with https://"),
        ("main_taxonomy=nowhere", "unknown taxonomy 'nowhere'"),
        ("date_rule=today", "arxiv_v1"),
        ("branches=[{slug: joint, color: pink}]", "unknown color 'pink'"),
        ("branches=[{name: Joint}]", "branches: an item has slug"),
        ("authors=Ada Byron", "authors is a list"),
        ("authors=[{name: Ada, affiliations: Here}]", "affiliations is a list"),
        ("outside_kinds=[No Robots]", "write 'no-robots'"),
        ("definitions=[{term: A", "definitions is not valid YAML or JSON"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(seeded_store: Store, capsys: Out, value: str, said: str) -> None:
    assert run(["set", "survey", value]) == 1
    message = capsys.readouterr().err
    assert said in message
    assert message.count("\n") == 1


def test_the_main_taxonomy_is_meant_by_default(seeded_store: Store) -> None:
    set_survey(seeded_store, Writer("ana"), {"main_taxonomy": "challenges"})
    with seeded_store.reading() as session:
        assert default_taxonomy(session) == "challenges"
    set_survey(seeded_store, Writer("ana"), {"main_taxonomy": ""})
    with seeded_store.reading() as session, pytest.raises(InvalidInputError, match="there are: challenges, eval"):
        default_taxonomy(session)


def test_a_backup_keeps_the_survey(
    seeded_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    assert run(["set", "survey", "short_name=Mine"]) == 0
    assert run(["backup", str(tmp_path / "b")]) == 0
    monkeypatch.setenv("WAMKG_HOME", str(tmp_path / "other"))
    get_settings.cache_clear()
    assert run(["restore", str(tmp_path / "b")]) == 0
    assert shown(capsys)["short_name"] == "Mine"


def test_the_row_is_kept_on_both_databases(store: Store) -> None:
    set_survey(store, Writer("ana"), {"title": "Über Vögel 鳥", "definitions": [{"term": "a", "text": "b"}]})
    edited = set_survey(store, Writer("ana"), {"title": "Über Vögel 鳥"})
    assert edited.batch is None
    with store.reading() as session:
        item = survey_item(session)
    assert (item.title, item.definitions) == ("Über Vögel 鳥", [{"term": "a", "text": "b"}])


def test_the_api_answers(client: TestClient) -> None:
    assert client.get("/api/v1/survey").json()["main_taxonomy"] == "wam"
    assert client.patch("/api/v1/survey", json={"title": "X"}).status_code == 401


def test_a_survey_of_another_field_needs_no_taxonomy_option(new_home: Path, tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "t.yaml").write_text(
        "slug: feeding\ntitle: Feeding\ncardinality: one-primary\n"
        "taxa:\n- {slug: seeds, name: Seeds}\n- {slug: nectar, name: Nectar}\n"
    )
    (tmp_path / "p.jsonl").write_text('{"title": "Cracking husks", "arxiv": "2101.00001", "date": "2021-01-03"}\n')
    assert run(["taxonomy", "create", str(tmp_path / "t.yaml")]) == 0
    assert run(["import", str(tmp_path / "p.jsonl")]) == 0
    for command in (
        ["decide", "arxiv:2101.00001", "seeds"],
        ["review"],
        ["timeline", "papers", "--by", "year"],
        ["taxon", "health"],
        ["taxon", "add", ":", "Fruit"],
        ["figure", "taxonomy", "-o", str(tmp_path / "tree.svg")],
        ["figure", "roadmap", "-o", str(tmp_path / "roadmap.svg")],
    ):
        assert run(command) == 0, command
    assert "wam" not in capsys.readouterr().out.replace("wamkg", "")


def test_without_a_main_taxonomy_the_command_says_what_to_do(new_home: Path, tmp_path: Path, capsys: Out) -> None:
    for slug in ("feeding", "nesting"):
        (tmp_path / "t.yaml").write_text(f"slug: {slug}\ntitle: T\ntaxa:\n- {{slug: a, name: A}}\n")
        assert run(["taxonomy", "create", str(tmp_path / "t.yaml")]) == 0
    capsys.readouterr()
    assert run(["taxon", "health"]) == 1
    said = capsys.readouterr().err
    assert "wamkg set survey main_taxonomy=SLUG" in said
    assert "feeding, nesting" in said
    assert run(["set", "survey", "title=Birds", "main_taxonomy=nesting"]) == 0
    assert run(["taxon", "health"]) == 0
    assert "nesting" in capsys.readouterr().out


PAGES = ("/", "/papers", "/taxonomy", "/timeline", "/graph", "/leaderboard", "/review", "/papers/arxiv:2101.00001")


@pytest.mark.parametrize("title", ["", "How Birds Feed: A Survey"])
def test_pages_of_another_field_speak_of_that_field(new_home: Path, tmp_path: Path, capsys: Out, title: str) -> None:
    (tmp_path / "t.yaml").write_text("slug: feeding\ntitle: Feeding\ntaxa:\n- {slug: seeds, name: Seeds}\n")
    (tmp_path / "p.jsonl").write_text('{"title": "Cracking husks", "arxiv": "2101.00001", "date": "2021-01-03"}\n')
    assert run(["taxonomy", "create", str(tmp_path / "t.yaml")]) == 0
    assert run(["import", str(tmp_path / "p.jsonl")]) == 0
    assert run(["decide", "arxiv:2101.00001", "seeds"]) == 0
    if title:
        assert run(["set", "survey", f"title={title}"]) == 0
    with TestClient(create_app()) as pages:
        for path in PAGES:
            answer = pages.get(path)
            assert answer.status_code == 200, path
            assert "World Action" not in answer.text and "WAM" not in answer.text.replace("WAMKG", ""), path
            assert ("How Birds Feed" if title else "Feeding") in answer.text, path
    capsys.readouterr()
    assert run(["export", "awesome-list"]) == 0
    assert capsys.readouterr().out.startswith("# How Birds Feed\n" if title else "# Feeding\n")


def test_build_seeds_nothing_into_a_survey_of_its_own(new_home: Path, tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "t.yaml").write_text("slug: feeding\ntitle: Feeding\ntaxa:\n- {slug: seeds, name: Seeds}\n")
    assert run(["taxonomy", "create", str(tmp_path / "t.yaml")]) == 0
    store = Store(get_settings().url)
    assert "of its own" in seed_if_packaged(store)["skipped"]
    with store.reading() as session:
        assert [taxonomy.slug for taxonomy in list_taxonomies(session)] == ["feeding"]
    store.close()
