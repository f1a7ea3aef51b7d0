"""Lists of people in one text: degrees, groups and nobody told apart from names."""

import pytest

from wamkg.importing.links import doi_of
from wamkg.importing.people import read_people
from wamkg.importing.references.table import parse_table
from wamkg.matching.record import Record


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Humble, M.A.", ["M.A. Humble"]),
        ("Roe, J., Humble, M.D.", ["J. Roe", "M.D. Humble"]),
        ("Reed, Ann, MD", ["Ann Reed"]),
        ("Ann Reed, Ph.D., Bo Lund, M.D.", ["Ann Reed", "Bo Lund"]),
        ("Albert and Victoria Museum", ["Albert and Victoria Museum"]),
        ("Reed, Alonzo and Lund, Vera", ["Alonzo Reed", "Vera Lund"]),
    ],
)
def test_initials_stay_and_degrees_go(text: str, shown: list[str]) -> None:
    assert [name.display for name in read_people([text]).names] == shown


def test_an_anonymous_author_is_left_out_and_said_so() -> None:
    people = read_people(["Anonymous"])
    assert people.names == []
    assert people.doubts == ["author 'Anonymous' says that nobody is named"]


@pytest.mark.parametrize(
    ("address", "doi"),
    [
        ("http://doi.acm.org/10.5555/1234567.1234568", "10.5555/1234567.1234568"),
        ("https://journal.example.org/doi/abs/10.5555/walk.12", "10.5555/walk.12"),
        ("https://example.org/10.1/walk", None),
    ],
)
def test_a_doi_in_the_path_of_any_host_is_read(address: str, doi: str | None) -> None:
    assert doi_of(address) == doi


def test_the_address_of_a_paper_counts_whatever_its_column_is_called() -> None:
    text = "Title,Abstract,PreprintAddress,Mood\nA gait of the marsh,It walks.,https://arxiv.org/abs/2401.90001,glad\n"
    (record,) = parse_table(text)
    assert isinstance(record, Record)
    assert (record.arxiv, record.url) == ("2401.90001", "https://arxiv.org/abs/2401.90001")
    assert record.unknown_keys == ("Mood",)


ONE = {
    "Ma, Jianxin": "Jianxin Ma",
    "Rahman, Md": "Md Rahman",
    "Rivers III, James L": "James L Rivers III",
    "Lake, Julia B, MLS": "Julia B Lake",
    "Moor, Ann, PhD, MPH": "Ann Moor",
    "Hill, Matt, Ed": "Matt Hill",
    "de Wit, Joris, D.": "Joris D. de Wit",
    "de Wit, Joris Jan, V": "Joris Jan V de Wit",
    "Rivers-Lake, M., I": "M. I Rivers-Lake",
    "NCT01234567": "NCT01234567",
}


@pytest.mark.parametrize("text", ONE)
def test_degrees_are_left_out_and_short_names_are_not(text: str) -> None:
    people = read_people([text])
    assert ([name.display for name in people.names], people.doubts) == ([ONE[text]], [])


@pytest.mark.parametrize("text", ["Lee A1,2, Cho B3", "Ann Lee1,2, Bo Cho3, Cy Dee*"])
def test_numbers_of_affiliations_are_nobody(text: str) -> None:
    people = read_people([text])
    assert not any(c.isdigit() or c == "*" for name in people.names for c in name.display)
    assert people.doubts == []
