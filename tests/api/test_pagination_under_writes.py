"""Walking all pages while others write: every row that stays as it is comes exactly once."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, token_for
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Role


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=seeded_store.url, home=home)
    with TestClient(create_app(settings), headers=token_for(seeded_store, Role.ADMIN)) as client:
        yield client


class Others:
    """People who add, change and take back papers meanwhile; `touched` are those that they did something to."""

    def __init__(self, client: TestClient, rng: random.Random, papers: list[str]) -> None:
        self._client, self._rng, self._papers = client, rng, papers
        self._added: list[str] = []
        self.touched: set[str] = set()

    def act(self) -> None:
        """One write."""
        self._rng.choice([self._add, self._change, self._take_back])()

    def _send(self, method: str, path: str, body: Any) -> Any:
        answer = self._client.request(method, f"{API}/{path}", json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def _add(self) -> None:
        number = self._rng.randrange(10**8)
        day = f"20{self._rng.randint(10, 25)}-0{self._rng.randint(1, 9)}-11"
        made = self._send("POST", "papers", {"title": f"{number} Added Meanwhile", "date": day})
        self.touched.add(made["subject"])
        self._added.append(made["batch"])

    def _change(self) -> None:
        paper = self._rng.choice(self._papers)
        body = {"title": f"{self._rng.random()} Changed", "dates": {"arxiv_v1": f"20{self._rng.randint(10, 25)}-03-04"}}
        made = self._send("PATCH", f"papers/{paper}", body)
        self.touched.add(made["subject"])

    def _take_back(self) -> None:
        if self._added:
            self._send("POST", f"batches/{self._added.pop()}/undo", {})


@pytest.mark.parametrize("sort", ["-date", "title", "added", "-citations"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_row_that_stays_as_it_is_comes_exactly_once(client: TestClient, sort: str, seed: int) -> None:
    rng = random.Random(f"{sort} {seed}")
    at_first = [line["slug"] for line in _everything(client)]
    others, met, after = Others(client, rng, at_first), Counter[str](), None
    while True:
        query = {"sort": sort, "limit": 23} | ({"after": after} if after else {})
        page = client.get(f"{API}/papers", params=query).json()
        met.update(item["slug"] for item in page["items"])
        after = page["next"]
        if after is None:
            break
        others.act()
    unchanged = set(at_first) - others.touched
    assert len(unchanged) > 200
    assert {slug: met[slug] for slug in unchanged if met[slug] != 1} == {}


def _everything(client: TestClient) -> list[dict[str, Any]]:
    found, after = [], ""
    while after is not None:
        page = client.get(f"{API}/papers", params={"limit": 100} | ({"after": after} if after else {})).json()
        found += page["items"]
        after = page["next"]
    return found
