"""The main job from nothing to a figure, on both databases; a second run changes nothing."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from tests.helpers.store_dump import dump
from wamkg.figures.query import FigureRequest
from wamkg.reviewing.entity_edits import edit_entity
from wamkg.services.build import build
from wamkg.services.exports import export
from wamkg.services.figures import draw_figure
from wamkg.services.imports import import_source, seed
from wamkg.settings import Settings
from wamkg.store.batches import get_actor
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.tables import Result


@pytest.mark.embed
@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.drill)], indirect=True)
def test_build_can_run_twice(store: Store, home: Path) -> None:
    settings = Settings(home=home, database_url=store.url)
    first = build(store, settings)
    assert first["embed"]["encoded"] == first["embed"]["texts"] == 227
    assert first["suggest"]["suggested"] == 2
    before, drawn = dump(store), {p.name: p.read_bytes() for p in settings.out.iterdir()}
    assert set(drawn) == {f"roadmap.{kind}" for kind in ("svg", "pdf", "png", "csv", "json")}
    second = build(store, settings)
    assert second["embed"]["encoded"] == 0
    assert not any(second["seed"].values())
    assert dump(store) == before
    assert {p.name: p.read_bytes() for p in settings.out.iterdir()} == drawn


def test_a_result_that_an_older_store_holds_without_its_split_is_not_added_again(seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        session.connection().exec_driver_sql("UPDATE result SET split = ''")
    assert not any(seed(seeded_store).values())


def test_a_result_that_a_person_corrected_is_not_added_again(seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        first = session.exec(select(Result).order_by(col(Result.id))).first()
        assert first is not None
        ana = get_actor(session, "ana", "person")
        for values in ({"value": 12.5, "suite": "another"}, {"value": 13.5}):
            edit_entity(session, ana, f"result:{first.uid}", values)
    assert not any(seed(seeded_store).values())


def test_both_databases_export_the_same_bytes(tmp_path: Path, postgres_url: str) -> None:
    exported = []
    for url in (f"sqlite:///{tmp_path / 'store.db'}", postgres_url):
        store = Store(url)
        migrate(store)
        seed(store)
        pieces: list[str] = []
        export(store, "jsonl", pieces.append)
        exported.append("".join(pieces))
        store.close()
    assert exported[0] == exported[1]
    assert exported[0].count("\n") == 227


def test_an_export_comes_back_as_the_same_store(seeded_store: Store, tmp_path: Path) -> None:
    from wamkg.importing.importer import ImportOptions

    pieces: list[str] = []
    export(seeded_store, "jsonl", pieces.append)
    (tmp_path / "papers.jsonl").write_text("".join(pieces), encoding="utf-8")
    copy = Store(f"sqlite:///{tmp_path / 'copy.db'}")
    migrate(copy)
    report = import_source(copy, str(tmp_path / "papers.jsonl"), ImportOptions())
    assert report.counts["unreadable"] == report.counts["in conflict"] == 0
    again: list[str] = []
    export(copy, "jsonl", again.append)
    assert "".join(again) == "".join(pieces)


def test_the_picture_in_the_readme_is_what_the_seeds_draw(seeded_store: Store, tmp_path: Path) -> None:
    draw_figure(seeded_store, FigureRequest("roadmap"), [tmp_path / "roadmap.svg"], data=False)
    kept = Path(__file__).parents[2] / "docs" / "img" / "roadmap.svg"
    assert (tmp_path / "roadmap.svg").read_bytes() == kept.read_bytes()
