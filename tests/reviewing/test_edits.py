"""Edits by hand: shown at once, kept through later imports, taken back exactly."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import Session, col, select

from tests.helpers.edit_store import FIRST, PAPERS, SECOND, fill, undo
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError, NotFoundError
from wamkg.reviewing.entity_edits import add_item, edit_entity
from wamkg.reviewing.paper_edits import EditResult, set_values
from wamkg.store.batches import get_actor
from wamkg.store.entities import get_entity
from wamkg.store.papers import find_paper, methods_of
from wamkg.store.session import Store
from wamkg.store.tables import PaperUrl, Result
from wamkg.views.papers import PaperItem, paper_items
from wamkg.vocabulary import EntityKind


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases; the first has a method, a code link and a date of the list's."""
    first = {"method": "RoboNet", "links": {"code": "https://example.org/list"}, "date": "2025-01-02", "venue": "arXiv"}
    fill(store, tmp_path, PAPERS[0] | first, *PAPERS[1:])
    return store


def edit(store: Store, subject: str, revision: int | None = None, **values: Any) -> EditResult:
    """Set values as a person; `__` stands for a point in a name."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    with store.writing() as session:
        change = edit_entity if subject.partition(":")[0] in ("method", "result", "taxon") else set_values
        return change(session, get_actor(session, "ana", "person"), subject, named, "because", revision)


def put(store: Store, kind: str, **values: Any) -> EditResult:
    """Add a thing as a person."""
    with store.writing() as session:
        return add_item(session, get_actor(session, "ana", "person"), kind, values, "because")


def shown(session: Session, paper: str) -> PaperItem:
    """A paper as lists show it."""
    number = find_paper(session, paper).id
    assert number is not None
    return paper_items(session, [number])[0]


EDITS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"venue": "ICML", "year": "2026"}, {"venue": "ICML", "year": 2026}),
    ({"title": "A Better Title"}, {"title": "A Better Title"}),
    ({"authors": "Ana Ng; Bo Li"}, {"authors": ["Ana Ng", "Bo Li"]}),
    ({"links__code": "https://example.org/mine"}, {"links": {"code": "https://example.org/mine"}}),
    ({"links__code": ""}, {"links": {}}),
    ({"date": "2024-12-31"}, {"date": "2024-12-31", "date_source": "person"}),
    ({"method": "RoboNet-2"}, {"method": "RoboNet-2"}),
    ({"arxiv": "https://arxiv.org/abs/2501.09999v2"}, {"arxiv": "2501.09999"}),
    ({"doi": "https://doi.org/10.1000/ABC"}, {"doi": "10.1000/abc"}),
    ({"standing": "excluded", "exclusion_reason": "a twin"}, {"standing": "excluded"}),
    ({"note": "seen at a workshop"}, {"note": "seen at a workshop"}),
]


@pytest.mark.parametrize(("values", "expected"), EDITS)
def test_an_edit_is_shown_outlives_the_list_and_can_be_undone(
    filled: Store, tmp_path: Path, values: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = dump(filled)
    made = edit(filled, FIRST, **values)
    assert made.batch is not None
    again = {"method": "RoboNet", "links": {"code": "https://example.org/list"}, "date": "2025-01-02"}
    after = dump(filled)
    fill(filled, tmp_path, PAPERS[0] | again)
    assert dump(filled) == after
    with filled.reading() as session:
        item = shown(session, made.subject)
        assert {name: getattr(item, name) for name in expected} == expected
    undo(filled, made.batch)
    assert dump(filled) == before


def test_a_persons_month_shows_before_a_lists_day(filled: Store) -> None:
    edit(filled, FIRST, date="2024-02")
    with filled.reading() as session:
        item = shown(session, FIRST)
        assert (item.date, item.date_source) == ("2024-02", "person")


def test_a_second_edit_wins_and_an_empty_one_takes_ones_word_back(filled: Store) -> None:
    first = dump(filled)
    batches = [
        edit(filled, FIRST, date=day, venue=venue).batch for day, venue in (("2024-01-01", "A"), ("2024-02", "B"))
    ]
    batches.append(edit(filled, FIRST, date="2024-01-01").batch)
    batches.append(edit(filled, FIRST, date="", venue="").batch)
    with filled.reading() as session:
        assert (shown(session, FIRST).date, shown(session, FIRST).venue) == ("2025-01-02", "arXiv")
    for batch in reversed(batches):
        assert batch is not None
        undo(filled, batch)
    assert dump(filled) == first


def test_saying_it_again_writes_nothing(filled: Store) -> None:
    edit(filled, FIRST, venue="ICML", links__code="https://example.org/mine", date="2024-01-01")
    before = dump(filled)
    assert edit(filled, FIRST, venue="ICML", links__code="https://example.org/mine", date="2024-01-01").batch is None
    assert dump(filled) == before


def test_a_replaced_link_is_ended_not_removed(filled: Store) -> None:
    edit(filled, FIRST, links__code="https://example.org/mine")
    with filled.reading() as session:
        links = session.exec(select(PaperUrl).order_by(col(PaperUrl.id))).all()
        assert [(link.url[-4:], link.ended_at is None) for link in links] == [("list", False), ("mine", True)]


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"color": "red"}, InvalidInputError, "unknown paper field 'color'"),
        ({"year": "soon"}, InvalidInputError, "year"),
        ({"title": ""}, InvalidInputError, "cannot be empty"),
        ({"standing": "great"}, InvalidInputError, "included"),
        ({"dates__lunch": "2024"}, InvalidInputError, "unknown date"),
        ({"date": "2024-13-01"}, InvalidInputError, "dates.arxiv_v1"),
        ({"arxiv": "nonsense"}, InvalidInputError, "not a valid id"),
        ({"arxiv": "2501.00002"}, ConflictError, "a-second-paper"),
        ({"venue": "ICML", "revision": 99}, ConflictError, "revision 99 cannot exist"),
    ],
)
def test_bad_edits_are_refused(filled: Store, values: dict[str, Any], error: type[Exception], words: str) -> None:
    before = dump(filled)
    with pytest.raises(error, match=words):
        edit(filled, FIRST, **values)
    assert dump(filled) == before


def test_a_stale_edit_is_told_what_changed(filled: Store) -> None:
    with filled.reading() as session:
        seen = shown(session, FIRST).revision
    edit(filled, FIRST, venue="ICML")
    with pytest.raises(ConflictError, match="venue = ICML"):
        edit(filled, FIRST, seen, year=2026)


def test_a_renamed_method_is_found_under_both_names(filled: Store) -> None:
    before = dump(filled)
    made = edit(filled, "method:robonet", name="RoboNeXt")
    with filled.reading() as session:
        assert get_entity(session, EntityKind.METHOD, "RoboNet").name == "RoboNeXt"
        assert get_entity(session, EntityKind.METHOD, "robonext").name == "RoboNeXt"
    later = edit(filled, "method:robonet", name="RoboFinal")
    assert made.batch is not None and later.batch is not None
    with pytest.raises(ConflictError, match=later.batch):
        undo(filled, made.batch)
    undo(filled, later.batch)
    undo(filled, made.batch)
    assert dump(filled) == before


class TestAdding:
    """Things added by hand."""

    def test_a_result_with_all_it_needs(self, filled: Store) -> None:
        before = dump(filled)
        batches = [
            put(filled, "paper", title="A Paper Added by Hand", arxiv="2501.00009", taxa={"wam": "joint"}).batch,
            put(filled, "benchmark", name="LIBERO", paper=SECOND).batch,
            put(filled, "metric", name="Success rate", unit="%", higher_is_better="true").batch,
            put(filled, "method", name="HandNet", paper="arxiv:2501.00009").batch,
        ]
        report = {"method": "HandNet", "benchmark": "libero", "metric": "success rate", "value": "97.5"}
        made = put(filled, "result", **report, suite="Long", reported_by=FIRST, where="Table 2", party="first")
        with filled.reading() as session:
            result = session.exec(select(Result)).one()
            assert (result.value, result.suite, result.reported_location, result.source) == (
                97.5,
                "Long",
                "Table 2",
                "person",
            )
            number = find_paper(session, "arxiv:2501.00009").id
            assert number is not None and methods_of(session, [number])[number].name == "HandNet"
        changed = edit(filled, made.subject, value="98")
        assert changed.changes == {"value": (97.5, 98.0)}
        for batch in (changed.batch, made.batch, *reversed(batches)):
            assert batch is not None
            undo(filled, batch)
        assert dump(filled) == before

    @pytest.mark.parametrize(
        ("kind", "values", "error", "words"),
        [
            ("paper", {"title": "A Third Paper about Robots", "arxiv": "2501.00003"}, ConflictError, "wamkg set"),
            ("paper", {"titel": "x"}, InvalidInputError, "titel|title"),
            ("paper", {"title": "Placed Nowhere at All", "taxa": {"wam": "no"}}, InvalidInputError, "no taxon"),
            ("method", {"name": "ROBONET"}, ConflictError, "already"),
            ("method", {}, InvalidInputError, "needs a name"),
            ("dataset", {"name": "D", "color": "red"}, InvalidInputError, "unknown dataset field 'color'"),
            ("result", {"method": "RoboNet", "benchmark": "none", "value": 1}, NotFoundError, "benchmark"),
            ("result", {"method": "RoboNet", "value": 1}, InvalidInputError, "needs a benchmark"),
            ("song", {"name": "x"}, InvalidInputError, "song"),
        ],
    )
    def test_what_cannot_be_added(
        self, filled: Store, kind: str, values: dict[str, Any], error: type[Exception], words: str
    ) -> None:
        before = dump(filled)
        with pytest.raises(error, match=words):
            put(filled, kind, **values)
        assert dump(filled) == before


def test_the_command_line(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    before = dump(seeded_store)
    paper = "arxiv:2602.15922"
    batches = []
    for command in (
        ["set", paper, "venue=ICML", "year=2026", "--why", "accepted"],
        ["set", paper, "method=DreamZero-2"],
        ["add", "paper", "title=A Paper Added by Hand", "links.code=https://example.org", "authors=A B; C D"],
        ["add", "dataset", "name=A Dataset Added", f"paper={paper}"],
    ):
        assert run([*command, "--json"]) == 0
        batches.append(orjson.loads(capsys.readouterr().out)["batch"])
    assert run(["set", paper, "venue"]) == 1
    assert "FIELD=VALUE" in capsys.readouterr().err
    for batch in reversed(batches):
        assert run(["undo", batch]) == 0
    assert dump(seeded_store) == before
