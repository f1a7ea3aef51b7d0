"""Past days: the survey as it stood at any moment, whatever was edited, taken back or merged since."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.edit_store import FIRST, PAPERS, SECOND, THIRD, UNIFIED, fill, say, standing_at, undo
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.history.releases import create_release
from wamkg.reviewing.decision_file import append_decisions
from wamkg.reviewing.decision_merge import import_decisions
from wamkg.reviewing.entity_edits import add_item as add_by_hand
from wamkg.reviewing.entity_edits import edit_entity
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.base import LEFT_OUT
from wamkg.store.batches import get_actor
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.types import utc_now
from wamkg.taxonomy.edit import NewTaxonPart, TaxonEdit
from wamkg.taxonomy.editor import run_edit
from wamkg.views.snapshots import end_of_day, open_snapshot

MAX_RESULT: dict[str, str] = {"method": "Net", "benchmark": "LIBERO", "metric": "success rate", "value": "97.5"}


def survey(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the survey but the record of what happened."""
    return {table: rows for table, rows in dump(store).items() if table not in LEFT_OUT}


class Diary:
    """Writes to a store, and what it held after each."""

    def __init__(self, store: Store, home: Path) -> None:
        self.store, self.home = store, home
        self.pages: list[tuple[str, datetime, dict[str, Any]]] = []

    def note(self, what: str) -> None:
        self.pages.append((what, utc_now(), survey(self.store)))

    def check(self) -> None:
        for what, moment, then in self.pages:
            with open_snapshot(self.store, self.home, as_of=moment.isoformat()) as past:
                assert survey(past) == then, what


@pytest.fixture
def diary(store: Store, tmp_path: Path) -> Diary:
    """Three papers, noted."""
    made = Diary(store, tmp_path / "home")
    made.note("nothing")
    fill(store, tmp_path, PAPERS[0] | {"authors": ["A B"], "method": "Net", "venue": "arXiv"}, *PAPERS[1:])
    made.note("papers")
    return made


def edit(store: Store, operation: str, **values: Any) -> str:
    """A taxonomy's edit; its batch."""
    batch = run_edit(store, "wam", TaxonEdit(operation=operation, **values), "ana").batch
    assert batch is not None
    return batch


def with_ana(store: Store, write: Callable[..., Any], *arguments: Any) -> str:
    """A person's edit; its batch."""
    with store.writing() as session:
        return str(write(session, get_actor(session, "ana", "person"), *arguments).batch)


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.drill)], indirect=True)
def test_every_moment_can_be_shown_again(diary: Diary, tmp_path: Path) -> None:
    store = diary.store
    batches = []
    steps: list[tuple[str, Callable[[], str]]] = [
        ("accept", lambda: say(store, FIRST, "accept", UNIFIED, note="one").batch),
        (
            "set",
            lambda: with_ana(store, set_values, FIRST, {"venue": "ICML", "arxiv": "2501.99999", "date": "2024-02"}),
        ),
        ("rename", lambda: edit(store, "rename", taxon="joint/diffusion", name="Denoising")),
        ("benchmark", lambda: with_ana(store, add_by_hand, "benchmark", {"name": "LIBERO"})),
        ("metric", lambda: with_ana(store, add_by_hand, "metric", {"name": "success rate"})),
        ("result", lambda: with_ana(store, add_by_hand, "result", MAX_RESULT | {"reported_by": FIRST})),
        ("label", lambda: with_ana(store, edit_entity, "method:net", {"name": "Better Net"})),
        ("outside", lambda: say(store, FIRST, "outside", kind="survey").batch),
        ("merge", lambda: edit(store, "merge", taxon="cascaded/implicit", into="cascaded/explicit")),
        (
            "import",
            lambda: fill(store, tmp_path, {"title": "A Fourth Paper", "arxiv": "2501.00004", "method": "F"}).batch,
        ),
        ("split", lambda: edit(store, "split", taxon="joint", parts=(NewTaxonPart(name="A"), NewTaxonPart(name="B")))),
    ]
    for what, write in steps:
        batches.append(write())
        diary.note(what)
    diary.check()
    for (what, _), batch in reversed(list(zip(steps, batches, strict=True))):
        undo(store, batch)
        diary.note(f"{what} taken back")
    assert diary.pages[-1][2] == diary.pages[1][2]
    diary.check()


def test_a_value_set_again_after_an_undo_has_both_pasts(diary: Diary) -> None:
    store = diary.store
    first = with_ana(store, edit_entity, "taxon:wam:joint", {"definition": "a"})
    diary.note("a")
    second = with_ana(store, edit_entity, "taxon:wam:joint", {"definition": "b"})
    diary.note("b")
    undo(store, second)
    diary.note("a again")
    with_ana(store, edit_entity, "taxon:wam:joint", {"definition": "c"})
    diary.note("c")
    assert first
    diary.check()


def test_paths_that_changed_hands_go_back(diary: Diary) -> None:
    store = diary.store
    edit(store, "rename", taxon="cascaded", name="Old")
    diary.note("free")
    edit(store, "rename", taxon="joint", name="Cascaded")
    diary.note("taken")
    edit(store, "move", taxon="old", parent="cascaded")
    diary.note("moved")
    diary.check()


def test_a_merge_of_copies_is_no_part_of_the_days_before(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)
    fill(other, tmp_path)
    diary = Diary(store, tmp_path / "home")
    say(store, SECOND, "accept", UNIFIED)
    say(other, SECOND, "accept", "joint", by="bo")
    say(other, THIRD, "unsure", by="bo")
    say(store, SECOND, "accept", "joint/diffusion")
    diary.note("mine")
    with other.reading() as session:
        append_decisions(session, tmp_path / "decisions.jsonl")
    other.close()
    with store.writing() as session:
        report = import_decisions(session, tmp_path / "decisions.jsonl", get_actor(session, "ana", "person"))
    assert (report.new, len(report.objections)) == (2, 1)
    diary.note("both")
    diary.check()


def test_a_release_and_a_day_are_opened_alike(diary: Diary) -> None:
    store, home = diary.store, diary.home
    create_release(store, home, "v1", "", "ana")
    say(store, SECOND, "unsure")
    with pytest.raises(ConflictError, match="curator"), open_snapshot(store, home, release="v1", build=False):
        pass
    with open_snapshot(store, home, release="v1") as past, open_snapshot(store, home) as now:
        assert (standing_at(past, SECOND), standing_at(now, SECOND)) == (["cascaded/implicit"], ["undecided"])
    with open_snapshot(store, home, as_of=utc_now().date().isoformat()) as today:
        assert standing_at(today, SECOND) == ["undecided"]
    with open_snapshot(store, home, as_of="2020-01-31") as empty:
        assert not survey(empty)["paper"]
    with open_snapshot(store, home, as_of="2019-12-31", build=False) as same:
        assert not survey(same)["paper"]
    moment = diary.pages[1][1].isoformat()
    with pytest.raises(ConflictError, match="curator"), open_snapshot(store, home, as_of=moment, build=False):
        pass
    with pytest.raises(InvalidInputError, match="not both"), open_snapshot(store, home, release="v1", as_of=moment):
        pass


@pytest.mark.parametrize("text", ["yesterday", "2020-13-01", "2020-01-01T10:00", "9999-12-31", "", "2999-01-01"])
def test_what_is_no_past_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        end_of_day(text)


def test_the_command_line_shows_a_past_day(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["release", "create", "v1"]) == 0
    before = utc_now().isoformat()
    say(seeded_store, "arxiv:2602.15922", "outside", kind="survey", note="because")
    for given in (["--release", "v1"], ["--as-of", before], []):
        assert run(["export", "jsonl", "-o", str(tmp_path / f"{len(given) and given[0]}.jsonl"), *given]) == 0
    assert (tmp_path / "--release.jsonl").read_text() == (tmp_path / "--as-of.jsonl").read_text()
    assert (tmp_path / "--release.jsonl").read_text() != (tmp_path / "0.jsonl").read_text()
    capsys.readouterr()
    assert run(["release", "diff", before, "now"]) == 0
    assert "because" in capsys.readouterr().out
    assert run(["figure", "roadmap", "-o", str(tmp_path / "r.svg"), "--as-of", before, "--no-data"]) == 0
    assert run(["export", "jsonl", "--as-of", "tomorrow"]) == 1
