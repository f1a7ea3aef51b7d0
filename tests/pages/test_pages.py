"""The pages in a real browser: true to the store, without scripts, on a phone, by keyboard, for everybody."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, expect, sync_playwright
from wamkg_api.app import create_app

from tests.helpers.serving import served
from wamkg.figures.style import THEMES
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_loader import load_seeds
from wamkg.pages.links import percent, web_url
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.suggesting.runner import Rules, suggest_places

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGES = (
    "/",
    "/about",
    "/papers",
    "/papers?taxon=wam:joint/diffusion&q=video",
    "/papers/arxiv:2302.00111",
    "/papers/arxiv:2608.08839",
    "/taxonomy",
    "/taxonomy?taxonomy=training-data",
    "/timeline?depth=2&by=month",
    "/graph?center=arxiv:2302.00111&hops=2",
    "/review",
    "/questions",
    "/duplicates",
    "/leaderboard",
    "/index/benchmarks",
    "/index/benchmarks/libero",
    "/papers/arxiv:2601.16163/why",
    "/papers/nothing-like-it",
    "/sign-in",
    "/survey",
    "/taxonomy?at=joint/diffusion",
    "/taxonomy/crosswalk?compare_with=training-data",
    "/import",
    "/objections",
    "/releases",
    "/changes",
    "/jobs",
    "/notices",
    "/proposals",
    "/digests",
    "/discoveries?set_aside=true",
    "/tokens",
    "/timeline?show=citations",
)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a seeded store with suggestions, on a free port of this machine."""
    home = tmp_path_factory.mktemp("pages")
    store = Store(f"sqlite:///{home / 'wamkg.db'}")
    migrate(store)
    with store.writing() as session:
        load_seeds(session)
    suggest_places(store, "wam", Rules(model="tfidf-lr"), None)
    with served(create_app(Settings(database_url=store.url, home=home))) as address:
        yield address
    store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@needs_browser
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_page_is_accessible_fits_and_asks_nobody_else(
    browser: Browser, address: str, path: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    foreign: list[str] = []
    said: list[str] = []
    page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith((address, "data:")) else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" and "404" not in m.text else None)
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:80] for n in v["nodes"]]) for v in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert foreign == []
    assert said == []
    context.close()


@needs_browser
def test_the_library_is_searched_and_filtered_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/papers")
    expect(page.get_by_role("heading", name="227 papers")).to_be_visible()
    page.get_by_role("navigation", name="Branches").get_by_role("link", name="Joint").click()
    expect(page.get_by_role("heading", name="33 papers in Joint")).to_be_visible()
    page.get_by_role("searchbox").fill("video")
    page.get_by_role("button", name="Search").click()
    found = page.get_by_role("heading", name=re.compile(r"\d+ papers in Joint for “video”"))
    expect(found).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    page.get_by_role("link", name="Next 25").click()
    expect(page.locator("article.paper")).to_have_count(25)
    page.get_by_role("link", name="First page").click()
    expect(page.get_by_role("link", name="First page")).to_have_count(0)
    context.close()


@needs_browser
def test_the_library_answers_while_one_types(page: Page, address: str) -> None:
    page.goto(f"{address}/papers")
    page.keyboard.press("/")
    page.keyboard.type("unipi")
    expect(page.get_by_role("heading", name=re.compile("papers for “unipi”"))).to_be_visible()
    expect(page).to_have_url(re.compile("q=unipi"))
    expect(page.locator("#announce")).to_have_text(re.compile("papers for “unipi”"))
    assert page.evaluate("document.activeElement.id") == "q"


@needs_browser
def test_a_page_is_used_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/papers")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@needs_browser
def test_joint_is_the_figures_blue_and_cascaded_their_teal(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/papers")
    for slug, index in (("joint", 0), ("cascaded", 1)):
        edge = page.locator(f".families a[data-hue=family-{index}][href*={slug}]")
        color = edge.evaluate("e => getComputedStyle(e).borderLeftColor")
        wanted = THEMES["light"].hues[index].trunk.lstrip("#")
        assert color == f"rgb({', '.join(str(int(wanted[i : i + 2], 16)) for i in (0, 2, 4))})"


@needs_browser
def test_the_drawing_of_a_neighbourhood_is_drawn(page: Page, address: str) -> None:
    page.goto(f"{address}/graph/network?center=arxiv:2302.00111&hops=2")
    drawn = "() => { const c = document.querySelector('canvas'); return c && c.width > 100 && " \
            "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v) }"  # fmt: skip
    page.wait_for_function(drawn)
    expect(page.get_by_text("things and")).to_be_visible()


@needs_browser
def test_a_suggestion_is_shown_with_its_reasons_and_is_no_decision(page: Page, address: str) -> None:
    page.goto(f"{address}/papers/arxiv:2608.08839")
    expect(page.get_by_text("This paper has no assignment yet.")).to_be_visible()
    expect(page.get_by_role("heading", name="Suggestion")).to_be_visible()
    expect(page.get_by_role("heading", name="Most similar classified papers")).to_be_visible()


@pytest.fixture
def client(seeded_store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        yield client


def test_text_of_others_is_text_and_nothing_more(client: TestClient, seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        paper = find_paper(session, "arxiv:2302.00111")
        paper.title = "<script>alert(1)</script>"
        paper.url = "javascript:alert(1)"
        session.add(paper)
    for path in ("/papers?q=unipi", "/papers/arxiv:2302.00111", "/graph?center=arxiv:2302.00111"):
        html = client.get(path).text
        assert "<script>alert" not in html
        assert 'href="javascript:' not in html
    assert "<script>alert" not in client.get("/graph/network?center=arxiv:2302.00111").text


def test_an_author_list_that_is_cut_says_so(client: TestClient, seeded_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "cut.jsonl"
    file.write_text('{"title": "Sorting Pebbles by Sound", "arxiv": "2401.00019", "authors": "Ann Lee et al."}')
    import_source(seeded_store, str(file), ImportOptions())
    for path in ("/papers?q=pebbles", "/papers/arxiv:2401.00019"):
        shown = re.sub(r"<p class=.authors.>|</?a\b[^>]*>", "", client.get(path).text)
        assert "Ann Lee et al.</p>" in shown  # each name may be a link


def test_a_question_that_cannot_be_answered_gets_a_page(client: TestClient) -> None:
    for path, status in (
        ("/papers/none", 404),
        ("/papers?taxon=wam:", 422),
        ("/nothing", 404),
        ("/timeline?by=eon", 422),
    ):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert "<h1>" in answer.text
        assert "World Action Models</title>" in answer.text  # the survey's title up to a colon, as on every page


def test_every_page_stands_on_an_empty_store(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    migrate(store)
    with TestClient(create_app(Settings(database_url=store.url))) as client:
        for path in (
            "/",
            "/papers",
            "/taxonomy",
            "/review",
            "/questions",
            "/duplicates",
            "/leaderboard",
            "/index/benchmarks",
            "/timeline",
            "/graph",
        ):
            assert client.get(path).status_code == 200, path
    store.close()


def test_certainty_is_never_claimed_by_rounding() -> None:
    assert [percent(p) for p in (0.999, 0.5, 0.004, 0.0)] == ["> 99 %", "50 %", "< 1 %", "0 %"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", None, "//host"])
def test_only_web_addresses_are_links(url: str | None) -> None:
    assert web_url(url) is None
