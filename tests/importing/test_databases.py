"""Records as databases print them: several values in one cell, dates with words, DOIs in a library's links."""

from wamkg.importing.links import doi_of
from wamkg.importing.references.table import parse_table
from wamkg.importing.references.tagged import parse_ris
from wamkg.matching.record import Dropped, Record


def records(items: object) -> list[Record]:
    assert isinstance(items, list)
    assert all(isinstance(item, Record) for item in items), items
    return items


def test_a_source_with_year_volume_and_pages_in_one_cell_is_split() -> None:
    resolver = "http://links.example.org/find?sid=X&id=doi:10.1000%2Fsand.7&atitle=Dunes"
    rows = ["Journal of Sand (2014) 3:2 (152-160). Date of Publication: 25 Aug 2014", "Dune Letters (2018) 54"]
    text = "Title,Author Names,Source,Open URL Link\n" + "".join(
        f'Dunes that Move,"Lee A., Cole B.",{row},{resolver}\n' for row in rows
    )
    one, two = records(list(parse_table(text)))
    assert (one.venue, one.year, one.volume, one.number, one.pages) == ("Journal of Sand", 2014, "3", "2", "152-160")
    assert (str(one.dates["venue"]), one.doi) == ("2014-08-25", "10.1000/sand.7")
    assert (two.venue, two.year, two.volume, two.number) == ("Dune Letters", 2018, "54", None)


def test_a_doi_in_the_query_of_a_link_resolver_is_read() -> None:
    assert doi_of("https://find.example.org/?rft_id=info:doi/10.1000/sand.7&rft.au=Lee") == "10.1000/sand.7"
    assert doi_of("https://find.example.org/?id=doi:10.1000%2fsand.7") == "10.1000/sand.7"
    assert doi_of("https://find.example.org/?id=7&title=10.1000/sand.7") is None


def test_words_behind_the_date_of_ris_are_the_month_as_printed() -> None:
    dates = ["2020/04//Apr-Jun, 2020", "2019/08/02/Aug2019 Supplement", "1998///Spring"]
    text = "".join(f"TY  - JOUR\nT1  - Dunes\nJO  - Sand\nY1  - {date}\nER  - \n" for date in dates)
    found = records(list(parse_ris(text)))
    assert [r.year for r in found] == [2020, 2019, 1998]
    assert [str(r.dates.get("venue")) for r in found] == ["2020-04", "2019-08-02", "None"]
    assert [r.details["month"] for r in found] == ["Apr-Jun, 2020", "Aug2019 Supplement", "Spring"]
    assert not any(isinstance(doubt, Dropped) for r in found for doubt in r.doubts)


def test_text_with_tags_between_records_is_no_record() -> None:
    text = "TY  - JOUR\nT1  - Dunes\nPU  - Sand Press\nJI  - J. Sand\nER  - \nNL  - J Sand\n\nLink to the text: x\n"
    (record,) = records(list(parse_ris(text)))
    assert (record.publisher, record.details["shortjournal"]) == ("Sand Press", "J. Sand")
