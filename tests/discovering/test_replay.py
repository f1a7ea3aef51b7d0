"""Replay of routes on a library whose papers, dates and citations are known."""

import json
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest

from tests.helpers.discovering import KITES, import_text, kite, server_of, set_routes, settings_of
from tests.s2_server.arxiv_shelf import ArxivShelf
from wamkg.cli import run
from wamkg.discovering.replay import RouteReplay, replay
from wamkg.discovering.runner import DiscoverOptions
from wamkg.parameters import parse_moment
from wamkg.settings import Settings, get_settings
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Citation
from wamkg.vocabulary import BatchKind

DAYS_AGO = [300, 200, 100, 50, 40, 30]


def fill(store: Store, folder: Path) -> ArxivShelf:
    """Six placed papers; each cites all earlier ones. arXiv has all but the newest."""
    shelf = ArxivShelf([kite(n, ago) for n, ago in enumerate(DAYS_AGO, start=1)])
    lines = [
        {"title": p.title, "arxiv": p.arxiv, "date": f"{p.submitted - timedelta(days=2):%F}",
         "taxa": {"wam": "cascaded/implicit"}}
        for p in shelf.papers
    ]  # fmt: skip
    import_text(store, folder, "kites.jsonl", "\n".join(map(json.dumps, lines)))
    with store.writing() as session:
        batch = open_batch(session, BatchKind.ENRICH, "test", get_actor(session, "test"))
        papers = [find_paper(session, f"arxiv:{p.arxiv}").id for p in shelf.papers]
        for later, citing in enumerate(papers):
            for cited in papers[:later]:
                session.add(Citation(citing_id=citing, cited_id=cited, source="s2", batch_id=batch.id))
    del shelf.papers[-1]
    return shelf


def replayed(store: Store, settings: Settings, since: date, *routes: str) -> dict[str, RouteReplay]:
    options = DiscoverOptions(routes, parse_moment(since.isoformat(), "since"), least=2)
    return {found.route: found for found in replay(store, settings, options, wait=lambda _: None)}


def test_shares_and_delays_are_those_of_the_data(store: Store, tmp_path: Path) -> None:
    shelf = fill(store, tmp_path)
    listed = f"- *{shelf.papers[4].title}* - [Paper](https://arxiv.org/abs/{shelf.papers[4].arxiv})\n"
    (tmp_path / "rival.md").write_text(f"# Kites\n\n## Kites\n\n{listed}")
    set_routes(store, [*KITES, {"name": "rival", "kind": "list", "source": str(tmp_path / "rival.md")},
                       {"name": "gone", "kind": "list", "source": str(tmp_path / "gone.md")}])  # fmt: skip
    since = date.today() - timedelta(days=110)
    with server_of(shelf) as server:
        found = replayed(store, settings_of(server), since, "kites", "rival", "gone", "citing", "cited")
    assert {name: (one.works, one.found, one.delay_days) for name, one in found.items() if not one.error} == {
        "kites": (4, 3, 2), "rival": (4, 1, None), "citing": (4, 4, 0), "cited": (4, 2, 40.0),
    }  # fmt: skip
    assert len(found["kites"].missed) == 1 and "there is no file" in (found["gone"].error or "")


def test_the_command_replays_and_writes_nothing(
    seeded_store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAMKG_ARXIV_API_URL", "")
    get_settings.cache_clear()
    assert run(["discover", "citing", "--replay", "2025-01-01", "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert told[0]["route"] == "citing" and told[0]["works"] > 10
    assert run(["discover", "world-action-models", "--replay", "2025-01-01"]) == 3
    assert "WAMKG_ARXIV_API_URL" in capsys.readouterr().err
