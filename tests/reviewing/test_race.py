"""Writers of several processes at once: accepted writes are there once, refusals say why, the trail replays."""

from collections import Counter
from pathlib import Path

import pytest

from tests.helpers.edit_store import UNIFIED, fill
from tests.helpers.race import Log, Race, check_accepted, check_replay, race
from wamkg.store.session import Store

NAMES = [
    {"title": f"Paper number {n} about robots", "arxiv": f"2501.2000{n}", "taxa": {"wam": UNIFIED}} for n in range(5)
]
PAPERS = [f"arxiv:{paper['arxiv']}" for paper in NAMES]


def check(store: Store, logs: list[Log]) -> None:
    """All that must hold afterwards."""
    check_accepted(store, logs)
    check_replay(store, PAPERS)
    accepted, refused = sum(len(log.accepted) for log in logs), sum(len(log.refused) for log in logs)
    kinds = Counter(said if said == "decision" else "edit" for log in logs for said in log.accepted.values())
    print(f"{dict(kinds)} accepted, {refused} refused, {sum(len(log.undone) for log in logs)} taken back")
    assert accepted


def test_a_few_writers_at_once(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, *NAMES)
    check(store, race(store.url, PAPERS, Race(processes=2, writers=2, writes=5)))


@pytest.mark.drill
def test_sixteen_writers_for_twenty_seconds(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, *NAMES)
    check(store, race(store.url, PAPERS, Race(processes=4, writers=4, seconds=20)))
