"""Values that are no plain date, id, column or command: kept as far as they go, and what is lost is listed."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.helpers.importing_samples import EMPTY, read
from wamkg.identifiers import arxiv_id, doi, find_arxiv, malformed_arxiv
from wamkg.importing.ids import identified
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.jsonl import parse_jsonl
from wamkg.importing.parse_result import Item
from wamkg.importing.references.bibtex import parse_bibtex
from wamkg.importing.references.csl import parse_csl
from wamkg.importing.references.table import parse_table
from wamkg.importing.references.tagged import parse_enw, parse_nbib, parse_ris, parse_wos
from wamkg.matching.record import Dropped, Record
from wamkg.store.session import Store

Parse = Callable[[str], Iterator[Item]]


def details_of(record: Record) -> dict[str, str]:
    """The details of a record, apart from the braces of its title."""
    return {name: value for name, value in record.details.items() if name != "titlebraces"}


def one(parse: Parse, text: str) -> Record:
    """The only record of a text."""
    (record,) = parse(text)
    assert isinstance(record, Record)
    return record


def dated(field: str) -> Record:
    """The record of a BibTeX entry with a field for its date."""
    return one(parse_bibtex, f"@article{{a, title={{Beans}}, journal={{Beds}}, {field}}}")


@pytest.mark.parametrize(
    ("field", "year", "date", "details"),
    [
        ("date={31.12.2021}", 2021, "2021-12-31", {}),
        ("date={3. Mai 2019}", 2019, "2019-05-03", {}),
        ("date={2019-05-04T10:30:00Z}", 2019, "2019-05-04", {}),
        ("date={2021-23}", 2021, None, {"month": "autumn"}),
        ("year={Herbst 2017}", 2017, None, {"month": "Herbst"}),
        ("year=2020, month={Spring}", 2020, None, {"month": "Spring"}),
        ("date={Winter 2019/2020}", 2019, None, {"month": "Winter 2019/2020"}),
        ("year=2018, pubstate={forthcoming}", 2018, None, {"pubstate": "forthcoming"}),
        ("year={2016b}", 2016, None, {}),
        ("year={2014/09}", 2014, "2014-09", {}),
        ("date={2009-12}", 2009, "2009-12", {}),
        ("year=2008, month={7-8}", 2008, "2008-07", {"month": "7-8"}),
    ],
)
def test_a_date_that_can_be_kept_is_kept_without_a_doubt(
    field: str, year: int, date: str | None, details: dict[str, str]
) -> None:
    record = dated(field)
    found = str(record.dates["venue"]) if record.dates else None
    assert (record.year, found, details_of(record), record.doubts) == (year, date, details, [])


@pytest.mark.parametrize(
    ("field", "year", "kept"),
    [
        ("date={1999~}", 1999, "1999~"),
        ("date={1872?}", 1872, "1872?"),
        ("year={c. 1998}", 1998, "1998~"),
        ("year={[ca. 1903]}", 1903, "1903~"),
        ("date={1998/2001}", 1998, "1998/2001"),
        ("year={1998--2001}", 1998, "1998/2001"),
        ("year={1998–1999}", 1998, "1998/1999"),
        ("year={2020/21}", 2020, "2020/2021"),
        ("year={2011/12}", 2011, "2011/2012"),
        ("year={2009--11}", 2009, "2009/2011"),
        ("date={2007/08}", 2007, "2007/2008"),
        ("date={2004-06/..}", 2004, "2004-06/"),
        ("date={/2003-04-05}", 2003, "/2003-04-05"),
        ("date={199X}", None, "199X"),
    ],
)
def test_a_date_that_is_no_single_one_gives_its_year_and_stays_as_a_detail(
    field: str, year: int | None, kept: str
) -> None:
    record = dated(field)
    assert (record.year, details_of(record)) == (year, {"date": kept})
    (doubt,) = record.doubts
    assert not isinstance(doubt, Dropped)
    assert kept in doubt


@pytest.mark.parametrize(
    ("field", "year"),
    [
        ("date={2020-13}", 2020),
        ("date={2015-02-30}", 2015),
        ("date={2021-W05}", 2021),
        ("date={5/6/2014}", 2014),
        ("year={see below}", None),
        ("date={3-5 May 2020}", 2020),
        ("year=2020, month=13", 2020),
    ],
)
def test_what_is_lost_of_a_date_is_listed_as_dropped(field: str, year: int | None) -> None:
    record = dated(field)
    assert record.year == year
    assert [type(doubt) for doubt in record.doubts] == [Dropped]


@pytest.mark.parametrize("word", ["n.d.", "N. D.", "[n.d.]", "no date", "s.d.", "o. J.", "s.f.", "undated", "0000"])
def test_a_word_for_no_date_is_no_state_of_publication(word: str) -> None:
    record = dated(f"year={{{word}}}")
    assert (record.year, details_of(record), len(record.doubts)) == (None, {}, 1)


@pytest.mark.parametrize("word", ["forthcoming", "In press", "im Druck", "à paraître", "en prensa", "(to appear)"])
def test_a_remark_in_place_of_a_date_is_the_state_of_publication(word: str) -> None:
    record = dated(f"date={{{word}}}")
    assert (record.year, details_of(record)) == (None, {"pubstate": word})
    assert len(record.doubts) == 1


@pytest.mark.parametrize(
    ("parse", "text", "year", "details", "doubts"),
    [
        (parse_ris, "TY  - JOUR\nTI  - T\nJO  - J\nPY  - n.d.\nER  - \n", None, {}, 1),
        (parse_ris, "TY  - JOUR\nTI  - T\nJO  - J\nPY  - 2020///Summer\nER  - \n", 2020, {"month": "Summer"}, 0),
        (parse_ris, "TY  - JOUR\nTI  - T\nJO  - J\nY1  - 1998-2001\nER  - \n", 1998, {"date": "1998/2001"}, 1),
        (parse_table, "title,journal,date\nT,J,c. 1998\n", 1998, {"date": "1998~"}, 1),
        (parse_table, "title,journal,Publication Year\nT,J,2010/11\n", 2010, {"date": "2010/2011"}, 1),
        (parse_ris, "TY  - JOUR\nTI  - T\nJO  - J\nPY  - 2010/11\nER  - \n", 2010, {}, 0),
        (parse_table, "title,journal,date\nT,J,2020-13\n", 2020, {}, 1),
        (parse_csl, '[{"title": "T", "issued": {"date-parts": [[2019], [2021]]}}]', 2019, {"date": "2019/2021"}, 1),
        (parse_csl, '[{"title": "T", "issued": {"date-parts": [[2019]], "season": 4}}]', 2019, {"month": "winter"}, 0),
        (parse_csl, '[{"title": "T", "issued": {"date-parts": [[1950]], "circa": 1}}]', 1950, {"date": "1950~"}, 1),
        (parse_csl, '[{"title": "T", "issued": {"date-parts": [[2020, 13]]}}]', 2020, {}, 1),
        (parse_csl, '[{"title": "T", "status": "in press"}]', None, {"pubstate": "in press"}, 0),
    ],
)
def test_other_formats_keep_of_a_date_what_bibtex_keeps(
    parse: Parse, text: str, year: int | None, details: dict[str, str], doubts: int
) -> None:
    record = one(parse, text)
    assert (record.year, details_of(record), len(record.doubts)) == (year, details, doubts)


REPORT = "TY  - RPRT\nTI  - T\n{}\nER  - \n"


@pytest.mark.parametrize(
    ("parse", "text", "date", "doubts"),
    [
        (parse_ris, REPORT.format("PY  - n.d.\nDA  - 2018/05/03"), "2018-05-03", 1),
        (parse_ris, REPORT.format("PY  - 2018\nDA  - May 3-5, 2018"), "2018-05-03", 1),
        (parse_ris, REPORT.format("PY  - 2018\nDA  - 2018/05/03/2018/05/05"), "2018-05-03", 1),
        (parse_ris, REPORT.format("PY  - 2018\nDA  - 1/2/2018"), None, 1),
        (parse_ris, REPORT.format("PY  - 2018/06/04\nDA  - 2018/05/03"), "2018-06-04", 1),
        (parse_ris, REPORT.format("PY  - 2018/05\nDA  - 2018/05/03"), "2018-05-03", 0),
        (parse_nbib, "PMID- 1\nTI  - T.\nDP  - 2018\nDEP - 20180503\n", "2018-05-03", 0),
        (parse_nbib, "PMID- 1\nTI  - T.\nDP  - 2018 Jun\nDEP - 20180503\n", "2018-06", 0),
        (parse_nbib, "PMID- 1\nTI  - T.\nDP  - 2018\nDEP - 20171203\n", None, 0),
        (parse_wos, "PT J\nTI T\nPY 2018\nEA MAY 2018\nER\n", "2018-05", 0),
        (parse_enw, "%0 Report\n%T T\n%D n.d.\n%8 May 3, 2018\n", "2018-05-03", 1),
        (
            parse_csl,
            '[{"title": "T", "issued": {"raw": "2018"}, "published-online": {"raw": "2018-05-03"}}]',
            "2018-05-03",
            0,
        ),
        (parse_bibtex, "@book{a, title={T}, year={n.d.}, date={2018-05-03}}", "2018-05-03", 1),
        (parse_bibtex, "@book{a, title={T}, year=2018, month=may, day=3}", "2018-05-03", 0),
        (parse_bibtex, "@book{a, title={T}, date={2018-05-03}, month=jun}", "2018-05-03", 1),
        (parse_table, "title,year,date\nT,2018,2018-05-03\n", "2018-05-03", 0),
    ],
)
def test_the_finest_date_in_the_year_counts_whether_there_is_a_venue_or_not(
    parse: Parse, text: str, date: str | None, doubts: int
) -> None:
    record = one(parse, text)
    found = record.dates.get("venue")
    assert (record.year, str(found) if found else None, len(record.doubts)) == (2018, date, doubts)


def test_a_day_of_an_archive_is_only_a_detail() -> None:
    record = one(parse_ris, REPORT.format("DA  - 2018/05/03\nUR  - https://arxiv.org/abs/1804.00001"))
    assert (record.dates, record.details) == ({}, {"month": "5", "day": "3"})


BROKEN_IDS = ["2206.00000x", "2206.012345", "2413.01234", "2400.01234", "9913.01234", "0612.0123", "2206.0123",
              "1201.01234", "5001.01234", "hep-th/9913001"]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN_IDS)
def test_what_only_looks_like_an_arxiv_id_is_none_in_any_format(text: str) -> None:
    address = f"https://arxiv.org/abs/{text}"
    assert (arxiv_id(text), arxiv_id(address), find_arxiv(f"see arXiv:{text} there")) == (None, None, None)
    assert malformed_arxiv(address) == [text]
    assert doi(f"10.48550/arXiv.{text}") is None
    assert identified(text) is identified(address) is None
    for field in (f"url={{{address}}}", f"eprint={{{text}}}, archiveprefix={{arXiv}}", f"arxiv={{{text}}}",
                  f"journal={{arXiv preprint arXiv:{text}}}", f"doi={{10.48550/arXiv.{text}}}"):  # fmt: skip
        record = one(parse_bibtex, f"@misc{{a, title={{Beans}}, year=2020, {field}}}")
        assert (record.arxiv, record.doi, len(record.doubts)) == (None, None, 1), field
    for line in (f"- [Beans Grow in Rows]({address})", f"- **Beans Grow in Rows**, arXiv:{text} [pdf](https://a.org/b.pdf)",
                 f"| Title | arXiv |\n|---|---|\n| Beans Grow in Rows | [{text}]({address}) |"):  # fmt: skip
        (record,) = read(f"# List\n{line}\n", EMPTY).records()
        assert (record.title, record.arxiv, len(record.doubts)) == ("Beans Grow in Rows", None, 1), line


@pytest.mark.parametrize("text", ["0704.0001", "1412.0123v3", "1501.00001", "2206.01234v12", "hep-th/9901001v2"])
def test_an_arxiv_id_is_one_with_its_version_and_ending(text: str) -> None:
    bare = text.partition("v")[0]
    assert arxiv_id(f"https://arxiv.org/pdf/{text}.pdf") == arxiv_id(f"arXiv:{text}") == arxiv_id(text) == bare
    assert malformed_arxiv(f"https://arxiv.org/pdf/{text}.pdf and arXiv:{text}, and arxiv.org/abs/{bare}") == []


@pytest.mark.parametrize(
    "table",
    [
        "Titel;Autoren;Zeitschrift;Jahr;Band;Heft;Seiten;Zusammenfassung\n{};Lee, Ann;Beds;2019;3;2;1-9;We see.\n",
        "Titre,Auteurs,Revue,Année,Tome,Numéro,Pages,Résumé\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "Título,Autores,Revista,Año,Volumen,Número,Páginas,Resumen\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "Titolo,Autori,Rivista,Anno,Volume,Fascicolo,Pagine,Riassunto\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "Título,Autor,Periódico,Ano,Volume,Número,Páginas,Resumo\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "Titel,Auteurs,Tijdschrift,Jaar,Jaargang,Nummer,Pagina's,Samenvatting\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "标题,作者,期刊,年份,卷,期,页码,摘要\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "タイトル,著者,雑誌名,発行年,巻,号,ページ,抄録\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "제목,저자,학술지명,발행연도,권,호,페이지,초록\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "Название,Авторы,Журнал,Год,Том,Номер,Страницы,Аннотация\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
        "Tytuł,Autorzy,Czasopismo,Rok,Tom,Numer,Strony,Streszczenie\n{},Ann Lee,Beds,2019,3,2,1-9,We see.\n",
    ],
)
def test_columns_of_other_languages_are_known_and_a_journal_makes_an_article(table: str) -> None:
    record = one(parse_table, table.format("Beans in Rows"))
    assert (record.title, record.authors, record.venue, record.year) == ("Beans in Rows", ["Ann Lee"], "Beds", 2019)
    assert (record.entry_type, record.volume, record.number, record.pages) == ("article", "3", "2", "1-9")
    assert (record.abstract, record.unknown_keys, record.doubts) == ("We see.", (), [])


@pytest.mark.parametrize(
    ("column", "venue", "kind"),
    [
        ("Journal", "Beds", "article"),
        ("Conference", "Beds", "inproceedings"),
        ("Tagungsband", "Beds", "inproceedings"),
        ("Source title", "Beds", None),
        ("Journal", "NeurIPS", None),
        ("Zeitschrift", "arXiv", None),
    ],
)
def test_the_column_of_the_venue_tells_the_kind_where_nothing_else_does(column: str, venue: str, kind: str) -> None:
    assert one(parse_table, f"Title,Authors,{column},Year\nBeans,Ann Lee,{venue},2019\n").entry_type == kind
    typed = f"Title,Authors,{column},Type\nBeans,Ann Lee,{venue},Book Chapter\n"
    assert one(parse_table, typed).entry_type == "incollection"


@pytest.mark.parametrize(
    ("typed", "title", "lost"),
    [
        (r"Beans~\cite{lee2020} Grow", "Beans Grow", [r"\cite{lee2020}"]),
        (r"Beans Grow \citep[see][p. 3]{x}.", "Beans Grow.", [r"\citep[see][p. 3]{x}"]),
        (r"Beans Grow\footnote{In {\em soil}.}", "Beans Grow", [r"\footnote{In {\em soil}.}"]),
        (r"As in (\ref{fig:1}), Beans \textcite{a,b} Grow", "As in, Beans Grow", [r"\ref{fig:1}", r"\textcite{a,b}"]),
        (r"Beans\thanks{Funded by peas} \label{t}Grow", "Beans Grow", [r"\thanks{Funded by peas}"]),
        (r"Beans \includegraphics[width=2em]{a.png} Grow \eqref{e}", "Beans Grow", ["a.png", r"\eqref{e}"]),
    ],
)
def test_commands_that_point_elsewhere_leave_no_trace_but_a_doubt(typed: str, title: str, lost: list[str]) -> None:
    record = one(parse_bibtex, f"@misc{{a, title={{{typed}}}, abstract={{{typed}}}, year=2020}}")
    assert (record.title, record.abstract) == (title, title)
    doubts = [doubt for doubt in record.doubts if doubt.startswith("title")]
    assert len(doubts) == len(lost)
    assert all(isinstance(doubt, Dropped) and text in doubt for doubt, text in zip(doubts, lost, strict=True))


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        (r"Beans~-- How They Grow", "Beans – How They Grow"),
        (r"Beans --~How They Grow", "Beans – How They Grow"),
        (r"Beans in Vol.~3, about ~30 of Them", "Beans in Vol. 3, about ~30 of Them"),
    ],
)
def test_a_tie_beside_a_dash_is_a_space(typed: str, title: str) -> None:
    record = one(parse_bibtex, f"@misc{{a, title={{{typed}}}, pages={{3~--~9}}, year=2020}}")
    assert (record.title, record.pages) == (title, "3-9")


def test_a_record_of_ris_without_its_blanks_is_read_like_the_others() -> None:
    text = (
        "TY  - JOUR\nTI  - One two\nAB  - T2- weighted\nPY- no tag\nER  - \nTY- JOUR\nTI- Three four\nPY- 2020\nER-\n"
    )
    first, second = parse_ris(text)
    assert isinstance(first, Record) and isinstance(second, Record)
    assert (first.title, first.abstract) == ("One two", "T2- weighted PY- no tag")
    assert (second.title, second.year, second.doubts) == ("Three four", 2020, [])


def test_a_second_volume_is_listed_as_dropped() -> None:
    record = one(parse_ris, "TY  - JOUR\nTI  - Owls\nPY  - 2020\nVL  - 3\nVL  - 4\nIS  - 1\nIS  - 1\nER  - \n")
    assert (record.volume, record.number) == ("3", "1")
    noted = one(parse_ris, "TY  - JOUR\nTI  - Owls\nPY  - 2020\nM1  - Lee, A. (2001)\nM1  - Cho, B. (2002)\nER  - \n")
    assert (noted.number, noted.unknown_keys, noted.doubts) == (None, ("M1",), [])
    assert record.doubts == ["VL stands 2 times; '4' is left out"] and isinstance(record.doubts[0], Dropped)


@pytest.mark.parametrize(
    ("printed", "title"),
    [("[Owls in snow].", "Owls in snow"), ("Owls...", "Owls..."), ("Owls [in snow].", "Owls [in snow]")],
)
def test_the_marks_of_medline_around_a_title_are_no_part_of_it(printed: str, title: str) -> None:
    assert one(parse_nbib, f"PMID- 1\nTI  - {printed}\nDP  - 2020\n").title == title


RIS = "TY  - JOUR\nTI  - One two three\nAU  - Lee, Ann\nPY  - 2020\nER  - \n"
NBIB = "PMID- 1\nTI  - One two three.\nFAU - Lee, Ann\nDP  - 2020\nSO  - Beds. 2020\n\n"
WOS = "FN Clarivate\nVR 1.0\nPT J\nAU Lee, Ann\nTI One two three\nPY 2020\nER\n\n"


@pytest.mark.parametrize(
    ("name", "whole", "cut"),
    [
        ("a.ris", RIS, "TY  - JOUR\nTI  - Four five six\nAU  - Cho, Bo\nJO  - Be"),
        ("a.ris", "", "TY  - JOUR\nTI  - Four five six\nAU  - Cho, Bo\nPY  - 20"),
        ("a.nbib", NBIB, "PMID- 2\nTI  - Four five six.\nFAU - Cho, Bo\nAB  - We see tha"),
        ("wos.txt", WOS, "PT J\nAU Cho, Bo\nTI Four five six\nPY 20"),
        ("a.bib", "@misc{a, title={One two three}, author={Ann Lee}, year=2020}\n",
         "@misc{b, title={Four five six}, author={Bo Cho}, note={We se"),
        ("a.csv", "title,authors,note\nOne two three,Ann Lee,yes\n", 'Four five six,Bo Cho,"We se'),
    ],
)  # fmt: skip
def test_a_file_that_is_cut_off_is_read_and_the_import_is_partial(
    name: str, whole: str, cut: str, migrated_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(whole + cut, encoding="utf-8")
    empty_store = Store(f"sqlite:///{migrated_file}")
    report = import_source(empty_store, str(path), ImportOptions(dry_run=True))
    empty_store.close()
    assert report.is_partial
    lost = [doubt for doubt in report.doubts if doubt.dropped and "cut off" in doubt.text]
    assert [(doubt.title.strip("."), doubt.line > whole.count("\n")) for doubt in lost] == [("Four five six", True)]


@pytest.mark.parametrize(("parse", "text"), [(parse_ris, RIS * 2), (parse_nbib, NBIB * 2), (parse_wos, WOS + "EF\n")])
def test_a_whole_file_has_no_doubts(parse: Parse, text: str) -> None:
    assert [item.doubts for item in parse(text) if isinstance(item, Record)] == [[]] * text.count("One two three")


def test_a_crossref_to_an_entry_that_is_not_there_is_kept(tmp_path: Path) -> None:
    text = "@inproceedings{a, title={Oats in Rows}, author={Bo Cho}, year=2020, crossref={meet20}}\n"
    record = one(parse_bibtex, text)
    assert details_of(record) == {"crossref": "meet20"}
    assert [doubt for doubt in record.doubts if "meet20" in doubt]
    both = text + "@proceedings{meet20, title={Meeting on Rows}, year=2020}\n"
    child = next(iter(parse_bibtex(both)))
    assert isinstance(child, Record)
    assert (details_of(child), child.venue, child.doubts) == ({}, "Meeting on Rows", [])


def test_names_with_the_family_name_first_are_turned_in_json_lines() -> None:
    line = (
        '{"title": "Tea For Robots", "authors": ["Novak, Mia Ana", "van der Berg, Jan", "Ada Lowe", "Teapots, Inc."]}'
    )
    (record,) = parse_jsonl(BytesIO(line.encode()))
    assert isinstance(record, Record)
    assert record.authors == ["Mia Ana Novak", "Jan van der Berg", "Ada Lowe", "Teapots, Inc."]
    assert [name.family for name in record.names] == ["Novak", "Berg", "Lowe", ""]


def test_a_year_in_a_venue_that_is_another_stays_in_it() -> None:
    kelp = b'{"title": "Kelp In The Wild", "venue": "Computer Vision - ECCV 2020", "year": 2021}\n'
    first, second = parse_jsonl(BytesIO(kelp + b'{"title": "Tea", "venue": "ICRA 2019"}\n'))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.venue, first.year) == ("Computer Vision - ECCV 2020", 2021)
    assert (second.venue, second.year) == ("ICRA", 2019)


def test_the_number_that_tells_people_of_one_name_apart_is_no_part_of_it() -> None:
    people = one(
        parse_bibtex, "@article{k, title={Every Wave}, author={Minjun Kim 0001 and Li 0002, Wei}, year={2023}}"
    )
    assert people.authors == ["Minjun Kim", "Wei Li"]
