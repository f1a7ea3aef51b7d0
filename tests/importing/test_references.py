"""Files of reference managers: one paper told in four formats is one paper, and no text makes a reader fail."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wamkg.errors import InvalidInputError, WamkgError
from wamkg.exporting.formats import EXPORTS
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.parse_result import Item
from wamkg.importing.references.bibtex import parse_bibtex
from wamkg.importing.references.csl import parse_csl
from wamkg.importing.references.table import parse_table
from wamkg.importing.references.tagged import parse_enw, parse_nbib, parse_ris, parse_wos
from wamkg.matching.record import Record, UnreadableLine
from wamkg.store.session import Store

Parse = Callable[[str], Iterator[Item]]
BIBTEX = r"""
@string{iclr = {ICLR}}
@inproceedings{mirza2024robots, title = {{R}obots \& {W}orlds at 50\%}, author = {Mirza, Zo{\"e} and Bo Cho and others},
  booktitle = iclr, year = 2024, month = may, doi = {10.1000/xyz}, eprint = {2402.00002v3}, archiveprefix = {arXiv},
  url = {https://example.org/p}, abstract = {We see.}, pages = {1--9}}
@article{lee2023arms, title = "Arms That See the World", author = "Ann Lee",
  journal = {arXiv preprint arXiv:2302.00999}, year = 2023, month = feb}
"""
RIS = """TY  - CONF
TI  - Robots & Worlds at 50%
AU  - Mirza, Zoë
AU  - Cho, Bo
T2  - ICLR
PY  - 2024
DA  - 2024/05//
DO  - 10.1000/xyz
UR  - https://example.org/p
UR  - https://arxiv.org/abs/2402.00002
AB  - We see.
SP  - 1
EP  - 9
ER  -

TY  - JOUR
T1  - Arms That See the World
A1  - Lee, Ann
JO  - arXiv preprint arXiv:2302.00999
Y1  - 2023/02//
ER  -
"""
CSL = """[
 {"id": "a", "type": "paper-conference", "title": "Robots & Worlds at 50%", "container-title": "ICLR",
  "author": [{"family": "Mirza", "given": "Zoë"}, {"literal": "Bo Cho"}], "issued": {"date-parts": [["2024", 5]]},
  "DOI": "10.1000/xyz", "URL": "https://example.org/p", "number": "arXiv:2402.00002", "abstract": "We see.",
  "page": "1-9"},
 {"id": "b", "title": "Arms That See the World", "author": [{"family": "Lee", "given": "Ann"}], "publisher": "arXiv",
  "number": "arXiv:2302.00999", "issued": {"date-parts": [[2023, 2]]}}
]
"""
TABLE = """Title,Author,Publication Title,Date,DOI,arXiv ID,Url,Abstract Note,Pages
Robots & Worlds at 50%,"Mirza, Zoë; Cho, Bo",ICLR,2024-05,10.1000/xyz,2402.00002,https://example.org/p,We see.,1-9
Arms That See the World,Ann Lee,arXiv preprint arXiv:2302.00999,2023-02,,,,,
"""
NBIB = """PMID- 1
TI  - Robots & Worlds at 50%
FAU - Mirza, Zoë
AU  - Mirza Z
FAU - Cho, Bo
AU  - Cho B
PT  - Journal Article
JT  - ICLR
DP  - 2024 May
PG  - 1-9
AID - S1 [pii]
AID - 10.1000/xyz [doi]
UR  - https://example.org/p
GN  - arXiv:2402.00002
AB  - We
      see.

PMID- 2
TI  - Arms That See the World
FAU - Lee, Ann
JT  - arXiv preprint arXiv:2302.00999
DP  - 2023 Feb
"""
ENW = """%0 Conference Paper
%T Robots & Worlds at 50%
%A Mirza, Zoë
%A Cho, Bo
%B ICLR
%D 2024
%8 May
%P 1-9
%R 10.1000/xyz
%U https://example.org/p
%Z arXiv:2402.00002
%X We see.

%0 Journal Article
%T Arms That See the World
%A Ann Lee
%J arXiv preprint arXiv:2302.00999
%D 2023
%8 February
"""
FORMATS: dict[str, tuple[Parse, str]] = {
    "bibtex": (parse_bibtex, BIBTEX),
    "ris": (parse_ris, RIS),
    "csl-json": (parse_csl, CSL),
    "csv": (parse_table, TABLE),
    "nbib": (parse_nbib, NBIB),
    "enw": (parse_enw, ENW),
}
SUFFIX = {"bibtex": "bib", "ris": "ris", "csl-json": "json", "csv": "csv", "nbib": "nbib", "enw": "enw"}


@pytest.mark.parametrize("format", FORMATS)
def test_one_paper_told_in_any_format_is_the_same_record(format: str) -> None:
    parse, text = FORMATS[format]
    robots, arms = (item for item in parse(text) if isinstance(item, Record))
    assert (robots.title, robots.authors) == ("Robots & Worlds at 50%", ["Zoë Mirza", "Bo Cho"])
    assert (robots.venue, robots.year, robots.doi, robots.arxiv) == ("ICLR", 2024, "10.1000/xyz", "2402.00002")
    assert {kind: str(date) for kind, date in robots.dates.items()} == {"venue": "2024-05"}
    assert (robots.url, robots.abstract, robots.pages) == ("https://example.org/p", "We see.", "1-9")
    assert (robots.unknown_keys, robots.doubts) == ((), [])
    assert (arms.title, arms.authors, arms.arxiv) == ("Arms That See the World", ["Ann Lee"], "2302.00999")
    assert (arms.venue, arms.year, arms.dates) == ("arXiv", 2023, {}), "an archive's month may be any version's"


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_recognised_imported_once_and_taken_as_the_same_again(
    store: Store, tmp_path: Path, format: str
) -> None:
    path = tmp_path / f"mine.{SUFFIX[format]}"
    path.write_text(FORMATS[format][1], encoding="utf-8")
    first = import_source(store, str(path), ImportOptions())
    assert (first.format, first.counts["new"], sum(first.counts.values())) == (format, 2, 2)
    again = import_source(store, str(path), ImportOptions())
    assert (again.batch, again.counts["same"]) == (None, 2)


def test_what_is_exported_as_bibtex_comes_back_as_the_papers_it_was(seeded_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.bib"
    with seeded_store.reading() as session:
        path.write_text("".join(EXPORTS["bibtex"].write(session)))
    report = import_source(seeded_store, str(path), ImportOptions(dry_run=True))
    assert report.counts["new"] == report.counts["in conflict"] == report.counts["unreadable"] == 0
    changes = {change.partition(":")[0] for line in report.lines for change in line.changes}
    written = {"year", "key", "entry_type"}
    assert changes <= written, "where a paper has none of its own, an entry is written with a year, a key and a type"


@pytest.mark.parametrize(
    ("parse", "text", "line", "reason"),
    [
        (parse_bibtex, "@misc{a, author={Nobody}}\n@misc{c, title={C d e f}}\n@misc{d, title={D}}", 1, "no title"),
        (parse_bibtex, "@misc{a, title={A}}\n@misc{b}\n@misc{c, title={C}}", 2, "without fields"),
        (parse_bibtex, "@misc{a, title={A}}\n% @misc{b, title={B}}\n@misc{c, title={C}}", 2, "a % stands before"),
        (
            parse_ris,
            "TY  - JOUR\nTI  - A\nER  - \nTY  - JOUR\nAU  - B\nER  - \nTY  - JOUR\nTI  - C\nER  - \n",
            4,
            "no title",
        ),
        (parse_csl, '[{"title": "A"},\n 7,\n {"title": "B"}]', 2, "not an object"),
        (parse_table, "title,doi\nA,\nB,x,y\nC,\n", 3, "3 cells under 2 names"),
    ],
)
def test_a_broken_entry_is_listed_and_costs_no_other(parse: Parse, text: str, line: int, reason: str) -> None:
    items = list(parse(text))
    (bad,) = (item for item in items if isinstance(item, UnreadableLine))
    assert (bad.line, len(items)) == (line, 3)
    assert reason in bad.reason


@pytest.mark.parametrize(
    ("parse", "text", "title", "doubt"),
    [
        (parse_bibtex, "@misc{a, title={A}}\n@misc{b, title={cut\n@misc{c, title={C}}", "cut", "do not match"),
        (parse_ris, "TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  - \nTY  - JOUR\nTI  - C\nER  - \n", "A", "no end"),
        (parse_csl, '[{"title": "A"},\n {"title": "X", "author": [7]},\n {"title": "B"}]', "X", "is not a name"),
        (parse_table, "title,year,doi\nA,2020\nB,2021,10.1000/b\nC,2022,\n", "A", "2 cells under 3 names"),
    ],
)
def test_a_record_with_a_fault_is_read_and_the_fault_is_listed(parse: Parse, text: str, title: str, doubt: str) -> None:
    records = [item for item in parse(text) if isinstance(item, Record)]
    assert len(records) == 3
    (faulty,) = (record for record in records if record.doubts)
    assert faulty.title == title
    assert doubt in faulty.doubts[0]


@pytest.mark.parametrize(
    ("parse", "text", "reason"),
    [
        (parse_csl, '[{"title": "A"},\n {"title": ]', "begins at line 2"),
        (parse_csl, '[{"title": "A"}', "no end"),
        (parse_csl, "[" * 100_000, "line 1"),
        (parse_csl, '{"title": "A",\n "DOI": }', "not valid JSON at line 2"),
        (parse_table, "name,year\nA,2024\n", "no column of the table is called title"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_whole(parse: Parse, text: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        list(parse(text))


def test_a_value_that_cannot_be_read_is_listed_and_the_paper_kept() -> None:
    (record,) = parse_bibtex("@misc{a, title={A b c d}, doi={soon}, url={see below}, year={in press}}")
    assert isinstance(record, Record)
    assert record.doubts == [
        "doi 'soon' is not a DOI; it is left out",
        "url 'see below' is not a web address; it is left out",
        "year 'in press' is not a date; no year is kept",
    ]
    assert (record.doi, record.url, record.year) == (None, None, None)


def test_an_entry_whose_key_stands_twice_and_a_name_that_cannot_be_split_are_read() -> None:
    items = list(parse_bibtex("@misc{a, title={One}}\n@misc{a, title={Two}}\n@misc{b, title={Three}, author={X,,,Y}}"))
    assert [item.title for item in items if isinstance(item, Record)] == ["One", "Two", "Three"]


PIECES = st.sampled_from(["@misc{", "@article{a,", "title = ", "{", "}", '"', ",", "\n", "\\", "author = {A and B}",
                          "#",
                          "TY  - JOUR\n", "TI  - T\n", "ER  - \n", "[", "]", '{"title": "T"}', '"author": [', ":",
                          "title,doi\n", ";", "\t", "2024", "10.1/x", "\x00", "\u2028", "$x_", "PMID- 1\n", "PT J\n",
                          "TI x\n", "ER\n", "%0 Book\n", "%T x\n", "&amp;", "<i>", "'=", "{\\'e}", "\\x"])  # fmt: skip


@pytest.mark.parametrize("parse", [parse_bibtex, parse_ris, parse_csl, parse_table, parse_nbib, parse_wos, parse_enw])
@given(text=st.lists(PIECES | st.text(max_size=6), max_size=30).map("".join))
@settings(max_examples=100, deadline=None)
def test_any_text_ends_as_items_or_one_clear_line(parse: Parse, text: str) -> None:
    try:
        items = list(parse(text))
    except WamkgError as error:
        assert str(error).strip()
    else:
        lines = len(text.splitlines()) + 1
        assert all(1 <= item.line <= lines for item in items)


@pytest.mark.parametrize(
    ("journal", "venue"),
    [
        (r"{\apj}", "The Astrophysical Journal"),
        (r"{{\mnras}}", "Monthly Notices of the Royal Astronomical Society"),
        (r"{\prl{}}", "Physical Review Letters"),
        (r"{\aap, Letters}", "Astronomy and Astrophysics, Letters"),
        (r"{\AA ngstrom Reports}", "Ångstrom Reports"),
    ],
)
def test_a_macro_of_an_astronomy_journal_is_read_as_its_name(journal: str, venue: str) -> None:
    (record,) = parse_bibtex(f"@article{{a, title={{Dust lanes}}, journal={journal}, year=2009}}")
    assert isinstance(record, Record)
    assert (record.venue, record.doubts) == (venue, [])


@pytest.mark.parametrize(
    ("written", "pages"),
    [
        ("S12--S19", "S12-S19"),
        ("S12-S19", "S12-S19"),
        ("s4", "s4"),
        ("P3--P9", "P3-P9"),
        ("p3-p9", "p3-p9"),
        ("L5--L9", "L5-L9"),
        ("S. 12--19", "12-19"),
        ("S 12-19", "12-19"),
        ("p12--19", "12-19"),
        ("pp. 12 -- 19", "12-19"),
        ("77S", "77S"),
    ],
)
def test_a_letter_that_is_part_of_a_page_number_stays(written: str, pages: str) -> None:
    (bib,) = parse_bibtex(f"@article{{a, title={{Tidal mapping}}, pages={{{written}}}}}")
    assert isinstance(bib, Record)
    assert bib.pages == pages


def test_pages_of_a_supplement_keep_their_letter_in_ris() -> None:
    (record,) = parse_ris("TY  - JOUR\nTI  - Tidal mapping\nSP  - S101\nEP  - S110\nER  - \n")
    assert isinstance(record, Record)
    assert record.pages == "S101-S110"


@pytest.mark.parametrize("head", ["@article{reef1\n title", "@misc{reef1 title", "@book{ reef1\n\ttitle"])
def test_a_missing_comma_behind_the_key_is_listed(head: str) -> None:
    (record,) = parse_bibtex(head + "={Reef walkers}, year={2020}\n}")
    assert isinstance(record, Record)
    assert (record.key, record.title) == ("reef1", "Reef walkers")
    assert record.doubts == ["a comma is missing behind the key"]


def test_an_entry_without_a_key_has_no_comma_missing() -> None:
    (record,) = parse_bibtex("@misc{ title={Reef walkers} }")
    assert isinstance(record, Record)
    assert (record.key, record.doubts) == (None, [])


@pytest.mark.parametrize(
    "line",
    [
        "note={doi: 10.5555/reef.1}",
        "note={Available at DOI:10.5555/reef.1.}",
        "howpublished={Online, doi 10.5555/REEF.1}",
        "annote={doi:10.5555/reef.1}",
        "annotation={Read on paper. Digital Object Identifier 10.5555/reef.1}",
        "note={In German, doi.org/10.5555/reef.1}",
    ],
)
def test_a_doi_in_a_remark_is_the_papers(line: str) -> None:
    (record,) = parse_bibtex(f"@misc{{reef, title={{Reef walkers}}, {line}}}")
    assert isinstance(record, Record)
    assert (record.doi, record.doubts) == ("10.5555/reef.1", [])


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_ris, "TY  - JOUR\nTI  - Reef walkers\nN1  - See doi: 10.5555/reef.1\nER  - \n"),
        (parse_enw, "%0 Journal Article\n%T Reef walkers\n%Z doi: 10.5555/reef.1\n"),
        (parse_csl, '[{"id": "reef", "title": "Reef walkers", "note": "DOI: 10.5555/reef.1"}]'),
    ],
)
def test_a_doi_in_a_note_counts_in_every_format(parse: Parse, text: str) -> None:
    (record,) = parse(text)
    assert isinstance(record, Record)
    assert record.doi == "10.5555/reef.1"


@pytest.mark.parametrize("note", ["Erratum: doi:10.5555/z", "Data set at doi:10.5555/z", "Comment on doi:10.5555/z"])
def test_a_doi_of_something_else_is_not_the_papers(note: str) -> None:
    (record,) = parse_bibtex(f"@misc{{reef, title={{Reef walkers}}, note={{{note}}}}}")
    assert isinstance(record, Record)
    assert (record.doi, record.details["note"]) == (None, note)


@pytest.mark.parametrize(
    "line",
    [
        "doi={10.5555/reef.a, 10.5555/reef.b}",
        "doi={10.5555/reef.a 10.5555/reef.b}",
        "doi={https://doi.org/10.5555/reef.a; https://doi.org/10.5555/reef.b}",
        "doi={10.5555/reef.a and doi:10.5555/reef.b}",
        "doi={10.5555/reef.a}, note={doi: 10.5555/reef.b}",
        "doi={10.5555/reef.a}, annote={doi: 10.5555/reef.b}",
        "doi={10.5555/reef.a}, howpublished={https://doi.org/10.5555/reef.b}",
    ],
)
def test_a_second_doi_is_listed_wherever_it_stands(line: str) -> None:
    (record,) = parse_bibtex(f"@misc{{reef, title={{Reef walkers}}, {line}}}")
    assert isinstance(record, Record)
    assert record.doi == "10.5555/reef.a"
    assert record.doubts == ["DOI 10.5555/reef.b stands there too; 10.5555/reef.a is kept"]


def test_all_dois_of_a_csl_list_are_read() -> None:
    (record,) = parse_csl('[{"id": "reef", "title": "Reef walkers", "DOI": ["10.5555/reef.a", "10.5555/reef.b"]}]')
    assert isinstance(record, Record)
    assert record.doubts == ["DOI 10.5555/reef.b stands there too; 10.5555/reef.a is kept"]


def test_a_doi_behind_one_of_arxiv_in_the_same_field_is_read() -> None:
    (record,) = parse_bibtex("@misc{r, title={Reef walkers}, doi={10.48550/arXiv.2203.00007, 10.5555/reef.a}}")
    assert isinstance(record, Record)
    assert (record.arxiv, record.doi, record.doubts) == ("2203.00007", "10.5555/reef.a", [])


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"\textless i\textgreater Fucus\textless/i\textgreater{} beds", "Fucus beds"),
        (r"Beds of \textless b\textgreater Fucus\textless/b\textgreater{}: a map", "Beds of Fucus: a map"),
        (r"Pools of H\textless sub\textgreater 2\textless/sub\textgreater O", "Pools of H2O"),
        (r"{\textless}i{\textgreater}Fucus{\textless}/i{\textgreater} beds", "Fucus beds"),
        (r"Beds where p \textless 3 holds", "Beds where p < 3 holds"),
    ],
)
def test_a_tag_written_with_macros_is_removed(written: str, title: str) -> None:
    (record,) = parse_bibtex(f"@article{{a, title={{{written}}}, abstract={{{written}}}}}")
    assert isinstance(record, Record)
    assert (record.title, record.abstract, record.doubts) == (title, title, [])


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Ida Lind & Kofi Mensah", ["Ida Lind", "Kofi Mensah"]),
        (r"Ida Lind \& Kofi Mensah", ["Ida Lind", "Kofi Mensah"]),
        ("Lind, Ida & Mensah, Kofi", ["Ida Lind", "Kofi Mensah"]),
        ("Eva Moreno and Ida Lind & Kofi Mensah", ["Eva Moreno", "Ida Lind", "Kofi Mensah"]),
        (r"Lind, Ida \& {Reef Team}", ["Ida Lind", "Reef Team"]),
        (r"Hart {\&} Moss", ["Hart & Moss"]),
        (r"{Hart \& Moss Coastal Research}", ["Hart & Moss Coastal Research"]),
        ("{Reef Team}, and Lind, Ida", ["Reef Team", "Ida Lind"]),
        ("{Reef Team,} and Lind, Ida", ["Reef Team", "Ida Lind"]),
        ("Reef Team, and Lind, Ida", ["Reef Team", "Ida Lind"]),
    ],
)
def test_people_joined_by_an_ampersand_and_groups_before_a_comma(written: str, authors: list[str]) -> None:
    (record,) = parse_bibtex(f"@article{{a, title={{Reef walkers}}, author={{{written}}}}}")
    assert isinstance(record, Record)
    assert record.authors == authors
