"""Zotero both ways, against a server that speaks its API: nothing is lost there or here, and a second run changes
nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.serving import served
from tests.helpers.zotero_server import ZoteroServer
from wamkg.cli import run
from wamkg.settings import get_settings
from wamkg.store.session import Store

Out = pytest.CaptureFixture[str]
LIBRARY = "groups/45"
TAXONOMY = """
slug: kites
title: Kites
taxa:
- {slug: planned, name: Planned}
- {slug: flown, name: Flown}
"""


@pytest.fixture
def zotero(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoteroServer]:
    server = ZoteroServer()
    with served(server.app) as address:
        monkeypatch.setenv("WAMKG_ZOTERO_API_URL", address)
        monkeypatch.setenv("WAMKG_ZOTERO_API_KEY", "secret")
        get_settings.cache_clear()
        yield server


def paper(title: str, family: str = "Berg", **more: object) -> dict[str, Any]:
    return {
        "title": title,
        "author": [{"family": family, "given": "Ida"}],
        "issued": {"date-parts": [[2025, 3]]},
        **more,
    }


@pytest.fixture
def placed(file_store: Store, zotero: ZoteroServer, tmp_path: Path) -> str:
    """The key of an item whose paper has been pulled and placed with a quote."""
    key = zotero.add(paper("Planning with Paper Kites", abstract="A kite plans its turns by itself."), "C1")
    (tmp_path / "kites.yaml").write_text(TAXONOMY)
    assert run(["taxonomy", "create", str(tmp_path / "kites.yaml")]) == 0
    assert run(["zotero", "pull", LIBRARY]) == 0
    quote = ["--evidence", "A kite plans its turns", "--by", "ana"]
    assert run(["decide", "planning-with-paper-kites", "planned", *quote]) == 0
    return key


def test_a_pull_takes_over_what_an_item_says(zotero: ZoteroServer, file_store: Store, capsys: Out) -> None:
    zotero.add(
        paper("On Paper Kites", "van der Berg", DOI="10.1000/kites.7", **{"container-title": "Kite Letters"}),
        extra="Citation Key: berg_kites", tags=[{"tag": "wind"}, {"tag": "wamkg:kites/flown"}],
    )  # fmt: skip
    zotero.add(paper("Strings for Kites"), citationKey="strings25")
    zotero.add({}, itemType="attachment")
    assert run(["zotero", "pull", LIBRARY]) == 0
    out = capsys.readouterr().out
    assert "2" in out and "On Paper Kites" in out
    assert run(["export", "bibtex"]) == 0
    bib = capsys.readouterr().out
    assert "{berg_kites," in bib and "{strings25," in bib
    assert "keywords = {wind}" in bib and "wamkg:" not in bib and "10.1000/kites.7" in bib
    assert run(["zotero", "pull", LIBRARY]) == 0
    assert "2 same" in capsys.readouterr().out


def test_a_collection_is_found_by_key_or_name(zotero: ZoteroServer, file_store: Store, capsys: Out) -> None:
    zotero.collections = {"C1": "Kites", "C2": "Boats", "C3": "Boats"}
    zotero.add(paper("Planning with Paper Kites"), "C1")
    zotero.add(paper("Paper Boats on Still Water"), "C2")
    assert run(["zotero", "pull", LIBRARY, "--collection", "Kites"]) == 0
    assert run(["zotero", "pull", f"https://www.zotero.org/{LIBRARY}/paper/collections/C2"]) == 0
    capsys.readouterr()
    for wrong, said in (("Kite", "Kites"), ("Boats", "C2, C3")):
        assert run(["zotero", "pull", LIBRARY, "--collection", wrong]) == 1
        assert said in capsys.readouterr().err


def test_more_than_a_page_is_read_though_the_library_changes(
    zotero: ZoteroServer, file_store: Store, capsys: Out
) -> None:
    for number in range(130):
        zotero.add(paper(f"Kite number {number} of a long series of kites"))
    coming = ["A Kite that Came While Reading"]

    def add_once(start: int) -> None:
        if start and coming:
            zotero.add(paper(coming.pop()))

    zotero.before_page = add_once
    zotero.busy = 2
    assert run(["zotero", "pull", LIBRARY]) == 0
    capsys.readouterr()
    assert run(["list", "--format", "ids", "--limit", "200"]) == 0
    assert len(capsys.readouterr().out.split()) == 131


def test_a_push_writes_tags_and_a_note_once(placed: str, zotero: ZoteroServer, capsys: Out) -> None:
    zotero.change(placed, tags=[{"tag": "wind"}, {"tag": "wamkg:kites/flown"}, {"tag": "wamkg:boats/rowed", "type": 1}])
    assert run(["zotero", "push", LIBRARY, "--dry-run"]) == 0
    assert zotero.writes == 0
    assert run(["zotero", "push", LIBRARY]) == 0
    assert "+wamkg:kites/planned, -wamkg:kites/flown, note" in capsys.readouterr().out
    assert zotero.tags(placed) == ["wind", "wamkg:boats/rowed", "wamkg:kites/planned"]
    [note] = zotero.notes(placed)
    assert "A kite plans its turns" in note and "Planned" in note and "ana" in note
    [row] = [key for key, row in zotero.rows.items() if row["data"].get("parentItem") == placed]
    zotero.change(row, note=f'<div data-schema-version="9">{note}</div>')  # as Zotero's editor does
    writes = zotero.writes
    assert run(["zotero", "push", LIBRARY]) == 0
    assert zotero.writes == writes and "0 items changed, 1 the same" in capsys.readouterr().out


def test_a_paper_placed_elsewhere_changes_its_tag_and_note(placed: str, zotero: ZoteroServer, capsys: Out) -> None:
    assert run(["zotero", "push", LIBRARY]) == 0
    assert run(["decide", "planning-with-paper-kites", "outside", "--kind", "other", "--by", "ben"]) == 0
    assert run(["zotero", "push", LIBRARY]) == 0
    assert zotero.tags(placed) == ["wamkg:kites/outside"]
    [note] = zotero.notes(placed)
    assert "ben" in note and "Planned" not in note


def test_what_changes_meanwhile_is_read_again_and_never_overwritten(
    placed: str, zotero: ZoteroServer, capsys: Out
) -> None:
    edits = ["soon"]

    def edit_once() -> None:
        if edits:
            zotero.change(placed, tags=[{"tag": edits.pop()}])

    zotero.before_write = edit_once
    assert run(["zotero", "push", LIBRARY]) == 0
    assert zotero.tags(placed) == ["soon", "wamkg:kites/planned"]
    assert len(zotero.notes(placed)) == 1


def test_what_goes_on_changing_is_a_conflict(placed: str, zotero: ZoteroServer, capsys: Out) -> None:
    zotero.before_write = lambda: zotero.change(placed, tags=[{"tag": f"edit {zotero.version}"}])
    assert run(["zotero", "push", LIBRARY]) == 3
    out = capsys.readouterr().out
    assert "in conflict" in out and placed in out and "modified since" in out
    assert len(zotero.tags(placed)) == 1


def test_items_without_a_paper_here_are_listed(placed: str, zotero: ZoteroServer, capsys: Out) -> None:
    other = zotero.add(paper("Paper Boats on Still Water"))
    assert run(["zotero", "push", LIBRARY]) == 3
    out = capsys.readouterr().out
    assert f"{other}  Paper Boats on Still Water: its paper is not in the library; pull first" in out
    assert zotero.tags(other) == [] and zotero.tags(placed) == ["wamkg:kites/planned"]


@pytest.mark.parametrize(
    ("library", "key", "said"),
    [
        ("groups", "secret", "users/NUMBER"),
        ("groups/45", "wrong", "WAMKG_ZOTERO_API_KEY"),
        ("groups/45", "secret", "has no items"),
    ],
)
@pytest.mark.usefixtures("zotero", "file_store")
def test_what_cannot_be_read_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Out, library: str, key: str, said: str
) -> None:
    monkeypatch.setenv("WAMKG_ZOTERO_API_KEY", key)
    get_settings.cache_clear()
    assert run(["zotero", "pull", library]) == 1
    error = capsys.readouterr().err
    assert said in error and len(error.strip().splitlines()) == 1
