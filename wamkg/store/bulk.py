"""Writes and lookups for millions of rows: papers by their corpus numbers, and citations between them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlmodel import Session, col

from wamkg.store.base import TIME, chunks, insert_or_ignore, is_live, rows, select_columns, sqlite_value
from wamkg.store.tables import FormerId

CORPUS = "corpus"
"""Scheme of the numbers by which dataset files name papers."""


def papers_by_corpus_id(session: Session, numbers: Iterable[int]) -> dict[int, int]:
    """The store's numbers of the papers with these corpus numbers."""
    found: dict[int, int] = {}
    for part in chunks(str(number) for number in numbers):
        statement = select_columns(FormerId.value, FormerId.paper_id).where(
            FormerId.scheme == CORPUS, col(FormerId.value).in_(part), is_live(FormerId)
        )
        found |= {int(value): paper for value, paper in rows(session, statement)}
    return found


def add_corpus_ids(session: Session, batch: int, papers: dict[int, int]) -> None:
    """Store the corpus numbers of papers, so that citations find them."""
    given = [
        {"paper_id": paper, "scheme": CORPUS, "value": str(number), "batch_id": batch}
        for number, paper in papers.items()
    ]
    insert_or_ignore(session, FormerId, given)


class CorpusMap:
    """All corpus numbers of the store with their papers: 16 bytes for each, so that millions fit in memory."""

    def __init__(self, session: Session) -> None:
        import numpy as np

        statement = select_columns(FormerId.value, FormerId.paper_id).where(
            FormerId.scheme == CORPUS, is_live(FormerId)
        )
        found = rows(session, statement.execution_options(yield_per=10_000))
        pairs = np.fromiter(((int(value), paper) for value, paper in found), dtype=np.dtype((np.int64, 2)))
        self._corpus, self._papers = pairs[np.argsort(pairs[:, 0])].T.copy() if len(pairs) else pairs.reshape(2, 0)

    def papers(self, numbers: Sequence[int]) -> list[int]:
        """The store's number of each paper, in order; 0 for an unknown one."""
        import numpy as np

        wanted = np.asarray(numbers, dtype=np.int64)
        if not len(self._corpus):
            return [0] * len(wanted)
        places = np.minimum(np.searchsorted(self._corpus, wanted), len(self._corpus) - 1)
        found: list[int] = np.where(self._corpus[places] == wanted, self._papers[places], 0).tolist()
        return found


class NewCitation(NamedTuple):
    """A citation to write, between papers by their numbers."""

    citing: int
    cited: int
    source: str
    contexts: list[str]
    intents: list[str]
    influential: bool | None


_SAME = ", first_seen, batch_id"
"""Columns that are the same in all rows."""
_COLUMNS = f"citing_id, cited_id, source, contexts, intents, influential{_SAME}"
_STAGE = "new_citation"


def add_citations(session: Session, batch: int, now: datetime, citations: Iterable[NewCitation]) -> int:
    """Write the citations that the store does not have; returns their number."""
    rows = [(*c[:3], _json(c.contexts), _json(c.intents), c.influential) for c in citations]
    write = _insert if session.get_bind().dialect.name == "sqlite" else _copy
    return write(session, rows, now, batch) if rows else 0


def _json(texts: list[str]) -> str:
    return orjson.dumps(texts).decode() if texts else "[]"


_Rows = Sequence[tuple[int | str | bool | None, ...]]


def _insert(session: Session, rows: _Rows, now: datetime, batch: int) -> int:
    """Past SQLAlchemy, which takes several times as long for each row as SQLite itself."""
    at = str(sqlite_value(TIME, now.isoformat()))
    statement = f"INSERT OR IGNORE INTO citation ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, '{at}', {batch:d})"
    return session.connection().exec_driver_sql(statement, list(rows)).rowcount


def _copy(session: Session, rows: _Rows, now: datetime, batch: int) -> int:
    """By COPY into a table of the transaction, since COPY itself cannot skip rows that are there."""
    connection = session.connection()
    stated = _COLUMNS.removesuffix(_SAME)
    connection.exec_driver_sql(f"CREATE TEMP TABLE {_STAGE} ON COMMIT DROP AS SELECT {stated} FROM citation LIMIT 0")
    with connection.connection.cursor().copy(f"COPY {_STAGE} ({stated}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    statement = f"INSERT INTO citation ({_COLUMNS}) SELECT {stated}, %s, %s FROM {_STAGE} ON CONFLICT DO NOTHING"
    return connection.exec_driver_sql(statement, (now, batch)).rowcount


def use_more_memory(session: Session) -> None:
    """Let SQLite keep 256 MB of the file in memory: rows of the indexes are far apart, and it keeps 2 MB otherwise."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA cache_size = -256000")


def refresh_statistics(session: Session) -> None:
    """Let the database count its rows again, so that it plans queries for the size that the store has now."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA analysis_limit = 1000")
    session.connection().exec_driver_sql("ANALYZE")
