"""Taxonomies in YAML: in and out without loss, every mistake by line and field, nothing half-written."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wamkg.cli import run
from wamkg.exporting.taxonomy_yaml import taxonomy_yaml
from wamkg.history.undo import undo_batch
from wamkg.importing.seed_files import seeds_folder
from wamkg.importing.taxonomy_file import FileMistakesError, read_taxonomy_file
from wamkg.services.taxonomies import create_taxonomy, delete_taxonomy
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.views.taxonomies import taxonomy_tree, walk

Out = pytest.CaptureFixture[str]
SHIPPED = sorted((seeds_folder() / "taxonomies").glob("*.yaml"))
SCHEMA = jsonschema_rs.validator_for(orjson.loads((seeds_folder() / "taxonomy.schema.json").read_bytes()))

BIRDS = """\
slug: feeding
title: 'Feeding: how "birds" eat'
description: |-
  First line: with a colon.

  Third line # not a comment.
aliases:
  - Nahrung
cardinality: one
badge_states:
  To-Check: awaiting-review
taxa:
  - slug: seeds
    name: 'No'
    aliases:
      - '2024'
      - Körner
    code: '007'
    definition: Cracks husks.
    include:
      - 'yes'
    exclude:
      - '- nectar'
    exemplars:
      - arxiv:2101.00001
      - doi:10.5555/finch.1
      - title: On the beaks of finches
    children:
      - slug: hard
        name: 硬い種子
        former_names:
          - Nuts
        former_paths:
          - seeds/nuts
  - slug: nectar
    name: Nectar 🐦
"""


@pytest.fixture
def empty(tmp_path: Path, migrated_file: Path) -> list[Store]:
    """Two empty stores."""
    stores = []
    for name in ("one.db", "two.db"):
        (tmp_path / name).write_bytes(migrated_file.read_bytes())
        stores.append(Store(f"sqlite:///{tmp_path / name}"))
    return stores


def there_and_back(store: Store, text: str) -> str:
    """A taxonomy created from a text and exported again."""
    file = read_taxonomy_file(text.encode(), "test.yaml")
    create_taxonomy(store, Writer("ana"), file)
    with store.reading() as session:
        return taxonomy_yaml(session, file.spec.slug)


def test_a_file_comes_back_as_it_was(empty: list[Store]) -> None:
    assert there_and_back(empty[0], BIRDS) == BIRDS


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_taxonomies_come_back(empty: list[Store], path: Path) -> None:
    once = there_and_back(empty[0], path.read_text(encoding="utf-8"))
    assert there_and_back(empty[1], once) == once
    with empty[0].reading() as session:
        kept = [
            (n.path, n.name, n.definition, n.include, n.exclude) for n in walk(taxonomy_tree(session, path.stem).taxa)
        ]
    assert kept == list(_taxa(yaml.safe_load(path.read_text(encoding="utf-8"))["taxa"], ""))


def _taxa(rows, above):  # type: ignore[no-untyped-def]
    for row in rows:
        path = f"{above}{row['slug']}"
        yield path, row["name"], row.get("definition", ""), row.get("include") or [], row.get("exclude") or []
        yield from _taxa(row.get("children") or [], f"{path}/")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_are_as_the_schema_says(path: Path) -> None:
    SCHEMA.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_schema_describes_what_is_written(empty: list[Store]) -> None:
    SCHEMA.validate(yaml.safe_load(there_and_back(empty[0], BIRDS)))
    assert not SCHEMA.is_valid({"slug": "a b", "title": "T"})
    assert not SCHEMA.is_valid({"slug": "a", "title": "T", "taxa": [{"slug": "b"}]})


def test_sixty_levels_are_kept(empty: list[Store]) -> None:
    text = "slug: deep\ntitle: Deep\ncardinality: many\ntaxa:\n"
    for level in range(60):
        text += f"{'  ' * (2 * level + 1)}- slug: l{level}\n{'  ' * (2 * level + 2)}name: Level {level} of a tree\n"
        text += f"{'  ' * (2 * level + 2)}children:\n" if level < 59 else ""
    once = there_and_back(empty[0], text)
    assert there_and_back(empty[1], once) == once


PRINTABLE = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), min_size=1).filter(
    lambda text: text.strip() and len(text.splitlines()) == 1
)


@settings(max_examples=150, deadline=None)
@given(title=PRINTABLE, definition=st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00")))
def test_every_text_survives_writing_and_reading(title: str, definition: str) -> None:
    from wamkg.exporting.taxonomy_yaml import dump_block

    text = dump_block({"slug": "a", "title": title, "taxa": [{"slug": "b", "name": title, "definition": definition}]})
    spec = read_taxonomy_file(text.encode(), "x").spec
    assert (spec.title, spec.taxa[0].name) == (title.strip(), title.strip())
    assert spec.taxa[0].definition == definition.strip()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("slug: a\ntitle: A\ntaxas: []\n", ["line 3, taxas: unknown key; did you mean taxa?"]),
        ("slug: A b\ntitle: A\n", ["line 1, slug: 'A b' is not a valid slug; write 'a-b'"]),
        ("title: A\n", ["line 1, slug: missing"]),
        ("slug: a\ntitle:\n", ["line 1, title: missing"]),
        ("slug: a\ntitle: A\naliases: B\n", ["line 3, aliases: a list is expected; a text is given"]),
        ("slug: a\ntitle: [A]\n", ["line 2, title: a text is expected; a list is given"]),
        ("slug: a\ntitle: A\ncardinality: two\n", ["line 3, cardinality: 'two' is given; write one of one,"]),
        (
            "slug: a\ntitle: A\ntaxa:\n- slug: b\n  name: B\n- slug: b\n  name: C\n",
            ["line 6, slug: 'b' is the slug of the taxon at line 4 too"],
        ),
        ("slug: a\ntitle: A\ntaxa:\n- b\n", ["line 4, taxa: a taxon begins with `slug: ...`; a text is given"]),
        ("slug: a\ntitle: A\nslug: b\n", ["line 3, slug: given before, at line 1"]),
        ("slug: a\ntitle: A\ntaxa: &t\n- slug: b\n  name: B\n  children: *t\n", ["line 6: references (*t) are not"]),
        ("slug: a\ntitle: 'A\n", ["not valid YAML"]),
        ("", ["line 1: write a mapping that begins with `slug: ...`; nothing is given"]),
        ("- slug: a\n", ["line 1: write a mapping that begins with `slug: ...`; a list is given"]),
        ("slug: a\ntitle: A\n---\nslug: b\n", ["line 3: not valid YAML"]),
        ('slug: a\ntitle: "A\\0"\n', ["line 2, title: the text has a character that cannot be stored"]),
        ("slug: a\ntitle: A\naliases: ['!!']\n", ["line 3, aliases: '!!' has neither a letter nor a digit"]),
        ("slug: a\ntitle: A\nexcludes: [[x]]\n", ["line 3, excludes: write two places"]),
        (
            "slug: a\ntaxa:\n- slug: b\n  nam: B\n  children:\n  - name: C\n    code: {}\n",
            ["line 1, title: missing", "line 4, nam", "line 3, name: missing", "line 6, slug: missing", "line 7, code"],
        ),
    ],
)  # fmt: skip
def test_every_mistake_is_named(text: str, wanted: list[str]) -> None:
    with pytest.raises(FileMistakesError) as caught:
        read_taxonomy_file(text.encode(), "tax.yaml")
    shown = [str(mistake) for mistake in caught.value.mistakes]
    assert len(shown) == len(wanted)
    assert all(any(want in line for line in shown) for want in wanted), shown
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf8_names_the_line() -> None:
    with pytest.raises(FileMistakesError, match="line 2: not valid UTF-8"):
        read_taxonomy_file(b"slug: a\ntitle: K\xf6rner\n", "tax.yaml")


@pytest.fixture
def new_home(home: Path, migrated_file: Path) -> Path:
    """The home of an empty store."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "wamkg.db").write_bytes(migrated_file.read_bytes())
    return home


def test_the_command_creates_shows_and_exports(new_home: Path, tmp_path: Path, capsys: Out) -> None:
    file = tmp_path / "birds.yaml"
    file.write_text(BIRDS, encoding="utf-8")
    assert run(["taxonomy", "create", str(file), "--dry-run"]) == 0
    assert "dry run, nothing was written" in capsys.readouterr().out
    assert run(["taxonomy", "create", str(file)]) == 0
    said = capsys.readouterr().out
    assert "3 taxa on 2 levels, 3 exemplars" in said
    assert "3 exemplars are not in the library" in said
    assert run(["taxonomy", "export", "feeding", "-o", str(tmp_path / "out.yaml")]) == 0
    assert (tmp_path / "out.yaml").read_text(encoding="utf-8") == BIRDS
    capsys.readouterr()
    assert run(["taxonomy", "show"]) == 0
    assert "   └─ 硬い種子 [hard] 0" in capsys.readouterr().out.replace("│", " ")
    assert run(["taxon", "show", "feeding:seeds/nuts"]) == 0
    assert "硬い種子: feeding:seeds/hard" in capsys.readouterr().out
    assert run(["taxon", "list"]) == 0
    assert "hard" in capsys.readouterr().out
    assert run(["taxonomy", "create", str(file)]) == 1
    assert "wamkg taxonomy delete feeding" in capsys.readouterr().err


def test_a_file_with_mistakes_writes_nothing(new_home: Path, tmp_path: Path, capsys: Out) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(BIRDS.replace("arxiv:2101.00001", "no-such-paper"), encoding="utf-8")
    before = (new_home / "wamkg.db").read_bytes()
    assert run(["taxonomy", "create", str(file)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("bad.yaml, line 25, exemplars: no paper has the id 'no-such-paper'")
    assert said[-1] == "wamkg: bad.yaml has 1 mistake; nothing was written"
    assert (new_home / "wamkg.db").read_bytes() == before


def test_an_exemplar_becomes_a_paper_of_the_library_when_a_list_brings_it(
    new_home: Path, tmp_path: Path, capsys: Out
) -> None:
    (tmp_path / "t.yaml").write_text(BIRDS, encoding="utf-8")
    (tmp_path / "p.jsonl").write_text('{"title": "Cracking husks", "arxiv": "2101.00001", "standing": "included"}\n')
    assert run(["taxonomy", "create", str(tmp_path / "t.yaml")]) == 0
    assert run(["import", str(tmp_path / "p.jsonl")]) == 0
    assert run(["taxon", "show", "feeding:seeds"]) == 0
    assert "exemplar: arxiv:2101.00001, Cracking husks" in capsys.readouterr().out


def test_undo_of_a_creation_leaves_nothing(new_home: Path, tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "t.yaml").write_text(BIRDS, encoding="utf-8")
    assert run(["taxonomy", "create", str(tmp_path / "t.yaml"), "--json"]) == 0
    batch = orjson.loads(capsys.readouterr().out)["batch"]
    assert run(["undo", batch]) == 0
    store = Store(Settings().url)
    migrate(store)
    with store.reading() as session, pytest.raises(Exception, match="unknown taxonomy"):
        taxonomy_tree(session, "feeding")
    store.close()
    assert run(["taxonomy", "create", str(tmp_path / "t.yaml")]) == 0


def in_json(out: Out, *command: str) -> dict[str, Any]:
    """What a command answers with --json."""
    out.readouterr()
    assert run([*command, "--json"]) == 0
    found: dict[str, Any] = orjson.loads(out.readouterr().out)
    return found


def exported(out: Out, slug: str) -> str:
    """A taxonomy as YAML."""
    out.readouterr()
    assert run(["taxonomy", "export", slug]) == 0
    return out.readouterr().out


def test_a_taxonomy_with_papers_is_not_deleted(seeded_store: Store, capsys: Out) -> None:
    assert run(["taxonomy", "delete", "wam"]) == 1
    said = capsys.readouterr().err
    assert "papers are assigned in wam" in said
    assert "--unassign" in said
    assert run(["taxonomy", "delete", "nus", "--dry-run"]) == 0
    assert "dry run" in capsys.readouterr().out
    assert run(["taxonomy", "show", "nus"]) == 0


def test_undo_of_a_deletion_restores_everything(seeded_store: Store, capsys: Out) -> None:
    before = exported(capsys, "wam"), in_json(capsys, "taxonomy", "show", "wam")["states"]
    done = in_json(capsys, "taxonomy", "delete", "wam", "--unassign")
    assert done["taxa"] > 10 and done["papers"] > 60
    assert run(["taxonomy", "show", "wam"]) == 1
    assert "unknown taxonomy 'wam'" in capsys.readouterr().err
    assert run(["doctor"]) == 0
    assert run(["undo", done["batch"]]) == 0
    assert (exported(capsys, "wam"), in_json(capsys, "taxonomy", "show", "wam")["states"]) == before


def test_a_deleted_slug_is_free_and_seeds_leave_it_alone(seeded_store: Store, tmp_path: Path, capsys: Out) -> None:
    done = in_json(capsys, "taxonomy", "delete", "nus")
    assert run(["seed"]) == 0
    assert run(["taxonomy", "show", "nus"]) == 1
    (tmp_path / "nus.yaml").write_text("slug: nus\ntitle: Another\n")
    assert run(["taxonomy", "create", str(tmp_path / "nus.yaml")]) == 0
    capsys.readouterr()
    assert run(["undo", done["batch"]]) == 1
    assert "undo them first" in capsys.readouterr().err


def test_deletion_is_undone_on_both_databases(store: Store) -> None:
    there_and_back(store, BIRDS)
    done = delete_taxonomy(store, Writer("ana"), "feeding")
    there_and_back(store, BIRDS.replace("Nectar", "Honey"))
    again = delete_taxonomy(store, Writer("ana"), "feeding")
    assert done.batch and again.batch and done.batch != again.batch
    with store.writing() as session:
        undo_batch(session, find_batch(session, done.batch), get_actor(session, "ana"))
    with store.reading() as session:
        assert taxonomy_yaml(session, "feeding") == BIRDS
