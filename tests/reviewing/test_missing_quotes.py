"""A decision rests on a quote: whoever changes the text so that it lacks the quote is told at once."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, get, token_for
from tests.helpers.edit_store import ABSTRACT, FIRST, PAPERS, UNIFIED, fill, say, undo
from tests.helpers.enriching_checks import import_library, settings_for
from tests.s2_server.server import S2Server
from tests.s2_server.world import make_world
from wamkg.cli import run
from wamkg.enriching.engine import enrich
from wamkg.reviewing.paper_edits import set_values
from wamkg.settings import Settings
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.views.history import paper_history
from wamkg.views.jobs import job_list
from wamkg.views.paper_details import assignment_list

QUOTE = "denoise video and action jointly"
OTHER = ABSTRACT.replace("denoise", "predict")


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases; the first stands where it does for a quote."""
    fill(store, tmp_path)
    say(store, FIRST, "accept", UNIFIED, evidence=QUOTE, evidence_location="abstract")
    return store


def told_of(store: Store, paper: str = FIRST) -> list[str | None]:
    """The alarms on the paper's places."""
    with store.reading() as session:
        return [place.alarm for place in assignment_list(session, paper)]


def with_abstract(text: str | None) -> dict[str, Any]:
    return PAPERS[0] | {"abstract": text}


class TestImports:
    """A list that is imported again with other words."""

    def test_the_report_names_the_decision_that_lost_its_quote(self, filled: Store, tmp_path: Path) -> None:
        assert told_of(filled) == [None]
        (alarm,) = fill(filled, tmp_path, with_abstract(OTHER)).alarms
        for part in (UNIFIED, "by ana", QUOTE, "no longer in its abstract"):
            assert part in alarm
        assert told_of(filled) == [alarm]
        with filled.reading() as session:
            assert [row.value["alarm"] for row in paper_history(session, FIRST) if row.field == "evidence lost"] == [
                alarm
            ]

    @pytest.mark.parametrize(
        "text", [ABSTRACT, ABSTRACT.upper(), f"{ABSTRACT} And more.", None], ids=["same", "case", "longer", "none"]
    )
    def test_a_text_that_holds_the_quote_or_is_none_alarms_nobody(
        self, filled: Store, tmp_path: Path, text: str | None
    ) -> None:
        assert fill(filled, tmp_path, with_abstract(text)).alarms == []
        assert told_of(filled) == [None]

    def test_what_was_lost_before_is_not_told_again(self, filled: Store, tmp_path: Path) -> None:
        assert len(fill(filled, tmp_path, with_abstract(OTHER)).alarms) == 1
        assert fill(filled, tmp_path, with_abstract(f"{OTHER} And more.")).alarms == []
        assert len([alarm for alarm in told_of(filled) if alarm]) == 1

    def test_a_decision_made_anew_ends_the_alarm(self, filled: Store, tmp_path: Path) -> None:
        fill(filled, tmp_path, with_abstract(OTHER))
        say(filled, FIRST, "accept", UNIFIED, evidence="predict video and action jointly")
        assert told_of(filled) == [None]

    def test_undoing_the_import_ends_the_alarm(self, filled: Store, tmp_path: Path) -> None:
        report = fill(filled, tmp_path, with_abstract(OTHER))
        undo(filled, report.batch or "")
        assert told_of(filled) == [None]

    def test_a_quote_from_a_text_that_is_not_held_is_looked_for_once_it_is(self, store: Store, tmp_path: Path) -> None:
        fill(store, tmp_path, with_abstract(None))
        say(store, FIRST, "accept", UNIFIED, evidence=QUOTE, evidence_location="abstract")
        assert len(fill(store, tmp_path, with_abstract(OTHER)).alarms) == 1

    def test_a_page_of_the_paper_is_not_looked_for(self, store: Store, tmp_path: Path) -> None:
        fill(store, tmp_path)
        say(store, FIRST, "accept", UNIFIED, evidence="words of page 3", evidence_location="page 3 of v1")
        assert fill(store, tmp_path, with_abstract(OTHER)).alarms == []
        assert told_of(store) == [None]


def test_enrichment_tells_of_the_quote_it_left_without_ground(store: Store, tmp_path: Path) -> None:
    world = make_world(library=2, citations=4, references=2)
    import_library(store, world, tmp_path)
    first = world.papers[world.library[0]]
    placed = {"taxa": {"wam": UNIFIED}}  # an empty store gets the packaged taxonomies where a record names one
    fill(store, tmp_path, {"title": first.title, "arxiv": first.arxiv, "abstract": ABSTRACT} | placed)
    paper = f"arxiv:{first.arxiv}"
    say(store, paper, "accept", UNIFIED, evidence=QUOTE)
    with S2Server(world) as server:
        report = enrich(store, settings_for(server))
    (alarm,) = report.alarms
    assert QUOTE in alarm
    assert report.as_dict()["alarms"] == [alarm] == told_of(store, paper)
    with store.reading() as session:
        assert job_list(session, 1)[0].counts["quotes lost"] == 1


def test_an_edit_by_hand_tells_it_too(filled: Store) -> None:
    with filled.writing() as session:
        edited = set_values(session, get_actor(session, "bo", "person"), FIRST, {"abstract": OTHER})
    assert [QUOTE in alarm for alarm in edited.alarms] == [True]


def test_the_command_line_says_it_on_standard_error(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(seeded_store, tmp_path)
    say(seeded_store, FIRST, "accept", UNIFIED, evidence=QUOTE)
    file = tmp_path / "papers.jsonl"
    file.write_bytes(orjson.dumps(with_abstract(OTHER)))
    for more in (["--dry-run"], []):
        assert run(["import", str(file), *more]) == 0
        assert f'its quote "{QUOTE}" is no longer in its abstract' in capsys.readouterr().err
    assert run(["history", FIRST, "--field", "evidence lost"]) == 0
    assert QUOTE in capsys.readouterr().out


def test_the_paper_and_its_page_say_it(seeded_store: Store, home: Path, tmp_path: Path) -> None:
    fill(seeded_store, tmp_path)
    say(seeded_store, FIRST, "accept", UNIFIED, evidence=QUOTE)
    settings = Settings(database_url=seeded_store.url, home=home)
    with TestClient(create_app(settings), headers=token_for(seeded_store, name="bo")) as client:
        assert "is no longer in its abstract; decide again" not in client.get(f"/papers/{FIRST}").text
        edited = client.patch(f"{API}/papers/{FIRST}", json={"abstract": OTHER}).json()
        assert len(edited["alarms"]) == 1
        assert [a["alarm"] for a in get(client, f"papers/{FIRST}")["assignments"]] == edited["alarms"]
        assert "is no longer in its abstract; decide again" in client.get(f"/papers/{FIRST}").text
