"""Records as databases print them: several values in one cell, dates with words, DOIs in a library's links."""

from wamkg.importing.links import doi_of
from wamkg.importing.references.bibtex import parse_bibtex
from wamkg.importing.references.table import parse_table
from wamkg.importing.references.tagged import parse_enw, parse_nbib, parse_ris, parse_wos
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


def ris(*lines: str) -> Record:
    (record,) = records(list(parse_ris("\n".join(["TY  - JOUR", "TI  - Dunes that Move", *lines, "ER  - "]))))
    return record


def test_further_urls_of_a_record_are_kept_as_links() -> None:
    record = ris("UR  - https://example.org/dunes", "UR  - https://example.org/dunes.pdf", "L1  - https://a.org/d.pdf")
    assert record.url == "https://example.org/dunes"
    assert sorted(record.links.values()) == ["https://a.org/d.pdf", "https://example.org/dunes.pdf"]
    assert record.doubts == []


def test_another_doi_of_a_record_is_told_wherever_it_stands() -> None:
    two = ris("DO  - 10.1000/sand.1", "DO  - 10.1000/sand.2")
    assert (two.doi, isinstance(two.doubts[0], Dropped)) == ("10.1000/sand.1", True)
    assert "10.1000/sand.2" in str(two.doubts[0])
    beside = ris("DO  - 10.1000/sand.1", "UR  - https://doi.org/10.1000/sand.3")
    assert (beside.doi, beside.url) == ("10.1000/sand.1", "https://doi.org/10.1000/sand.3")
    assert ["10.1000/sand.3" in str(doubt) for doubt in beside.doubts] == [True]


def test_several_dois_in_one_value_are_told() -> None:
    text = "PT J\nTI Dunes that Move\nDI 10.1000/sand.1; 10.1000/sand.1.r001;\n   10.1000/sand.1.r002\nER\n\nEF\n"
    (record,) = records(list(parse_wos(text)))
    assert record.doi == "10.1000/sand.1"
    assert [f"10.1000/sand.1.r00{n}" in str(record.doubts) for n in (1, 2)] == [True, True]


def test_spellings_of_one_doi_are_one() -> None:
    record = ris("DO  - 10.1000/SAND.1", "UR  - https://doi.org/10.1000%2Fsand.1", "UR  - https://example.org/dunes")
    assert (record.doi, record.doubts, list(record.links.values())) == (
        "10.1000/sand.1",
        [],
        ["https://example.org/dunes"],
    )


def test_other_formats_keep_further_urls_and_tell_further_dois() -> None:
    wanted = ("10.1000/sand.1", "https://example.org/dunes", ["https://example.org/dunes.pdf"], ["10.1000/sand.2"])
    enw = "%0 Journal Article\n%T Dunes that Move\n%R 10.1000/sand.1\n%R 10.1000/sand.2\n"
    enw += "%U https://example.org/dunes\n%U https://example.org/dunes.pdf\n"
    bib = "@article{d, title={Dunes that Move}, doi={10.1000/sand.1}, doi={10.1000/sand.2}, "
    bib += "url={https://example.org/dunes}, url={https://example.org/dunes.pdf}}"
    table = "Title,DOI,DOI link,URL,PDF\n"
    table += "Dunes that Move,10.1000/sand.1,https://doi.org/10.1000/sand.2,"
    table += "https://example.org/dunes,https://example.org/dunes.pdf\n"
    for items in (parse_enw(enw), parse_bibtex(bib), parse_table(table)):
        (record,) = records(list(items))
        told = [doi for doi in ("10.1000/sand.2",) if any(doi in str(doubt) for doubt in record.doubts)]
        assert (record.doi, record.url, list(record.links.values()), told) == wanted


def test_files_and_numbers_printed_like_urls_are_no_urls() -> None:
    record = ris("L1  - internal-pdf://7/Dunes.pdf", "UR  - <Go to ISI>://WOS:000123456700008")
    assert (record.url, record.links, record.doubts) == (None, {}, [])
    assert (record.details["accession"], record.unknown_keys) == ("WOS:000123456700008", ("L1",))


def test_columns_of_screening_tools_and_reference_managers_are_known() -> None:
    covidence = 'Title,Authors,Published Year,Published Month,Journal\nDunes that Move,"Lee, A",2014,May,Sand\n'
    (record,) = records(list(parse_table(covidence)))
    assert (record.year, record.authors, record.unknown_keys) == (2014, ["A Lee"], ())
    refworks = "Reference Type\tAuthors, Primary\tTitle Primary\tPeriodical Full\tPub Year\tStart Page\tOther Pages\n"
    refworks += "Journal Article\tde Wit, Joris, D.;Lee, Ann\tDunes that Move\tSand\t2014\t3\t9\n"
    (record,) = records(list(parse_table(refworks)))
    assert (record.title, record.venue, record.year, record.pages) == ("Dunes that Move", "Sand", 2014, "3-9")
    assert record.authors == ["Joris D. de Wit", "Ann Lee"]


def test_cells_written_as_formulas_and_cells_with_several_urls() -> None:
    text = 'Title,ISSN,Year,URL\nDunes that Move,"=""1234-5678""","=""2014""",'
    text += "https://doi.org/10.1000/sand.7|https://example.org/dunes\n"
    (record,) = records(list(parse_table(text)))
    assert (record.details["issn"], record.year, record.doi) == ("1234-5678", 2014, "10.1000/sand.7")
    assert (record.url, list(record.links.values())) == (
        "https://doi.org/10.1000/sand.7",
        ["https://example.org/dunes"],
    )


def test_what_publishers_put_behind_a_doi_is_no_part_of_it() -> None:
    for tail in ("/fulltext.html", "/figures/3", "/meta", "/full", "/tables/1", ".pdf", ""):
        record = ris("DO  - 10.1186/s12345-021-7", f"UR  - https://sand.example.org/10.1186/s12345-021-7{tail}")
        assert (record.doi, record.doubts) == ("10.1186/s12345-021-7", [])


def test_both_article_numbers_of_pubmed_are_kept() -> None:
    text = "PMID- 7\nTI  - Dunes.\nLID - 4711 [pii]\nLID - 10.1000/sand.7 [doi]\nAID - sand-7 [pii]\nSO  - S.\n"
    (record,) = records(list(parse_nbib(text)))
    assert (record.doi, record.details["pii"], record.doubts) == ("10.1000/sand.7", "4711; sand-7", [])


def test_a_database_in_the_column_source_is_no_journal() -> None:
    text = "Title,Year,Source title,Source\nDunes that Move,2014,J. Sand,Scopus\nDunes at Night,2015,,Web of Science\n"
    one, two = records(list(parse_table(text)))
    assert (one.venue, two.venue) == ("J. Sand", None)
    assert "shortjournal" not in one.details
    (other,) = records(list(parse_table("Title,Year,Journal\nDunes that Move,2014,Dimensions\n")))
    assert other.venue == "Dimensions"


def test_a_suffix_behind_the_given_name_belongs_to_neither_name() -> None:
    (pubmed,) = records(
        list(parse_nbib("PMID- 1\nTI  - Dunes.\nFAU - Lee, Ann Mary Jr\nFAU - Cole, B 3rd\nDP  - 2014\n"))
    )
    (mendeley,) = records(list(parse_bibtex("@misc{a, title={Dunes}, author={Lee, Ann Mary Jr. and Cole, B. III}}")))
    assert [(n.family, n.given, n.suffix) for n in pubmed.names] == [("Lee", "Ann Mary", "Jr"), ("Cole", "B", "3rd")]
    assert [(n.family, n.given, n.suffix) for n in mendeley.names] == [
        ("Lee", "Ann Mary", "Jr."),
        ("Cole", "B.", "III"),
    ]


def test_the_label_of_endnote_is_the_citation_key_and_pubmed_keeps_the_original_title() -> None:
    (endnote,) = records(list(parse_enw("%0 Report\n%T Dunes\n%D 2014\n%F lee-2014\n")))
    assert (endnote.key, endnote.unknown_keys) == ("lee-2014", ())
    (pubmed,) = records(list(parse_nbib("PMID- 1\nTI  - [Moving dunes].\nTT  - Vandrende klitter.\nDP  - 2014\n")))
    assert (pubmed.title, pubmed.details["origtitle"]) == ("Moving dunes", "Vandrende klitter.")
    (only,) = records(list(parse_nbib("PMID- 1\nTT  - Vandrende klitter.\nDP  - 2014\n")))
    assert "origtitle" not in only.details
