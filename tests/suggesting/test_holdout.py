"""A hidden suggestion is told to no person, wherever they look, until somebody has decided; then it is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from wamkg_api.app import create_app

from tests.helpers.api_access import API, signed_in, token_for
from tests.helpers.edit_store import fill
from wamkg.cli.app import app
from wamkg.reviewing.holdout import is_held_out
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.suggesting.runner import Rules, suggest_places
from wamkg.vocabulary import Role

LEAF = "joint/diffusion/unified-stream/explicit"
COUNT = 40


@pytest.fixture
def hidden(seeded_store: Store, tmp_path: Path) -> str:
    """Id of a hidden paper among candidates that all wait with suggestions."""
    text = "One transformer denoises video and action tokens of the robot in a single stream"
    papers = [
        {"title": f"Waiting paper {n} of many", "arxiv": f"2502.{n:05}", "abstract": f"{text}, study {n}."}
        for n in range(1, COUNT + 1)
    ]
    fill(seeded_store, tmp_path, *papers)
    suggest_places(seeded_store, "wam", Rules(model="tfidf-lr"), None)
    return next(f"arxiv:{p['arxiv']}" for p in papers if is_held_out(slug_of(seeded_store, str(p["arxiv"])), "wam"))


def slug_of(store: Store, arxiv: str) -> str:
    """The paper's slug."""
    from wamkg.store.papers import find_paper

    with store.reading() as session:
        return find_paper(session, f"arxiv:{arxiv}").slug


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home, refit=False))) as client:
        yield client


def told(client: TestClient, paper: str, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The paper's suggestion, as the list gives it and as the paper itself gives it."""
    items = client.get(f"{API}/suggestions?limit=100", headers=headers).json()["items"]
    (listed,) = [item for item in items if item["paper"] == paper]
    (own,) = client.get(f"{API}/papers/{paper}", headers=headers).json()["suggestions"]
    return [listed, own]


def says_nothing(item: dict[str, Any]) -> bool:
    """Whether nothing of what a model said is left."""
    said = [item[name] for name in ("top", "ranked", "reasons", "decided_level", "abstained", "outside")]
    return item["hidden"] is True and not any(said)


def test_no_person_is_told_over_http_but_a_program_is(client: TestClient, seeded_store: Store, hidden: str) -> None:
    people = [None, token_for(seeded_store), token_for(seeded_store, Role.ADMIN, "ben")]
    for headers in people:
        assert all(says_nothing(item) for item in told(client, hidden, headers))
    program = token_for(seeded_store, Role.READER, "bot", actor_kind="program")
    assert all(item["ranked"] and not item["hidden"] for item in told(client, hidden, program))
    # What a program was told is not kept for others.
    assert client.get(f"{API}/suggestions", headers={"Authorization": "Bearer x"}).status_code == 401
    assert all(says_nothing(item) for item in told(client, hidden))


def test_the_command_tells_programs_and_hides_from_people(seeded_store: Store, hidden: str) -> None:
    def lines(*options: str) -> list[dict[str, Any]]:
        printed = CliRunner().invoke(app, ["suggest", "--json", *options])
        assert printed.exit_code == 0, printed.output
        return [orjson.loads(line) for line in printed.stdout.splitlines()]

    marked = {line["paper"]: line for line in lines()}
    assert len(marked) >= COUNT and all(line["ranked"] for line in marked.values())
    chances = [[leaf["probability"] for leaf in line["ranked"]] for line in marked.values()]
    assert all(of_one == sorted(of_one, reverse=True) for of_one in chances)
    away = {line["paper"] for line in lines("--hide-holdout") if says_nothing(line)}
    assert away == {slug for slug, line in marked.items() if line["hidden"]}
    assert slug_of(seeded_store, hidden.removeprefix("arxiv:")) in away
    table = CliRunner().invoke(app, ["suggest"]).stdout.splitlines()
    titles = {marked[slug]["title"] for slug in away}
    rows = [row for row in table if any(row.startswith(f"{title} ") for title in titles)]
    assert len(rows) == len(titles) and not any("/" in row for row in rows)


def test_who_decides_in_the_terminal_is_told_afterwards(seeded_store: Store, hidden: str) -> None:
    answers = "\n".join(["s"] * (COUNT + 2))
    before = CliRunner().invoke(app, ["review", "--ask", "--limit", "100"], input=answers)
    assert "The hidden suggestion was" not in before.stdout
    decided = CliRunner().invoke(app, ["decide", hidden, LEAF])
    assert "The hidden suggestion was joint/" in decided.stdout
    seen = next(n for n in range(1, COUNT + 1) if not is_held_out(slug_of(seeded_store, f"2502.{n:05}"), "wam"))
    shown = CliRunner().invoke(app, ["decide", f"arxiv:2502.{seen:05}", LEAF])
    assert shown.exit_code == 0 and "The hidden suggestion was" not in shown.stdout


def test_asked_one_after_the_other_each_hidden_one_is_told_once(seeded_store: Store, hidden: str) -> None:
    asked = CliRunner().invoke(app, ["review", "--ask", "--limit", "100"], input=f"{LEAF}\n" * (COUNT + 2))
    assert asked.exit_code == 0, asked.output
    assert asked.stdout.count("The hidden suggestion was") == asked.stdout.count("is hidden until you decide") > 0


def test_the_page_tells_it_after_the_decision(client: TestClient, seeded_store: Store, hidden: str) -> None:
    csrf = signed_in(client, seeded_store)
    assert "Most similar classified papers" not in client.get(f"/papers/{hidden}").text
    form = {"csrf": csrf, "verdict": "accept", "taxon": LEAF, "taxonomy": "wam"}
    done = client.post(f"/papers/{hidden}/decide", data=form)
    assert "The hidden suggestion was joint/" in done.text
    assert "Most similar classified papers" in done.text
    (own,) = client.get(f"{API}/papers/{hidden}").json()["suggestions"]
    assert own["ranked"] and not own["hidden"]
