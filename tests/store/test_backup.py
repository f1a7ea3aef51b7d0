"""A backup holds everything and fills an empty store on either database, or nothing at all."""

import gzip
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.embedding.encode import embed
from wamkg.embedding.encoders import HashingEncoder
from wamkg.errors import ConflictError, StoreError
from wamkg.history.backup import CONTENTS, STORE, check_backup, restore_backup, write_backup, write_dated_backup
from wamkg.history.releases import create_release, open_release
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.settings import get_settings
from wamkg.store.session import Store
from wamkg.store.tables import metadata
from wamkg.store.tokens import holder_of, issue
from wamkg.vocabulary import TokenKind

RUNNING = ("job", "rate_limit")
LINE = '{"title": "A Paper That Came After the Backup", "arxiv": "2601.00001"}\n'


@pytest.fixture
def full(seeded_store: Store, home: Path) -> Store:
    """The seeded library with an edition, vectors and a token."""
    create_release(seeded_store, home, "v1", "", "ana")
    embed(seeded_store, HashingEncoder(16), {1: "A robot folds a towel."})
    return seeded_store


@pytest.fixture
def empty(store_url: str) -> Iterator[Store]:
    """An empty database, without tables, on SQLite and on PostgreSQL."""
    made = Store(store_url)
    yield made
    made.close()


def everything(store: Store) -> dict[str, object]:
    """All rows, the trail too, in numbers where the trail is concerned."""
    with store.reading() as session:
        counts = {t.name: session.connection().execute(select(func.count()).select_from(t)).scalar_one()
                  for t in metadata.sorted_tables if t.name not in RUNNING}  # fmt: skip
    return {name: rows for name, rows in dump(store).items() if name not in RUNNING} | {"counts": counts}


def test_a_store_comes_back_whole_on_either_database(full: Store, empty: Store, home: Path, tmp_path: Path) -> None:
    with full.writing() as session:
        secret = issue(session, "ana", "curator").secret
    assert write_backup(full, home, tmp_path / "all.tar").missing_releases == []
    there = tmp_path / "there"
    counts = restore_backup(empty, there, tmp_path / "all.tar")
    assert counts["paper"] == 228
    assert everything(empty) == everything(full)
    with open_release(empty, there, "v1") as edition:
        assert len(dump(edition)["paper"]) == 228
    with empty.writing() as session:
        assert holder_of(session, secret, TokenKind.TOKEN) is not None


def _rows(backup: Path) -> list[bytes]:
    """The dump in a backup, without its first line, which says when it was written."""
    with tarfile.open(backup) as tar:
        member = tar.extractfile(STORE)
        assert member is not None
        return gzip.decompress(member.read()).splitlines()[1:]


def test_the_dump_of_a_restored_store_is_the_same_byte_for_byte(
    full: Store, empty: Store, home: Path, tmp_path: Path
) -> None:
    write_backup(full, home, tmp_path / "first.tar")
    restore_backup(empty, tmp_path / "there", tmp_path / "first.tar")
    write_backup(empty, tmp_path / "there", tmp_path / "second.tar")
    assert _rows(tmp_path / "second.tar") == _rows(tmp_path / "first.tar")
    assert len(_rows(tmp_path / "first.tar")) > 5000


def test_a_restored_store_is_written_on_and_backed_up_again(
    full: Store, empty: Store, home: Path, tmp_path: Path
) -> None:
    write_backup(full, home, tmp_path / "all.tar")
    restore_backup(empty, tmp_path / "there", tmp_path / "all.tar")
    more = tmp_path / "more.jsonl"
    more.write_text(LINE)
    assert import_source(empty, str(more), ImportOptions()).counts["new"] == 1
    write_backup(empty, tmp_path / "there", tmp_path / "again.tar")
    third = Store(f"sqlite:///{tmp_path / 'third.db'}")
    restore_backup(third, tmp_path / "third", tmp_path / "again.tar")
    assert everything(third) == everything(empty)
    third.close()


def test_a_store_that_holds_anything_is_left_alone(full: Store, home: Path, tmp_path: Path) -> None:
    write_backup(full, home, tmp_path / "all.tar")
    before = everything(full)
    with pytest.raises(ConflictError, match="not empty"):
        restore_backup(full, home, tmp_path / "all.tar")
    assert everything(full) == before


@pytest.mark.parametrize("spoil", ["cut", "text", "other", "gone"])
def test_what_is_no_backup_leaves_the_store_empty(full: Store, home: Path, tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "all.tar"
    write_backup(full, home, path)
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    elif spoil == "text":
        path.write_text("just words")
    elif spoil == "gone":
        path.unlink()
    else:
        with tarfile.open(path, "w") as tar:
            tar.add(__file__, "readme.txt")
    target = Store(f"sqlite:///{tmp_path / 'target.db'}")
    with pytest.raises(StoreError) as caught:
        restore_backup(target, tmp_path / "there", path)
    assert "\n" not in str(caught.value)
    assert everything(target)["paper"] == []
    target.close()


def test_a_backup_that_lost_a_line_is_refused(full: Store, empty: Store, home: Path, tmp_path: Path) -> None:
    whole, folder = tmp_path / "all.tar", tmp_path / "unpacked"
    write_backup(full, home, whole)
    assert check_backup(whole) is not None
    with tarfile.open(whole) as tar:
        tar.extractall(folder, filter="data")
    lines = gzip.decompress((folder / STORE).read_bytes()).splitlines(keepends=True)
    (folder / STORE).write_bytes(gzip.compress(b"".join(lines[:-1])))
    with tarfile.open(tmp_path / "short.tar", "w") as tar:
        for name in (CONTENTS, STORE, "releases/v1.jsonl.gz"):
            tar.add(folder / name, name)
    for refused in (
        lambda: check_backup(tmp_path / "short.tar"),
        lambda: restore_backup(empty, home, tmp_path / "short.tar"),
    ):
        with pytest.raises(StoreError, match=r"store.jsonl.gz is missing or not what was written"):
            refused()
    assert everything(empty)["paper"] == []


def test_dated_backups_replace_the_oldest_and_nothing_else(full: Store, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    (tmp_path / "backups").mkdir()
    (folder / "wamkg-by-hand.tar").write_text("mine")
    start = datetime(2026, 11, 1, 3, tzinfo=UTC)
    for day in range(4):
        path, contents = write_dated_backup(full, home, folder, start + timedelta(days=day), keep=2)
        assert contents.rows["paper"] == 228 and path.stat().st_mode & 0o077 == 0
    assert sorted(file.name for file in folder.iterdir()) == [
        "wamkg-20261103T030000Z.tar",
        "wamkg-20261104T030000Z.tar",
        "wamkg-by-hand.tar",
    ]


def test_an_edition_whose_file_is_gone_is_named(full: Store, home: Path, tmp_path: Path) -> None:
    (home / "releases" / "v1.jsonl.gz").unlink()
    assert write_backup(full, home, tmp_path / "all.tar").missing_releases == ["v1"]


def test_the_verbs_say_what_they_did(
    full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "all.tar"
    assert run(["backup", str(path)]) == 0
    assert path.stat().st_mode & 0o077 == 0, "others must not read hashes of tokens"
    with tarfile.open(path) as tar:
        assert tar.getnames() == [CONTENTS, STORE, "releases/v1.jsonl.gz"]
    assert "rows, and checked it" in capsys.readouterr().out
    assert run(["restore", str(path), "--dry-run"]) == 0
    assert "complete and undamaged: " in capsys.readouterr().out
    assert run(["backup"]) == run(["backup", str(path), "--into", str(tmp_path)]) == 2
    assert run(["restore", str(path)]) == 1
    assert "not empty" in capsys.readouterr().err
    monkeypatch.setenv("WAMKG_HOME", str(tmp_path / "new"))
    get_settings.cache_clear()
    assert run(["restore", str(path)]) == 0
    assert "paper 228" in capsys.readouterr().out
    assert run(["backup", str(tmp_path / "no" / "folder.tar")]) == 1
    assert "cannot write" in capsys.readouterr().err
