"""Names of authors: read from the forms in which people write them, shown, and written for BibTeX."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamkg.names import PersonName, bibtex_name, name_from_dict, parse_name

READ = [
    ("Ada Lovelace", PersonName("Lovelace", "Ada"), "Ada Lovelace"),
    ("Lovelace, Ada", PersonName("Lovelace", "Ada"), "Ada Lovelace"),
    ("Vincent van den Berg", PersonName("Berg", "Vincent", "van den"), "Vincent van den Berg"),
    ("van den Berg, Vincent", PersonName("Berg", "Vincent", "van den"), "Vincent van den Berg"),
    ("Vega Ruiz, Carla", PersonName("Vega Ruiz", "Carla"), "Carla Vega Ruiz"),
    ("Stone, III, Otto P.", PersonName("Stone", "Otto P.", "", "III"), "Otto P. Stone III"),
    ("Otto P. Stone Jr.", PersonName("Stone", "Otto P.", "", "Jr."), "Otto P. Stone Jr."),
    ("Otto P. Stone, Jr.", PersonName("Stone", "Otto P.", "", "Jr."), "Otto P. Stone Jr."),
    ("李, 小龙", PersonName("李", "小龙"), "李小龙"),
    ("李 小龙", PersonName("李", "小龙"), "李小龙"),
    ("Plato", PersonName("Plato"), "Plato"),
    ("Brown and Sons Inc.", PersonName(literal="Brown and Sons Inc."), "Brown and Sons Inc."),
    ("The Deep Sea Collaboration", PersonName(literal="The Deep Sea Collaboration"), "The Deep Sea Collaboration"),
]


@pytest.mark.parametrize(("text", "name", "shown"), READ)
def test_names_are_read_from_every_common_form(text: str, name: PersonName, shown: str) -> None:
    assert parse_name(text) == name
    assert parse_name(text).display == shown


@pytest.mark.parametrize(("text", "name", "shown"), READ)
def test_what_bibtex_gets_is_read_back_as_the_same_name(text: str, name: PersonName, shown: str) -> None:
    written = bibtex_name(name)
    assert written.startswith("{") or parse_name(written) == name


def test_bibtex_gets_a_suffix_between_commas_and_a_group_in_braces() -> None:
    assert bibtex_name(PersonName("Stone", "Otto P.", "", "Jr.")) == "Stone, Jr., Otto P."
    assert bibtex_name(PersonName(literal="Brown and Sons Inc.")) == "{Brown and Sons Inc.}"
    assert bibtex_name(PersonName("Berg", "Vincent", "van den")) == "van den Berg, Vincent"
    assert bibtex_name(PersonName("and", "Ann")) == "{and}, Ann"


_WORD = st.text("ABCDEFGHKLMNOPQRSTUVWXYZ", min_size=1, max_size=1).flatmap(
    lambda capital: st.text("abcdefghklmnopqrstuvwxyzéöñ", min_size=3, max_size=8).map(lambda rest: capital + rest)
)


@given(_WORD, _WORD, st.sampled_from(["", "van", "de la", "von der"]), st.sampled_from(["", "Jr.", "III"]))
def test_any_name_survives_bibtex_and_json(family: str, given_name: str, particle: str, suffix: str) -> None:
    name = PersonName(f"{family}x", f"{given_name}x", particle, suffix)
    assert parse_name(bibtex_name(name)) == name
    assert parse_name(name.display) == name
    assert name_from_dict(name.as_dict()) == name


def test_a_name_with_unknown_parts_or_none_is_refused() -> None:
    with pytest.raises(ValueError, match="middle"):
        name_from_dict({"family": "Stone", "middle": "P."})
    with pytest.raises(ValueError, match="nothing"):
        name_from_dict({})
