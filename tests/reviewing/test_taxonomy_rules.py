"""What a taxonomy allows holds whenever a place is written: by decisions, edits of the tree, imports and undo."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, get, token_for
from tests.helpers.edit_store import FIRST, PAPERS, SECOND, THIRD, UNIFIED, fill, say, standing_at, undo
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.importing.import_report import Outcome
from wamkg.reviewing.doctor import find_problems
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.taxonomies import get_taxonomy
from wamkg.taxonomy.edit import NewTaxonPart, TaxonEdit
from wamkg.taxonomy.editor import run_edit

IMPLICIT, EXPLICIT = "cascaded/implicit", "cascaded/explicit"
APART = {"excludes": [["wam:joint", "wm-for-vla"]]}


def rule(store: Store, **rules: Any) -> None:
    """Give the taxonomy a rule, as its seed would."""
    with store.writing() as session:
        taxonomy = get_taxonomy(session, "wam")
        taxonomy.rules = taxonomy.rules | rules
        session.add(taxonomy)


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases: the first in `joint`, the second in `cascaded/implicit`, the third nowhere."""
    fill(store, tmp_path)
    return store


def edit(store: Store, operation: str, taxon: str, **more: Any) -> Any:
    """An edit of the tree of `wam`."""
    return run_edit(store, "wam", TaxonEdit(operation=operation, taxon=taxon, **more), "ana")


class TestDecisions:
    """Refused where they are made."""

    def test_one_taxon_where_one_is_allowed(self, filled: Store) -> None:
        rule(filled, cardinality="one")
        with pytest.raises(InvalidInputError, match="one taxon in wam"):
            say(filled, FIRST, "accept", UNIFIED, also=(IMPLICIT,))
        assert standing_at(filled, FIRST) == ["joint"]

    @pytest.mark.parametrize(
        ("also", "words"), [((UNIFIED,), "named twice"), (("joint",), "lie one in the other"),
                            ((f"{UNIFIED}/explicit",), "lie one in the other")],
    )  # fmt: skip
    def test_no_taxon_twice_and_none_beside_one_above_it(
        self, filled: Store, also: tuple[str, ...], words: str
    ) -> None:
        with pytest.raises(InvalidInputError, match=words):
            say(filled, FIRST, "accept", UNIFIED, also=also)

    def test_no_two_that_are_kept_apart(self, filled: Store) -> None:
        rule(filled, **APART)
        with pytest.raises(InvalidInputError, match="wam allows no paper both in wam:joint and in wm-for-vla"):
            say(filled, FIRST, "accept", "evaluation", taxonomy="wm-for-vla")
        say(filled, SECOND, "accept", "evaluation", taxonomy="wm-for-vla")
        with pytest.raises(InvalidInputError, match="wm-for-vla"):
            say(filled, SECOND, "accept", UNIFIED)
        say(filled, SECOND, "outside")

    def test_a_taxon_of_a_rule_is_meant_where_it_is_now(self, filled: Store) -> None:
        rule(filled, **APART)
        edit(filled, "rename", "joint", name="United")
        with pytest.raises(InvalidInputError, match="wam:united"):
            say(filled, FIRST, "accept", "evaluation", taxonomy="wm-for-vla")

    def test_what_was_broken_before_stops_no_other_decision(self, filled: Store) -> None:
        say(filled, FIRST, "accept", "evaluation", taxonomy="wm-for-vla")
        rule(filled, **APART)
        say(filled, FIRST, "unsure", taxonomy="evaluation")
        with filled.reading() as session:
            (report,) = find_problems(session, ["broken-rules"])
        assert [finding.subject for finding in report.findings] == ["paper:a-first-paper-about-robots"]

    def test_a_taxon_of_another_taxonomy_is_none(self, filled: Store) -> None:
        with pytest.raises(Exception, match="no taxon 'evaluation'"):
            say(filled, FIRST, "accept", "evaluation")


class TestEdits:
    """A move, merge, split or deletion that would break a rule for a paper leaves everything as it was."""

    @pytest.fixture
    def two_places(self, filled: Store) -> Store:
        """The first paper stands in two taxa."""
        say(filled, FIRST, "accept", UNIFIED, also=(IMPLICIT,))
        return filled

    def test_of_one_taxon_a_move_and_a_merge_make_no_second(self, two_places: Store) -> None:
        rule(two_places, cardinality="one")
        edit(two_places, "move", IMPLICIT, parent=EXPLICIT)
        assert standing_at(two_places, FIRST) == [UNIFIED, f"{EXPLICIT}/implicit"]
        with pytest.raises(InvalidInputError, match="one taxon"):
            say(two_places, FIRST, "accept", UNIFIED, also=(EXPLICIT,))

    def test_a_dry_run_says_so_too_and_nothing_is_written(self, filled: Store) -> None:
        rule(filled, **APART)
        say(filled, SECOND, "accept", "evaluation", taxonomy="wm-for-vla")
        before = dump(filled)
        edits = [("move", {"parent": "joint"}), ("merge", {"into": "joint"}), ("delete", {"into": "joint/diffusion"})]
        for dry_run in (True, False):
            for operation, more in edits:
                wanted = TaxonEdit(operation=operation, taxon=IMPLICIT, **more)
                with pytest.raises(
                    InvalidInputError,
                    match=r"1 paper would violate a rule; a-second-paper-about-robots: .*wm-for-vla",
                ):
                    run_edit(filled, "wam", wanted, "ana", dry_run=dry_run)
        assert dump(filled) == before

    def test_two_places_that_become_one_are_one(self, two_places: Store) -> None:
        edit(two_places, "merge", IMPLICIT, into=UNIFIED)
        assert standing_at(two_places, FIRST) == [UNIFIED]

    def test_a_split_breaks_nothing(self, two_places: Store) -> None:
        rule(two_places, **APART)
        part = NewTaxonPart(name="Flow Matching")
        edit(two_places, "split", UNIFIED, parts=(part,), papers={FIRST: "flow-matching"})
        assert standing_at(two_places, FIRST) == [f"{UNIFIED}/flow-matching", IMPLICIT]


class TestImports:
    """A list cannot place where the rules do not allow: what it says is kept, and told as a conflict."""

    @pytest.mark.parametrize(
        ("rules", "taxa", "also"),
        [({"cardinality": "one"}, {"wam": "joint"}, {"wam": [IMPLICIT]}),
         (APART, {"wam": "joint", "wm-for-vla": "evaluation"}, {})],
    )  # fmt: skip
    def test_a_place_too_many_is_a_conflict(
        self, filled: Store, tmp_path: Path, rules: Any, taxa: Any, also: Any
    ) -> None:
        rule(filled, **rules)
        report = fill(filled, tmp_path, PAPERS[2] | {"taxa": taxa, "also": also})
        assert report.counts[Outcome.CONFLICT] == 1
        (said,) = report.lines[0].conflicts
        assert "kept as it is" in said
        assert (standing_at(filled, THIRD), standing_at(filled, THIRD, "wm-for-vla")) == (["joint"], [])

    def test_another_source_does_not_take_the_primary_place(self, filled: Store, tmp_path: Path) -> None:
        say(filled, FIRST, "accept", UNIFIED)
        report = fill(filled, tmp_path, PAPERS[0] | {"taxa": {"wam": IMPLICIT}})
        assert report.counts[Outcome.CONFLICT] == 1
        assert standing_at(filled, FIRST) == [UNIFIED]


def test_an_undo_that_would_break_a_rule_is_refused(filled: Store) -> None:
    moved = say(filled, FIRST, "accept", IMPLICIT)
    rule(filled, **APART)
    later = say(filled, FIRST, "accept", "evaluation", taxonomy="wm-for-vla")
    before = dump(filled)
    with pytest.raises(ConflictError, match=r"a-first-paper-about-robots would violate a rule: .*wm-for-vla"):
        undo(filled, moved.batch)
    assert dump(filled) == before
    undo(filled, later.batch)
    undo(filled, moved.batch)
    assert standing_at(filled, FIRST) == ["joint"]


@pytest.fixture
def client(seeded_store: Store, home: Path, tmp_path: Path) -> Iterator[TestClient]:
    fill(seeded_store, tmp_path)
    rule(seeded_store, cardinality="one", **APART)
    settings = Settings(database_url=seeded_store.url, home=home)
    with TestClient(create_app(settings), headers=token_for(seeded_store)) as client:
        yield client


def test_over_http_a_rule_is_a_conflict_in_one_sentence(client: TestClient) -> None:
    several = {"verdict": "accept", "taxon": UNIFIED, "also": [IMPLICIT]}
    apart = {"verdict": "accept", "taxonomy": "wm-for-vla", "taxon": "evaluation"}
    for body, words in ((several, "one taxon in wam"), (apart, "wam:joint")):
        answer = client.post(f"{API}/papers/{FIRST}/decisions", json=body)
        assert (answer.status_code, words in answer.json()["detail"]) == (409, True)
    assert client.post(f"{API}/papers/{SECOND}/decisions", json=apart).status_code == 201
    tree = get(client, "taxonomies/wam")
    body = {"operation": "move", "taxon": IMPLICIT, "parent": "joint"}
    for dry_run in (True, False):
        answer = client.post(f"{API}/taxonomies/wam/edits", json=body | {"dry_run": dry_run})
        assert (answer.status_code, "a-second-paper-about-robots" in answer.json()["detail"]) == (409, True)
    assert get(client, "taxonomies/wam") == tree


@pytest.mark.usefixtures("client")
def test_on_the_command_line_a_rule_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words, command in (
        ("one taxon in wam", ["decide", FIRST, UNIFIED, "--also", IMPLICIT]),
        ("wam:joint", ["decide", FIRST, "evaluation", "--taxonomy", "wm-for-vla"]),
    ):
        assert run(command) == 1
        said = capsys.readouterr().err.strip()
        assert (words in said, "\n" in said) == (True, False)
