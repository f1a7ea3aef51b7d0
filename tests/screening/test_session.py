"""Screening a real store: the likeliest first, in or out by people's own decisions, and whether to stop."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from tests.helpers.edit_store import fill, say, standing_at, undo
from wamkg.cli.app import app
from wamkg.errors import InvalidInputError
from wamkg.screening.stopping import StoppingRule
from wamkg.services.decisions import screen
from wamkg.services.screening import screening
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.decisions import screening_answers
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.suggesting.runner import Rules, suggest_places

IN = "World action model that denoises video and actions jointly"
OUT = "Dataset of kitchen demonstrations for robots"
COUNT = 12
JOINT = "joint/diffusion/unified-stream/explicit"


@pytest.fixture
def waiting(seeded_store: Store, tmp_path: Path) -> Store:
    """The survey, and as many papers to find as to leave out that wait."""
    titles = [f"{words}, part {n}" for n in range(COUNT) for words in (OUT, IN)]
    fill(seeded_store, tmp_path, *({"title": t, "arxiv": f"2502.{i:05}"} for i, t in enumerate(titles, 1)))
    return seeded_store


def ours(store: Store) -> list[str]:
    """Titles that wait, the likeliest first, ours only."""
    return [one.title for one in screening(store, "wam", "titles").likeliest(1000) if "part" in one.title]


def test_what_belongs_comes_before_what_does_not(waiting: Store) -> None:
    found = ours(waiting)
    assert len(found) == 2 * COUNT
    assert all(title.startswith(IN) for title in found[:COUNT])


def test_in_stays_in_the_queue_and_out_is_a_decision_and_both_can_be_undone(waiting: Store) -> None:
    settings = Settings(refit=False)
    batches = [
        screen(waiting, settings, Writer("ana"), f"arxiv:2502.{n:05}", belongs=n == 2, taxonomy="wam") for n in (1, 2)
    ]
    assert standing_at(waiting, "arxiv:2502.00001") == ["outside"]
    assert standing_at(waiting, "arxiv:2502.00002") == []
    with waiting.reading() as session:
        assert find_paper(session, "arxiv:2502.00002").standing == "included"
        assert list(screening_answers(session, "wam").values()) == [False, True]
    assert len(ours(waiting)) == 2 * COUNT - 2
    report = suggest_places(waiting, "wam", Rules(model="tfidf-lr"), None)
    waits = {line["arxiv"] for line in report.lines}
    assert "2502.00002" in waits and "2502.00001" not in waits
    assert screen(waiting, settings, Writer("ana"), "arxiv:2502.00002", belongs=True, taxonomy="wam") is None
    for batch in batches:
        assert batch is not None
        undo(waiting, batch)
    assert len(ours(waiting)) == 2 * COUNT
    with waiting.reading() as session:
        assert screening_answers(session, "wam") == {}


def test_each_answer_moves_what_waits(waiting: Store) -> None:
    """Against the first impression: a person says that what looks like the survey's own lies outside."""
    for n in range(1, COUNT):
        say(waiting, f"arxiv:2502.{2 * n:05}", "outside")
        say(waiting, f"arxiv:2502.{2 * n - 1:05}", "accept", JOINT)
    assert [title.startswith(IN) for title in ours(waiting)] == [False, True]


def test_the_stop_rule_counts_the_answers_in_order(waiting: Store) -> None:
    found, rule = screening(waiting, "wam", "titles"), StoppingRule()
    assert found.stop(rule) | {"waiting": 0} == {
        "target": 0.95, "confidence": 0.95, "read": 0, "found": 0, "waiting": 0, "p": 1.0, "stop": False,
    }  # fmt: skip
    slugs = [one.paper for one in found.likeliest(1000)]
    truth = [True] * 5 + [False] * (len(slugs) - 5)
    for slug, belongs in zip(slugs, truth, strict=True):
        found.answer(slug, belongs)
    told = found.stop(rule)
    assert (told["read"], told["found"], told["waiting"], told["stop"]) == (len(slugs), 5, 0, True)
    positions = [n for n, belongs in enumerate(truth, 1) if belongs]
    assert told["p"] == pytest.approx(rule.p_value(positions, len(slugs), len(slugs)), abs=1e-4)


def test_the_command_lists_asks_and_says_whether_to_stop(waiting: Store) -> None:
    listed = CliRunner().invoke(app, ["screen", "--json", "--limit", "3"])
    assert listed.exit_code == 0, listed.output
    told = orjson.loads(listed.stdout)
    assert len(told["likeliest"]) == 3 and told["stop_rule"]["read"] == 0
    first = told["likeliest"][0]
    assert first["title"] in CliRunner().invoke(app, ["screen", "--limit", "1"]).stdout
    asked = CliRunner().invoke(app, ["screen", "--ask", "--limit", "4", "--by", "ana"], input="x\ni\no\ns\nq\n")
    assert asked.exit_code == 0, asked.output
    assert "2 answered, 1 of them in" in asked.stdout and "read on" in asked.stdout
    assert asked.stdout.count("undo it with") == 2
    after = orjson.loads(CliRunner().invoke(app, ["screen", "--json"]).stdout)
    assert first["paper"] not in {one["paper"] for one in after["likeliest"]}
    assert CliRunner().invoke(app, ["screen", "--target", "2"]).exit_code == 1


def test_a_wrong_text_is_refused(waiting: Store) -> None:
    with pytest.raises(InvalidInputError, match="unknown text 'covers'"):
        screening(waiting, "wam", "covers")
