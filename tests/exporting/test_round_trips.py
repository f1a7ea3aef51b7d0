"""Export, then import: a library with every kind of special character survives in every format, and changes nothing."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
from hypothesis import Phase, given, settings
from sqlmodel import select

from tests.helpers.libraries import Work, libraries, record_of
from wamkg.exporting.formats import EXPORTS
from wamkg.importing.applier import Applier
from wamkg.importing.import_report import ImportReport
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.services.exports import pin_citation_keys
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.tables import Authorship, Paper, Venue
from wamkg.vocabulary import BatchKind

BOTH = (
    "title", "authors", "authors_cut", "year", "venue", "arxiv", "doi", "key", "entry_type", "volume", "number",
    "pages", "publisher", "details", "abstract",
)  # fmt: skip
OWN = ("note", "standing", "summary", "s2", "openalex")
KEEPS = {
    "csv": (*BOTH, *OWN),
    "bibtex": (*BOTH, "names"),
    "ris": (*BOTH, "names"),
    "csl-json": (*BOTH, "names"),
    "jsonl": (*BOTH, *OWN, "names"),
}
"""What must come back from each format; a spreadsheet has no place for the parts of a name."""
ADDRESSES = ("url", "doi", "eprint")
ENDINGS = {"csv": "csv", "bibtex": "bib", "ris": "ris", "csl-json": "json", "jsonl": "jsonl"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables and no rows."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    store = Store(f"sqlite:///{path}")
    migrate(store)
    store.close()
    return path


@contextmanager
def stores(empty: Path) -> Iterator[tuple[Path, Store, Store]]:
    """A folder with two empty stores."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / "one.db", folder / "other.db"]
        made = [Store(f"sqlite:///{shutil.copy(empty, path)}") for path in paths]
        yield folder, made[0], made[1]
        for store in made:
            store.close()


def fill(store: Store, papers: list[Work]) -> None:
    """Put the library into the store, as an importer that loses nothing would."""
    with store.writing() as session:
        batch = open_batch(session, BatchKind.IMPORT, "library", get_actor(session, "test"))
        applier = Applier(session, batch, "list:library", ImportReport("library", "records", dry_run=False))
        applier.apply(record_of(paper, line) for line, paper in enumerate(papers, 1))
        close_batch(session, batch, {})


def facts(store: Store, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """What the store says of each paper, as far as these fields go."""
    found = []
    with store.reading() as session:
        venues = {venue.id: venue.name for venue in session.exec(select(Venue))}
        for paper in session.exec(select(Paper)):
            rows = session.exec(select(Authorship).where(Authorship.paper_id == paper.id).order_by("position")).all()
            values: dict[str, Any] = paper.model_dump() | {"venue": venues.get(paper.venue_id)}
            values["authors"] = [row.name for row in rows]
            values["names"] = [(row.family, row.given, row.particle, row.suffix, row.literal) for row in rows]
            found.append({name: values[name] for name in fields})
    return sorted(found, key=lambda each: str(each["title"]).rsplit(" ", 1)[-1])


def check_compiles(text: str, papers: int) -> None:
    """A strict reader takes every entry, BibTeX can pair the braces, and no sign stops TeX.

    BibTeX pairs braces without regard to backslashes. Addresses are printed by LaTeX's commands for them.
    """
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert len(library.entries) == len({entry.key.lower() for entry in library.entries}) == papers
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    for entry in library.entries:
        for name, value in ((field.key, str(field.value)) for field in entry.fields):
            depths = list(accumulate((c == "{") - (c == "}") for c in value))
            assert not depths or (min(depths) >= 0 and depths[-1] == 0), (name, value)
            if name not in ADDRESSES and "://" not in value:
                assert len(re.findall(r"(?<!\\)\$", value)) % 2 == 0, (name, value)
                assert not re.search(r"(?<!\\)[%#&]", value), (name, value)


@pytest.mark.parametrize("form", sorted(KEEPS))
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(papers=libraries())
def test_a_library_survives_export_and_import(empty: Path, form: str, papers: list[Work]) -> None:
    with stores(empty) as (folder, one, other):
        fill(one, papers)
        path = folder / f"library.{ENDINGS[form]}"
        with one.reading() as session:
            path.write_text("".join(EXPORTS[form].write(session)), encoding="utf-8")
        if form == "bibtex":
            check_compiles(path.read_text(encoding="utf-8"), len(papers))
        first = import_source(other, str(path), ImportOptions())
        again = import_source(one, str(path), ImportOptions())
        assert first.counts["unreadable"] == 0
        assert facts(other, KEEPS[form]) == facts(one, KEEPS[form])
        assert {o: n for o, n in again.counts.items() if n and o != "same"} == {}, [
            line.changes for line in again.lines
        ]


RIS = """TY  - JOUR
TI  - Sorting Socks by Smell and Texture
AU  - Berg, Ole
T2  - Journal of Laundry
PY  - 2021
DA  - 2021/06/17
KW  - socks
ER  -
"""
BIB = """@inproceedings{paz2012shirts, title={Shirts That Fold Themselves at Night}, author={Paz, Una}, year={2012},
  booktitle={Proceedings of the International Conference on Laundry 2012}, month=nov}
@misc{vik2024buttons, title={Buttons and How Robots Lose Them}, author={Vik, Tor}, eprint={2401.00001},
  archiveprefix={arXiv}}
"""


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_an_export_of_other_formats_comes_back_the_same_and_complete(empty: Path, name: str) -> None:
    with stores(empty) as (folder, store, _):
        for file, text in (("socks.ris", RIS), ("shirts.bib", BIB)):
            (folder / file).write_text(text)
            import_source(store, str(folder / file), ImportOptions())
        pin_citation_keys(store)
        back = folder / f"back.{ENDINGS[name]}"
        with store.reading() as session:
            back.write_text("".join(EXPORTS[name].write(session)))
        report = import_source(store, str(back), ImportOptions())
    assert [(line.outcome, line.changes, line.conflicts) for line in report.lines] == [("same", (), ())] * 3
    assert not report.is_partial and not report.unknown_keys
