"""`wamkg site`: the edition works from files alone, in a real browser, and asks nobody for anything."""

import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson
import pytest
import yaml
from playwright.sync_api import Page, sync_playwright

from wamkg.cli import run
from wamkg.settings import get_settings

PAPERS = Path(__file__).parents[1] / "manuscript" / "paper"


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition of a release of a small survey."""
    folder = tmp_path_factory.mktemp("edition")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAMKG_HOME", str(folder / "home"))
        patch.setenv("WAMKG_REFIT", "false")
        get_settings.cache_clear()
        for command in (
            ["init", "--taxonomy", str(PAPERS / "classes.yaml"), "--short-name", "Sort", "--yes"],
            ["import", str(PAPERS / "papers.jsonl")],
            ["release", "create", "v1"],
            ["site", "-o", str(folder / "site"), "--release", "v1", "--base-url", "https://survey.example/v1"],
        ):
            assert run(command) == 0, command
    get_settings.cache_clear()
    return folder / "site"


def test_every_link_leads_to_a_file_and_every_file_is_in_the_manifest(edition: Path) -> None:
    files = {str(path.relative_to(edition)) for path in edition.rglob("*") if path.is_file()}
    for page in edition.rglob("*.html"):
        for link in re.findall(r"\s(?:href|src|srcset)=\"([^\"]*)\"", page.read_text(encoding="utf-8")):
            address = urlsplit(unescape(link))
            assert address.scheme or not address.path.startswith("/"), (page, link)
            if not address.scheme and address.path and page.name != "network.html":
                assert (page.parent / unquote(address.path)).resolve().is_file(), (page, link)
    manifest = orjson.loads((edition / "manifest.json").read_bytes())
    assert set(manifest["files"]) == files - {"manifest.json"}
    assert manifest["release"] == "v1" and manifest["left_out"] == []
    assert {"CITATION.cff", ".zenodo.json", "sitemap.xml", "feed.atom", "downloads/wamkg.bib"} <= files
    assert "https://survey.example/v1/papers/arxiv_2301.04411.html" in (edition / "sitemap.xml").read_text()
    citation, zenodo = (edition / name for name in ("CITATION.cff", ".zenodo.json"))
    cited, deposited = yaml.safe_load(citation.read_text()), orjson.loads(zenodo.read_bytes())
    assert cited["cff-version"] == "1.2.0" and cited["version"] == "v1" and all(a["name"] for a in cited["authors"])
    assert [a["name"] for a in deposited["creators"]] == [a["name"] for a in cited["authors"]] != []
    assert deposited["publication_date"] == cited["date-released"]
    facts = re.search(r'<script type="application/ld\+json">(.*?)</script>', (edition / "index.html").read_text())
    assert facts is not None
    dataset = orjson.loads(facts[1])
    assert dataset["version"] == "v1" and {each["contentUrl"] for each in dataset["distribution"]} <= files
    assert '"@type":"Dataset"' in (edition / "index.html").read_text(encoding="utf-8")


@pytest.mark.e2e
def test_search_and_filters_work_from_a_file_without_a_request(edition: Path) -> None:
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _use(browser.new_page(), edition)
        browser.close()


def _use(page: Page, edition: Path) -> None:
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto((edition / "papers.html").as_uri())
    assert page.locator("article.paper:visible").count() == 9
    page.fill("#q", "suction dust")
    assert page.locator("article.paper:visible h3").inner_text().startswith("DustCup")
    page.goto((edition / "papers.html").as_uri() + "?taxon=sorting:grasping&sort=title")
    assert page.locator("article.paper:visible").count() == 6
    page.locator("article.paper:visible h3 a").first.click()
    assert "/papers/" in page.url
    page.get_by_role("link", name="Taxonomy").click()
    page.get_by_role("link", name="Timeline").click()
    assert page.get_by_role("link", name="Review").count() == 0
    assert wrong == [] and {urlsplit(url).scheme for url in asked} <= {"file", "data"}


def test_an_edition_replaces_an_edition_and_nothing_else(edition: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert run(["init", "--taxonomy", str(PAPERS / "classes.yaml"), "--yes"]) == 0
    assert run(["site", "-o", str(tmp_path / "mine")]) == 1
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
