"""Is a find in scope? The model, and what `discover` does with its verdicts."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.discovering import KITES, finds, import_text, kite, server_of, set_routes, settings_of
from tests.s2_server.arxiv_shelf import ArxivShelf
from wamkg.cli import run
from wamkg.discovering.runner import DiscoverOptions
from wamkg.errors import ConflictError
from wamkg.screening.scope import ScopeLabels, judge_scope
from wamkg.screening.scope_labels import field_names
from wamkg.services import batches
from wamkg.services.discovery import Discovered, add_find, discover
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.discovery import queued_since
from wamkg.store.paper_routes import set_aside_routes
from wamkg.store.session import Store
from wamkg.store.types import WEEK, utc_now
from wamkg.suggesting.examples import PaperDocument

WIND = ["gusts", "string", "tail", "lift", "harbour", "spool", "bridle", "breeze"]
SOIL = ["clay", "spade", "roots", "worms", "compost", "furrow", "seeds", "plough"]


def paper(number: int, *, inside: bool, abstract: bool = True) -> PaperDocument:
    words = WIND if inside else SOIL
    own = [words[(number * step) % 8] for step in (1, 2, 3, 5)]
    title = f"Learning {own[0]} and {own[1]} number {number}"
    body = f"We study {own[2]} with {own[3]} and find that {own[0]} helps robots." if abstract else ""
    return PaperDocument(f"{inside}{number}", title, body, "abstract" if abstract else "title")


def labels(inside: int, outside: int, **values: Any) -> ScopeLabels:
    return ScopeLabels(
        tuple(paper(n, inside=True, **values) for n in range(inside)),
        tuple(paper(n, inside=False, **values) for n in range(outside)),
        ("kite",),
    )


def test_papers_like_those_inside_are_likely_and_the_verdict_has_reasons() -> None:
    judged = judge_scope(labels(40, 20), [paper(50, inside=True), paper(51, inside=False)], 0.95)
    near, far = judged.verdicts
    assert near.likely and not far.likely
    assert near.probability is not None and far.probability is not None
    assert near.probability > 0.8 and far.probability < 0.2
    assert "in scope" in near.reasons[1] and near.reasons[2].startswith("words for it:")
    assert any(reason.startswith("words against it:") for reason in far.reasons)
    assert judged.basis == "judged by 40 abstracts in scope and 20 out of scope"
    assert judge_scope(labels(40, 20), [paper(50, inside=True), paper(51, inside=False)], 0.95) == judged


@pytest.mark.parametrize(("inside", "outside"), [(0, 0), (3, 0), (18, 20), (30, 4), (0, 30)])
def test_with_few_labels_everything_is_likely(inside: int, outside: int) -> None:
    judged = judge_scope(labels(inside, outside), [paper(50, inside=False), paper(51, inside=True)], 0.95)
    assert [v.likely for v in judged.verdicts] == [True, True]
    assert [v.probability for v in judged.verdicts] == [None, None]
    assert "everything found enters the queue" in judged.basis and f"{inside} papers in scope" in judged.basis


def test_titles_judge_until_abstracts_are_decided() -> None:
    judged = judge_scope(labels(40, 20, abstract=False), [paper(51, inside=False, abstract=False)], 0.95)
    assert judged.basis.startswith("judged by 40 titles in scope and 20 out of scope")
    assert judged.verdicts[0].reasons[-1] == "judged by title; no abstract is known"


def test_the_names_of_the_field_count_once_for_each_place() -> None:
    known = ScopeLabels((), (), ("kite planning model", "KPM"))
    texts = ["A Kite-Planning Model", "Kite planning models (KPMs)", "kpm", "kites"]
    reasons = [v.reasons[0] for v in judge_scope(known, [PaperDocument("p", t) for t in texts], 0.95).verdicts]
    assert reasons == [
        "names the field: kite planning model",
        "names the field: kite planning model, KPM",
        "does not name the field",
        "does not name the field",
    ]


def test_the_names_of_the_packaged_field(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        names = field_names(session, "wam")
    assert {"World Action Model", "WAM"} <= set(names)


def preprints() -> ArxivShelf:
    wam = kite(1, 2, title="Quick World Action Models for Robot Control",
               abstract="World action models predict video and action jointly. Our WAM flies a kite.")  # fmt: skip
    return ArxivShelf(
        [
            wam,
            kite(
                2, 2, title="A Large-Scale Benchmark Dataset for Kites", abstract="We collect a dataset of every kite."
            ),
        ]
    )


def discovered(store: Store, shelf: ArxivShelf, **values: Any) -> Discovered:
    with server_of(shelf) as server:
        return discover(store, settings_of(server, **values), DiscoverOptions(("kites",)))


def outcomes(store: Store) -> dict[str, str]:
    return {item.title: item.outcome for item in finds(store)}


def test_unlikely_finds_are_set_aside_and_a_person_adds_one(seeded_store: Store, home: Path) -> None:
    set_routes(seeded_store, KITES)
    done = discovered(seeded_store, preprints())
    assert done.routes[0].outcomes == {"candidate": 1, "set-aside": 1}
    assert done.scope is not None and (done.scope.queued, done.scope.set_aside) == (1, 1)
    assert "titles in scope" in done.scope.basis
    aside = next(item for item in finds(seeded_store) if item.outcome == "set-aside")
    assert aside.paper is None and aside.scope is not None and "does not name the field" in aside.scope_reasons
    with TestClient(create_app(Settings(home=home))) as client:
        listed = client.get("/api/v1/discoveries", params={"outcome": "set-aside"}).json()["items"]
    assert [item["uid"] for item in listed] == [aside.uid]
    added = add_find(seeded_store, Writer("ana"), aside.uid[:-2])
    assert added.outcome == "candidate"
    with pytest.raises(ConflictError, match="not set aside"):
        add_find(seeded_store, Writer("ana"), aside.uid)
    undo(seeded_store, added.batch)
    assert outcomes(seeded_store)[aside.title] == "set-aside"


def undo(store: Store, uid: str) -> None:
    batches.undo(store, Settings(refit=False), Writer("ana"), uid)


def test_without_labels_everything_enters_and_can_be_undone(store: Store) -> None:
    set_routes(store, KITES)
    done = discovered(store, ArxivShelf([kite(n, 2) for n in range(3)]))
    assert done.routes[0].outcomes == {"candidate": 3}
    assert done.scope is not None and done.scope.batch is not None and "too few" in done.scope.basis
    undo(store, done.scope.batch)
    assert set(outcomes(store).values()) == {"set-aside"}
    with store.reading() as session:
        assert (
            queued_since(session, utc_now() - WEEK) == 0 and list(set_aside_routes(session).values()) == [{"kites"}] * 3
        )
    again = discovered(store, ArxivShelf([]))
    assert again.scope is not None and again.scope.queued == 3


def test_a_reading_whose_finds_were_queued_is_not_undone_before_them(seeded_store: Store) -> None:
    set_routes(seeded_store, KITES)
    done = discovered(seeded_store, preprints())
    assert done.scope is not None and done.scope.batch is not None and done.routes[0].batch is not None
    with pytest.raises(ConflictError, match=done.scope.batch):
        undo(seeded_store, done.routes[0].batch)
    undo(seeded_store, done.scope.batch)
    undo(seeded_store, done.routes[0].batch)
    assert finds(seeded_store) == []


def test_a_week_has_a_limit_and_the_best_come_first(seeded_store: Store) -> None:
    set_routes(seeded_store, KITES)
    shelf = ArxivShelf(
        [
            kite(n, 2, title=f"World Action Model {n}", abstract="A kite. " + "WAM. " * n + "A world action model.")
            for n in range(1, 6)
        ]
    )
    first = discovered(seeded_store, shelf, discover_most=2)
    assert first.routes[0].outcomes == {"candidate": 2, "set-aside": 3}
    again = discovered(seeded_store, shelf, discover_most=2)
    assert again.scope is not None and (again.scope.queued, again.scope.set_aside) == (0, 3)
    more = discovered(seeded_store, shelf, discover_most=4)
    assert more.scope is not None and (more.scope.queued, more.scope.set_aside) == (2, 1)


def test_recall_one_sets_nothing_aside(seeded_store: Store) -> None:
    set_routes(seeded_store, KITES)
    done = discovered(seeded_store, preprints(), discover_recall=1.0)
    assert done.routes[0].outcomes == {"candidate": 2} and done.scope is None


def test_a_find_that_another_way_brought_is_known(seeded_store: Store, tmp_path: Path) -> None:
    set_routes(seeded_store, KITES)
    discovered(seeded_store, preprints())
    aside = next(item for item in finds(seeded_store) if item.outcome == "set-aside")
    import_text(
        seeded_store, tmp_path, "one.jsonl", json.dumps({"arxiv": aside.key.partition(":")[2], "title": aside.title})
    )
    discovered(seeded_store, preprints())
    assert outcomes(seeded_store)[aside.title] == "known"


def test_the_command_lists_and_adds(
    seeded_store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_routes(seeded_store, KITES)
    discovered(seeded_store, preprints())
    assert run(["discover", "--set-aside", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["found"]
    assert item["title"] == "A Large-Scale Benchmark Dataset for Kites"
    assert run(["discover", "--set-aside"]) == 0
    assert "does not name the field" in " ".join(capsys.readouterr().out.split())
    assert run(["discover", "--add", item["uid"], "--by", "ana"]) == 0
    assert "candidate" in capsys.readouterr().out
    assert run(["discover", "--add", "nothing"]) == 1
