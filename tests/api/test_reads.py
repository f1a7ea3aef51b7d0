"""The API's reads over the real seeds: shapes, filters, problems, validators, and what the process loads."""

import gzip
import subprocess
import sys

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.settings import Settings
from wamkg.store.papers import find_paper
from wamkg.store.session import Store

API = "/api/v1"


def test_a_list_has_items_total_and_next(client: TestClient) -> None:
    body = client.get(f"{API}/papers?limit=2").json()
    assert (len(body["items"]), body["total"]) == (2, 227)
    following = client.get(f"{API}/papers", params={"limit": 2, "after": body["next"]}).json()
    assert {i["id"] for i in following["items"]}.isdisjoint(i["id"] for i in body["items"])


def test_a_paper_in_a_list_has_the_names_that_scripts_rely_on(client: TestClient) -> None:
    (item,) = client.get(f"{API}/papers?arxiv=2302.00111").json()["items"]
    assert set(item) == {
        "id", "uid", "slug", "title", "authors", "arxiv", "doi", "s2", "date", "date_source", "year", "year_derived",
        "venue", "url", "links", "method", "standing", "taxa", "also", "states", "citations", "note", "revision",
        "version", "key", "type", "authors_cut", "volume", "number", "pages", "publisher", "first_seen",
    }  # fmt: skip
    assert (item["id"], item["method"], item["taxa"]) == (
        "arxiv:2302.00111",
        "UniPi",
        {"wam": "cascaded/explicit/learned"},
    )
    assert item["citations"] is None


@pytest.mark.parametrize(
    ("path", "total"),
    [
        ("papers?taxon=wam:joint", 33),
        ("papers?taxon=wam:cascaded/explicit", 21),
        ("papers?q=zebra-unicorn", 0),
        ("papers?doi=10.1000/none", 0),
        ("suggestions", 0),
        ("objections", 0),
        ("jobs", 0),
        ("releases", 0),
        ("taxonomies", 6),
        ("results?benchmark=LIBERO&party=first&taxon=wam:joint", 32),
    ],
)
def test_nothing_found_is_an_empty_answer_and_a_filter_narrows(client: TestClient, path: str, total: int) -> None:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 200
    assert answer.json()["total"] == total


@pytest.mark.parametrize("identifier", ["arxiv:2302.00111", "2302.00111", "arXiv:2302.00111v2",
                                        "learning-universal-policies-via-text-guided-video-generation"])  # fmt: skip
def test_a_paper_answers_to_each_of_its_ids(client: TestClient, identifier: str) -> None:
    assert client.get(f"{API}/papers/{identifier}").json()["method"] == "UniPi"


@pytest.mark.parametrize(
    "path",
    ["papers/arxiv:9999.99999", "papers/arxiv:zzz", "papers/a/b/c", "papers/%00", "papers/nope/history",
     "taxonomies/nope", "taxonomies/wam/taxa/nope", "papers?taxon=wam:nope", "suggestions?taxonomy=nope",
     "results?benchmark=nope", "timeline/papers?taxonomy=nope", "nothing", "figures/nope.svg",
     "papers?after=zzz", "suggestions?after=zzz"],
)  # fmt: skip
def test_an_unknown_id_is_a_problem_404(client: TestClient, path: str) -> None:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "request_id"}
    assert "\n" not in answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    ["papers?color=red", "papers?limit=0", "papers?limit=101", "papers?limit=2&limit=3",
     "papers?taxon=wam:", "papers?state=wam:lost", "papers?since=soon", "papers?standing=famous", "papers?q=a%00b",
     "papers?fields=password", "papers?sort=color", "timeline/papers?by=week", "timeline/papers?depth=99",
     "taxonomies?q=1", "changes?since=yesterday", f"papers?q={'a' * 10_001}"],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_one_sentence(client: TestClient, path: str) -> None:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("q", ["vision-language", "C++", '"', "😀", "world AND", "a" * 10_000, "x' OR 1=1 --"])
def test_any_search_is_an_answer(client: TestClient, q: str) -> None:
    assert client.get(f"{API}/papers", params={"q": q}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "papers/arxiv:2302.00111"), ("POST", "papers/arxiv:2302.00111/decisions"), ("POST", "imports"),
     ("POST", "taxonomies/wam/edits"), ("POST", "batches/x/undo"), ("POST", "objections"), ("POST", "releases"),
     ("POST", "jobs/enrich")],
)  # fmt: skip
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
def test_writing_needs_a_token(client: TestClient, method: str, path: str, headers: dict[str, str]) -> None:
    answer = client.request(method, f"{API}/{path}", headers=headers, json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_what_is_known_already_is_not_sent_again(client: TestClient) -> None:
    first = client.get(f"{API}/papers?limit=3")
    again = client.get(f"{API}/papers?limit=3", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_an_answer_is_never_stale(seeded_store: Store) -> None:
    path = f"{API}/papers?arxiv=2302.00111"
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        for title in ("Another title", "A third title"):
            before = client.get(path)
            assert client.get(path).json() == before.json()
            with seeded_store.writing() as session:
                paper = find_paper(session, "arxiv:2302.00111")
                paper.title = title
                session.add(paper)
            after = client.get(path, headers={"If-None-Match": before.headers["etag"]})
            assert after.status_code == 200
            assert after.json()["items"][0]["title"] == title


def test_the_same_content_has_the_same_etag_in_another_process_life(client: TestClient) -> None:
    with TestClient(create_app(client.app.state.settings)) as other:  # type: ignore[attr-defined]
        path = f"{API}/taxonomies/wam"
        assert other.get(path).headers["etag"] == client.get(path).headers["etag"]


def test_gzip_is_sent_to_those_who_take_it(client: TestClient) -> None:
    path = f"{API}/papers?limit=50"
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]


def test_head_is_get_without_a_body(client: TestClient) -> None:
    answer = client.head(f"{API}/papers", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 1000


def test_every_answer_has_strict_headers_and_an_id(client: TestClient) -> None:
    for path in (f"{API}/papers", "/healthz", f"{API}/nope", "/papers"):
        headers = client.get(path, headers={"X-Request-ID": "abc-1"}).headers
        assert headers["x-request-id"] == "abc-1"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
    assert client.get("/healthz", headers={"X-Request-ID": "bad id\t"}).headers["x-request-id"] != "bad id\t"


def test_a_store_without_tables_is_alive_but_not_ready(tmp_path: object) -> None:
    with TestClient(create_app(Settings(database_url=f"sqlite:///{tmp_path}/empty.db"))) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        answer = client.get(f"{API}/papers")
        assert answer.status_code == 503
        assert str(tmp_path) not in answer.text


def test_a_store_of_another_version_is_not_ready(seeded_store: Store) -> None:
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        assert client.get("/readyz").status_code == 200
        with seeded_store.writing() as session:
            session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        assert client.get("/readyz").status_code == 503


def test_requests_are_counted_by_operation(client: TestClient) -> None:
    line = 'wamkg_requests_total{method="GET",route="list_concepts",status="200"} '
    assert line not in client.get("/metrics").text
    client.get(f"{API}/concepts")
    client.get(f"{API}/concepts")
    assert f"{line}2.0" in client.get("/metrics").text


def test_a_timeline_comes_as_a_table_too(client: TestClient) -> None:
    answer = client.get(f"{API}/timeline/papers?by=year&format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines()[0] == "period,cascaded,joint,total,cumulative"


def test_every_operation_is_described_once(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))


def test_the_process_loads_no_heavy_package(seeded_store: Store) -> None:
    code = (
        "import sys\n"
        "from fastapi.testclient import TestClient\n"
        "from wamkg.settings import Settings\n"
        "from wamkg_api.app import create_app\n"
        "with TestClient(create_app(Settings(database_url=sys.argv[1]))) as client:\n"
        "    assert client.get('/api/v1/papers').status_code == 200\n"
        "    early = {'numpy', 'networkx', 'alembic', 'fontTools'} & set(sys.modules)\n"
        "    assert not early, f'a start loads {early}'\n"
        "    for path in ('/api/v1/papers', '/api/v1/timeline/papers', '/api/v1/taxonomies/wam', '/papers', '/',\n"
        "                 '/timeline', '/review', '/leaderboard', '/graph', '/graph/network', '/duplicates',\n"
        "                 '/api/v1/graph?center=method:unipi', '/api/v1/search?q=video', '/api/v1/exports/graphml',\n"
        "                 '/api/v1/figures/roadmap.svg', '/openapi.json'):\n"
        "        assert client.get(path).status_code == 200, path\n"
        "heavy = {'torch', 'sklearn', 'scipy', 'matplotlib', 'transformers'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, seeded_store.url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("day", ["2026-01-31", "2025-12-30", "2024-02-29", "2026-01-29T10:00Z"])
@pytest.mark.parametrize("parameter", ["first_seen_since", "as_of"])
def test_any_day_of_the_calendar_may_be_asked_for(client: TestClient, day: str, parameter: str) -> None:
    answer = client.get(f"{API}/papers", params={"limit": 1, parameter: day})
    assert answer.status_code != 422, answer.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("as_of=2026-02-29", "as_of: '2026-02-29' is not of the form asked for; write a day, 2026-01-31, or a time"),
        ("since=May", "since: 'May' is not of the form asked for; write 2026-01-31, 2026-01 or 2026"),
        (
            "taxon=wam:",
            "taxon.0: 'wam:' is not of the form asked for; write TAXONOMY:PATH",
        ),
        (
            "fields=titel",
            "fields: 'titel' is not of the form asked for; write names separated by commas, of id, uid, slug",
        ),
    ],
)
def test_a_value_of_another_form_is_told_how_to_write_it(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"{API}/papers?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(said)
