"""The pages of the timeline and the leaderboards: every part leads on, and what is shown can be taken along."""

import csv
import re
import shlex
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.cited_library import fill_cited
from wamkg.cli import run
from wamkg.settings import Settings
from wamkg.store.session import Store

PART = re.compile(r'<a href="([^"]+)" aria-label="[^"]*: (\d+)"><rect')


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


@pytest.mark.parametrize(
    "query", ["by=quarter&depth=1", "by=year&depth=0", "by=year&depth=4", "by=month&depth=2&since=2025&until=2025"]
)
def test_each_part_of_a_bar_leads_to_as_many_papers(client: TestClient, query: str) -> None:
    parts = PART.findall(client.get(f"/timeline?{query}").text)
    assert parts
    for href, count in parts[:: max(1, len(parts) // 4)]:
        html = unescape(client.get(unescape(href)).text)
        assert re.search(rf"\b{count} papers?\b", html), (href, count)


def test_a_year_is_zoomed_into_and_out_of(client: TestClient) -> None:
    html = unescape(client.get("/timeline").text)
    zoom = re.search(r'<a class="chip" href="([^"]+)">2025</a>', html)
    assert zoom
    near = unescape(client.get(zoom[1]).text)
    assert "2025-12" in near and "2026" not in near[near.index("The numbers") :] and "All years" in near
    rows = list(csv.reader(client.get(zoom[1].replace("/timeline?", "/timeline.csv?")).text.splitlines()))
    assert rows[0][0] == "period" and {row[0][:4] for row in rows[1:]} <= {"2025", "unkn"}


def test_the_command_draws_the_same_figure(
    client: TestClient, seeded_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = unescape(client.get("/timeline?by=year&since=2024").text)
    command = re.search(r"<code>wamkg (figure timeline [^<]+)</code>", html)
    assert command
    monkeypatch.chdir(tmp_path)
    assert run([*shlex.split(command[1].replace(".pdf", ".svg")), "--no-data"]) == 0
    assert (tmp_path / "timeline.svg").stat().st_size > 1000


def test_more_than_four_classes_of_a_branch_are_told_apart(client: TestClient) -> None:
    html = client.get("/timeline?depth=4&by=year").text
    legend = re.findall(r'<li data-hue="([^"]+)" data-step="(\d)">', html)
    assert len(legend) == len(set(legend)) == 11


def test_leaderboards_are_sorted_kept_apart_and_taken(client: TestClient) -> None:
    html = client.get("/leaderboard?benchmark=libero&rows=name").text
    names = re.findall(r'href="/index/methods/[^"]+">([^<]+)</a>', html[html.index('id="board-1"') :])[:12]
    assert names == sorted(names, key=str.casefold)
    assert "6 protocols, kept apart" in html and 'href="#board-6"' in html
    rows = list(csv.DictReader(client.get("/leaderboard.csv?benchmark=libero").text.splitlines()))
    assert len(rows) == 57 and {row["benchmark"] for row in rows} == {"LIBERO"}
    assert [row["rank"] for row in rows if row["suite"] == "libero_object"][:3] == ["1", "1", "3"]
    assert len(list(csv.reader(client.get("/leaderboard.csv").text.splitlines()))) == 154


def test_citations_by_branch_are_shown_and_taken(store: Store, home: Path, tmp_path: Path) -> None:
    papers = {
        "Ara": ("2023-01-05", "cascaded"), "Bix": ("2023-02-05", "joint"), "Cyo": ("2024-05-05", "joint"),
        "Dun": ("2024-06-01", None),
    }  # fmt: skip
    fill_cited(store, tmp_path, papers, [("Cyo", "Ara"), ("Cyo", "Bix"), ("Dun", "Bix")])
    with TestClient(create_app(Settings(database_url=store.url, home=home))) as client:
        html = unescape(client.get("/timeline?show=citations").text)
        rows = list(csv.reader(client.get("/timeline.csv?show=citations&by=month").text.splitlines()))
    assert rows == [
        ["period", "cascaded", "joint", "total", "cumulative"],
        ["2024-05", "1", "1", "1", "1"],
        ["2024-06", "0", "1", "1", "2"],
    ]
    assert "2 citing papers" in html and "2024-Q2, Joint: 2" in html and "2024-Q2, Cascaded: 1" in html
    assert "<code>wamkg figure citations --taxonomy wam --by quarter --depth 1 -o citations.pdf</code>" in html


def test_a_view_of_time_keeps_what_was_chosen(client: TestClient) -> None:
    html = unescape(client.get("/timeline?by=year&depth=0").text)
    assert 'href="/timeline?by=year&depth=0&show=citations"' in html
    empty = unescape(client.get("/timeline?by=year&depth=0&show=citations").text)
    assert "wamkg enrich" in empty and 'href="/timeline?by=year&depth=0"' in empty
