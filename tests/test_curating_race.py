"""Many writers at once: every accepted write is there once, every refused one was told why, the trail replays."""

from pathlib import Path

import pytest

from tests.curating_race import Log, check_accepted, check_replay, for_seconds, race
from tests.curating_store import fill
from wamkg.store.session import Store

NAMES = [{"title": f"Paper number {n} about robots", "arxiv": f"2501.2000{n}"} for n in range(5)]
PAPERS = [f"arxiv:{paper['arxiv']}" for paper in NAMES]


def check(store: Store, logs: list[Log]) -> None:
    """All that must hold afterwards."""
    check_accepted(store, logs)
    check_replay(store, PAPERS)
    accepted, refused = sum(len(log.accepted) for log in logs), sum(len(log.refused) for log in logs)
    print(f"{accepted} accepted, {refused} refused, {sum(len(log.undone) for log in logs)} taken back")
    assert accepted


def test_a_few_writers_at_once(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, *NAMES)
    check(store, race(store.url, PAPERS, 4, lambda made: made < 5))


@pytest.mark.drill
def test_sixteen_writers_for_twenty_seconds(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, *NAMES)
    check(store, race(store.url, PAPERS, 16, for_seconds(20)))
