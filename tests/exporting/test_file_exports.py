"""Exports that are files of bytes: the workbook, which is read back, and the tables for analysts."""

import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.exporting.formats import FILE_EXPORTS
from wamkg.exporting.table import COLUMNS
from wamkg.exporting.workbook import GUIDE, LONGEST
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.source import open_source
from wamkg.services.exports import pin_citation_keys
from wamkg.store.paper_details import listed_numbers
from wamkg.store.session import Store

FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"


def _exported(store: Store, form: str, papers: int | None = None) -> bytes:
    with store.reading() as session:
        chosen = None if papers is None else listed_numbers(session)[:papers]
        return FILE_EXPORTS[form].write(session, chosen).data


def test_an_exported_workbook_is_read_back_without_a_change(seeded_store: Store, tmp_path: Path) -> None:
    pin_citation_keys(seeded_store)
    book = tmp_path / "papers.xlsx"
    book.write_bytes(_exported(seeded_store, "xlsx"))
    report = import_source(seeded_store, str(book), ImportOptions())
    assert report.counts == {"same": 227}
    assert any("'papers'" in note for note in report.notes)
    assert any("'classes', 'guide'" in note for note in report.notes)


def test_a_workbook_has_papers_classes_and_a_guide_and_no_formula(seeded_store: Store) -> None:
    book = load_workbook(io.BytesIO(_exported(seeded_store, "xlsx", 5)))
    assert book.sheetnames == ["papers", "classes", "guide"] and book["papers"].max_row == 6
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert [row[0].value for row in book["guide"].iter_rows(min_row=2)][: len(COLUMNS)] == list(COLUMNS)
    assert set(GUIDE) == set(COLUMNS)
    assert isinstance(book["papers"]["F2"].value, int | None)


def test_a_text_that_does_not_fit_into_a_cell_is_named(seeded_store: Store, tmp_path: Path) -> None:
    line = tmp_path / "long.jsonl"
    line.write_text(f'{{"title": "A paper with a very long note", "note": "{"word " * (LONGEST // 4)}"}}\n')
    import_source(seeded_store, str(line), ImportOptions())
    assert run(["export", "xlsx", "-o", str(tmp_path / "all.xlsx")]) == 3
    assert run(["export", "xlsx", "-o", str(tmp_path / "some.xlsx"), "--taxon", "joint"]) == 0
    assert run(["export", "xlsx"]) == 2


def _book(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OTHER_BOOKS = [
    _book(("Sheet1", [["Title", "Year"], ["Kites in the wind", 2024.0]])),
    _book(("Cover", [["Our reading"]]), ("List", [["Year", "title"], [2024, "Kites in the wind"]])),
    _book(
        ("papers", [["title", "first public", None], ["Kites in the wind", datetime(2024, 3, 1)]]), ("x", [["title"]])
    ),
    _book(("A", [[None, None], ["Authors", "Title", "Year"], ["Ada Abel", "Kites in the wind", "2024"]])),
    _book(("Tabelle1", [["Title", "DOI", "Year"], ["Kites in the wind", None, 2024], [None, None, None]])),
    _book(("B", [["title", "year", "first public"], ["Kites in the wind", 2024, date(2024, 3, 1)]])),
]


@pytest.mark.parametrize("content", OTHER_BOOKS)
def test_workbooks_of_others_are_read(store: Store, tmp_path: Path, content: bytes) -> None:
    book = tmp_path / "reading.xlsx"
    book.write_bytes(content)
    report = import_source(store, str(book), ImportOptions())
    assert report.counts["new"] == 1 and report.counts["unreadable"] == 0, report
    assert [(sample.title, sample.year) for sample in report.samples] == [("Kites in the wind", 2024)]


@pytest.mark.parametrize(
    ("content", "why"),
    [(_book(("A", [])), "no sheet with values"), (OTHER_BOOKS[0][:-40], "damaged"), (b"PK\x03\x04rest", "damaged")],
)
def test_a_workbook_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    book = tmp_path / "broken.xlsx"
    book.write_bytes(content)
    with pytest.raises(InvalidInputError, match=why), open_source(str(book)):
        pass


@pytest.fixture
def tables(seeded_store: Store) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(_exported(seeded_store, "sqlite"))
        yield connection


def test_every_table_and_column_for_analysts_is_documented(tables: sqlite3.Connection) -> None:
    section = FORMATS.read_text(encoding="utf-8").partition("## `sqlite`")[2]
    documented = {
        row[1]: re.findall(r"`([a-z_0-9]+)`", re.sub(r"\([^()]*\)", "", row[2]))
        for row in re.finditer(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", section, re.M)
    }
    found = {
        name: [column[1] for column in tables.execute(f"PRAGMA table_info({name})")]
        for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    assert found == documented


def test_the_tables_agree_with_the_survey(tables: sqlite3.Connection, seeded_store: Store) -> None:
    def count(question: str) -> int:
        return int(tables.execute(question).fetchone()[0])

    assert count("SELECT count(*) FROM paper") == 227 and count("SELECT count(*) FROM result") == 153
    assert count("SELECT count(*) FROM placement p JOIN taxon USING (taxonomy, taxon)") == count(
        "SELECT count(*) FROM placement WHERE status = 'placed'"
    )
    assert count("SELECT count(*) FROM author LEFT JOIN paper USING (paper) WHERE title IS NULL") == 0
    assert _exported(seeded_store, "sqlite") == _exported(seeded_store, "sqlite")
