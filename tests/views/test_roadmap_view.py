"""The roadmap's content: which methods it holds, where, when, and under which name."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.views.roadmap import build_roadmap, short_title


@pytest.fixture
def session(seeded_store: Store) -> Iterator[Session]:
    with seeded_store.reading() as reading:
        yield reading


def test_every_classified_method_is_there_once(session: Session) -> None:
    roadmap = build_roadmap(session)
    assert len(roadmap.items) + len(roadmap.undated) == 64
    assert len({item.element_id for item in roadmap.items}) == len(roadmap.items)
    assert {item.taxon for item in roadmap.items} <= {taxon.path for taxon in roadmap.taxa}


def test_an_item_says_what_its_paper_says(session: Session) -> None:
    unipi = next(item for item in build_roadmap(session).items if item.label == "UniPi")
    assert (unipi.element_id, unipi.taxon, unipi.mark) == ("method-unipi", "cascaded/explicit/learned", "GO")
    assert (unipi.when, unipi.precision) == (date(2023, 1, 31), "day")
    assert unipi.href == "https://arxiv.org/abs/2302.00111"


def test_the_root_is_printed_under_its_short_name(session: Session) -> None:
    assert build_roadmap(session).root_label == "WAM"


def test_the_venue_rule_moves_a_paper_to_its_venues_year(session: Session) -> None:
    unipi = next(item for item in build_roadmap(session, date_rule="venue").items if item.label == "UniPi")
    assert (unipi.when, unipi.precision) == (date(2023, 1, 1), "year")


def test_items_after_as_of_are_left_out_and_the_rest_is_unchanged(session: Session) -> None:
    everything = build_roadmap(session).items
    early = build_roadmap(session, as_of=date(2024, 12, 31))
    assert early.items == tuple(item for item in everything if item.when <= date(2024, 12, 31))
    assert early.as_of == date(2024, 12, 31)


def test_the_same_store_gives_the_same_roadmap(session: Session) -> None:
    assert build_roadmap(session) == build_roadmap(session)


def test_a_paper_without_a_method_goes_by_what_it_introduces(session: Session) -> None:
    roadmap = build_roadmap(session, "evaluation")
    assert "LPIPS" in [item.label for item in roadmap.items]
    assert all(item.element_id.startswith("paper-") for item in roadmap.items if item.label == "LPIPS")


def test_undated_papers_are_listed_not_dropped(seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        paper = find_paper(session, "arxiv:2302.00111")
        paper.date = paper.year = None
        session.add(paper)
    with seeded_store.reading() as session:
        roadmap = build_roadmap(session)
    assert roadmap.undated == ("UniPi",)
    assert len(roadmap.items) == 63


def test_a_paper_known_by_its_year_is_drawn_in_that_year(seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        paper = find_paper(session, "arxiv:2302.00111")
        paper.date, paper.year = None, 2024
        session.add(paper)
    with seeded_store.reading() as session:
        roadmap = build_roadmap(session)
    (item,) = [item for item in roadmap.items if item.label == "UniPi"]
    assert (item.when, item.precision, roadmap.undated) == (date(2024, 1, 1), "year", ())


def test_unknown_names_are_refused(session: Session) -> None:
    with pytest.raises(NotFoundError, match="unknown taxonomy 'nope'"):
        build_roadmap(session, "nope")
    with pytest.raises(InvalidInputError, match="date rule"):
        build_roadmap(session, date_rule="whenever")


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("ARDuP: Active Region Video Diffusion", "ARDuP"),
        ("Learning to Act from Actionless Videos", "Learning to Act from…"),
    ],
)
def test_a_title_is_shortened_to_a_label(title: str, label: str) -> None:
    assert short_title(title) == label
