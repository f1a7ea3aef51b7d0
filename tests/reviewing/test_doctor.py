"""The doctor finds what is wrong, says how to fix it, and fixes only what loses nothing."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from tests.helpers.edit_store import ABSTRACT, FIRST, PAPERS, SECOND, THIRD, UNIFIED, fill, say
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import NotFoundError
from wamkg.matching.claims import assert_value as say_fact
from wamkg.matching.resolved_values import resolved_values
from wamkg.reviewing.doctor import CHECKS, CheckReport, find_problems
from wamkg.reviewing.duplicates import record_judgement
from wamkg.reviewing.entity_edits import add_item
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.claims import load_claims, write_papers
from wamkg.store.papers import find_paper
from wamkg.store.search import remove_texts
from wamkg.store.session import Store
from wamkg.store.suggestions import save_suggestions
from wamkg.store.tables import Link, Paper, Taxon
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.taxonomy.edit import TaxonEdit
from wamkg.taxonomy.editor import run_edit
from wamkg.vocabulary import BatchKind


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers, nothing wrong with them."""
    fill(store, tmp_path, *PAPERS)
    return store


def number(session: Session, paper: str) -> int:
    """A paper's number."""
    found = find_paper(session, paper).id
    assert found is not None
    return found


def counted(session: Session, source: str, count: int) -> None:
    """A source's word on how often the first paper is cited."""
    actor = get_actor(session, "s2")
    batch = open_batch(session, BatchKind.ENRICH, source, actor)
    state = load_claims(session, [number(session, FIRST)])[number(session, FIRST)]
    say_fact(state, "citation_count", count, source)
    write_papers(session, batch.id or 0, actor.id or 0, [state], [resolved_values(state)])


def suggested(session: Session) -> None:
    """A suggestion for the third paper, made from another text."""
    taxonomy = get_taxonomy(session, "wam")
    batch = open_batch(session, BatchKind.SUGGEST, "wam", get_actor(session, "suggester"))
    row = {
        "paper_id": number(session, THIRD), "ranked": [{"taxon": UNIFIED, "probability": 1.0}], "top": {"joint": 1.0},
        "outside": None, "decided_taxon_id": None, "abstained": False, "reasons": [], "model": {},
        "text_source": "title", "text_hash": "x", "training_size": 1, "training_hash": "y",
    }  # fmt: skip
    save_suggestions(session, taxonomy, batch.id or 0, [row], [number(session, THIRD)])


def ended_link(session: Session) -> None:
    """A link to a deleted taxon."""
    batch = open_batch(session, BatchKind.EDIT, "", get_actor(session, "ana"))
    taxon = find_taxon(session, get_taxonomy(session, "wam"), UNIFIED)
    session.add(
        Link(
            source_id=number(session, FIRST),
            relation="about",
            target_id=taxon.id or 0,
            source="x",
            batch_id=batch.id or 0,
        )
    )
    session.flush()
    session.connection().execute(text("UPDATE taxon SET ended_at = '2026-01-01' WHERE id = :n"), {"n": taxon.id})


def doubled(session: Session) -> None:
    """Two methods under one name, which only another program can write."""
    add_item(session, get_actor(session, "ana", "person"), "dataset", {"name": "Robo Net"})
    add_item(session, get_actor(session, "ana", "person"), "dataset", {"name": "Other"})
    session.connection().execute(text("UPDATE dataset SET key = 'robo net' WHERE name = 'Other'"))
    session.connection().execute(text("UPDATE dataset SET key = 'robo net' WHERE name = 'Robo Net'"))


def run_sql(statement: str) -> Callable[[Session], None]:
    """Something wrong that only another program can do."""
    return lambda session: session.connection().execute(text(statement)) and None


BROKEN: list[tuple[str, Callable[[Session], None]]] = [
    ("dangling-links", ended_link),
    ("dangling-links", lambda s: set_values(s, get_actor(s, "ana", "person"), FIRST, {"links.code": "https://a.org"})
     and run_sql("UPDATE paper_url SET url = 'a.org/x'")(s)),
    ("missing-dates", run_sql("UPDATE paper SET date = NULL, year = NULL WHERE arxiv = '2501.00001'")),
    ("suspicious-zeros", lambda s: (counted(s, "s2", 0), counted(s, "list:other", 12))[0]),
    ("class-without-definition", run_sql("UPDATE taxon SET definition = '' WHERE path = 'joint'")),
    ("duplicate-names", doubled),
    ("duplicate-names", run_sql("UPDATE paper SET title_key = 'same' WHERE arxiv <> '2501.00003'")),
    ("stale-suggestions", suggested),
    ("broken-taxon-paths", run_sql("UPDATE taxon SET path = 'elsewhere' WHERE path = 'joint'")),
    ("resolved-values", run_sql("UPDATE paper SET title = 'Wrong' WHERE arxiv = '2501.00001'")),
    ("search-index", lambda s: remove_texts(s, [number(s, SECOND)])),
    ("missing-reasons", run_sql("UPDATE assignment SET status = 'undecided', taxon_id = NULL WHERE id = 1")),
]  # fmt: skip


def check(store: Store, *names: str, fix: bool = False) -> dict[str, CheckReport]:
    """What the doctor says."""
    with store.writing() as session:
        return {report.check: report for report in find_problems(session, names, fix=fix)}


def test_a_well_store_has_no_findings_and_fixing_it_changes_nothing(filled: Store) -> None:
    before = dump(filled)
    found = check(filled, fix=True)
    assert list(found) == list(CHECKS)
    assert {name: report.findings for name, report in found.items() if report.findings} == {}
    assert dump(filled) == before


@pytest.mark.parametrize(("name", "break_it"), BROKEN, ids=[f"{name}-{n}" for n, (name, _) in enumerate(BROKEN)])
def test_what_is_wrong_is_found_and_fixed_where_that_is_safe(
    filled: Store, name: str, break_it: Callable[[Session], None]
) -> None:
    with filled.writing() as session:
        break_it(session)
    broken = dump(filled)
    report = check(filled, name)[name]
    assert report.findings and report.remedy
    again = check(filled, name, fix=True)[name]
    assert (again.fixed > 0) == again.fixable
    if again.fixable:
        assert check(filled, name)[name].findings == []
    else:
        assert dump(filled) == broken


def test_a_quote_whose_text_changed_is_dead(filled: Store) -> None:
    say(filled, FIRST, "accept", UNIFIED, evidence="denoise video and action jointly")
    assert check(filled, "missing-quotes")["missing-quotes"].findings == []
    with filled.writing() as session:
        actor = get_actor(session, "ana", "person")
        set_values(session, actor, FIRST, {"abstract": ABSTRACT.replace("denoise", "predict")})
    found = check(filled, "missing-quotes")["missing-quotes"].findings
    assert ["denoise video" in finding.problem for finding in found] == [True]


def test_a_suggestion_is_stale_when_its_taxon_is_merged(filled: Store) -> None:
    with filled.writing() as session:
        suggested(session)
    run_edit(filled, "wam", TaxonEdit(operation="merge", taxon=UNIFIED, into="joint"), "ana")
    (finding,) = check(filled, "stale-suggestions")["stale-suggestions"].findings
    assert "deleted or moved" in finding.problem


def test_a_check_there_is_none_of_is_named(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="missing-dates"):
        check(filled, "health")


def test_the_command_line(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with seeded_store.writing() as session:
        remove_texts(session, [session.exec(select(Paper.id)).first() or 0])
        assert session.exec(select(Taxon)).first()
    assert run(["doctor"]) == 0
    assert "search-index: 1 found, 0 fixed" in capsys.readouterr().out
    assert run(["doctor", "search-index", "--fix", "--json"]) == 0
    (report,) = orjson.loads(capsys.readouterr().out)
    assert (report["fixed"], report["fixable"]) == (1, True)
    assert run(["doctor", "nothing"]) == 1
    assert "search-index" in capsys.readouterr().err


@pytest.mark.parametrize("verdict", ["different", "unsure", "same"])
def test_papers_of_one_title_with_two_dois_are_named_until_a_person_answers(
    store: Store, tmp_path: Path, verdict: str
) -> None:
    twins = [
        {"title": "Kites over the Bay", "authors": [author], "doi": doi, "year": 2020}
        for author, doi in (("O. Lund", "10.1000/a"), ("Olga Lund", "10.1000/b"))
    ]
    prefaces = [{"title": "Preface", "venue": venue, "year": 2019} for venue in ("Kites", "Winds")]
    fill(store, tmp_path, *twins, *prefaces)
    with store.reading() as session:
        (report,) = find_problems(session, ["duplicate-names"])
    (finding,) = report.findings
    named = finding.problem.split("`")[1]
    assert "another DOI" in finding.problem and named.startswith("wamkg duplicates judge ")
    one, other = named.split()[3:5]
    with store.writing() as session:
        record_judgement(session, get_actor(session, "ana", "person"), (one, other), verdict)
    with store.reading() as session:
        assert find_problems(session, ["duplicate-names"])[0].findings == []
