"""Curating over HTTP on the packaged library: rounds, duplicates, and things other than papers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, get, token_for
from wamkg.settings import Settings
from wamkg.store.papers import find_paper
from wamkg.store.search import replace_texts
from wamkg.store.session import Store
from wamkg.vocabulary import Role

FIRST, SECOND = "arxiv:2302.00111", "arxiv:2310.10625"
LEAF, OTHER = "joint/diffusion/unified-stream/explicit", "cascaded/implicit"


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=seeded_store.url, home=home)
    with TestClient(create_app(settings), headers=token_for(seeded_store)) as client:
        yield client


def send(client: TestClient, method: str, path: str, body: Any, who: dict[str, str] | None = None) -> Any:
    """What a write answers."""
    answer = client.request(method, f"{API}/{path}", json=body, headers=who)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def votes_seen(client: TestClient, who: dict[str, str] | None) -> list[tuple[str, str]]:
    """Who said what of the first paper, as somebody may see it."""
    answer = client.get(f"{API}/rounds/pilot/papers", headers=who or {"Authorization": ""})
    found = next(item for item in answer.json()["items"] if item["paper"] == FIRST)
    return [(vote["by"], vote["taxon"]) for vote in found["votes"]]


class TestRounds:
    """Open, vote blindly, decide, measure."""

    @pytest.fixture
    def people(self, client: TestClient, seeded_store: Store) -> dict[str, dict[str, str]]:
        """Tokens of three people; the round is for two of them."""
        body = {"name": "pilot", "reviewers": ["ana", "bo"], "papers": [FIRST, SECOND]}
        assert send(client, "POST", "rounds", body)["papers"] == 2
        return {name: token_for(seeded_store, name=name) for name in ("ana", "bo", "cho")}

    def test_votes_are_blind_until_all_have_voted(self, client: TestClient, people: Any) -> None:
        said = {"paper": FIRST, "verdict": "accept", "taxon": LEAF}
        assert not send(client, "POST", "rounds/pilot/votes", said, people["ana"])["opened"]
        anonymous = {"Authorization": "Bearer nobody"}
        assert client.get(f"{API}/rounds/pilot/papers", headers=anonymous).status_code == 401
        assert votes_seen(client, people["ana"]) == [("ana", LEAF)]
        for other in (people["bo"], people["cho"]):
            assert votes_seen(client, other) == []
        assert send(client, "POST", "rounds/pilot/votes", said | {"taxon": OTHER}, people["bo"])["opened"]
        for anybody in people.values():
            assert votes_seen(client, anybody) == [("ana", LEAF), ("bo", OTHER)]
        late = client.post(f"{API}/rounds/pilot/votes", json=said, headers=people["ana"])
        assert (late.status_code, "the votes are visible" in late.json()["detail"]) == (409, True)

    def test_what_a_reviewer_sees_is_kept_for_nobody(self, client: TestClient, people: Any) -> None:
        send(client, "POST", "rounds/pilot/votes", {"paper": FIRST, "verdict": "unsure"}, people["ana"])
        mine = client.get(f"{API}/rounds/pilot/papers", headers=people["ana"])
        assert mine.headers["cache-control"] == "private, no-store"
        del client.headers["Authorization"]
        assert client.get(f"{API}/rounds/pilot/papers").json()["items"][0]["votes"] == []

    def test_a_third_decides_and_agreement_is_measured(self, client: TestClient, people: Any) -> None:
        for name, taxa in (("ana", (LEAF, OTHER)), ("bo", (OTHER, OTHER))):
            for paper, taxon in zip((FIRST, SECOND), taxa, strict=True):
                said = {"paper": paper, "verdict": "accept", "taxon": taxon}
                send(client, "POST", "rounds/pilot/votes", said, people[name])
        measured = get(client, "agreement?round=pilot")
        assert (measured["papers"], measured["overall"]["observed"]) == (2, 0.5)
        assert {"kappa", "alpha"} <= set(measured["overall"])
        path = "rounds/pilot/adjudications"
        refused = client.post(f"{API}/{path}", json={"paper": FIRST, "taxon": LEAF}, headers=people["ana"])
        assert refused.status_code == 409
        seen = client.get(f"{API}/papers/{FIRST}").headers["etag"]
        send(client, "PATCH", f"papers/{FIRST}", {"venue": "A Journal"})
        body = {"paper": FIRST, "taxon": LEAF}
        stale = client.post(f"{API}/{path}", json=body, headers=people["cho"] | {"If-Match": seen})
        assert (stale.status_code, "venue" in stale.json()["detail"]) == (412, True)
        made = send(client, "POST", path, body, people["cho"])
        assert (made["how"], made["decided"]["after"]) == ("third", [LEAF])
        assert send(client, "POST", path, {"paper": SECOND}, people["bo"])["how"] == "alike"
        assert get(client, f"papers/{FIRST}")["taxa"]["wam"] == LEAF
        assert get(client, "rounds/pilot")["adjudicated"] == 2

    def test_a_round_is_closed_once_by_who_has_seen_it(self, client: TestClient, people: Any) -> None:
        assert client.post(f"{API}/rounds/pilot/close", json={"version": 7}).status_code == 409
        stale = client.post(f"{API}/rounds/pilot/close", headers={"If-Match": '"7"'})
        assert stale.status_code == 412
        assert send(client, "POST", "rounds/pilot/close", {"why": "enough"})["status"] == "closed"
        assert client.post(f"{API}/rounds/pilot/close").status_code == 409
        assert [r["status"] for r in get(client, "rounds")["items"]] == ["closed"]

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [("rounds", {"name": "pilot", "reviewers": ["ana", "bo"]}, 409),
         ("rounds", {"name": "a/b", "reviewers": ["ana", "bo"]}, 422),
         ("rounds", {"name": "two", "reviewers": ["ana"]}, 422),
         ("rounds", {"name": "two", "reviewers": ["ana", "bo"], "papers": ["arxiv:9999.99999"]}, 404),
         ("rounds/none/votes", {"paper": FIRST, "verdict": "unsure"}, 404),
         ("rounds/pilot/votes", {"paper": FIRST, "verdict": "reject"}, 422),
         ("rounds/pilot/votes", {"paper": FIRST, "verdict": "accept"}, 409),
         ("rounds/pilot/votes", {"paper": FIRST, "verdict": "accept", "taxon": "nowhere"}, 404)],
    )  # fmt: skip
    def test_what_cannot_be_is_refused(
        self, client: TestClient, people: Any, path: str, body: Any, status: int
    ) -> None:
        answer = client.post(f"{API}/{path}", json=body, headers=people["ana"])
        assert (answer.status_code, "\n" in answer.text) == (status, False), answer.text


class TestDuplicates:
    """Pairs are judged, listed, and a judgement is taken back."""

    @pytest.fixture
    def pair(self, client: TestClient) -> list[str]:
        """Two records that may be one work."""
        title = "A Preprint That Was Published Under Its Title"
        send(client, "POST", "papers", {"title": title, "arxiv": "2601.00001", "authors": ["Ana Li"]})
        extended = {"title": f"{title}, Extended", "doi": "10.1000/182", "authors": ["Ana Li"]}
        send(client, "POST", "papers", extended)
        return ["arxiv:2601.00001", get(client, "papers?doi=10.1000/182")["items"][0]["slug"]]

    def test_a_pair_is_judged_and_the_judgement_taken_back(self, client: TestClient, pair: list[str]) -> None:
        body = {"left": pair[0], "right": pair[1], "verdict": "same", "note": "the venue's page links it"}
        judged = send(client, "POST", "duplicates/judgements", body)
        assert (judged["before"], len(judged["work"])) == (None, 2)
        assert send(client, "POST", "duplicates/judgements", body)["batch"] is None
        (work,) = get(client, "duplicates/works")["items"]
        assert [r["id"] for r in work] == [*reversed(pair)], "the publication stands for the work"
        listed = get(client, f"duplicates/judgements?paper={pair[0]}")["items"]
        assert [(j["verdict"], j["by"], j["note"]) for j in listed] == [("same", "ana", "the venue's page links it")]
        send(client, "POST", f"batches/{judged['batch']}/undo", {})
        assert get(client, "duplicates/works")["items"] == get(client, "duplicates/judgements")["items"] == []

    def test_a_pair_is_merged_and_parted_again(self, client: TestClient, pair: list[str]) -> None:
        body = {"keep": pair[0], "other": pair[1], "why": "the venue's page links it"}
        before = [get(client, f"papers/{paper}") for paper in pair]
        tried = send(client, "POST", "duplicates/merges", body | {"dry_run": True})
        assert (tried["batch"], tried["dry_run"], tried["shown"]["doi"]) == (None, True, "10.1000/182")
        assert [get(client, f"papers/{paper}")["uid"] for paper in pair] == [paper["uid"] for paper in before]
        merged = send(client, "POST", "duplicates/merges", body)
        for text in (pair[1], "doi:10.1000/182", pair[0]):
            assert get(client, f"papers/{text}")["uid"] == before[0]["uid"]
            assert client.get(f"/papers/{text}").status_code == 200
        assert client.post(f"{API}/duplicates/merges", json=body).status_code == 409
        send(client, "POST", f"batches/{merged['batch']}/undo", {})
        assert [get(client, f"papers/{paper}")["uid"] for paper in pair] == [paper["uid"] for paper in before]

    def test_unlike_papers_are_merged_only_on_demand(self, client: TestClient, pair: list[str]) -> None:
        send(client, "POST", "papers", {"title": "How Doors Slide", "arxiv": "2602.00002", "authors": ["Bo Ek"]})
        body = {"keep": pair[0], "other": "arxiv:2602.00002"}
        assert "How Doors Slide" in send(client, "POST", "duplicates/merges", body | {"dry_run": True})["unlike"][0]
        refused = client.post(f"{API}/duplicates/merges", json=body)
        assert (refused.status_code, "two different papers" in refused.json()["detail"]) == (409, True)
        merged = send(client, "POST", "duplicates/merges", body | {"although_unlike": True})
        assert (merged["other"], merged["unlike"] != []) == ("how-doors-slide", True)

    def test_candidates_are_listed_until_judged(self, client: TestClient, pair: list[str]) -> None:
        def waiting() -> list[set[str]]:
            return [{c["left"]["id"], c["right"]["id"]} for c in get(client, "duplicates?limit=100")["items"]]

        assert set(pair) in waiting()
        send(client, "POST", "duplicates/judgements", {"left": pair[1], "right": pair[0], "verdict": "different"})
        assert set(pair) not in waiting()

    @pytest.mark.parametrize(
        ("left", "right", "verdict", "status"),
        [(FIRST, FIRST, "same", 409), (FIRST, "arxiv:9999.99999", "same", 404), (FIRST, SECOND, "perhaps", 422)],
    )
    def test_what_cannot_be_judged(self, client: TestClient, left: str, right: str, verdict: str, status: int) -> None:
        body = {"left": left, "right": right, "verdict": verdict}
        assert client.post(f"{API}/duplicates/judgements", json=body).status_code == status


class TestDecisionsAndObjections:
    """What is given out as text, and what another copy of the store gives in."""

    def test_decisions_are_given_out_and_taken_in_by_an_admin_alone(
        self, client: TestClient, seeded_store: Store, seeded_file: Path, tmp_path: Path
    ) -> None:
        send(client, "POST", f"papers/{FIRST}/decisions", {"verdict": "accept", "taxon": LEAF, "note": "one stream"})
        lines = client.get(f"{API}/decisions")
        assert (lines.headers["content-type"], lines.text.count("\n")) == ("application/x-ndjson", 1)
        (tmp_path / "other.db").write_bytes(seeded_file.read_bytes())
        other = Store(f"sqlite:///{tmp_path / 'other.db'}")
        with TestClient(create_app(Settings(database_url=other.url, home=tmp_path))) as theirs:
            for who, status in ((token_for(other), 403), (token_for(other, Role.ADMIN, "eva"), 200)):
                taken = theirs.post(f"{API}/decisions/imports", content=lines.content, headers=who)
                assert taken.status_code == status, taken.text
            assert taken.json()["new"] == 1
            assert get(theirs, f"papers/{FIRST}")["taxa"]["wam"] == LEAF
            assert get(theirs, f"papers/{FIRST}/assignments")["items"][0]["by"] == "ana"
        other.close()

    @pytest.mark.parametrize("line", ["no json", "[]", '{"id": "a"}', "\x00", '{"id": "a\\u0000"}'])
    def test_a_line_that_is_no_decision_is_told(self, client: TestClient, seeded_store: Store, line: str) -> None:
        admin = token_for(seeded_store, Role.ADMIN, "eva")
        taken = client.post(f"{API}/decisions/imports", content=line.encode(), headers=admin)
        assert (taken.status_code, [n for n, _ in taken.json()["unreadable"]]) == (200, [1])

    def test_the_agenda_and_a_reply_are_texts(self, client: TestClient) -> None:
        body = {"paper": FIRST, "claimed": OTHER, "quote": "we never decode", "raised_as": "reader"}
        uid = send(client, "POST", "objections", body)["objection"]
        for path in ("objections/agenda", f"objections/{uid}/reply"):
            text = client.get(f"{API}/{path}")
            assert (text.status_code, text.headers["content-type"]) == (200, "text/markdown; charset=utf-8")
            assert "we never decode" in text.text
        assert client.get(f"{API}/objections/nothing/reply").status_code == 404


class TestDoctor:
    """What is wrong is found and, where nothing is lost, mended."""

    def test_a_check_is_run_and_mended(self, client: TestClient, seeded_store: Store) -> None:
        with seeded_store.writing() as session:
            replace_texts(session, {find_paper(session, FIRST).id or 0: "nothing of it"})
        for fix, fixed in ((False, 0), (True, 1)):
            (report,) = send(client, "POST", "doctor", {"checks": ["search-index"], "fix": fix})
            assert (len(report["findings"]), report["fixed"]) == (1, fixed)
        assert send(client, "POST", "doctor", {"checks": ["search-index"]})[0]["findings"] == []
        assert client.post(f"{API}/doctor", json={"checks": ["my-back"]}).status_code == 422


NEW: dict[str, dict[str, Any]] = {
    "methods": {"name": "A New Method", "paper": FIRST},
    "datasets": {"name": "A New Dataset"},
    "benchmarks": {"name": "A New Benchmark"},
    "metrics": {"name": "A New Metric", "unit": "%", "higher_is_better": True, "low": 0, "high": 100},
    "institutions": {"name": "A New Institute", "mark": "ANI", "paper": FIRST},
    "challenges": {"name": "A New Challenge", "definition": "what it is"},
    "concepts": {"name": "A New Concept", "definition": "what it is", "formula": "a = b"},
}
EDITS: dict[str, dict[str, Any]] = {
    "metrics": {"unit": None, "higher_is_better": False},
    "institutions": {"mark": "NI"},
    "challenges": {"definition": "what else it is"},
    "concepts": {"formula": None},
}


class TestThings:
    """Everything that is named, results, and what taxa are called."""

    @pytest.mark.parametrize("kind", NEW)
    def test_a_thing_is_added_renamed_and_found_under_both_names(self, client: TestClient, kind: str) -> None:
        made = send(client, "POST", kind, NEW[kind])
        slug = made["subject"].partition(":")[2]
        before = get(client, f"{kind}/{slug}")
        assert client.post(f"{API}/{kind}", json=NEW[kind]).status_code == 409
        edit = {"name": "Another Name"} | EDITS.get(kind, {})
        seen = client.get(f"{API}/{kind}/{slug}").headers["etag"]
        answer = client.patch(f"{API}/{kind}/{slug}", json=edit | {"why": "a test"}, headers={"If-Match": seen})
        assert answer.status_code == 200, answer.text
        after = get(client, f"{kind}/{slug}")
        assert {name: after[name] for name in edit} == edit
        assert get(client, f"{kind}/{NEW[kind]['name']}") == after
        stale = client.patch(f"{API}/{kind}/{slug}", json={"name": "A Third"}, headers={"If-Match": seen})
        assert (stale.status_code, "'Another Name'" in stale.json()["detail"]) == (412, True)
        by_version = client.patch(f"{API}/{kind}/{slug}", json={"name": "A Third", "version": before["version"]})
        assert (by_version.status_code, "ana: name" in by_version.json()["detail"]) == (409, True)
        assert send(client, "PATCH", f"{kind}/{slug}", {"name": "Another Name"})["batch"] is None
        send(client, "POST", f"batches/{answer.json()['batch']}/undo", {})
        other = {"revision": 0, "version": 0, "aliases": []}
        assert get(client, f"{kind}/{slug}") | other == before | other

    def test_a_name_that_another_has_is_refused(self, client: TestClient) -> None:
        one, other = get(client, "methods?limit=2")["items"]
        taken = client.patch(f"{API}/methods/{one['slug']}", json={"name": other["name"]})
        assert (taken.status_code, other["slug"] in taken.json()["detail"]) == (409, True)

    def test_a_result_is_added_and_corrected(self, client: TestClient) -> None:
        known = get(client, "results?limit=1")["items"][0]
        body = {"method": known["method"], "benchmark": known["benchmark"], "metric": known["metric"], "value": 12.25,
                "suite": "Ours", "reported_by": FIRST, "where": "Table 2", "party": "first"}  # fmt: skip
        made = send(client, "POST", "results", body)
        uid = made["subject"].partition(":")[2]
        assert get(client, f"results/{uid}")["reported_where"] == "Table 2"
        assert client.post(f"{API}/results", json=body).status_code == 409
        edited = send(client, "PATCH", f"results/{uid}", {"value": 12.5, "oddity": "printed twice", "version": 1})
        assert edited["changes"] == {"value": [12.25, 12.5], "caveat": [None, "printed twice"]}
        stale = client.patch(f"{API}/results/{uid}", json={"value": 1, "version": 1})
        assert (stale.status_code, "value 12.25 -> 12.5" in stale.json()["detail"]) == (409, True)
        assert get(client, f"results/{uid}")["value"] == 12.5

    def test_the_printed_label_of_a_taxon_is_set_and_its_path_stays(self, client: TestClient) -> None:
        path = "taxonomies/wam/taxa/joint/diffusion"
        before = get(client, path)
        seen = client.get(f"{API}/{path}").headers["etag"]
        edit = {"name": "Denoising", "include": ["denoises both"], "exclude": []}
        answer = client.patch(f"{API}/{path}", json=edit, headers={"If-Match": seen})
        assert answer.status_code == 200, answer.text
        after = get(client, path)
        assert (after["name"], after["include"], after["path"]) == ("Denoising", ["denoises both"], before["path"])
        assert client.patch(f"{API}/{path}", json={"name": "X"}, headers={"If-Match": seen}).status_code == 412
        assert client.patch(f"{API}/{path}", json={"path": "x"}).status_code == 422
        send(client, "POST", f"batches/{answer.json()['batch']}/undo", {})
        assert get(client, path)["name"] == before["name"]

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [("PATCH", "methods/nothing", {"name": "X"}, 404), ("POST", "methods", {"name": " "}, 422),
         ("POST", "methods", {"name": "X", "color": "red"}, 422), ("POST", "methods", {}, 422),
         ("POST", "methods", {"name": "X", "paper": "arxiv:9999.99999"}, 404),
         ("PATCH", "metrics/success-rate", {"higher_is_better": "perhaps"}, 422),
         ("PATCH", "methods/unipi", {"name": None}, 422), ("PATCH", "results/nothing", {"value": 1}, 404),
         ("POST", "results", {"method": "nothing", "benchmark": "libero", "value": 1}, 404),
         ("PATCH", "taxonomies/wam/taxa/nowhere", {"name": "X"}, 404)],
    )  # fmt: skip
    def test_what_cannot_be_is_refused(
        self, client: TestClient, method: str, path: str, body: Any, status: int
    ) -> None:
        answer = client.request(method, f"{API}/{path}", json=body)
        assert answer.status_code == status, answer.text

    def test_a_program_and_a_reader_change_nothing(self, client: TestClient, seeded_store: Store) -> None:
        for who in (token_for(seeded_store, name="bot", actor_kind="program"), token_for(seeded_store, Role.READER)):
            for path, body in NEW.items():
                assert client.post(f"{API}/{path}", json=body, headers=who).status_code == 403
