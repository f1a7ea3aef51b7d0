"""`export biblatex`: the fields of BibLaTeX, and the same papers when it is read again."""

import re
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.exporting.bibtex import as_biblatex
from wamkg.matching.entry_types import default_type
from wamkg.store.session import Store


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"year": "{2024}", "month": "mar", "day": "{7}"}, {"date": "{2024-03-07}"}),
        ({"year": "{2024}", "month": "mar"}, {"date": "{2024-03}"}),
        ({"year": "{2024}"}, {"date": "{2024}"}),
        ({"year": "{2024}", "month": "{mar--apr}"}, {"year": "{2024}", "month": "{mar--apr}"}),
        ({"year": "{in press}"}, {"year": "{in press}"}),
        ({"year": "{2024}", "yearderived": "{true}"}, {"year": "{2024}", "yearderived": "{true}"}),
        ({"journal": "{J}", "archiveprefix": "{arXiv}"}, {"journaltitle": "{J}", "eprinttype": "{arXiv}"}),
    ],
)
def test_fields_have_the_names_of_biblatex(fields: dict[str, str], written: dict[str, str]) -> None:
    assert as_biblatex(fields) == written


def test_the_exported_library_is_read_as_the_same_papers(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "seeds.bib"
    assert run(["export", "biblatex", "-o", str(file)]) == 0
    text = file.read_text(encoding="utf-8")
    assert "journaltitle" in text or "booktitle" in text
    assert len(re.findall(r"^@", text, re.M)) == 227 and "eprinttype = {arXiv}" in text
    capsys.readouterr()
    run(["import", str(file)])
    assert "0 new, 227 same, 0 changed, 0 in conflict" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "venues"),
    [
        (
            "article",
            [
                "J. Kites",
                "Int. J. Kite Res.",
                "IEEE Kite Lett.",
                "Phys. Rev. D",
                "Acta Kite",
                "Arch. Kites",
                "Kite Letters",
            ],
        ),
        (
            "inproceedings",
            ["ICRA", "Proc. Kites '21", "Kites Conf.", "Ann. Symposium on Kites", "Annual Meeting of Kites"],
        ),
        ("misc", ["arXiv", None]),
    ],
)
def test_an_abbreviated_journal_is_no_conference(kind: str, venues: list[str | None]) -> None:
    assert {venue: default_type(venue) for venue in venues} == dict.fromkeys(venues, kind)
