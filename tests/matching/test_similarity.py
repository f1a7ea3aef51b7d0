"""Which pairs of papers are offered to a person, without a store."""

import pytest

from wamkg.identifiers import slugify, title_key
from wamkg.matching.record import Record
from wamkg.matching.same_paper import as_known, may_be_one
from wamkg.matching.similarity import CandidatePair, candidate_pairs
from wamkg.store.papers import KnownPaper

TITLE = "Sorting Socks by Smell and Texture"


def known(number: int, title: str = TITLE, author: str = "Ole Berg", **values: object) -> KnownPaper:
    record = Record(line=number, title=title, authors=[author], year=2024)
    for name, value in values.items():
        setattr(record, name, value)
    return as_known(record, number)


def offered(*papers: KnownPaper) -> list[CandidatePair]:
    return candidate_pairs(papers)


def test_twins_with_two_dois_are_offered_below_pairs_without() -> None:
    twins = known(1, doi="10.5555/a.1"), known(2, author="Berg, O.", doi="10.5555/b.1")
    (pair,) = offered(*twins)
    assert {f.name: f.agrees for f in pair.features}["doi"] is False
    assert not may_be_one(*twins), "never one without a person"
    preprint = known(3, "Folding Shirts by Touch Alone", arxiv="2401.00001")
    assert pair.score < offered(preprint, known(4, "Folding Shirts by Touch Alone"))[0].score


@pytest.mark.parametrize(
    ("title", "author", "year"),
    [(TITLE, "Una Paz", 2024), ("Sorting Socks by Smell Alone", "Ole Berg", 2024), (TITLE, "Ole Berg", 2015)],
)
def test_two_dois_and_any_other_difference_are_two_papers(title: str, author: str, year: int) -> None:
    assert not offered(known(1, doi="10.5555/a.1"), known(2, title, author, doi="10.5555/b.1", year=year))


def test_a_title_that_many_papers_have_is_no_twin() -> None:
    assert not offered(known(1, "Sock Sorting", doi="10.5555/a.1"), known(2, "Sock Sorting", doi="10.5555/b.1"))


@pytest.mark.parametrize(
    "first", ["SOCK Collaboration", "SOCK and SHOE Collaborations", "Shoe Consortium", "The Laundry Working Group"]
)
def test_a_group_before_or_after_its_members_splits_no_paper(first: str) -> None:
    group, person = known(1, author=first), known(2, author="Ole Berg")
    assert may_be_one(group, person) and may_be_one(person, group)
    assert may_be_one(group, known(3, author="Drum Collaboration")), "two groups may be listed in either order"
    assert group.title_key == title_key(TITLE)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Émile & Co", "emile-co"),
        ("人形机器人", "ren-xing-ji-qi-ren"),
        ("Обучение роботов", "obuchenie-robotov"),
        ("!", "x"),
    ],
)
def test_a_name_in_any_script_has_a_slug_of_its_own(name: str, slug: str) -> None:
    assert slugify(name) == slug
