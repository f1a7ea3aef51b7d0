"""The importer against a second, independent reading of real lists and bibliographies; the misses are printed.

The second readings are `tests/helpers/list_reading.py` and `reference_reading.py`. A file that is not yet read right is
named in `NOT_YET`: its test must fail, so whoever makes it right takes the name out.
"""

from pathlib import Path

import pytest

from tests.helpers import list_reading, reference_reading
from wamkg.importing.parse import parse
from wamkg.importing.seed_files import seed_catalogue
from wamkg.importing.source import open_source
from wamkg.matching.record import Record, UnreadableLine

MIN_TITLES = 0.99
"""Share of a list's entries whose title must be right."""
MIN_VALUES = 0.995
"""Share of a bibliography's records that must have the authors, year, arXiv id and DOI that the file gives."""
UNCLOSED = "cr_ebsco.bib"
"""Its entries never close their last brace: a record may come out, or be listed as unreadable."""
NOT_YET: set[str] = set()
REFERENCES = {
    "krs.bib": "bibtex",
    "actionsurvey.bib": "bibtex",
    "pyrobotics.bib": "bibtex",
    "cr_web_of_science.bib": "bibtex",
    "cr_europe_pmc.bib": "bibtex",
    "cr_ebsco.bib": "bibtex",
    "cr_proquest.bib": "bibtex",
    "asr_web_of_science.txt": "ris",
    "asr_pubmed_endnote.txt": "ris",
    "asr_issue_992.txt": "ris",
    "lit_example.ris": "ris",
    "cr_ieee.ris": "ris",
    "cr_trid.ris": "ris",
    "rispy_wos.ris": "wos plain text",
    "lit_scopus.csv": "csv",
    "lit_springer.csv": "csv",
    "lit_ieee.csv": "csv",
    "cr_springer.csv": "csv",
    "cr_pubmed.csv": "csv",
}


def marked(names: list[str]) -> list[object]:
    """The names as parameters; those not yet read right are expected to fail."""
    failing = pytest.mark.xfail(strict=True, reason="not yet read right; take it out of NOT_YET once it is")
    return [pytest.param(name, marks=[failing] if name in NOT_YET else []) for name in names]


@pytest.fixture(scope="module")
def real(shared_data: Path) -> Path:
    """Public files of other people, which are not part of the project."""
    folder = shared_data / "real"
    if not folder.is_dir():
        pytest.skip("the real files (WAMKG_SHARED/real) are not here")
    return folder


def read(path: Path) -> tuple[list[Record], list[UnreadableLine]]:
    """What the importer makes of a file."""
    with open_source(str(path)) as source:
        items = list(parse(source, seed_catalogue()).items)
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, UnreadableLine)]


def rows_of(table: Path, name: str) -> list[dict[str, str]]:
    """Rows of a table of the folder that speak of one file."""
    head, *rows = [line.split("\t") for line in table.read_text().splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows if row[0] == name]


@pytest.mark.parametrize("name", marked(sorted(list_reading.READINGS)))
def test_titles_of_a_real_list_are_right_in_99_of_100_entries(real: Path, name: str) -> None:
    entries = list(list_reading.READINGS[name]((real / name).read_text()))
    records, _ = read(real / name)
    misses = list_reading.compare(entries, records)
    for miss in misses:
        print(f"{name}:{miss.line} {miss.kind}, {miss.what}: wanted {miss.wanted!r}, got {miss.got!r}")
    wrong = {miss.line for miss in misses if miss.what in ("no record", "title")}
    assert 1 - len(wrong) / len(entries) >= MIN_TITLES, f"{len(wrong)} of {len(entries)} titles"
    assert len({miss.line for miss in misses if miss.what == "arxiv"}) <= len(entries) * (1 - MIN_VALUES)
    for row in rows_of(real / "titles.tsv", name):
        assert row["title"] in [r.title for r in records if r.arxiv == row["arxiv"]]


@pytest.mark.parametrize("name", sorted(list_reading.READINGS))
def test_the_second_reading_finds_the_entries_counted_by_hand(real: Path, name: str) -> None:
    (row,) = rows_of(real / "expected.tsv", name)
    entries = list(list_reading.READINGS[name]((real / name).read_text()))
    assert len(entries) >= int(row["records"])


@pytest.mark.parametrize("name", marked(sorted(REFERENCES)))
def test_records_of_a_real_bibliography_have_what_the_file_gives(real: Path, name: str) -> None:
    (row,) = rows_of(real / "expected.tsv", name)
    references = list(reference_reading.reading_of(row["format"])(reference_reading.text_of(real / name)))
    records, unreadable = read(real / name)
    misses = reference_reading.compare(references, records)
    for miss in misses:
        print(f"{name}:{miss.line} {miss.what}: wanted {miss.wanted!r}, got {miss.got!r}")
    listed = len(unreadable) if name == UNCLOSED else 0
    assert len(records) + listed == int(row["records"])
    for what in ("authors", "names", "year", "arxiv", "doi", "title"):
        having = sum(bool(getattr(r, {"authors": "people", "names": "people"}.get(what, what))) for r in references)
        wrong = [miss for miss in misses if miss.what == what]
        assert len(wrong) <= having * (1 - MIN_VALUES), f"{len(wrong)} of {having} {what}"


@pytest.mark.parametrize("name", sorted(set(REFERENCES) - {UNCLOSED}))
def test_the_second_reading_counts_what_was_counted_by_hand(real: Path, name: str) -> None:
    (row,) = rows_of(real / "expected.tsv", name)
    found = list(reference_reading.reading_of(row["format"])(reference_reading.text_of(real / name)))
    counts = [
        sum(bool(v) for v in values)
        for values in zip(*((r.title, r.people, r.year, r.arxiv, r.doi) for r in found), strict=True)
    ]
    assert [len(found), *counts] == [int(row[c]) for c in ("records", "titles", "authors", "year", "arxiv", "doi")]
