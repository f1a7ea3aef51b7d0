"""The start page and the page about the field: what the survey's row says, and nothing else."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.edit_store import say
from wamkg.cli import run
from wamkg.pages.about import with_page_links
from wamkg.services.survey import set_survey
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store

FACTS = (
    "Siyin Wang", "Yu-Gang Jiang", "Shanghai Innovation Institute", "National University of Singapore",
    "p(a | o, l)", "p(o′ | o, a)", "p(o′, a | o, l)", "PSNR", "DreamSim", "FVD", "Physics-IQ", "EWMBench",
    "IDM Turing Test", "GemBench", "CALVIN", "HumanoidGen", "ManipulaTHOR", "BEHAVIOR-1K", "DaXBench", "ManiFeel",
    "RoboArena", "ManipArena", "UMI", "flow matching", "4D", "Six questions", "closed control loops",
    "@article{wang2026wam",
)  # fmt: skip
EVIL = "'\"><script>alert(1)</script>"


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def test_the_page_about_the_field_has_the_facts_of_the_survey(client: TestClient) -> None:
    html = unescape(client.get("/about").text)
    assert [fact for fact in FACTS if fact not in html] == []
    assert re.findall(r'<svg class="diagram".*?aria-label="([^"]+)"', html, re.S).__len__() == 5
    assert re.search(r'<a href="/papers\?taxon=wam%3Acascaded">Cascaded</a> <span class="muted">31 papers', html)
    assert html.count("no paper linked yet") == 6


def test_the_start_page_shows_the_field_at_a_glance(client: TestClient, seeded_store: Store) -> None:
    html = unescape(client.get("/").text)
    for words in ("World action model (WAM)", "31 papers", "33 papers", "Latent", "UniPi", "/roadmap.svg?theme=dark"):
        assert words in html
    assert html.index("Newest") < html.index("This week") < html.index("Open challenges") < html.index("How to cite")
    say(seeded_store, "arxiv:2302.00111", "accept", "joint")
    assert "decision:" in client.get("/").text


def test_the_names_of_the_roadmap_open_our_pages() -> None:
    svg = '<a xlink:href="https://arxiv.org/abs/2302.00111"><a xlink:href="https://x.example.org/p">'
    assert with_page_links(svg) == (
        '<a target="_top" xlink:href="/papers/arxiv:2302.00111"><a target="_top" xlink:href="https://x.example.org/p">'
    )


def test_the_roadmap_of_the_start_page_is_drawn(client: TestClient) -> None:
    drawn = client.get("/roadmap.svg")
    assert drawn.status_code == 200 and drawn.headers["content-type"].startswith("image/svg+xml")
    assert '<a target="_top" xlink:href="/papers/arxiv:2302.00111"' in drawn.text
    assert "arxiv.org" not in re.sub(r"<style.*?</style>", "", drawn.text, flags=re.S)


def test_a_survey_of_ones_own_shows_its_own_definitions_only(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    papers = (f"- [{name} and Their Prey](https://arxiv.org/abs/2101.0000{n})" for n, name in enumerate("AB", 1))
    file.write_text("# How Birds Feed\n\n" + "".join(f"## Kind {n}\n\n{line}\n\n" for n, line in enumerate(papers)))
    assert run(["init", "--from", str(file), "--yes"]) == 0
    definition = (
        "[{term: Diver, text: A bird that plunges.}, {section: Food, term: Fish, text: Small ones., names: [x]}]"
    )
    assert run(["set", "survey", f"definitions={definition}"]) == 0
    with TestClient(create_app(Settings(home=home))) as client:
        for path in ("/", "/about"):
            html = client.get(path).text
            assert "A bird that plunges." in html
            assert not re.search(r"world action|vision-language|wam:|Cascaded", html, re.I)
        assert "Small ones." in client.get("/about").text


def test_no_text_of_the_survey_runs(client: TestClient, seeded_store: Store) -> None:
    item = dict.fromkeys(("term", "text", "short", "formula", "limit", "taxon"), EVIL)
    values = {
        "title": f"Birds {EVIL}", "abstract": EVIL, "citation": EVIL, "definitions": [item, item | {"section": EVIL}],
        "authors": [{"name": EVIL, "affiliations": [EVIL], "note": EVIL}],
    }  # fmt: skip
    set_survey(seeded_store, Writer("ana"), values)
    for path in ("/", "/about", "/survey"):
        shown = client.get(path)
        assert shown.status_code == 200 and "<script>alert" not in shown.text


def test_a_diagram_there_is_not_is_refused(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "survey", "definitions=[{term: A, text: B, diagram: joins}]"]) == 1
    assert "did you mean joint" in capsys.readouterr().err
