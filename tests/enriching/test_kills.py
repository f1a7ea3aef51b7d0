"""Killed at any moment, or shared by two processes: the same rows, no request twice, none too early."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.helpers.enriching_checks import compare, given_by, held_by, import_library, rows_of, settings_for
from tests.helpers.enriching_processes import Killer, fresh_store, run_killed, start, undisturbed
from tests.s2_server.server import S2Server
from tests.s2_server.world import make_world
from wamkg.enriching.engine import enrich
from wamkg.store.jobs import current_worker_id
from wamkg.store.session import Store
from wamkg.store.tables import Task
from wamkg.store.tasks import TaskScope, add_missing, lease_tasks, release_leases
from wamkg.vocabulary import TaskKind


def check_kills(url: str, folder: Path, *, papers: int, citations: int, kills: int, seed: int) -> tuple[int, int]:
    """Enrich with kills and compare with an undisturbed run; gives back kills and repeated requests."""
    world = make_world(library=papers, citations=citations)
    calm = undisturbed(f"sqlite:///{folder / 'calm.db'}", world, folder)
    store = fresh_store(url, world, folder)
    killer = Killer(kills, requests=2 * papers, seed=seed)
    with S2Server(world, on_request=killer.on_request) as server:
        # Only a kill may repeat a request here, not an answer that a busy machine was slow to give.
        run_killed(store, server, killer, s2_timeout=60.0)
        repeated = server.repeated
    assert killer.kills == kills
    assert repeated <= kills
    expected, found = rows_of(calm), rows_of(store)
    for table, rows in expected.items():
        assert found[table] == rows, table
    store.close(), calm.close()
    return killer.kills, repeated


def check_sharing(url: str, folder: Path, *, papers: int, citations: int, per_second: float) -> tuple[float, list[int]]:
    """Enrich with two processes at once; gives back the closest requests (s) and how many each process sent."""
    world = make_world(library=papers, citations=citations)
    store = fresh_store(url, world, folder)
    with S2Server(world) as server:
        settings = settings_for(server, database_url=url, s2_requests_per_second=per_second)
        processes = [start(store, settings) for _ in range(2)]
        for process in processes:
            _, errors = process.communicate(timeout=600)
            assert process.returncode == 0, errors.decode()
        shares = [sum(asked.port == port for asked in server.log) for port in sorted({a.port for a in server.log})]
        assert server.repeated == 0, "a unit was done twice"
        assert server.closest >= 1 / per_second, f"{server.closest:.4f} s apart"
    assert not any(compare(given_by(world, server.faults), held_by(store)).values())
    store.close()
    return server.closest, shares


@pytest.mark.parametrize("store_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.drill)], indirect=True)
def test_kills_repeat_at_most_the_request_in_flight(store_url: str, tmp_path: Path) -> None:
    check_kills(store_url, tmp_path, papers=24, citations=600, kills=2, seed=5)


def test_two_processes_share_the_work_and_the_budget(store_url: str, tmp_path: Path) -> None:
    _, shares = check_sharing(store_url, tmp_path, papers=8, citations=100, per_second=4)
    assert len(shares) == 2 and min(shares) > 0


def test_units_of_another_machine_are_taken_over_when_their_lease_ends(store: Store, tmp_path: Path) -> None:
    world = make_world(library=6, citations=40)
    import_library(store, world, tmp_path)
    scope = TaskScope((TaskKind.METADATA,))
    lease = timedelta(seconds=2)
    with store.writing() as session:
        add_missing(session, scope.kinds)
        lost = lease_tasks(session, scope, TaskKind.METADATA, 3, "a-machine-that-burnt|1|0.0|x", lease)
        assert len(lost) == 3
        free = lease_tasks(session, scope, TaskKind.METADATA, 6, current_worker_id(), lease)
        assert {unit.id for unit in free}.isdisjoint(unit.id for unit in lost) and len(free) == 3
        release_leases(session, str(session.get_one(Task, free[0].id).leased_by))
    with S2Server(world) as server:
        report = enrich(store, settings_for(server))
    assert report.exit_status == 0
    assert server.repeated == 0
    assert not any(compare(given_by(world, server.faults), held_by(store)).values())


@pytest.mark.drill
@pytest.mark.parametrize("seed", [1])
def test_twenty_kills_of_a_large_run(store_url: str, tmp_path: Path, seed: int) -> None:
    kills, repeated = check_kills(store_url, tmp_path, papers=300, citations=20_000, kills=20, seed=seed)
    print(f"{kills} kills, {repeated} requests repeated")


@pytest.mark.drill
@pytest.mark.parametrize("per_second", [1, 2, 12])
def test_two_processes_at_this_budget(store_url: str, tmp_path: Path, per_second: float) -> None:
    closest, shares = check_sharing(store_url, tmp_path, papers=20, citations=400, per_second=per_second)
    print(f"{per_second} a second: {sum(shares)} requests {shares}, the closest {closest:.4f} s apart")


def test_stores_are_told_apart(tmp_path: Path) -> None:
    """The comparison itself sees a difference."""
    world, other = make_world(5, 30), make_world(5, 30)
    other.papers[1].title = "Another title for the first of all papers"
    one = undisturbed(f"sqlite:///{tmp_path / 'one.db'}", world, tmp_path)
    two = undisturbed(f"sqlite:///{tmp_path / 'two.db'}", other, tmp_path)
    assert isinstance(one, Store) and rows_of(one) != rows_of(two)
