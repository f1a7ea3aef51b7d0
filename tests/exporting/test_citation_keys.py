"""Citation keys: a file's key comes back for good, other papers get a short one that never changes again."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select
from wamkg_api.app import create_app

from wamkg.cli import run
from wamkg.errors import NotFoundError
from wamkg.exporting.formats import EXPORTS
from wamkg.history.undo import undo_batch
from wamkg.importing.applier import Applier
from wamkg.importing.import_report import ImportReport
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.matching.citation_keys import KeyParts, default_key
from wamkg.matching.record import Record
from wamkg.names import PersonName
from wamkg.reviewing.paper_edits import set_values
from wamkg.services.exports import export, pin_citation_keys
from wamkg.settings import Settings, get_settings
from wamkg.store.batches import close_batch, find_batch, get_actor, open_batch
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Paper
from wamkg.vocabulary import BatchKind

PATTERN = "{family}{year}{word}"


def import_text(store: Store, path: Path, text: str) -> ImportReport:
    path.write_text(text, encoding="utf-8")
    return import_source(store, str(path), ImportOptions())


def keys(store: Store) -> dict[str, str | None]:
    """Citation key of each paper by its title."""
    with store.reading() as session:
        return {paper.title: paper.key for paper in session.exec(select(Paper))}


def exported(store: Store, form: str) -> str:
    pieces: list[str] = []
    export(store, form, pieces.append)
    return "".join(pieces)


def import_entries(store: Store, name: str, *papers: tuple[str, str], **more: Any) -> ImportReport:
    """Import entries of a bibliography, each a key and a title, in one batch; returns the report."""
    report = ImportReport(name, "bibtex", dry_run=False)
    with store.writing() as session:
        batch = open_batch(session, BatchKind.IMPORT, name, get_actor(session, "import"))
        known = {"authors": ["Eva Moreno"], "year": 2021, "venue": "Journal of Tides"} | more
        records = [Record(line, title, key=key, **known) for line, (key, title) in enumerate(papers, 1)]
        Applier(session, batch, f"list:{name}", report).apply(records)
        close_batch(session, batch, {})
        report.batch = batch.uid
    return report


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (KeyParts("Learning Universal Policies", PersonName("Du", "Yilun"), 2023, "UniPi"), "du2023unipi"),
        (KeyParts("The Tides of the Sea", PersonName("Müller", "Jörg"), 2020), "muller2020tides"),
        (KeyParts("Towards a Theory", PersonName("Berg", "Jan", "van den"), None), "bergtheory"),
        (KeyParts("What If? Worlds", PersonName("Ørsted", "Hans"), 1999), "orsted1999worlds"),
        (KeyParts("世界模型", PersonName("王", "小明"), 2024), "wang2024shijiemoxing"),
        (KeyParts("Group Work", PersonName(literal="The ATLAS Collaboration"), 2012), "atlas2012group"),
        (KeyParts("$\\pi_0$: A Flow Model", None, 2024, "π₀"), "anon2024p0"),
        (KeyParts("arxiv:2302.00111"), "arxiv230200111"),
        (KeyParts("O'Neil's Law of Small Steps", PersonName("O'Neil", "A."), 2020), "oneil2020oneils"),
    ],
)
def test_a_default_key_is_short_and_ascii(parts: KeyParts, key: str) -> None:
    assert default_key(PATTERN, parts) == key


def test_a_pattern_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = KeyParts("The Tides of the Sea", PersonName("Du", "Yilun"), 2023, "UniPi")
    assert default_key(Settings(citation_key="{family}-{title}:{year}").citation_key, parts) == "du-tides:2023"
    for wrong in ("{author}", "{family", "key", "{family} {year}", "{family!r}", "{year:d}", "{family},{year}"):
        with pytest.raises(ValueError, match="citation_key"):
            Settings(citation_key=wrong)
    monkeypatch.setenv("WAMKG_CITATION_KEY", "{oops}")
    get_settings.cache_clear()
    assert run(["export", "bibtex"]) == 1


@pytest.mark.parametrize("form", ["bibtex", "csv", "jsonl"])
def test_an_imported_key_comes_back_from_every_export(store: Store, tmp_path: Path, form: str) -> None:
    import_entries(store, "a", ("Moreno:2021_b", "A Key That Must Come Back"))
    import_entries(store, "b", ("other", "A Key That Must Come Back"), note="Of another file")
    assert "Moreno:2021_b" in exported(store, form)
    with store.reading() as session:
        assert find_paper(session, "OTHER").key == "Moreno:2021_b", "the key of the other file still leads to it"


def test_of_two_papers_with_one_key_the_first_keeps_it(store: Store, tmp_path: Path) -> None:
    import_entries(store, "a", ("moreno21", "The First of Two Papers"))
    two = ("Moreno21", "The Second of Two Papers"), ("moreno21", "The Third of Them All")
    report = import_entries(store, "b", *two)
    assert list(keys(store).values()) == ["moreno21", "Moreno21-2", "moreno21-3"]
    assert [line.outcome for line in report.lines] == ["new", "new"], "a key that is taken contradicts no value"
    assert report.doubts[0].text == (
        "key 'Moreno21' belongs to another paper (the-first-of-two-papers); this one gets the key 'Moreno21-2'"
    )
    assert report.quality.dropped == len(report.doubts) == 2 and report.is_partial
    again = import_entries(store, "b", *two)
    assert dict(again.counts) == {"same": 2}


def test_a_default_key_is_kept_through_renames_and_further_imports(store: Store, tmp_path: Path) -> None:
    import_text(store, tmp_path / "a.jsonl", '{"title": "Tides of the Inner Sea", "authors": ["Eva Moreno"]}')
    first = exported(store, "bibtex")
    assert "@misc{morenotides," in first
    version = paper_of(store, "morenotides").revision
    with store.writing() as session:
        set_values(session, get_actor(session, "ana", "person"), "morenotides", {"title": "Waves", "year": "2022"})
    import_text(store, tmp_path / "b.jsonl", '{"title": "Tides of the Inner Sea", "authors": ["E. Moreno"]}')
    assert "{morenotides," in exported(store, "bibtex")
    assert version == 1, "a decision is not stale because the paper was exported"


def test_a_file_s_key_replaces_a_default_one_which_still_leads_to_the_paper(store: Store, tmp_path: Path) -> None:
    import_text(store, tmp_path / "a.jsonl", '{"title": "Tides of the Inner Sea", "authors": ["Eva Moreno"]}')
    assert pin_citation_keys(store) == 1
    report = import_entries(store, "b", ("em:tides", "Tides of the Inner Sea"))
    assert any(change == "key: em:tides" for line in report.lines for change in line.changes)
    assert keys(store) == {"Tides of the Inner Sea": "em:tides"}
    assert paper_of(store, "morenotides").key == paper_of(store, "key:EM:tides").key == "em:tides"
    with store.writing() as session:
        batch = find_batch(session, report.batch or "")
        undo_batch(session, batch, get_actor(session, "ana", "person"))
    assert keys(store) == {"Tides of the Inner Sea": "morenotides"}


def paper_of(store: Store, text: str) -> Paper:
    with store.reading() as session:
        return find_paper(session, text)


def test_default_keys_are_unlike_each_other_and_every_key_there_is(store: Store, tmp_path: Path) -> None:
    import_entries(store, "a", ("Moreno2021Tides", "Another Paper Altogether"))
    lines = [f'{{"title": "Tides of the {sea} Sea", "authors": ["Eva Moreno"], "year": 2021}}' for sea in "ABC"]
    import_text(store, tmp_path / "b.jsonl", "\n".join(lines))
    exported(store, "csv")
    assert sorted(k for k in keys(store).values() if k) == [
        "Moreno2021Tides",
        "moreno2021tides-2",
        "moreno2021tides-3",
        "moreno2021tides-4",
    ]


def test_keys_are_worked_out_alike_where_nothing_may_be_written(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        unpinned = "".join(EXPORTS["bibtex"].write(session))
    assert not any(keys(seeded_store).values())
    assert exported(seeded_store, "bibtex") == unpinned
    assert all(keys(seeded_store)[title] for title in ("AdaWorldPolicy: World-Model-Driven Diffusion Policy with "
        "Online Adaptive Learning for Robotic Manipulation",))  # fmt: skip


def test_a_person_sets_a_key_that_is_no_other_paper_s(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "arxiv:2302.00111", "key=unipi"]) == 0
    assert run(["set", "arxiv:2512.23541", "key=UNIPI"]) == 1
    assert "belongs to learning-universal-policies" in capsys.readouterr().err
    assert run(["set", "arxiv:2302.00111", "key=two words"]) == 1
    assert run(["history", "key:unipi"]) == 0
    with pytest.raises(NotFoundError):
        paper_of(seeded_store, "key:none")


def test_an_export_over_http_pins_the_keys_once(seeded_store: Store, home: Path) -> None:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        _export_twice(client)
    with seeded_store.reading() as session:
        kinds = [batch.kind for batch in session.exec(select(Batch))]
    assert kinds.count("export") == 1


def _export_twice(client: TestClient) -> None:
    first = client.get("/api/v1/exports/bibtex").text
    assert "@inproceedings{du2023unipi," in first
    assert client.get("/api/v1/papers/du2023unipi").json()["key"] == "du2023unipi"
    assert client.get("/api/v1/exports/bibtex").text == first
