"""The page of one paper: what it says, how a field is edited there, and that no stored text runs in it."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import signed_in
from tests.helpers.edit_store import fill
from wamkg.figures.plaintext import plain
from wamkg.settings import Settings
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Citation
from wamkg.views.paper_details import paper_detail
from wamkg.vocabulary import BatchKind, Role

PAPER = "arxiv:2601.16163"
PAGE = f"/papers/{PAPER}"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def revision_of(store: Store, paper: str = PAPER) -> str:
    with store.reading() as session:
        return str(paper_detail(session, paper).revision)


def cite(store: Store, cited: str, *citing: str) -> None:
    """Let papers cite one, as an enrichment would."""
    with store.writing() as session:
        batch = open_batch(session, BatchKind.ENRICH, "s2", get_actor(session, "enrich"))
        target = find_paper(session, cited).id
        for paper in citing:
            other = find_paper(session, paper).id
            session.add(Citation(citing_id=other, cited_id=target, source="s2", batch_id=batch.id))


def test_a_paper_is_cited_in_four_forms(client: TestClient) -> None:
    html = unescape(client.get(PAGE).text)
    forms = dict(re.findall(r'<div class="of-([a-z-]+)"><pre[^>]*>(.*?)</pre>', html, re.S))
    assert forms["bibtex"].startswith("@misc{kim2026cosmospolicy,")
    assert forms["ris"].startswith("TY  - GEN\nID  - kim2026cosmospolicy") and forms["ris"].endswith("ER  -")
    assert '"id":"kim2026cosmospolicy"' in forms["csl-json"]
    assert re.match(r"Moo Jin Kim, .*Jinwei Gu \(2026\)\. Cosmos Policy: .* arXiv\. https://arxiv\.org", forms["text"])
    for form, href in re.findall(r'href="(?=[^"]*/exports/([a-z-]+)\?ids=)([^"]+)"', html):
        assert client.get(href).text.strip() == forms[form]


def test_the_reasons_of_a_place_have_an_address_of_their_own(client: TestClient) -> None:
    html = unescape(client.get(f"{PAGE}/why").text)
    for words in (
        "Why this paper is placed here", "Explicit Future Generation", "Belongs here", "Does not",
        "from the survey's list", "No quote from the paper was recorded", "Nobody has objected",
    ):  # fmt: skip
        assert words in html
    assert client.get("/papers/nothing-like-it/why").status_code == 404
    assert f'href="{PAGE}/why"' in client.get(PAGE).text


def test_results_are_ranked_among_those_they_can_be_compared_with(client: TestClient) -> None:
    html = client.get(PAGE).text
    row = re.search(r"<td>libero 10</td>.*?</tr>", html, re.S)
    assert row and "97.6" in row[0] and "3 of 12" in row[0] and "Table 3" in row[0]


def test_citations_are_drawn_over_time_and_within_the_library(client: TestClient, seeded_store: Store) -> None:
    assert "No citing papers are in the store" in client.get(PAGE).text
    cite(seeded_store, PAPER, "arxiv:2602.15922", "arxiv:2603.16666")
    html = client.get(PAGE).text
    assert html.count("<title>2026-03: 1, 2 in all</title>") == 2  # once for a screen, once for a phone
    assert "Citations by month from 2026-02 to 2026-03, 2 in all" in html
    cited_by = html[html.index("Cited by · 2") :]
    assert "DreamZero" in cited_by and "Fast-WAM" in cited_by
    assert "Cites · 1" in client.get("/papers/arxiv:2603.16666").text


def test_a_curator_edits_a_field_and_undoes_it(client: TestClient, seeded_store: Store) -> None:
    assert client.post(f"{PAGE}/edit", data={"field": "venue", "value": "ICLR"}).status_code == 401
    csrf = signed_in(client, seeded_store)
    assert f'action="{PAGE}/edit"' in client.get(PAGE).text
    form = {"csrf": csrf, "field": "venue", "value": "ICLR", "why": "accepted", "revision": revision_of(seeded_store)}
    done = client.post(f"{PAGE}/edit", data=form)
    assert done.status_code == 200 and "Written as batch" in done.text
    with seeded_store.reading() as session:
        assert paper_detail(session, PAPER).venue == "ICLR"
    batch = re.search(r'action="(/batches/[^"]+/undo)"', done.text)
    assert batch and client.post(batch[1], data={"csrf": csrf, "paper": PAPER}).status_code == 200
    with seeded_store.reading() as session:
        assert paper_detail(session, PAPER).venue == "arXiv"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("year", "soon", "year cannot be 'soon'"),
        ("doi", "no doi", "not a valid id"),
        ("venu", "ICLR", "did you mean venue"),
        ("title", "", "title cannot be empty"),
    ],
)
def test_a_refused_edit_is_shown_as_it_was_typed(
    client: TestClient, seeded_store: Store, field: str, value: str, words: str
) -> None:
    csrf = signed_in(client, seeded_store)
    data = {"csrf": csrf, "field": field, "value": value, "why": "a test", "revision": revision_of(seeded_store)}
    refused = client.post(f"{PAGE}/edit", data=data)
    html = unescape(refused.text)
    assert refused.status_code == 422 and words in html
    assert value in html and 'value="a test"' in html
    old = client.post(f"{PAGE}/edit", data=data | {"field": "year", "value": "2026", "revision": "0"})
    assert old.status_code == 409 and "✕" in old.text


def test_a_reader_is_shown_no_form(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store, Role.READER)
    assert "/edit" not in client.get(PAGE).text
    assert client.post(f"{PAGE}/edit", data={"csrf": csrf, "field": "venue", "value": "X"}).status_code == 403


EVIL = "<img src=x onerror=alert(1)>"
BREAKS = "'\"><script>alert(2)</script>"


def test_no_text_of_a_paper_runs(client: TestClient, seeded_store: Store, tmp_path: Path) -> None:
    fields = ("summary", "abstract", "note", "venue", "publisher", "pages", "volume", "number", "method")
    record = dict.fromkeys(fields, BREAKS) | {
        "title": f"Robots {BREAKS} at Sea", "authors": [f"Ann {EVIL}", BREAKS], "arxiv": "2501.07777",
        "details": {"editor": BREAKS, "school": EVIL}, "links": {"code": "https://x.example.org/'\"><script>"},
        "taxa": {"wam": "joint"}, "states": {"hemispheres": {"state": "outside", "reason": BREAKS}},
    }  # fmt: skip
    fill(seeded_store, tmp_path, record)
    signed_in(client, seeded_store)
    for path in ("/papers/arxiv:2501.07777", "/papers/arxiv:2501.07777/why"):
        shown = client.get(path)
        assert shown.status_code == 200 and "Robots" in shown.text
        assert "<img src=x" not in shown.text and "<script>" not in shown.text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (r"\textbf{Fast} $\pi_0$ for $x$", "Fast π₀ for x"),
        (r"It costs $5 and $6", "It costs $5 and $6"),
        (r"\emph{Sea} \& sand at 50\%", "Sea & sand at 50%"),
        (r"$O(n^2)$ in $\mathbb{R}^{n}$", "O(n²) in Rⁿ"),
        (r"$10\times$ faster, $\frac{a}{b}$, \(\alpha_t\)", "10× faster, a/b, αₜ"),
        (r"M\"uller's \textit{\textbf{deep} kites}", "Müller's deep kites"),
        (r"C:\temp and back\slash", r"C:\temp and back\slash"),
        ("~tilde~ and -- dashes", "~tilde~ and -- dashes"),
    ],
)
def test_latex_is_shown_readable(typed: str, read: str) -> None:
    assert plain(typed) == read


@pytest.mark.e2e
@needs_browser
def test_a_field_is_edited_in_a_browser_without_scripts(seeded_store: Store, home: Path) -> None:
    from tests.pages.test_review_page import signed_in_page

    with signed_in_page(seeded_store, home, width=390, scripts=False) as (page, address):
        page.goto(f"{address}{PAGE}")
        row = page.locator("tr", has=page.locator("th", has_text="venue"))
        row.get_by_text("Edit venue").click()
        row.get_by_label("Venue", exact=True).fill("ICLR")
        row.get_by_role("button", name="Save venue").click()
        page.get_by_text("Written as batch").wait_for()
        page.locator("label", has_text="RIS").click()
        assert "T2  - ICLR" in page.locator(".of-ris pre").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
