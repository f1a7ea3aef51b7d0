"""Every read, over HTTP and as a page, of a store in which everything has happened: nothing fails anywhere.

Each parameter is given each of its values alone, then all at once; each route is asked of the present, of a release
and of a past day.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib import import_module
from pkgutil import iter_modules

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text
from wamkg_api import routers
from wamkg_api.app import create_app
from wamkg_api.deps import query_fields

from tests.helpers.api_access import token_for
from tests.helpers.walk_api import Asked, Read, reads
from tests.helpers.walk_store import build
from tests.helpers.walk_values import Held, held_by, ids_of_papers, query_values
from wamkg.settings import Settings
from wamkg.store.paper_filter import SORTS, Having
from wamkg.store.session import Store
from wamkg.vocabulary import Role, Standing

DATABASES = [
    pytest.param(("sqlite", 2), id="sqlite"),
    pytest.param(("postgres", 3), marks=pytest.mark.postgres, id="postgres"),
    pytest.param(("sqlite", 1), marks=pytest.mark.drill, id="sqlite-whole"),
    pytest.param(("postgres", 1), marks=[pytest.mark.postgres, pytest.mark.drill], id="postgres-whole"),
]
"""Every route is asked on each database, with every second or third of its values; a drill asks with all of them."""


@dataclass(frozen=True)
class Walked:
    """A store in which everything has happened, a client that may read everything, and what the store holds."""

    store: Store
    client: TestClient
    held: Held
    step: int


@pytest.fixture(scope="module", params=DATABASES)
def walked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """On each database, built once."""
    home = tmp_path_factory.mktemp("walk")
    database, step = request.param
    if database == "sqlite":
        url = f"sqlite:///{home / 'wamkg.db'}"
        (home / "wamkg.db").write_bytes(request.getfixturevalue("seeded_file").read_bytes())
    else:
        import psycopg

        server = request.getfixturevalue("postgres")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE walk")
        url = server.replace("/postgres?", "/walk?").replace("postgresql://", "postgresql+psycopg://")
    store = Store(url)
    build(store, home)
    settings = Settings(database_url=url, home=home, reads_per_minute=0, writes_per_minute=0)
    with TestClient(
        create_app(settings), headers=token_for(store, Role.ADMIN), raise_server_exceptions=False
    ) as client:
        yield Walked(store, client, held_by(store), step)
    store.close()


def test_every_read_of_the_api_answers_as_described(walked: Walked) -> None:
    faults = []
    for read in reads(walked.client.get("/openapi.json").json()):
        for asked in list(read.asked(walked.held))[:: walked.step]:
            faults += _faults(walked.client, read, asked)
    assert not faults, "\n".join(faults)


def _faults(client: TestClient, read: Read, asked: Asked) -> Iterator[str]:
    """What is wrong with the answer, and with the page after it where there is one."""
    answer = client.get(asked.path, params=asked.query)
    if (found := read.fault(answer, alone=asked.alone)) is not None:
        yield f"{answer.request.url}: {found}"
    elif asked.query.keys() <= {"limit", "sort", "order"} and (after := _next(answer)):
        yield from _faults(client, read, Asked(asked.path, asked.query | {"after": after}, asked.alone))


def _next(answer: Response) -> str | None:
    """The cursor of the page after an answer."""
    body = answer.json() if answer.headers["content-type"] == "application/json" else None
    return body.get("next") if isinstance(body, dict) else None


class _Text(HTMLParser):
    """The text of a page that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style", "pre")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "pre")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


NOT_WORDS = re.compile(r"\b(None|null|NaN|undefined)\b")
PAGE_VALUES = {
    "standing": [*Standing, ""],
    "party": ["first", "third", ""],
    "order": ["certain", "uncertain", "rejected", "novel", "cited", "sparse", "newest", "thin"],
    "sort": [*SORTS, ""],
    "by": ["month", "quarter", "year"],
    "date": ["arxiv_v1", "venue"],
    "depth": ["0", "1", "2", "5"],
    "hops": ["0", "1", "2"],
    "limit": ["5"],
    "has": [*Having],
    "not": ["standing:included", "venue:arXiv"],
    "kind": ["method", "paper"],
    "layout": ["time", "links"],
    "rows": ["rank", "name"],
    "at": ["joint", "cascaded/implicit"],
    "facet": ["year", "venue", "institution"],
    "route": ["arxiv", ""],
    "set_aside": ["true", "false"],
    "show": ["papers", "citations"],
    "compare_with": ["training-data", "nus"],
    "depth_a": ["0", "1"],
    "branch": ["joint", "cascaded"],
    "cap": ["1", "500"],
    "depth_b": ["0", "2"],
    "a": ["now"],
    "b": ["now"],
}
PAGES_APART = ("identity_pages", "review_pages", "survey_pages")
"""Modules whose pages have tests of their own, which know what their parameters mean."""
WALKED = [
    import_module(f"wamkg_api.routers.{module.name}")
    for module in iter_modules(routers.__path__)
    if (module.name.endswith("pages") or module.name == "sessions") and module.name not in PAGES_APART
]
NOT_WALKED = ("/roadmap.svg", "{name")
"""A drawing, which takes seconds; and the pages of names, which have tests of their own."""


def page_values(name: str, held: Held) -> list[str]:
    """Values of a parameter of a page."""
    if name in PAGE_VALUES:
        return list(PAGE_VALUES[name])
    if name == "done":
        return held["batches"]
    return [str(value) for value in query_values("", name, {"type": "string"}, {}, held)]


def page_requests(held: Held) -> Iterator[tuple[str, dict[str, str]]]:
    """Every page with every value of every parameter alone and all at once, and every paper's page."""
    for route in (route for module in WALKED for route in module.router.routes):
        if not isinstance(route, APIRoute) or "GET" not in route.methods:
            continue
        if any(part in route.path for part in NOT_WALKED):
            continue
        papers = [*ids_of_papers(held), *held["slug"][::20]] if "{paper_id" in route.path else [""]
        paths = [route.path.replace("{paper_id:path}", paper) for paper in papers]
        yield from ((path, {}) for path in paths)
        names = [name for name in query_fields(route.dependant) if name not in ("after", "key")]
        values = {name: page_values(name, held) for name in names}
        for name, found in values.items():
            yield from ((paths[0], {name: value}) for value in found)
        yield paths[0], {name: found[0] for name, found in values.items() if name != "as_of"}


@pytest.mark.parametrize("walked", [DATABASES[0], *DATABASES[2:]], indirect=True)
def test_every_page_is_shown_and_says_no_none(walked: Walked) -> None:
    faults = []
    for path, query in list(page_requests(walked.held))[:: walked.step]:
        answer = walked.client.get(path, params=query)
        if answer.status_code >= 500 or (len(query) < 2 and answer.status_code != 200):
            faults.append(f"{answer.request.url}: {answer.status_code} {answer.text[:200]}")
        reader = _Text()
        reader.feed(answer.text)
        faults += [f"{answer.request.url}: {text[:200]!r}" for text in reader.found if NOT_WORDS.search(text)]
    assert not faults, "\n".join(faults)


PERIOD = """CASE WHEN p.date IS NOT NULL AND p.date_precision <> 'year' THEN substr(CAST(p.date AS TEXT), 1, 7)
                 WHEN p.date IS NOT NULL THEN substr(CAST(p.date AS TEXT), 1, 4)
                 WHEN p.year IS NOT NULL THEN CAST(p.year AS TEXT) END"""
PLACED = """SELECT a.paper_id FROM assignment a JOIN taxon t ON t.id = a.taxon_id
            JOIN taxonomy x ON x.id = a.taxonomy_id
            WHERE x.slug = 'wam' AND a.status = 'placed' AND a."primary" AND a.ended_at IS NULL
            AND (t.path = :path OR t.path LIKE :below)"""


def counted(store: Store, papers: str, **given: str) -> Counter[str | None]:
    """Papers of a query by month, or by year where no more is known, as the database counts them."""
    statement = f"SELECT {PERIOD} AS period, count(DISTINCT p.id) FROM paper p WHERE p.id IN ({papers}) GROUP BY 1"
    with store.reading() as session:
        return Counter(dict(session.connection().execute(text(statement), given).all()))  # type: ignore[arg-type]


def in_periods(months: Counter[str | None], by: str) -> Counter[str]:
    """The same counts by month, quarter or year, without what cannot be placed in one."""
    found = Counter[str]()
    for period, number in months.items():
        if period is not None and (len(period) == 7 or by == "year"):
            quarter = f"{period[:4]}-Q{(int(period[5:]) + 2) // 3}" if by == "quarter" else period
            found[period[:4] if by == "year" else quarter] += number
    return found


def test_timelines_of_citations_equal_what_the_database_counts(walked: Walked) -> None:
    citing = "SELECT c.citing_id FROM citation c WHERE c.cited_id IN"
    asked = [({"taxon": "wam"}, PLACED, {"path": "", "below": "%"})]
    asked += [({"taxon": f"wam:{p}"}, PLACED, {"path": p, "below": f"{p}/%"}) for p in walked.held["taxa"]]
    asked += [
        ({"paper": slug}, "SELECT id FROM paper WHERE slug = :slug", {"slug": slug})
        for slug in walked.held["cited"][:9]
    ]
    known_by_year = 0
    for query, cited, given in asked:
        months = counted(walked.store, f"{citing} ({cited})", **given)
        for by in ("month", "quarter", "year"):
            answer = walked.client.get("/api/v1/timeline/citations", params=query | {"by": by})
            assert answer.status_code == 200, answer.text
            said = answer.json()
            assert {i["period"]: i["count"] for i in said["items"] if i["count"]} == in_periods(months, by), query
            by_year = {} if by == "year" else {year: n for year, n in months.items() if year and len(year) == 4}
            assert said["by_year"] == by_year, query
            assert (said["total"], said["undated"]) == (months.total(), months[None]), query
            assert len(answer.content) < 300_000
            known_by_year += bool(by_year)
    assert known_by_year > 4, "papers known by their year only are what failed once"


def test_timelines_of_papers_equal_what_the_database_counts(walked: Walked) -> None:
    months = counted(walked.store, PLACED, path="", below="%")
    for by in ("month", "quarter", "year"):
        said = walked.client.get("/api/v1/timeline/papers", params={"by": by, "depth": 0}).json()
        found = {i["period"]: i["total"] for i in said["items"] if i["total"]}
        assert found == in_periods(months, by)
        assert said["total"] + said["undated"] + said["imprecise"] == months.total()
