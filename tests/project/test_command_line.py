"""The command line as a user meets it: what it prints, its exit status, and that bad input leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from tests.bench.generate import write_jsonl
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.cli.app import COMMANDS, OTHER_WORDS, STAGES
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

GOOD = b'{"title": "A Long Enough Title About Robots", "arxiv": "2501.00001"}\n'


@pytest.fixture
def empty_store(home: Path) -> Store:
    """A migrated store where the command line expects it."""
    store = Store(f"sqlite:///{home / 'wamkg.db'}")
    migrate(store)
    return store


def one_line(text: str) -> str:
    """The single line an error must be, without a trace of Python."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    assert "Traceback" not in text
    assert "Error(" not in text
    return lines[0]


def test_every_verb_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    from wamkg.cli.app import COMMANDS

    for verb in COMMANDS:
        assert run([verb, "--help"]) == 0
        assert f"wamkg {verb}" in capsys.readouterr().out


def test_the_list_of_verbs_says_of_each_what_its_own_help_says() -> None:
    from wamkg.cli.app import COMMANDS

    for name, verb in COMMANDS.items():
        assert verb.load().help.split("\n\n")[0].replace("\n", " ") == verb.help, name


def test_every_verb_stands_under_one_stage() -> None:
    listed = [name for names in STAGES.values() for name in names.split()]
    assert sorted(listed) == sorted(COMMANDS)


def test_help_and_version_load_neither_the_store_nor_the_learning() -> None:
    heavy = {"sqlmodel", "sqlalchemy", "numpy", "sklearn", "matplotlib", "pydantic"}
    code = "import sys; from wamkg.cli import run; run([sys.argv[1]]); print(sorted(sys.modules), file=sys.stderr)"
    for option in ("--version", "--help"):
        loaded = subprocess.run([sys.executable, "-c", code, option], capture_output=True, text=True, check=True).stderr
        assert not heavy & set(eval(loaded)), option


def test_an_unknown_verb_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nonsense"]) == 2
    assert run(["impor"]) == 2
    assert "Did you mean 'import'?" in capsys.readouterr().err


def test_a_command_on_an_empty_store_says_what_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["suggest"]) == 1
    assert "wamkg build" in one_line(capsys.readouterr().err)


def test_migrate_and_seed_can_run_twice(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate"]) == run(["migrate"]) == 0
    assert run(["seed", "--json"]) == 0
    capsys.readouterr()
    store = Store(f"sqlite:///{home / 'wamkg.db'}")
    before = dump(store)
    assert run(["seed", "--json"]) == 0
    assert set(orjson.loads(capsys.readouterr().out).values()) == {0}
    assert dump(store) == before


def test_import_undo_and_history(empty_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = dump(empty_store)
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    assert run(["import", str(tmp_path / "a.jsonl"), "--json"]) == 0
    report = orjson.loads(capsys.readouterr().out)
    assert report["counts"]["new"] == 1
    assert run(["history", "arxiv:2501.00001", "--json"]) == 0
    said = orjson.loads(capsys.readouterr().out)
    assert {"title", "arxiv", "standing"} <= {row["field"] for row in said}
    assert run(["undo", report["batch"], "--why", "a test"]) == 0
    assert dump(empty_store) == before
    assert run(["batches", "--json"]) == 0
    capsys.readouterr()


def test_a_dry_run_on_no_store_at_all_makes_none(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    assert run(["import", str(tmp_path / "a.jsonl"), "--dry-run"]) == 0
    assert not home.exists()


BAD_FILES = {
    "binary": (b"\x00\x01\x02\xff" * 5000, "is not text"),
    "empty": (b"", "empty"),
    "spaces": (b"  \n\n  \n", ""),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_source_fails(
    empty_store: Store, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = BAD_FILES[name]
    (tmp_path / "a.jsonl").write_bytes(content)
    before = dump(empty_store)
    assert run(["import", str(tmp_path / "a.jsonl")]) in (0, 1)
    assert said in capsys.readouterr().err
    assert dump(empty_store) == before


def test_a_missing_file_fails(empty_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "/nowhere/at/all.md"]) == 1
    assert "/nowhere/at/all.md" in one_line(capsys.readouterr().err)


BAD_LINES = {
    "broken utf-8": b'{"title": "caf\xff"}\n',
    "a 50 MB line": b'{"title": "' + b"x" * 50_000_000 + b'"}\n',
    "not json": b"{title: none}\n",
    "a list": b"[1, 2]\n",
    "no title": b'{"abstract": "x"}\n',
}
BAD_VALUES = {
    "a nul": b'{"title": "A Title With a \\u0000 Inside"}\n',
    "an impossible date": b'{"title": "A Long Enough Other Title", "date": "2026-02-31"}\n',
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_listed_and_the_rest_is_taken(
    empty_store: Store, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_bytes(BAD_LINES[name] + GOOD)
    assert run(["import", str(tmp_path / "a.jsonl"), "--json"]) == 3
    report = orjson.loads(capsys.readouterr().out)
    assert (report["counts"]["unreadable"], report["counts"]["new"]) == (1, 1)
    unreadable = next(line for line in report["lines"] if line["outcome"] == "unreadable")
    assert unreadable["line"] == 1
    assert unreadable["reason"]


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_bad_value_is_listed_and_its_record_is_taken(
    empty_store: Store, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_bytes(BAD_VALUES[name] + GOOD)
    assert run(["import", str(tmp_path / "a.jsonl"), "--json"]) == 3
    report = orjson.loads(capsys.readouterr().out)
    assert (report["counts"]["unreadable"], report["counts"]["new"]) == (0, 2)
    assert report["doubts"]


def test_a_read_only_store_fails_in_one_line(
    empty_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # By URI, since root may write to a file whose mode says otherwise.
    monkeypatch.setenv(
        "WAMKG_DATABASE_URL", empty_store.url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    )
    from wamkg.settings import get_settings

    get_settings.cache_clear()
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    assert run(["import", str(tmp_path / "a.jsonl")]) == 1
    assert "read-only" in one_line(capsys.readouterr().err)


def test_a_full_disk_fails_in_one_line_and_leaves_nothing(
    empty_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump(empty_store)
    real = Store.__init__

    def small(self: Store, url: str) -> None:
        """The same store on a disk with room for a few pages more: SQLite's own limit gives the same error."""
        from sqlalchemy import event

        real(self, url)
        event.listen(self.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=400"))

    monkeypatch.setattr(Store, "__init__", small)
    assert run(["import", str(write_jsonl(tmp_path / "a.jsonl", 3000))]) == 1
    assert "disk is full" in one_line(capsys.readouterr().err)
    monkeypatch.undo()
    assert dump(empty_store) == before


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_stopping_an_import_leaves_nothing_half_written(
    empty_store: Store, home: Path, tmp_path: Path, sent: int
) -> None:
    before = dump(empty_store)
    source = write_jsonl(tmp_path / "a.jsonl", 40_000)
    # A shell starts background jobs with Ctrl-C ignored and children inherit that; a user's terminal does not.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{heed}; from wamkg.cli import main; main()", "import", str(source)]
    environment = os.environ | {"WAMKG_HOME": str(home)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, text=True)
    log = home / "wamkg.db-wal"
    at_rest = log.stat().st_size if log.exists() else 0
    deadline = time.monotonic() + 120
    # The log grows while the import is inside its transaction; at its first growth most of it is still to come.
    while process.poll() is None and time.monotonic() < deadline:
        if log.exists() and log.stat().st_size > at_rest + (1 << 18):
            break
        os.sched_yield()
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    if sent == signal.SIGINT:
        assert process.returncode == 130
        assert one_line(said) == "wamkg: interrupted; nothing of this import was stored; run it again"
    assert dump(empty_store) == before


@pytest.mark.parametrize(
    "arguments", [["show", "arxiv:2302.00111"], ["export", "jsonl"], ["list", "--format", "ids"], ["--help"]]
)
def test_output_that_nobody_reads_ends_quietly(arguments: list[str], seeded_store: Store, home: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "from wamkg.cli import main; main()", *arguments]
    environment = os.environ | {"WAMKG_HOME": str(home)}
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_export_that_fails_leaves_the_old_file(seeded_store: Store, tmp_path: Path) -> None:
    target = tmp_path / "papers.jsonl"
    assert run(["export", "jsonl", "-o", str(target)]) == 0
    before = target.read_bytes()
    assert run(["export", "nonsense", "-o", str(target)]) == 1
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["papers.jsonl"]


def test_square_brackets_are_text(empty_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    title = "A [bold]Title[/bold] with [embed] in It"
    (tmp_path / "a.jsonl").write_bytes(orjson.dumps({"title": title, "note[0]": 1}) + b"\n")
    assert run(["import", str(tmp_path / "a.jsonl"), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert title in said
    assert "Fields that are not read: note[0] (1)" in said


def test_commands_that_read_load_neither_imports_nor_titles_nor_postgresql(home: Path) -> None:
    heavy = {"rapidfuzz", "snowballstemmer", "wamkg.importing.applier", "wamkg.matching.identity", "numpy"}
    heavy |= {"sqlalchemy.dialects.postgresql", "wamkg.history.undo", "rich.progress"}
    code = "import sys; from wamkg.cli import run; run(sys.argv[1:]); print(sorted(sys.modules), file=sys.stderr)"
    assert run(["migrate"]) == 0
    for arguments in (["batches"], ["history", "taxon:wam:none"], ["changes"]):
        command = [sys.executable, "-c", code, *arguments]
        loaded = subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()[-1]
        assert not heavy & set(eval(loaded)), arguments


@pytest.mark.parametrize("word", ["survey", "delete", "tree", "plot"])
def test_words_that_others_use_name_the_command(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([word, "x"]) == 2
    meant = OTHER_WORDS[word].partition(" ")[0]
    assert meant in COMMANDS and f"Did you mean 'wamkg {OTHER_WORDS[word]}'?" in capsys.readouterr().err


def test_no_other_word_hides_a_command() -> None:
    assert not OTHER_WORDS.keys() & COMMANDS.keys()


def test_half_right_arguments_get_the_line_that_works(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        (["set", "survey", "title", "My papers"], "write FIELD=VALUE, 'title=My papers'"),
        (["decide", "arxiv:2302.00111", "stream"], "did you mean joint/"),
    ):
        assert run(arguments) == 1
        assert said in capsys.readouterr().err
    assert run(["list", "--state", "none", "--limit", "1"]) == 0
