"""Many requests for figures at once: everything else is still answered, and whoever comes too late is told when to
come back.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from wamkg_api.app import create_app

from tests.helpers.serving import served
from wamkg.settings import Settings
from wamkg.store.session import Store

API = "/api/v1"


def test_drawing_stops_no_reader(seeded_store: Store, tmp_path: Path) -> None:
    app = create_app(Settings(database_url=seeded_store.url, home=tmp_path))
    with served(app) as address, ThreadPoolExecutor(30) as pool:

        def figure(width: int) -> int:
            try:
                answer = httpx.get(f"{address}{API}/figures/roadmap.svg?width={width}mm", timeout=3)
            except httpx.TimeoutException:
                return 0
            assert answer.status_code == 200 or answer.headers["retry-after"] == "5"
            return answer.status_code

        asked = [pool.submit(figure, width) for width in range(90, 115)]
        reads = [httpx.get(f"{address}{API}/papers?limit={n}", timeout=15).status_code for n in range(1, 11)]
        statuses = [each.result() for each in asked]
    assert reads == [200] * 10
    assert 503 in statuses and statuses.count(503) <= 25 - 12
    # Whoever gave up waiting is not waited for: no drawing goes on after its client has left.
    assert app.state.figures.pending == 0


def test_a_width_is_rounded_to_the_millimetre(seeded_store: Store, tmp_path: Path) -> None:
    app = create_app(Settings(database_url=seeded_store.url, home=tmp_path))
    with served(app) as address:
        texts = {
            httpx.get(f"{address}{API}/figures/taxonomy.svg?width={width}", timeout=60).text
            for width in ("100", "99.9mm")
        }
    assert len(texts) == 1
    assert len(list((tmp_path / "out" / "drawn").iterdir())) == 1
