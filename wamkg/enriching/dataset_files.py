"""Reads Semantic Scholar's dataset files: gzipped JSON Lines of papers, abstracts and citations."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

import orjson

from wamkg.enriching.s2_records import S2Paper, read_citation, read_paper
from wamkg.errors import InvalidInputError
from wamkg.json_types import UncheckedObject


class DatasetKind(StrEnum):
    """What the lines of a dataset file describe."""

    PAPERS = "papers"
    ABSTRACTS = "abstracts"
    CITATIONS = "citations"


_SIGNS = (
    (DatasetKind.CITATIONS, "citingcorpusid"),
    (DatasetKind.ABSTRACTS, "abstract"),
    (DatasetKind.PAPERS, "title"),
)
"""A key of each kind's lines. Papers have no abstract, so the order matters only for odd files."""
_SUFFIXES = (".gz", ".json", ".jsonl")
_API_NAMES = {"publicationdate": "publicationDate", "externalids": "externalIds", "citationcount": "citationCount",
              "title": "title", "venue": "venue", "year": "year", "authors": "authors"}  # fmt: skip
"""Key of a paper's line -> the API's key of the same value. Other keys are not read."""


@dataclass(frozen=True)
class DatasetFile:
    """A file of one kind. `key` identifies it when a load is continued: its name in the folder, and its size."""

    path: Path
    kind: DatasetKind
    key: str

    def lines(self, done: int = 0) -> Iterator[bytes]:
        """The lines after the first `done`.

        Raises InvalidInputError at the place where the file is cut short or damaged.
        """
        number = 0
        try:
            with _open(self.path) as file:
                for number, line in enumerate(file, 1):
                    if number > done:
                        yield line
        except (OSError, EOFError, zlib.error) as error:
            why = str(error) or type(error).__name__
            raise InvalidInputError(f"{self.path}: cut short or damaged after line {number:,} ({why})") from error


def _open(path: Path) -> gzip.GzipFile:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def find_dataset_files(folder: Path) -> tuple[list[DatasetFile], list[Path]]:
    """The dataset files in a folder and its subfolders, papers first, and the files that are none.

    The first line of a file says its kind, because names differ from release to release.

    Raises InvalidInputError if there is no such folder, or no file of papers or citations in it.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"{folder} is not a folder; name the folder with the dataset files")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _SUFFIXES)
    kinds = {path: _kind_of(path) for path in paths}
    found = [
        DatasetFile(path, kind, f"{path.relative_to(folder)} ({path.stat().st_size:,} bytes)")
        for kind in DatasetKind
        for path in paths
        if kinds[path] is kind
    ]
    if not any(file.kind is not DatasetKind.ABSTRACTS for file in found):
        raise InvalidInputError(f"{folder} has no dataset files of papers or citations: JSON Lines, gzipped or not")
    return found, [path for path in paths if kinds[path] is None]


def _kind_of(path: Path) -> DatasetKind | None:
    try:
        with _open(path) as file:
            first = read_line(file.readline(1 << 20))
    except (OSError, EOFError, zlib.error):
        return None
    return next((kind for kind, sign in _SIGNS if first is not None and sign in first), None)


def read_line(line: bytes) -> UncheckedObject | None:
    """The object of a line; None if it is none."""
    try:
        value = orjson.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def corpus_id_of(value: object) -> int | None:
    """Semantic Scholar's number of a paper, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 62 else None


def paper_of(values: UncheckedObject, abstract: str | None) -> S2Paper | None:
    """The paper of a line; None without a number, or without both a title and an id of 40 digits."""
    number = corpus_id_of(values.get("corpusid"))
    if number is None:
        return None
    given = {ours: values[theirs] for theirs, ours in _API_NAMES.items() if theirs in values}
    address = values.get("url")
    given["paperId"] = address.rstrip("/").rpartition("/")[2] if isinstance(address, str) else None
    paper = read_paper(given | {"corpusId": number, "abstract": abstract})
    return paper if paper is not None and paper.title and paper.s2 else None


@dataclass(frozen=True)
class DatasetCitation:
    """A citation between two papers by their corpus numbers."""

    citing: int
    cited: int
    contexts: list[str]
    intents: list[str]
    influential: bool | None


def citation_of(values: UncheckedObject) -> DatasetCitation | None:
    """The citation of a line; None without the two numbers. Unreadable contexts are left out, as in lists."""
    citing, cited = corpus_id_of(values.get("citingcorpusid")), corpus_id_of(values.get("citedcorpusid"))
    if citing is None or cited is None:
        return None
    contexts, intents = values.get("contexts"), values.get("intents")
    influential = values.get("isinfluential")
    if not contexts and not intents and (influential is None or isinstance(influential, bool)):
        return DatasetCitation(citing, cited, [], [], influential)
    item = {"contexts": contexts or None, "intents": _each_once(intents), "isInfluential": influential}
    return DatasetCitation(citing, cited, *read_citation(item, {}))


def _each_once(intents: object) -> list[str] | None:
    """The intents of all contexts: the files list those of each context."""
    if not isinstance(intents, list):
        return None
    groups = (group if isinstance(group, list) else [group] for group in intents)
    return list(dict.fromkeys(name for name in chain.from_iterable(groups) if isinstance(name, str)))
