"""The review page: forty decisions by keyboard, the same without scripts on a phone, and what it hides."""

import re
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page as Screen
from playwright.sync_api import expect, sync_playwright
from sqlmodel import col, select
from wamkg_api.app import create_app

from tests.bench.generate import papers as made_papers
from tests.helpers.api_access import link_for, sign_in, signed_in
from tests.helpers.edit_store import fill
from tests.helpers.serving import served
from wamkg.pages.workbench import branch_keys
from wamkg.reviewing.decisions import decide
from wamkg.reviewing.holdout import is_held_out
from wamkg.reviewing.queue import ORDERS, review_queue
from wamkg.reviewing.verdicts import Decision
from wamkg.settings import Settings
from wamkg.store.base import insert_entities
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.decisions import decision_rows
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Paper, Suggestion, Taxonomy
from wamkg.store.taxonomies import get_taxonomy
from wamkg.suggesting.runner import Rules, suggest_places
from wamkg.views.workbench import review_part
from wamkg.vocabulary import PERSON, BatchKind, EntityKind

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
SUBJECTS = (
    "One diffusion transformer denoises video tokens and action tokens of a robot together in a shared stream.",
    "A video generator imagines future frames first and an inverse dynamics model then reads the actions off them.",
)
LAST = "Rooms, tools and light were changed in the tests of the robot."
WATCH = """() => {
  window.times = [];
  document.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
  document.addEventListener("paper-shown", () =>
    requestAnimationFrame(() => window.times.push(performance.now() - window.pressed)));
}"""


@pytest.fixture
def queue_store(seeded_store: Store, tmp_path: Path) -> Store:
    """The seeded store with 45 papers that wait, each with an abstract and a suggestion."""
    waiting = [
        paper | {"abstract": f"{SUBJECTS[n % 2]} {paper['abstract'][:300].capitalize()}. {LAST}"}
        for n, paper in enumerate(made_papers(45))
    ]
    fill(seeded_store, tmp_path, *waiting)
    suggest_places(seeded_store, "wam", Rules(model="tfidf-lr"), None)
    return seeded_store


@contextmanager
def signed_in_page(
    store: Store, home: Path, *, width: int = 1440, scripts: bool = True
) -> Iterator[tuple[Screen, str]]:
    """A browser page of a curator, and the address of the server."""
    link = link_for(store).secret
    with served(create_app(Settings(database_url=store.url, home=home))) as address, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": width, "height": 900})
        page = context.new_page()
        sign_in(page, address, link)
        yield page, address
        browser.close()


def marked_paper(store: Store) -> str:
    """The newest paper whose visible suggestion rests on a sentence of its text."""
    with store.reading() as session:
        rows = select(Suggestion, Paper).join(Paper, col(Paper.id) == col(Suggestion.paper_id))
        return next(
            paper.slug
            for suggestion, paper in session.exec(rows.order_by(col(Paper.date).desc()))
            if not is_held_out(paper.slug, "wam") and any(r["kind"] == "sentence" for r in suggestion.reasons)
        )


def decisions(store: Store) -> list[tuple[str, str | None, str | None]]:
    """Verdict, quote and its location of each decision that was not undone, oldest first."""
    with store.reading() as session:
        rows = [row for row in decision_rows(session, taxonomy="wam") if row.batch.undone_at is None]
        return [(row.verdict, row.record.get("evidence"), row.record.get("place")) for row in rows]


def paper(page: Screen) -> str | None:
    """The paper on the screen."""
    return page.locator(".card").get_attribute("data-paper")


def press(page: Screen, keys: str) -> None:
    """Press keys one after the other, and wait for the next paper."""
    before = paper(page)
    for key in keys.split():
        page.keyboard.press(key)
    page.wait_for_function("before => document.querySelector('.card')?.dataset.paper !== before", arg=before)


@pytest.mark.e2e
@needs_browser
def test_forty_papers_are_decided_by_keyboard(queue_store: Store, home: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with signed_in_page(queue_store, home) as (page, address):
        page.goto(f"{address}/review?order=newest&at={marked_paper(queue_store)}")
        page.wait_for_load_state("networkidle")
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollHeight") <= 900
        expect(page.get_by_role("button", name="Unsure").first).to_be_in_viewport()
        first, total = paper(page), int(page.locator("#total").inner_text())
        page.keyboard.press("p")
        expect(page.frame_locator("#pane iframe").get_by_role("heading", name="Why here")).to_be_visible()
        page.keyboard.press("p")
        expect(page.locator("#pane")).to_be_hidden()
        page.evaluate(WATCH)
        page.keyboard.press("e")
        quote = page.locator("#evidence").input_value()
        press(page, "2")
        expect(page.locator("#undo")).to_contain_text("placed in")
        page.keyboard.press("z")
        page.wait_for_function("first => document.querySelector('.card')?.dataset.paper === first", arg=first)
        assert int(page.locator("#total").inner_text()) == total
        for keys in ("u", "o 5", "c Enter", "j 1 Enter") * 10:
            press(page, keys)
        page.wait_for_function("() => document.querySelector('#today').textContent === '40'")
        expect(page.locator("#undo")).to_contain_text("placed in Joint")
        times = sorted(page.evaluate("window.times"))
        assert statistics.median(times) <= 100 and times[int(len(times) * 0.95)] <= 250
        page.wait_for_function("() => !document.body.matches('.unsent')")
        assert [verdict for verdict, *_ in decisions(queue_store)] == ["unsure", "outside", "accept", "accept"] * 10
    with queue_store.reading() as session:
        undone = [row for row in decision_rows(session, taxonomy="wam") if row.batch.undone_at is not None]
    assert [(row.record["evidence"], row.record["checked"]) for row in undone] == [(quote, True)]


@pytest.mark.e2e
@needs_browser
def test_a_refused_decision_brings_its_paper_back_with_the_reason(queue_store: Store, home: Path) -> None:
    with signed_in_page(queue_store, home) as (page, address):
        page.goto(f"{address}/review?order=newest&at={marked_paper(queue_store)}")
        page.wait_for_load_state("networkidle")
        shown = paper(page)
        page.locator("#evidence").fill("words that are not in the text")
        page.locator("[name=evidence_location]").fill("abstract")
        page.locator("#note").fill("as I saw it")
        page.keyboard.press("Escape")
        page.keyboard.press("u")
        expect(page.get_by_role("alert")).to_contain_text("the quote is not in the stored abstract")
        assert paper(page) == shown
        assert page.locator("#note").input_value() == "as I saw it"
    assert decisions(queue_store) == []


@pytest.mark.e2e
@needs_browser
def test_the_same_works_without_scripts_on_a_phone(queue_store: Store, home: Path) -> None:
    with signed_in_page(queue_store, home, width=390, scripts=False) as (page, address):
        page.goto(f"{address}/review?order=newest&at={marked_paper(queue_store)}")
        before = page.get_by_role("heading", level=2).first.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        page.locator("#note").fill("clear")
        page.locator(".thumb [name=place]").last.click()
        expect(page.get_by_role("status")).to_contain_text("placed in")
        expect(page).to_have_url(re.compile("order=newest&part=all&at="))
        assert page.get_by_role("heading", level=2).first.inner_text() != before
        page.get_by_role("button", name=re.compile("Undo")).click()
        expect(page.get_by_role("heading", level=2).first).to_have_text(before)
        page.locator("#kinds summary").click()
        page.get_by_role("button", name="Survey").click()
        expect(page.get_by_role("status")).to_contain_text("is outside: survey")
    assert [verdict for verdict, *_ in decisions(queue_store)] == ["outside"]


def test_a_hidden_suggestion_shows_nothing_of_itself(queue_store: Store, home: Path) -> None:
    with TestClient(create_app(Settings(database_url=queue_store.url, home=home))) as client:
        signed_in(client, queue_store)
        html = client.get("/review?part=hidden").text
        card = html[html.index('<div class="card"') : html.index('<nav class="strip"')]
        assert "Suggestion hidden" in card
        for sign in (
            "<mark",
            "<progress",
            'data-key="Enter"',
            'name="reject"',
            "Nearest placed",
            "Rival",
            "learned from",
        ):
            assert sign not in card
        assert "likely outside" not in html.partition('<nav class="strip"')[2].partition("</nav>")[0]


@pytest.mark.parametrize("order", ORDERS)
def test_the_place_of_a_hidden_paper_in_the_queue_says_nothing(queue_store: Store, order: str) -> None:
    def places() -> list[str]:
        with queue_store.reading() as session:
            works = sorted(review_queue(session, get_taxonomy(session, "wam"), order), key=lambda pair: pair[0])
            return [work.paper.slug for _, work in works]

    before = places()
    hidden = [slug for slug in before if is_held_out(slug, "wam")]
    with queue_store.writing() as session:
        rows = session.exec(select(Suggestion, Paper).join(Paper, col(Paper.id) == col(Suggestion.paper_id)))
        for suggestion, found in rows.all():
            if found.slug in hidden:
                suggestion.top = {"joint": 1.0, "cascaded": 0.0}
                suggestion.ranked = suggestion.ranked[::-1]
                suggestion.reasons = []
                session.add(suggestion)
    assert places() == before


def test_each_branch_has_a_key_that_nothing_else_has() -> None:
    assert branch_keys(["Cascaded", "Joint"]) == ["c", "j"]
    assert branch_keys(["Online", "Offline", "Zoned", "Ozone", "日本"]) == ["l", "f", "", "", ""]


def test_a_paper_that_no_longer_waits_is_named(queue_store: Store, home: Path) -> None:
    with queue_store.writing() as session:
        work = review_queue(session, get_taxonomy(session, "wam"), "newest")[0][1].paper
        decide(session, get_actor(session, "bo", PERSON), Decision(paper=work.slug, verdict="unsure", taxonomy="wam"))
    with TestClient(create_app(Settings(database_url=queue_store.url, home=home))) as client:
        assert f"{work.slug} does not wait" in client.get(f"/review?at={work.slug}").text


def test_every_order_works_on_both_databases(store: Store, tmp_path: Path) -> None:
    with store.writing() as session:
        batch = open_batch(session, BatchKind.TAXONOMY, "test", get_actor(session, "ana", PERSON))
        assert batch.id is not None
        (number,) = insert_entities(session, EntityKind.TAXONOMY, 1, batch.id)
        session.add(Taxonomy(id=number, slug="wam", title="Two kinds"))
    fill(store, tmp_path, *made_papers(4))
    with store.writing() as session:
        taxonomy, batch = get_taxonomy(session, "wam"), session.exec(select(Batch)).all()[-1]
        for n, paper in enumerate(session.exec(select(Paper)).all()):
            leaf = {"taxon": "joint", "probability": 0.5 + n / 10}
            reasons = [{"kind": "neighbour", "paper": paper.slug, "similarity": n / 10}]
            session.add(Suggestion(
                uid=f"{n}", paper_id=paper.id, taxonomy_id=taxonomy.id, ranked=[leaf], top={"joint": 0.5 + n / 10},
                reasons=reasons, text_source="abstract", text_hash="", training_size=0, training_hash="",
                batch_id=batch.id,
            ))  # fmt: skip
    with store.reading() as session:
        for order in ORDERS:
            assert len(review_queue(session, get_taxonomy(session, "wam"), order)) == 4
        assert review_part(session, "wam", "certain").total == 4
