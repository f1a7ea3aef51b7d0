"""A copy that follows the changed papers is equal to the library, whatever happens to it and whenever it asks."""

from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import token_for
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.views.paper_changes import ChangedPapers, changed_papers
from wamkg.views.papers import PaperItem, PaperQuery, find_paper_page
from wamkg.vocabulary import Role


class Copy:
    """A program's copy of the library, by the permanent ids of papers."""

    def __init__(self) -> None:
        self.papers: dict[str, PaperItem] = {}
        self.cursor: str | None = None
        self.states: dict[str, str] = {}

    def follow(self, store: Store, limit: int = 60) -> int:
        """Take in everything that changed; returns how many items came."""
        count = 0
        while True:
            with store.reading() as session:
                page: ChangedPapers = changed_papers(session, None, limit, self.cursor)
            self.cursor = page.next
            count += len(page.items)
            for item in page.items:
                self.states[item.uid] = item.state
                if item.paper is not None and item.state == "present":
                    self.papers[item.uid] = item.paper
                else:
                    self.papers.pop(item.uid, None)
            if not page.more:
                return count

    def is_true_to(self, store: Store) -> bool:
        with store.reading() as session:
            whole = find_paper_page(session, PaperQuery(limit=1000)).items
        return self.papers == {item.uid: item for item in whole}


@pytest.fixture
def copy(seeded_store: Store) -> Copy:
    made = Copy()
    assert made.follow(seeded_store) == 227
    assert made.is_true_to(seeded_store)
    return made


def bring(store: Store, folder: Path, *lines: str) -> str:
    file = folder / "more.jsonl"
    file.write_text("\n".join(lines))
    uid = import_source(store, str(file), ImportOptions()).batch
    assert uid is not None
    return uid


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as made:
        made.headers.update(token_for(seeded_store, Role.ADMIN))
        yield made


def write(client: TestClient, method: str, path: str, body: dict[str, object] | None = None) -> str:
    """Write something; returns its batch."""
    answer = client.request(method, f"/api/v1/{path}", json=body or {})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json().get("batch"))


def test_imports_edits_and_undo_reach_the_copy(
    seeded_store: Store, copy: Copy, client: TestClient, tmp_path: Path
) -> None:
    batch = bring(seeded_store, tmp_path, '{"title": "Kites over the harbour", "authors": ["Ada Ray"], "year": 2025}')
    assert copy.follow(seeded_store) > 0
    assert copy.is_true_to(seeded_store) and len(copy.papers) == 228
    (uid,) = (uid for uid, paper in copy.papers.items() if paper.title == "Kites over the harbour")
    write(client, "PATCH", "papers/arxiv:2302.00111", {"note": "read again"})
    write(client, "POST", "taxonomies/wam/edits", {"operation": "rename", "taxon": "joint", "name": "United"})
    copy.follow(seeded_store)
    assert copy.is_true_to(seeded_store)
    assert any(paper.taxa.get("wam", "").startswith("united") for paper in copy.papers.values())
    write(client, "POST", f"batches/{batch}/undo")
    copy.follow(seeded_store)
    assert copy.is_true_to(seeded_store) and copy.states[uid] == "deleted"


def test_merges_and_their_undo_reach_the_copy(seeded_store: Store, copy: Copy, client: TestClient) -> None:
    one, other = list(copy.papers.values())[:2]
    batch = write(client, "POST", "duplicates/merges", {"keep": one.id, "other": other.id, "although_unlike": True})
    copy.follow(seeded_store)
    assert copy.is_true_to(seeded_store) and copy.states[other.uid] == "merged"
    last = client.get("/api/v1/changes/papers", params={"since": "2020", "limit": 100, "after": cursor_to_last(client)})
    (merged,) = (item for item in last.json()["items"] if item["state"] == "merged")
    assert (merged["uid"], merged["title"], merged["into"]) == (other.uid, other.title, one.id)
    feed = feedparser.parse(client.get("/api/v1/changes/papers?format=atom&limit=5").content)
    assert not feed.bozo and len(feed.entries) == 5 and feed.entries[0].id.startswith("urn:uuid:")
    write(client, "POST", f"batches/{batch}/undo")
    copy.follow(seeded_store)
    assert copy.is_true_to(seeded_store) and copy.states[other.uid] == "present"


def cursor_to_last(client: TestClient) -> str:
    """The cursor of the last page with changes."""
    page = client.get("/api/v1/changes/papers?limit=100").json()
    while page["more"] and page["total"] > 100:
        before, page = (
            page["next"],
            client.get("/api/v1/changes/papers", params={"limit": 100, "after": page["next"]}).json(),
        )
    return before


def test_pages_of_any_size_give_every_change_once(seeded_store: Store) -> None:
    found = []
    cursor = None
    while True:
        with seeded_store.reading() as session:
            page = changed_papers(session, None, 10, cursor)
        found += [item.uid for item in page.items]
        cursor = page.next
        if not page.more:
            break
    assert len(found) == len(set(found)) == 227


def test_a_filter_for_changes_finds_what_the_list_of_changes_has(seeded_store: Store, tmp_path: Path) -> None:
    with seeded_store.reading() as session:
        assert find_paper_page(session, PaperQuery(changed_since="2100")).total == 0
        assert find_paper_page(session, PaperQuery(changed_since="2020-01-01")).total == 227
