"""Random merges, judgements, decisions, edits and undos: undoing all of them gives back the store as it was."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from tests.helpers.edit_store import UNIFIED, fill, say, undo
from tests.helpers.store_dump import dump
from wamkg.errors import WamkgError
from wamkg.reviewing.duplicates import record_judgement
from wamkg.reviewing.paper_edits import set_values
from wamkg.reviewing.paper_merge import Merge, merge_papers
from wamkg.store.batches import get_actor
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.tables import Actor, Paper

VERDICTS = ("same", "different", "unsure")
STEPS = ("merge", "merge", "judge", "decide", "set", "undo", "undo")
TITLE = "Sorting Socks by Smell and Texture"


def paper(number: int) -> dict[str, Any]:
    """One of several likenesses: preprints with methods, publications with DOIs, some of them placed."""
    made: dict[str, Any] = {"title": f"{TITLE} {'again ' * (number // 2)}{number % 2}", "authors": ["Ole Berg"]}
    made |= {"year": 2020 + number // 2, "links": {"code": f"https://example.org/{number // 2}"}}
    made |= {"taxa": {"wam": UNIFIED}} if number % 3 == 0 else {}
    if number % 2:
        return made | {"doi": f"10.5555/socks.{number}", "venue": "Journal of Laundry"}
    return made | {"arxiv": f"2401.0000{number}", "method": f"Sock{number}"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with seven such papers."""
    path = tmp_path_factory.mktemp("merges") / "store.db"
    store = Store(f"sqlite:///{path}")
    migrate(store)
    fill(store, path.parent, *map(paper, range(7)))
    store.close()
    return path


def step(store: Store, rng: random.Random, done: list[str]) -> None:
    """One accepted or refused step; its batch is added to `done`, or an undone one leaves it."""
    with store.reading() as session:
        slugs = sorted(session.exec(select(Paper.slug)))
    kind = rng.choice(STEPS) if len(slugs) > 1 else "undo"
    if kind == "undo":
        if done:
            batch = rng.choice(done)
            undo(store, batch)
            done.remove(batch)
        return
    one, other = rng.sample(slugs, 2)
    if kind == "decide":
        made = say(store, one, rng.choice(("outside", "unsure"))).batch
    else:
        with store.writing() as session:
            made = WRITES[kind](session, get_actor(session, "ana", "person"), (one, other), rng)
    if made:
        done.append(made)


def merge(session: Session, ana: Actor, pair: tuple[str, str], rng: random.Random) -> str | None:
    """Merge whatever the two papers are."""
    wanted = Merge(
        keep=pair[0],
        other=pair[1],
        prefer=rng.choice(("keep", "other")),
        although_dois_differ=True,
        although_unlike=True,
    )
    return merge_papers(session, ana, wanted).batch


def judge(session: Session, ana: Actor, pair: tuple[str, str], rng: random.Random) -> str | None:
    """Judge the pair."""
    return record_judgement(session, ana, pair, rng.choice(VERDICTS)).batch


def edit(session: Session, ana: Actor, pair: tuple[str, str], rng: random.Random) -> str | None:
    """Set a value by hand."""
    return set_values(session, ana, pair[0], {rng.choice(("note", "venue", "title")): f"By hand {rng.random()}"}).batch


Write = Callable[[Session, Actor, tuple[str, str], random.Random], str | None]
WRITES: dict[str, Write] = {"merge": merge, "judge": judge, "set": edit}


def run_sequence(filled: Path, path: Path, seed: int) -> None:
    """Take random steps in a copy, undo what is left, newest first, and compare."""
    rng, done = random.Random(seed), list[str]()
    store = Store(f"sqlite:///{shutil.copy(filled, path)}")
    before = dump(store)
    for _ in range(rng.randint(4, 12)):
        try:
            step(store, rng, done)
        except WamkgError:
            continue
    for batch in reversed(done):
        undo(store, batch)
    assert dump(store) == before, f"seed {seed}"
    store.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_undoing_all_gives_the_store_back(filled: Path, tmp_path: Path, seed: int) -> None:
    run_sequence(filled, tmp_path / "copy.db", seed)


@pytest.mark.drill
def test_undoing_all_gives_the_store_back_many_times(filled: Path, tmp_path: Path) -> None:
    for seed in range(1_000, 1_200):
        run_sequence(filled, tmp_path / f"{seed}.db", seed)
