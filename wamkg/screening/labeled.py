"""Records with complete labels for a simulated screening, from the library or from a file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.importing.table_rows import table_rows
from wamkg.json_types import JSON
from wamkg.near_matches import unknown
from wamkg.suggesting.corpus import load_corpus
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.outside import title_only

LABEL_KEYS = ("included", "label_included", "label")
"""Names of the column with the label, 1 or 0; the first one present counts."""
TITLES, FULL = "titles", "full"
NEGATIVE_SETS = ("data", "outside")
_YES_NO = {"1": True, "0": False, "true": True, "false": False, "1.0": True, "0.0": False}


@dataclass(frozen=True)
class LabeledRecords:
    """Texts with their labels; `text` says what is read: titles, or titles with abstracts."""

    source: str
    text: str
    documents: tuple[PaperDocument, ...]
    relevant: tuple[bool, ...]

    def __post_init__(self) -> None:
        yes = sum(self.relevant)
        if yes < 2 or len(self.relevant) - yes < 2:
            raise InvalidInputError(
                f"{self.source}: {yes} of {len(self.relevant)} records are relevant;"
                " a replay needs at least two relevant and two irrelevant records"
            )

    @property
    def hash(self) -> str:
        """Return a digest of all texts and labels in order."""
        lines = (f"{int(yes)} {document.hash}" for document, yes in zip(self.documents, self.relevant, strict=True))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def from_library(session: Session, slug: str, against: str = NEGATIVE_SETS[0]) -> LabeledRecords:
    """Take a taxonomy's classified papers, and its dataset and benchmark papers (`data`) or all `outside` papers as
    irrelevant.

    Only titles are read, without own method names: outside papers have no abstract, so longer texts would reveal the
    insiders. Raises NotFoundError for an unknown taxonomy, InvalidInputError if there are too few records.
    """
    if against not in NEGATIVE_SETS:
        raise InvalidInputError(unknown("set of negatives", against, NEGATIVE_SETS))
    training = load_corpus(session, slug).training
    inside = [e.document for e in training.examples]
    outside = [n.document for n in training.negatives if against == "outside" or not n.hard]
    # Sorted by id, the order in which papers arrived; not one kind before the other.
    labelled = sorted([*((d, True) for d in inside), *((d, False) for d in outside)], key=lambda pair: int(pair[0].id))
    documents = tuple(title_only(document) for document, _ in labelled)
    return LabeledRecords(f"{slug} against {against}", TITLES, documents, tuple(yes for _, yes in labelled))


def from_file(name: str) -> LabeledRecords:
    """Read records from a CSV or JSON Lines file with `title`, `abstract` and a label, as ASReview does.

    Raises InvalidInputError, naming the line, if a label is missing or not 1 or 0.
    """
    rows = list(table_rows(name, "title"))
    documents = tuple(
        PaperDocument(str(number), _text(row, "title"), _text(row, "abstract")) for number, (_, row) in enumerate(rows)
    )
    return LabeledRecords(name, FULL, documents, tuple(_label(name, line, row) for line, row in rows))


def _text(row: Mapping[str, JSON], key: str) -> str:
    value = row.get(key)
    return value.strip() if isinstance(value, str) else ""


def _label(name: str, line: int, row: Mapping[str, JSON]) -> bool:
    key = next((key for key in LABEL_KEYS if key in row), None)
    if key is None:
        raise InvalidInputError(f"{name}, line {line}: no label; name its column one of {', '.join(LABEL_KEYS)}")
    said = str("" if row[key] is None else row[key]).strip().lower()
    if said not in _YES_NO:
        raise InvalidInputError(
            f"{name}, line {line}: label {said!r} is not 1 or 0; complete all labels before you run `wamkg simulate`"
        )
    return _YES_NO[said]
