"""Loading of dataset files: everything once, whatever interrupts it, on both databases."""

import gzip
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import select

from tests.helpers.dataset_files import write_dataset
from wamkg.cli import run
from wamkg.enriching import dataset_load
from wamkg.enriching.dataset_load import LoadReport, load_dataset
from wamkg.errors import InvalidInputError
from wamkg.history.undo import undo_batch
from wamkg.reviewing.doctor import find_problems
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Citation, Paper
from wamkg.views.timelines import citation_timeline

PAPERS, CITATIONS = 120, 900


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("dataset"), PAPERS, CITATIONS)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_load, "LINES", dict.fromkeys(dataset_load.LINES, 50))


def lines_of(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    for file in sorted((folder / kind).iterdir()):
        for line in gzip.decompress(file.read_bytes()).splitlines():
            yield orjson.loads(line)


def expected_edges(folder: Path) -> set[tuple[int, int]]:
    numbers = {line["corpusid"] for line in lines_of(folder, "papers")}
    pairs = {(line["citingcorpusid"], line["citedcorpusid"]) for line in lines_of(folder, "citations")}
    return {(a, b) for a, b in pairs if a in numbers and b in numbers and a != b}


def stored_edges(store: Store) -> Counter[tuple[int, int]]:
    """The citations of the store, by the numbers in the papers' DOIs."""
    with store.reading() as session:
        number = {p.id: int((p.doi or "").rpartition("/")[2]) for p in session.exec(select(Paper))}
        return Counter((number[c.citing_id], number[c.cited_id]) for c in session.exec(select(Citation)))


def test_everything_is_loaded_once(store: Store, folder: Path) -> None:
    report = load_dataset(store, folder)
    edges = expected_edges(folder)
    assert (report.papers, report.changed, report.citations) == (PAPERS, PAPERS, len(edges))
    assert report.left_out + report.known + report.citations == CITATIONS and not report.problems
    assert stored_edges(store) == Counter(dict.fromkeys(edges, 1))
    given = {line["corpusid"]: line for line in lines_of(folder, "papers")}
    abstracts = {line["corpusid"]: line["abstract"] for line in lines_of(folder, "abstracts")}
    with store.reading() as session:
        for paper in session.exec(select(Paper)):
            number = int((paper.doi or "").rpartition("/")[2])
            line = given[number]
            assert (paper.title, paper.year, paper.citation_count) == (
                line["title"],
                line["year"],
                line["citationcount"],
            )
            assert (paper.standing, paper.s2, paper.abstract) == ("cited", f"{number:040x}", abstracts.get(number))
        spoken = [citation for citation in session.exec(select(Citation)) if citation.contexts]
        assert len(spoken) > CITATIONS / 20 and {tuple(c.intents) for c in spoken} == {("background", "methodology")}
        assert [r.check for r in find_problems(session) if r.findings and r.check != "suspicious-zeros"] == []
        timeline = citation_timeline(session, "year", paper=f"s2:{_most_cited(edges):040x}")
    assert timeline.total == max(Counter(cited for _, cited in edges).values())


def _most_cited(edges: set[tuple[int, int]]) -> int:
    return Counter(cited for _, cited in edges).most_common(1)[0][0]


def test_a_second_load_changes_nothing_and_undo_reverts_the_first(store: Store, folder: Path) -> None:
    first = load_dataset(store, folder)
    again = load_dataset(store, folder)
    assert (again.batch, again.papers, again.changed, again.citations) == (None, 0, 0, 0)
    with store.writing() as session:
        assert session.exec(select(Batch.kind).where(Batch.kind == "load")).all() == ["load"]
        undo_batch(session, find_batch(session, first.batch or ""), get_actor(session, "ana", "person"))
        assert session.exec(select(Paper)).first() is None and session.exec(select(Citation)).first() is None


_KILLED = """
import os, sys
from pathlib import Path
from wamkg.enriching import dataset_load
from wamkg.store.session import Store
dataset_load.LINES = dict.fromkeys(dataset_load.LINES, 50)
left = [int(sys.argv[3])]
def stop(*_):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), 9)
dataset_load.load_dataset(Store(sys.argv[1]), Path(sys.argv[2]), stop)
"""


def test_a_killed_load_continues_where_it_was(store: Store, folder: Path) -> None:
    for parts in (4, 9):
        killed = subprocess.run([sys.executable, "-c", _KILLED, store.url, str(folder), str(parts)], check=False)
        assert killed.returncode == -9
    report = load_dataset(store, folder)
    edges = expected_edges(folder)
    assert (report.papers, report.citations) == (PAPERS, len(edges))
    assert report.left_out + report.known + report.citations == CITATIONS
    assert stored_edges(store) == Counter(dict.fromkeys(edges, 1))
    with store.reading() as session:
        assert len(session.exec(select(Batch.kind).where(Batch.kind == "load")).all()) == 1


def write_lines(path: Path, *lines: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines) + b"\n")


def paper(number: int, **values: object) -> dict[str, object]:
    return {"corpusid": number, "title": f"Paper {number} of many", "url": f"https://x/paper/{number:040x}"} | values


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Store]:
    from wamkg.store.migrate import migrate

    made = Store(f"sqlite:///{tmp_path / 'wamkg.db'}")
    migrate(made)
    yield made
    made.close()


class TestOddFiles:
    def load(self, store: Store, folder: Path) -> LoadReport:
        return load_dataset(store, folder)

    def test_what_cannot_be_read_is_listed_with_its_place(self, lite: Store, tmp_path: Path) -> None:
        folder = tmp_path / "in"
        odd = [b"{broken", [1], {"corpusid": "x", "title": "T"}, {"corpusid": 5}, {"corpusid": True, "title": "T"}]
        write_lines(folder / "a.jsonl", paper(1), *odd, paper(2, title="  ", authors=None), paper(3, year="late"))
        write_lines(folder / "b.json", {"citingcorpusid": 1, "citedcorpusid": 3}, {"citingcorpusid": None}, b"\xff")
        write_lines(folder / "notes.json", {"hello": 1})
        (folder / "README.txt").write_text("no data")
        report = self.load(lite, folder)
        assert (report.papers, report.citations, report.unreadable) == (2, 1, 8)
        assert any("a.jsonl line 2:" in problem for problem in report.problems)
        assert any("b.json line 2:" in problem for problem in report.problems)
        assert f"{folder / 'notes.json'}: not a dataset file" in report.problems

    def test_a_file_that_is_cut_short_is_read_to_its_end(self, lite: Store, tmp_path: Path) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        whole = gzip.compress(b"".join(orjson.dumps(paper(n)) + b"\n" for n in range(1, 500)))
        (folder / "papers.gz").write_bytes(whole[: len(whole) // 2])
        report = self.load(lite, folder)
        assert 50 < report.papers < 499
        assert "cut short or damaged after line" in report.problems[0]
        (folder / "papers.gz").write_bytes(whole)
        assert self.load(lite, folder).papers == 499 - report.papers

    @pytest.mark.parametrize("names", [[], ["abstracts.json"]])
    def test_a_folder_without_papers_and_citations_is_an_error(
        self, lite: Store, tmp_path: Path, names: list[str]
    ) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        for name in names:
            write_lines(folder / name, {"corpusid": 1, "abstract": "A"})
        with pytest.raises(InvalidInputError, match="no dataset files of papers or citations"):
            self.load(lite, folder)
        with pytest.raises(InvalidInputError, match="is not a folder"):
            self.load(lite, folder / "missing")

    def test_a_stored_paper_stays_one_and_a_paper_of_the_library_keeps_its_values(
        self, lite: Store, tmp_path: Path
    ) -> None:
        from wamkg.importing.importer import ImportOptions, import_source

        write_lines(tmp_path / "own.jsonl", {"title": "Our own title of it", "doi": "10.1000/1", "year": 2020})
        import_source(lite, str(tmp_path / "own.jsonl"), ImportOptions())
        folder = tmp_path / "in"
        again = paper(1, externalids={"DOI": "10.1000/1"}, title="Our own title of it", year=1999)
        write_lines(folder / "a.json", again, paper(2))
        write_lines(folder / "b.json", {"citingcorpusid": 2, "citedcorpusid": 1})
        assert self.load(lite, folder).papers == 1
        with lite.reading() as session:
            assert session.exec(select(Paper.year).where(Paper.doi == "10.1000/1")).one() == 2020
            assert citation_timeline(session, "year", paper="doi:10.1000/1").total == 1


def test_the_command_reports_and_says_what_is_left_out(
    home: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["load", str(folder)]) == 0
    said = capsys.readouterr().out
    assert f"{PAPERS} new papers, 0 changed" in said and "citations left out: a paper at one end is in no file" in said
    write_lines(tmp_path / "in" / "a.json", paper(1), b"{")
    assert run(["load", str(tmp_path / "in"), "--json"]) == 3
