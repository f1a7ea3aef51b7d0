"""The page of a taxonomy: a class in a panel, edits that show what would change and can be undone, and the table."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Locator, expect
from wamkg_api.app import create_app

from tests.helpers.api_access import signed_in
from tests.helpers.edit_store import fill
from tests.pages.test_review_page import needs_browser, signed_in_page
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.views.taxonomies import taxonomy_tree, walk
from wamkg.vocabulary import Role

UNIFIED = "joint/diffusion/unified-stream"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def counts(store: Store) -> dict[str, int]:
    with store.reading() as session:
        return {node.path: node.count for node in walk(taxonomy_tree(session, "wam").taxa)}


def test_a_class_has_a_panel_with_its_criteria_papers_and_growth(client: TestClient) -> None:
    html = unescape(client.get(f"/taxonomy?at={UNIFIED}").text)
    for words in ("Belongs here", "DreamZero", "9 papers", "Explicit Future Generation", "<title>2026: 5, 9 in all"):
        assert words in html
    assert "Show what would change" not in html
    assert client.get("/taxonomy?at=nothing/like/it").status_code == 404


def test_the_tree_shows_size_growth_and_problems_of_each_class(client: TestClient, seeded_store: Store) -> None:
    html = unescape(client.get("/taxonomy").text)
    for path, count in counts(seeded_store).items():
        line = html[html.index(f'data-path="{path}"') :].partition("</summary>")[0]
        assert f'aria-label="{count} papers in ' in line, path
        assert not count or ("by quarter from 20" in line and "<rect" in line), path
    assert '<span class="warn">fewer than 8 papers</span>' in html
    assert "by quarter from 2023-Q1 to 2026-Q2, at most" in html
    assert '<span class="warn">' not in client.get("/taxonomy?taxonomy=challenges").text


@pytest.mark.parametrize(
    ("operation", "fields", "words", "button"),
    [
        ("rename", {"taxon": UNIFIED, "name": "One Kite"}, "joint/diffusion/one-kite", "Rename"),
        ("move", {"taxon": UNIFIED, "parent": "cascaded"}, "cascaded/unified-stream", "Move"),
        ("merge", {"taxon": "cascaded/implicit", "into": "cascaded/explicit"}, "gone:", "Merge, moving 10 papers"),
        ("add", {"parent": "joint", "name": "Kites", "definition": "With wind."}, "joint/kites", "Add"),
        ("split", {"taxon": "cascaded/implicit", "parts": "Red\r\nBlue"}, "cascaded/implicit/red", "Split"),
        ("delete", {"taxon": "cascaded/implicit", "into": "cascaded/explicit"}, "gone:", "Delete, moving 10 papers"),
    ],
)
def test_an_edit_shows_what_would_change_is_made_and_undone(
    client: TestClient, seeded_store: Store, operation: str, fields: dict[str, str], words: str, button: str
) -> None:
    csrf, before = signed_in(client, seeded_store), counts(seeded_store)
    tried = client.post("/taxonomy/edit", data={"csrf": csrf, "taxonomy": "wam", "operation": operation} | fields)
    html = unescape(tried.text)
    assert tried.status_code == 200 and words in html and button in html, html[:3000]
    assert counts(seeded_store) == before
    form = html[html.index('aria-label="Apply"') :]
    sent = dict(HIDDEN.findall(form[: form.index("</form>")]))
    done = client.post("/taxonomy/edit", data=sent | {"step": "apply"})
    assert "Written as batch" in done.text and counts(seeded_store) != before
    undo = re.search(r'action="(/batches/[^"]+/undo)"', done.text)
    assert undo and client.post(undo[1], data={"csrf": csrf, "to": "taxonomy"}).url.path == "/taxonomy"
    assert counts(seeded_store) == before


def test_a_split_sends_the_papers_named_to_their_part(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store)
    page = unescape(client.get("/taxonomy?at=cascaded/implicit").text)
    slug = re.search(r"rows=\"6\"[^>]*>(\S+): ", page)
    assert slug
    fields = {"csrf": csrf, "taxonomy": "wam", "operation": "split", "taxon": "cascaded/implicit", "step": "apply"}
    client.post("/taxonomy/edit", data=fields | {"parts": "Red\nBlue", "papers": f"{slug[1]}: Blue\nother:\n"})
    assert counts(seeded_store)["cascaded/implicit/blue"] == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"operation": "rename", "taxon": UNIFIED, "name": ""}, "rename needs name"),
        ({"operation": "merge", "taxon": UNIFIED, "into": "joint/nothing"}, "joint/nothing"),
        ({"operation": "move", "taxon": "joint", "parent": UNIFIED}, "joint"),
        ({"operation": "burn", "taxon": UNIFIED}, "burn"),
        ({"operation": "split", "taxon": UNIFIED, "parts": "A\nB", "papers": "no colon"}, "PAPER: PART"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(
    client: TestClient, seeded_store: Store, fields: dict[str, str], words: str
) -> None:
    csrf = signed_in(client, seeded_store)
    refused = client.post("/taxonomy/edit", data={"csrf": csrf, "taxonomy": "wam", "step": "try"} | fields)
    html = unescape(refused.text)
    assert refused.status_code in (409, 422) and "✕" in html and words in html


def test_only_curators_edit(client: TestClient, seeded_store: Store) -> None:
    form = {"taxonomy": "wam", "operation": "rename", "taxon": UNIFIED, "name": "X", "step": "apply"}
    assert client.post("/taxonomy/edit", data=form).status_code == 401
    csrf = signed_in(client, seeded_store, Role.READER)
    assert client.post("/taxonomy/edit", data=form | {"csrf": csrf}).status_code == 403


@pytest.mark.parametrize("facet", ["year", "venue", "institution"])
def test_a_cell_of_the_table_leads_to_as_many_papers(client: TestClient, facet: str) -> None:
    html = client.get(f"/taxonomy?facet={facet}").text
    cells = re.findall(r'<a href="(/papers\?taxon=[^"]+&amp;[^"]+)">(\d+)</a>', html[html.index('id="matrix"') :])
    assert cells
    for href, count in cells[:: max(1, len(cells) // 4)]:
        assert re.search(rf"\b{count} papers? ", unescape(client.get(unescape(href)).text)), (href, count)


def test_two_taxonomies_are_compared_and_the_papers_that_break_the_mapping_listed(
    client: TestClient, seeded_store: Store, tmp_path: Path
) -> None:
    assert 'href="/taxonomy/crosswalk?taxonomy=wam"' in client.get("/taxonomy").text
    for number in (1, 2):
        paper = {"title": f"A Kite of Its Own Number {number}", "arxiv": f"2501.0777{number}"}
        fill(seeded_store, tmp_path, paper | {"taxa": {"wam": "cascaded", "training-data": "robot-centric"}})
    html = unescape(client.get("/taxonomy/crosswalk?compare_with=training-data").text)
    assert "3 papers in both" in html and "which is in bold: 1 paper." in html
    broken = html[html.index("Papers that do not follow it") :]
    assert "TesserAct" in broken and "A Kite of Its Own" not in broken
    both = re.search(r'href="(/papers\?taxon=wam%3Acascaded&taxon=training-data%3Arobot-centric)"', html)
    assert both and "2 papers" in unescape(client.get(both[1]).text)
    assert "No paper has a place in both" in client.get("/taxonomy/crosswalk?taxonomy=wam&compare_with=nus").text
    assert client.get("/taxonomy/crosswalk?compare_with=none").status_code == 404


@pytest.mark.e2e
@needs_browser
def test_a_class_is_moved_by_drag_after_its_dry_run_and_undone(seeded_store: Store, home: Path) -> None:
    before = counts(seeded_store)
    with signed_in_page(seeded_store, home) as (page, address):
        page.goto(f"{address}/taxonomy")
        line = {name: page.locator(f'summary[data-path="{name}"]') for name in ("cascaded", "cascaded/implicit")}
        changes = page.get_by_label("What would change")

        def drag(target: Locator) -> None:
            line["cascaded/implicit"].hover()
            page.mouse.down()
            line["cascaded/implicit"].hover(position={"x": 30, "y": 8})
            line["cascaded/implicit"].hover(position={"x": 40, "y": 12})
            target.hover()
            target.hover()
            page.mouse.up()

        drag(line["cascaded"])
        expect(changes).to_have_count(0)
        drag(page.locator(".drop"))
        expect(changes).to_contain_text("cascaded/implicit → Implicit implicit")
        drag(page.locator('summary[data-path="cascaded/explicit"]'))
        expect(changes).to_contain_text("cascaded/implicit → Implicit cascaded/explicit/implicit")
        assert counts(seeded_store) == before
        page.get_by_role("button", name="Move").first.click()
        expect(page.get_by_role("status")).to_contain_text("Written as batch")
        assert "cascaded/explicit/implicit" in counts(seeded_store)
        page.get_by_role("button", name="Undo").click()
        page.wait_for_load_state()
    assert counts(seeded_store) == before
