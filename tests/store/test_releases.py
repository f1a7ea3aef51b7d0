"""Editions: frozen whole, read as they were, compared."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import orjson
import pytest

from tests.helpers.edit_store import FIRST, PAPERS, SECOND, THIRD, UNIFIED, fill, say, standing_at
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError, NotFoundError, StoreError
from wamkg.exporting.jsonl import export_jsonl
from wamkg.history.diff import ReleaseDiff, diff_releases
from wamkg.history.diff_text import diff_latex, diff_text
from wamkg.history.dump import hash_of, load_dump, write_dump
from wamkg.history.releases import CACHE, FOLDER, KEPT, create_release, open_release
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.base import LEFT_OUT, dumped_tables
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.store.tables import Token, metadata
from wamkg.taxonomy.edit import TaxonEdit
from wamkg.taxonomy.editor import run_edit


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases."""
    fill(store, tmp_path, PAPERS[0] | {"authors": ["A B"], "method": "Net", "venue": "arXiv"}, *PAPERS[1:])
    return store


def survey(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a release holds."""
    return {table: rows for table, rows in dump(store).items() if table not in LEFT_OUT}


def change_everything(store: Store, folder: Path) -> None:
    """One change of each kind that a diff tells."""
    say(store, FIRST, "accept", UNIFIED, note="one network")
    run_edit(store, "wam", TaxonEdit(operation="rename", taxon="cascaded", name="Two Stages"), "ana")
    fill(store, folder, {"title": "A Fourth Paper about Robots", "arxiv": "2501.00004"})
    with store.writing() as session:
        actor = get_actor(session, "ana", "person")
        set_values(session, actor, FIRST, {"venue": "ICML", "year": 2026, "title": "A Better Title"})
        set_values(session, actor, THIRD, {"standing": "cited"})


def compare(store: Store, home: Path, name: str) -> ReleaseDiff:
    """A release against the present."""
    with open_release(store, home, name) as past, past.reading() as old, store.reading() as new:
        return diff_releases(old, new, (name, "now"))


def test_a_release_is_the_survey_as_it_was(filled: Store, tmp_path: Path) -> None:
    then = survey(filled)
    with filled.reading() as session:
        exported = "".join(export_jsonl(session))
    create_release(filled, tmp_path, "v1", "first", "ana")
    change_everything(filled, tmp_path)
    assert survey(filled) != then
    with open_release(filled, tmp_path, "v1") as past:
        assert survey(past) == then
        assert standing_at(past, FIRST) == ["joint"]
        with past.reading() as session:
            assert "".join(export_jsonl(session)) == exported
        with pytest.raises(StoreError, match="read-only"), past.writing() as session:
            get_actor(session, "anybody")


def test_a_release_holds_no_table_of_running_work_or_secrets() -> None:
    assert LEFT_OUT.issubset(metadata.tables), "a name that no table has leaves nothing out"
    assert {"task", "job", "rate_limit", "token"}.isdisjoint(table.name for table in dumped_tables())


def test_the_same_survey_gives_the_same_bytes_and_no_secret(filled: Store, tmp_path: Path) -> None:
    with filled.writing() as session:
        number = get_actor(session, "ana", "person").id
        assert number is not None
        session.add(Token(uid="t", actor_id=number, role="admin", hash="5ecre7"))
    with filled.reading() as session:
        first = write_dump(session, tmp_path / "a.gz", "x")
        assert write_dump(session, tmp_path / "b.gz", "x") == first
    lines = gzip.decompress((tmp_path / "a.gz").read_bytes())
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert b"5ecre7" not in lines
    header, *rows = map(orjson.loads, lines.splitlines())
    assert header["wamkg"] == 1 and all(row.keys() == {"table", "row"} for row in rows)


def test_the_difference_tells_every_kind_of_change(filled: Store, tmp_path: Path) -> None:
    create_release(filled, tmp_path, "v1", "", "ana")
    assert not any(
        getattr(compare(filled, tmp_path, "v1"), n) for n in ("added", "removed", "moved", "renamed", "venues")
    )
    change_everything(filled, tmp_path)
    found = compare(filled, tmp_path, "v1")
    assert [e.title for e in found.added] == ["A Fourth Paper about Robots"]
    assert [e.title for e in found.removed] == ["A Third Paper about Robots"]
    moved = [(m.title, m.before, m.after, m.by, m.why) for m in found.moved]
    assert moved == [("A Better Title", "joint", UNIFIED, "ana", "one network")]
    assert ("wam", "cascaded (Cascaded)", "two-stages (Two Stages)") in [
        (r.taxonomy, r.before, r.after) for r in found.renamed
    ]
    assert (None, "A First Paper about Robots", "A Better Title") in [
        (r.taxonomy, r.before, r.after) for r in found.renamed
    ]
    assert [(v.before, v.after) for v in found.venues] == [("arXiv", "ICML 2026")]
    assert found.counts["papers"] == [3, 3] and found.counts["placed in wam"] == [2, 2]
    assert f"joint -> {UNIFIED}, by ana: one network" in diff_text(found)
    latex = diff_latex(found)
    assert latex.count(r"\begin{itemize}") == latex.count(r"\end{itemize}") == 6
    assert r"$\to$" in latex and "->" not in latex


def test_names_and_files_are_checked(filled: Store, tmp_path: Path) -> None:
    create_release(filled, tmp_path, "v1", "", "ana")
    with pytest.raises(ConflictError, match="already"):
        create_release(filled, tmp_path, "v1", "", "ana")
    for name in ("../v2", "", "a b"):
        with pytest.raises(InvalidInputError):
            create_release(filled, tmp_path, name, "", "ana")
    with pytest.raises(NotFoundError, match="v9"), open_release(filled, tmp_path, "v9"):
        pass
    file = tmp_path / FOLDER / "v1.jsonl.gz"
    whole = file.read_bytes()
    file.write_bytes(gzip.compress(gzip.decompress(whole).replace(b"Robots", b"Rabbit")))
    with pytest.raises(StoreError, match="has changed since its creation"), open_release(filled, tmp_path, "v1"):
        pass
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match="cannot be read"), open_release(filled, tmp_path, "v1"):
        pass
    file.unlink()
    with pytest.raises(StoreError, match="is missing; copy"), open_release(filled, tmp_path, "v1"):
        pass


def test_of_many_who_want_a_name_one_gets_it(filled: Store, tmp_path: Path) -> None:
    together = Barrier(4)

    def edition(number: int) -> str:
        with filled.writing() as session:
            set_values(session, get_actor(session, f"p{number}", "person"), FIRST, {"note": f"seen by {number}"})
        together.wait()
        try:
            return create_release(filled, tmp_path, "v1", "", f"p{number}").sha256
        except ConflictError:
            return ""

    with ThreadPoolExecutor(4) as threads:
        made = [sha for sha in threads.map(edition, range(4)) if sha]
    assert len(made) == 1
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["v1.jsonl.gz"]
    assert hash_of(tmp_path / FOLDER / "v1.jsonl.gz") == made[0]
    with open_release(filled, tmp_path, "v1"):
        pass


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a wamkg dump"),
        (b"{}\n", "not a wamkg dump"),
        (b'{"wamkg": 2}\n', "unknown version"),
        (b'{"wamkg": 1, "schema": "9999", "kinds": {}}\n', "newer"),
        (b'{"wamkg": 1, "schema": "0004", "kinds": {}}\n{"table": "x", "row": {"a": 1}}\n', "damaged"),
        (b'{"wamkg": 1, "schema": "0004", "kinds": {}}\n{"table": "tag", "row": {"id": 1, "paper_id": 5, "facet": "f",'
         b' "value": "v", "mapped": 1, "source": "s", "batch_id": 1}}\n', "missing row"),
    ],
)  # fmt: skip
def test_what_is_no_dump_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(content))
    with pytest.raises(StoreError, match=words):
        load_dump(tmp_path / "x.gz", tmp_path / "x.db")
    assert not (tmp_path / "x.db").exists()


def test_few_past_stores_are_kept(filled: Store, tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        say(filled, SECOND, "unsure", note=str(number))
        create_release(filled, tmp_path, f"v{number}", "", "ana")
        with open_release(filled, tmp_path, f"v{number}"):
            pass
    assert len(list((tmp_path / CACHE).glob("*.db"))) == KEPT
    with open_release(filled, tmp_path, "v0") as past:
        assert standing_at(past, SECOND) == ["undecided"]


def test_the_command_line(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["release", "create", "v1", "--note", "first"]) == 0
    say(seeded_store, "arxiv:2602.15922", "outside", kind="survey", note="because")
    assert run(["release", "create", "v2"]) == 0
    capsys.readouterr()
    assert run(["release", "list", "--json"]) == 0
    assert [r["name"] for r in orjson.loads(capsys.readouterr().out)] == ["v1", "v2"]
    assert run(["release", "diff", "v1", "v2", "--json"]) == 0
    found = orjson.loads(capsys.readouterr().out)
    assert [(m["after"], m["why"]) for m in found["moved"]] == [("outside", "because")]
    assert run(["release", "diff", "v1", "now", "--format", "latex"]) == 0
    assert "itemize" in capsys.readouterr().out
    assert run(["release", "diff", "v1", "v7"]) == 1
    assert "v7" in capsys.readouterr().err
