"""Loads Semantic Scholar's dataset files: papers outside the library, with abstracts, and the citations between them.

Each part of a file is one transaction, in which the place that was reached is stored with the batch. So a load that was
interrupted continues there, and nothing is written twice.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlmodel import Session

from wamkg.enriching.cited_papers import ListedPapers
from wamkg.enriching.claims import DATASET_FIELDS, SOURCE
from wamkg.enriching.dataset_files import (
    DatasetFile,
    DatasetKind,
    citation_of,
    corpus_id_of,
    find_dataset_files,
    paper_of,
    read_line,
)
from wamkg.enriching.s2_records import S2Paper
from wamkg.errors import InvalidInputError
from wamkg.json_types import JsonObject, UncheckedObject
from wamkg.progress import Progress, no_progress
from wamkg.store.base import chunks
from wamkg.store.batches import close_batch, drop_batch, get_actor, open_batch, unfinished_batch
from wamkg.store.bulk import (
    CorpusMap,
    NewCitation,
    add_citations,
    add_corpus_ids,
    papers_by_corpus_id,
    refresh_statistics,
    use_more_memory,
)
from wamkg.store.session import Store, one_writer
from wamkg.store.tables import Batch
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind

ACTOR = "load"
LINES = {DatasetKind.PAPERS: 2_000, DatasetKind.ABSTRACTS: 5_000, DatasetKind.CITATIONS: 50_000}
"""Lines of one transaction."""
LISTED = 20
"""Problems that a report lists; further ones are counted."""


@dataclass
class LoadReport:
    """What a load did, together with its earlier runs. `left_out` citations have an end that is no paper of the
    files or the store; `unused` abstracts belong to no paper of the files.
    """

    batch: str | None = None
    papers: int = 0
    changed: int = 0
    citations: int = 0
    known: int = 0
    left_out: int = 0
    used: int = 0
    unused: int = 0
    unreadable: int = 0
    problems: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict, repr=False)
    """Lines that are done, by the key of the file."""

    def complain(self, problem: str) -> None:
        """Count what cannot be read, and list it if it is one of the first."""
        if problem in self.problems:
            return
        self.unreadable += 1
        if len(self.problems) < LISTED:
            self.problems.append(problem)


def load_dataset(store: Store, folder: Path, progress: Progress = no_progress) -> LoadReport:
    """Load the dataset files of a folder, or continue a load of it.

    Raises InvalidInputError if the folder has no such files.
    """
    files, others = find_dataset_files(folder)
    load = _Load(store, folder.resolve(), progress)
    load.begin()
    load.run(files)
    load.end()
    load.report.problems += [f"{path}: not a dataset file" for path in others]
    return load.report


class _DatasetLine(NamedTuple):
    """A line of a file: its place in words, its number, and its object; None if it cannot be read."""

    place: str
    number: int
    values: UncheckedObject | None

    def number_of(self, key: str) -> int | None:
        """The number of a paper under a key."""
        return corpus_id_of(self.values.get(key)) if self.values else None


class _Abstracts:
    """Abstracts by the numbers of their papers, in a temporary file: the files are in different orders."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for statement in ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF"):
            self._connection.execute(statement)
        self._connection.execute("CREATE TABLE abstract (number INTEGER PRIMARY KEY, text TEXT)")
        self.close = self._connection.close

    def add(self, values: UncheckedObject | None) -> bool:
        """Keep the abstract of a line; returns whether it has one."""
        number, text = (corpus_id_of(values.get("corpusid")), values.get("abstract")) if values else (None, None)
        if number is None or not isinstance(text, str):
            return False
        self._connection.execute("INSERT OR REPLACE INTO abstract VALUES (?, ?)", (number, text))
        return True

    def of(self, papers: Iterable[int]) -> dict[int, str]:
        """The abstracts of these papers."""
        found: dict[int, str] = {}
        for part in chunks(papers):
            places = ", ".join("?" * len(part))
            found |= dict(self._connection.execute(f"SELECT * FROM abstract WHERE number IN ({places})", part))
        return found

    def count(self) -> int:
        """Number of abstracts."""
        return int(self._connection.execute("SELECT count(*) FROM abstract").fetchone()[0])


@dataclass
class _Load:
    """One load: its batch, and how far it is."""

    store: Store
    folder: Path
    progress: Progress
    report: LoadReport = field(default_factory=LoadReport)
    _batch: int = 0
    _done: int = 0

    def begin(self) -> None:
        with self.store.writing() as session:
            batch = unfinished_batch(session, BatchKind.LOAD, str(self.folder))
            if batch is None:
                batch = open_batch(session, BatchKind.LOAD, str(self.folder), get_actor(session, ACTOR))
            assert batch.id is not None
            self._batch = batch.id
            stored: UncheckedObject = {**batch.counts, "batch": batch.uid}
            self.report = LoadReport(**stored)

    def run(self, files: Sequence[DatasetFile]) -> None:
        of = {kind: [file for file in files if file.kind is kind] for kind in DatasetKind}
        with TemporaryDirectory() as folder, closing(_Abstracts(Path(folder) / "abstracts.db")) as abstracts:
            if any(self._is_left(file) for file in of[DatasetKind.PAPERS]):
                for file in of[DatasetKind.ABSTRACTS]:
                    self._stage(file, abstracts)
            for file in of[DatasetKind.PAPERS]:
                self._work(file, partial(self._write_papers, abstracts=abstracts))
            self.report.unused += max(0, abstracts.count() - self.report.used - self.report.unused)
        with self.store.reading() as session:
            papers = CorpusMap(session)
        for file in of[DatasetKind.CITATIONS]:
            self._work(file, partial(self._write_citations, papers=papers))

    def end(self) -> None:
        """Close the batch; one that wrote nothing is dropped, so that a second run leaves no trace."""
        with self.store.writing() as session:
            batch = session.get_one(Batch, self._batch)
            if self.report.changed or self.report.citations:
                close_batch(session, batch, {k: v for k, v in self._counts().items() if isinstance(v, int)})
            else:
                drop_batch(session, batch)
                self.report.batch = None
            refresh_statistics(session)

    def _is_left(self, file: DatasetFile) -> bool:
        """Whether there are lines that are not done."""
        return next(self._lines(file, self._place(file)), None) is not None

    def _place(self, file: DatasetFile) -> int:
        return self.report.places.get(file.key, 0)

    def _work(self, file: DatasetFile, write: Callable[[Session, list[_DatasetLine]], None]) -> None:
        """Write the lines of a file that are not done, each part with the place that it reaches."""
        for lines in self._parts(file, self._place(file)):
            with self.store.writing() as session:
                one_writer(session)
                use_more_memory(session)
                write(session, lines)
                self.report.places[file.key] = lines[-1].number
                self._save(session)

    def _save(self, session: Session) -> None:
        session.get_one(Batch, self._batch).counts = self._counts()

    def _counts(self) -> JsonObject:
        return {name: value for name, value in asdict(self.report).items() if name != "batch"}

    def _parts(self, file: DatasetFile, done: int) -> Iterator[list[_DatasetLine]]:
        """The lines of a file after the first `done`, in parts; what is damaged at its end is complained about."""
        lines = self._lines(file, done)
        while part := list(islice(lines, LINES[file.kind])):
            self._done += len(part)
            self.progress(self._done, None, file.path.name)
            yield part

    def _lines(self, file: DatasetFile, done: int) -> Iterator[_DatasetLine]:
        try:
            for number, line in enumerate(file.lines(done), done + 1):
                yield _DatasetLine(f"{file.path} line {number:,}", number, read_line(line))
        except InvalidInputError as error:
            self.report.complain(str(error))

    def _stage(self, file: DatasetFile, abstracts: _Abstracts) -> None:
        told = self._place(file)
        for lines in self._parts(file, 0):
            for line in lines:
                if not abstracts.add(line.values) and line.number > told:
                    self.report.complain(f"{line.place}: no abstract with the number of a paper")
            self.report.places[file.key] = lines[-1].number

    def _write_papers(self, session: Session, lines: list[_DatasetLine], abstracts: _Abstracts) -> None:
        texts = abstracts.of(number for line in lines if (number := line.number_of("corpusid")))
        papers: dict[str, S2Paper] = {}
        for line in lines:
            paper = paper_of(line.values, texts.get(line.number_of("corpusid") or 0)) if line.values else None
            if paper is None or paper.corpus_id is None:
                self.report.complain(f"{line.place}: no paper with a title and its ids")
            else:
                papers[paper.corpus_id] = paper
        listed = ListedPapers(session, lambda: session.get_one(Batch, self._batch), names=DATASET_FIELDS)
        numbers = listed.numbers(list(papers.values()))
        stored = dict(zip(map(int, papers), numbers, strict=True))
        known = papers_by_corpus_id(session, stored)
        add_corpus_ids(session, self._batch, {n: paper for n, paper in stored.items() if n not in known})
        self.report.papers += listed.made
        self.report.changed += listed.changed
        self.report.used += len(texts)

    def _write_citations(self, session: Session, lines: list[_DatasetLine], papers: CorpusMap) -> None:
        read = [(line, citation_of(line.values) if line.values else None) for line in lines]
        for line, citation in read:
            if citation is None:
                self.report.complain(f"{line.place}: no citation between two numbers of papers")
        found = [citation for _, citation in read if citation is not None]
        ends = zip(papers.papers([c.citing for c in found]), papers.papers([c.cited for c in found]), strict=True)
        rows = [
            NewCitation(citing, cited, SOURCE, c.contexts, c.intents, c.influential)
            for c, (citing, cited) in zip(found, ends, strict=True)
            if citing and cited and citing != cited
        ]
        new = add_citations(session, self._batch, utc_now(), rows)
        self.report.citations += new
        self.report.known += len(rows) - new
        self.report.left_out += len(found) - len(rows)
