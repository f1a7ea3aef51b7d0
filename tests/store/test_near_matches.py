"""Errors suggest what the user may have meant: taxa, papers, entities, jobs, formats, figures, verbs."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from wamkg.cli import run
from wamkg.errors import WamkgError
from wamkg.exporting.formats import EXPORTS
from wamkg.figures.query import FigureQuery
from wamkg.graph.build import find_node
from wamkg.importing.detect import ensure_known
from wamkg.jobs.kinds import check_job
from wamkg.near_matches import did_you_mean, unknown
from wamkg.store.entity_refs import get_entity_by_ref
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Paper
from wamkg.store.taxonomies import find_taxon, get_taxonomy

NAMES = st.text(min_size=1, max_size=30)


@pytest.fixture
def session(seeded_store: Store) -> Iterator[Session]:
    with seeded_store.reading() as session:
        yield session


def message_of(action: Callable[[], object]) -> str:
    """The one-line error of an action."""
    with pytest.raises(WamkgError) as raised:
        action()
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("wanted", "meant"), [("bib", "bibtex or biblatex"), ("gr", "graphml"), ("sk", "skos"), ("list", "awesome-list")]
)
def test_the_beginning_or_a_long_part_of_a_name_is_enough(wanted: str, meant: str) -> None:
    assert did_you_mean(wanted, list(EXPORTS)) == f"; did you mean {meant}?"


def test_one_letter_or_a_short_part_is_not_enough() -> None:
    assert did_you_mean("b", list(EXPORTS)) == did_you_mean("ml", list(EXPORTS)) == ""


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("joint/difusion", "joint/diffusion"),
        ("Joint/Diffusion ", "joint/diffusion"),
        ("jiont/diffusion", "joint/diffusion"),
        ("difusion", "joint/diffusion"),
        ("cascadde", "cascaded"),
        ("joint diffusion", "joint/diffusion"),
    ],
)
def test_a_mistyped_taxon_names_the_nearest_one(session: Session, path: str, meant: str) -> None:
    wam = get_taxonomy(session, "wam")
    message = message_of(lambda: find_taxon(session, wam, path))
    assert message.startswith(f"no taxon {path!r} in taxonomy wam; did you mean ")
    assert meant in message


def test_a_taxon_like_no_other_is_told_where_all_are_listed(session: Session) -> None:
    wam = get_taxonomy(session, "wam")
    assert message_of(lambda: find_taxon(session, wam, "qqqq")).endswith("; `wamkg taxon health wam` lists all paths")


def test_a_mistyped_taxonomy_names_the_nearest_one(session: Session) -> None:
    assert "did you mean wam?" in message_of(lambda: get_taxonomy(session, "waam"))


def test_a_mistyped_slug_or_key_of_a_paper_names_the_nearest_one(session: Session) -> None:
    slug = next(slug for slug in session.exec(select(Paper.slug).order_by(Paper.slug)) if len(slug) > 8)
    assert f"did you mean {slug}" in message_of(lambda: find_paper(session, slug[:5] + slug[6:]))
    assert "write arxiv:ID" in message_of(lambda: find_paper(session, "zzzzzzz"))
    assert "did you mean" not in message_of(lambda: find_paper(session, "arxiv:2302.00199"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [("method:unpi", "unipi"), ("methd:unipi", "method:unipi"), ("benchmark:libro", "libero"),
     ("taxon:wam:joint/difusion", "joint/diffusion"), ("taxn:wam:joint", "taxon:wam:joint")],
)  # fmt: skip
def test_a_mistyped_entity_names_the_nearest_one(session: Session, text: str, meant: str) -> None:
    assert "did you mean" in (message := message_of(lambda: find_node(session, text)))
    assert meant in message


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        (lambda: check_job("enrch", {}), "enrich"),
        (lambda: ensure_known("bibtx"), "bibtex"),
        (lambda: FigureQuery().checked("roadmp"), "roadmap"),
    ],
)
def test_a_mistyped_job_format_or_figure_names_the_nearest_one(action: Callable[[], object], meant: str) -> None:
    message = message_of(action)
    assert f"did you mean {meant}" in message
    assert "Known: " in message


def test_a_kind_that_cannot_be_set_names_the_nearest_one(session: Session) -> None:
    assert "did you mean dataset?" in message_of(lambda: get_entity_by_ref(session, "datset", "libero"))


def test_the_command_line_and_http_say_the_same(
    seeded_store: Store, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["history", "taxon:wam:joint/difusion"]) == 1
    assert "did you mean joint/diffusion?" in capsys.readouterr().err
    answer = client.get("/api/v1/taxonomies/wam/taxa/joint/difusion")
    assert (answer.status_code, "did you mean joint/diffusion?" in answer.json()["detail"]) == (404, True)
    assert "did you mean taxonomy" in client.get("/api/v1/queue?taxonmy=wam").json()["detail"]


@pytest.mark.parametrize("words", [["improt", "x"], ["taxon", "renam"], ["import", "--formt", "x"]])
def test_a_mistyped_verb_or_option_names_the_nearest_one(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    said = capsys.readouterr().err
    assert any(near in said for near in ("'import'", "'rename'", "--format"))


@given(NAMES, st.lists(NAMES, max_size=20))
def test_any_name_gives_one_line_with_known_names_only(wanted: str, known: list[str]) -> None:
    near = did_you_mean(wanted, known)
    assert not near or any(name in near for name in known)
    assert repr(wanted) in unknown("name", wanted, known)
