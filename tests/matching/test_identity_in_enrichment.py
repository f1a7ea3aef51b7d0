"""A list with a wrong arXiv id against the local Semantic Scholar: nothing replaced, asked once, both answers, undo."""

import json
import random
import re
from pathlib import Path

import pytest
from sqlmodel import col, select

from tests.helpers.enriching_checks import settings_for
from tests.matching.test_identity_questions import answer, questions, undo
from tests.s2_server.server import S2Server
from tests.s2_server.world import Made, World, make_edge, make_world
from wamkg.enriching.engine import enrich
from wamkg.enriching.progress import EnrichOptions, EnrichReport
from wamkg.errors import ConflictError
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.reviewing.doctor import find_problems
from wamkg.reviewing.paper_merge import Merge, merge_papers
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.store.tables import Citation, Claim, Paper
from wamkg.vocabulary import PERSON

STALE = {"enrich_metadata_days": 0.0, "enrich_citations_days": 0.0, "enrich_references_days": 0.0,
         "enrich_unavailable_days": 0.0}  # fmt: skip
WRONG = "2401.99999"


@pytest.fixture
def world() -> World:
    """A small library, and a paper that is none of it and has the arXiv id that the list prints by mistake."""
    made = make_world(library=6, citations=60, references=4)
    other = Made(
        key=900_000, s2="e" * 40, title="Night Driving with Thermal Cameras", year=2024, day=None, venue="",
        authors=["Bao Li", "Chen Wu"], arxiv=WRONG, abstract="Thermal cameras see at night.",
    )  # fmt: skip
    made.add(other)
    listed = Made(
        key=900_001, s2="f" * 40, title="Folding Laundry by Imagining Wrinkles", year=2024, day=None, venue="",
        authors=["Mika Ito", "Ada Abe"], arxiv="2402.00003", abstract="We fold by imagining wrinkles.",
    )  # fmt: skip
    made.library.append(made.add(listed).key)
    rng = random.Random(1)
    outside = [key for key in made.papers if key not in made.library and key < 900_000]
    for key in outside[:3]:
        made.cite(make_edge(key, listed.key, rng))
    for key in outside[3:8]:
        made.cite(make_edge(key, other.key, rng))
    return made


@pytest.fixture
def listed(world: World) -> Made:
    """The paper that the list prints with the wrong id; its true record is known by title."""
    return world.papers[900_001]


def read_list(store: Store, world: World, listed: Made, folder: Path) -> None:
    lines = [{"title": world.papers[key].title, "arxiv": world.papers[key].arxiv} for key in world.library]
    lines = [line | {"arxiv": WRONG} if line["title"] == listed.title else line for line in lines]
    file = folder / "list.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_source(store, str(file), ImportOptions())


def run(store: Store, server: S2Server, only: str | None = None, **more: float) -> EnrichReport:
    return enrich(store, settings_for(server, **more), EnrichOptions(only=only))


def paper(store: Store, title: str) -> Paper:
    with store.reading() as session:
        return session.exec(select(Paper).where(Paper.title == title)).one()


def fetched(store: Store, title: str) -> tuple[int, int]:
    """How many claims of Semantic Scholar and how many live citations a paper has."""
    number = paper(store, title).id
    with store.reading() as session:
        facts = session.exec(select(Claim).where(Claim.subject_id == number, Claim.source == "s2")).all()
        live = select(Citation).where(Citation.cited_id == number, col(Citation.ended_at).is_(None))
        return len(facts), len(session.exec(live).all())


def merge(store: Store, keep: str, other: str) -> str:
    with store.writing() as session:
        merged = merge_papers(session, get_actor(session, "ada", PERSON), Merge(keep=keep, other=other)).batch
    assert merged is not None
    return merged


@pytest.mark.parametrize("only", [None, "citations"])
def test_nothing_of_another_paper_is_applied_and_a_person_is_asked_once(
    store: Store, world: World, listed: Made, tmp_path: Path, only: str | None
) -> None:
    read_list(store, world, listed, tmp_path)
    with S2Server(world) as server:
        report = run(store, server, only)
        assert report.exit_status == 3
        (asked,) = report.questions
        assert asked.ids == [f"arxiv:{WRONG}"] and asked.title == "Night Driving with Thermal Cameras"
        reasons = {line.reason for line in report.lines if line.title == listed.title}
        assert any(asked.question in reason for reason in reasons)
        again = run(store, server, only, **STALE)
        assert not again.questions and again.exit_status == 3
    assert len(questions(store)) == 1
    shown = paper(store, listed.title)
    assert (shown.arxiv, shown.s2, shown.abstract, shown.citation_count) == (WRONG, None, None, None)
    assert fetched(store, listed.title)[0] == 0


def test_wrong_id_is_looked_up_by_title_and_never_comes_back(
    store: Store, world: World, listed: Made, tmp_path: Path
) -> None:
    read_list(store, world, listed, tmp_path)
    with S2Server(world) as server:
        (asked,) = run(store, server).questions
        answer(store, asked.question, "wrong-id")
        report = run(store, server)
        assert report.exit_status == 0 and not report.questions
        right = paper(store, listed.title)
        assert (right.arxiv, right.s2) == (listed.arxiv, listed.s2)
        assert fetched(store, listed.title)[1] == len(world.citations[listed.key])
        read_list(store, world, listed, tmp_path)
        assert run(store, server, **STALE).exit_status == 0
    assert paper(store, listed.title).arxiv == listed.arxiv and len(questions(store)) == 1


def test_renamed_applies_the_kept_record_and_undo_asks_the_same_again(
    store: Store, world: World, listed: Made, tmp_path: Path
) -> None:
    read_list(store, world, listed, tmp_path)
    with S2Server(world) as server:
        (asked,) = run(store, server).questions
        made = answer(store, asked.question, "renamed")
        assert "Night Driving with Thermal Cameras" in " ".join(made.told)
        renamed = paper(store, "Night Driving with Thermal Cameras")
        assert (renamed.s2, renamed.abstract) == ("e" * 40, "Thermal cameras see at night.")
        undo(store, made.batch)
        assert (paper(store, listed.title).s2, paper(store, listed.title).arxiv) == (None, WRONG)
        report = run(store, server)
        assert not report.questions and report.exit_status == 3
        assert fetched(store, listed.title)[0] == 0
    assert [q.status for q in questions(store)] == ["open"]


def test_a_changed_title_is_applied_and_told(store: Store, world: World, tmp_path: Path) -> None:
    one = world.papers[world.library[0]]
    file = tmp_path / "list.jsonl"
    file.write_text(json.dumps({"title": f"Towards {one.title}", "arxiv": one.arxiv}) + "\n")
    import_source(store, str(file), ImportOptions())
    with S2Server(world) as server:
        report = run(store, server)
    assert [(c.before, c.after) for c in report.renamed] == [(f"Towards {one.title}", one.title)]
    assert not report.questions


def test_arxiv_under_a_wrong_id_gives_no_abstract(store: Store, world: World, listed: Made, tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text(json.dumps({"title": listed.title, "arxiv": WRONG}) + "\n")
    import_source(store, str(file), ImportOptions())
    world.by_name.pop("e" * 40)
    with S2Server(world) as server:
        server.faults.lasting["batch", "*"] = "gone"
        settings = settings_for(server, arxiv_api_url=server.url, arxiv_seconds_per_request=0.01)
        report = enrich(store, settings, EnrichOptions(only="metadata"))
    assert [asked.source for asked in report.questions] == ["arxiv"]
    assert paper(store, listed.title).abstract is None


def test_a_true_record_that_others_cite_is_merged_after_the_answer(
    store: Store, world: World, listed: Made, tmp_path: Path
) -> None:
    citing = world.papers[world.library[0]]
    world.cite(make_edge(citing.key, listed.key, random.Random(2)))
    read_list(store, world, listed, tmp_path)
    with S2Server(world) as server:
        (asked,) = run(store, server).questions
        with store.reading() as session:
            papers = session.exec(select(Paper).where(Paper.title == listed.title).order_by(col(Paper.id))).all()
        assert [(p.arxiv, p.s2) for p in papers] == [(WRONG, None), (listed.arxiv, listed.s2)], "no false citation"
        answer(store, asked.question, "wrong-id")
        (same,) = run(store, server).questions
        found = re.search(r"the same paper as (\S+); if it is, `wamkg merge (\S+) \1` answers", " ".join(same.reasons))
        assert found is not None and same.paper == found[2]
        with store.reading() as session:
            assert len(find_problems(session, ["identity-questions"])[0].findings) == 1
        assert not run(store, server, **STALE).questions, "it is asked once"
        with pytest.raises(ConflictError, match="wamkg merge"):
            answer(store, same.question, "renamed")
        merged = merge(store, found[2], found[1])
        assert [q.status for q in questions(store)] == ["renamed", "wrong-id"]
        undo(store, merged)
        assert [q.status for q in questions(store)] == ["open", "wrong-id"]
        merge(store, found[2], found[1])
        assert run(store, server, **STALE).exit_status == 0
    assert (paper(store, listed.title).arxiv, paper(store, listed.title).s2) == (listed.arxiv, listed.s2)
    assert fetched(store, listed.title)[1] == len(world.citations[listed.key])


@pytest.mark.parametrize("said", ["wrong-record", "renamed"])
def test_another_arxiv_id_is_a_question_which_an_answer_settles(
    store: Store, world: World, listed: Made, tmp_path: Path, said: str
) -> None:
    """The list gives the right DOI and an arXiv id that Semantic Scholar contradicts."""
    file = tmp_path / "list.jsonl"
    file.write_text(json.dumps({"title": listed.title, "s2": listed.s2, "arxiv": "2312.00077"}) + "\n")
    import_source(store, str(file), ImportOptions())
    with S2Server(world) as server:
        (asked,) = run(store, server).questions
        assert asked.reasons == [f"Semantic Scholar gives it the arXiv id {listed.arxiv}"]
        assert paper(store, listed.title).abstract is None
        answer(store, asked.question, said)
        report = run(store, server, **STALE)
    assert not report.questions
    applied = said == "renamed"
    assert (paper(store, listed.title).abstract is not None) == applied
    assert report.exit_status == (0 if applied else 3)
