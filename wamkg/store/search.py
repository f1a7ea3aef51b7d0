"""Full-text search: one normalized text per paper and a normalized query, equal on both databases."""

from collections.abc import Iterable, Mapping

from sqlalchemy import text
from sqlmodel import Session

from wamkg.identifiers import normalise
from wamkg.store.bulk import chunks

MAX_WORDS = 64
"""Maximum number of words of a query. Longer queries are cut, not rejected."""


def search_body(*parts: str | None) -> str:
    """The text by which a paper is found."""
    return normalise(" ".join(part for part in parts if part))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def add_texts(session: Session, bodies: Mapping[int, str]) -> None:
    """Add search texts of new papers, by their numbers."""
    column = "rowid" if _is_sqlite(session) else "paper_id"
    rows = [{"number": number, "body": body} for number, body in bodies.items()]
    if rows:
        session.connection().execute(text(f"INSERT INTO paper_fts ({column}, body) VALUES (:number, :body)"), rows)


def remove_texts(session: Session, papers: Iterable[int]) -> None:
    """Delete the search texts of papers that are deleted or written again."""
    column = "rowid" if _is_sqlite(session) else "paper_id"
    rows = [{"number": number} for number in papers]
    if rows:
        session.connection().execute(text(f"DELETE FROM paper_fts WHERE {column} = :number"), rows)


def replace_texts(session: Session, bodies: Mapping[int, str]) -> None:
    """Update the search texts of changed papers."""
    remove_texts(session, bodies)
    add_texts(session, bodies)


def search_papers(session: Session, query: str, limit: int = 1000) -> list[int]:
    """Numbers of the papers that contain every word of the query (the last one as a prefix), best first."""
    words = normalise(query).split()[:MAX_WORDS]
    if not words:
        return []
    if _is_sqlite(session):
        quoted = " ".join(f'"{word}"' for word in words) + "*"
        statement = "SELECT rowid FROM paper_fts WHERE paper_fts MATCH :query ORDER BY rank, rowid LIMIT :limit"
    else:
        quoted = " & ".join(f"'{word}'" for word in words) + ":*"
        statement = (
            "SELECT paper_id FROM paper_fts, to_tsquery('simple', :query) AS asked "
            "WHERE to_tsvector('simple', body) @@ asked "
            "ORDER BY ts_rank(to_tsvector('simple', body), asked) DESC, paper_id LIMIT :limit"
        )
    rows = session.connection().execute(text(statement), {"query": quoted, "limit": limit})
    return [row[0] for row in rows]


def texts_of(session: Session, papers: Iterable[int]) -> dict[int, str]:
    """The search texts of papers, for checks."""
    column = "rowid" if _is_sqlite(session) else "paper_id"
    found: dict[int, str] = {}
    for part in chunks(papers):
        numbers = ", ".join(str(int(number)) for number in part)
        rows = session.connection().execute(text(f"SELECT {column}, body FROM paper_fts WHERE {column} IN ({numbers})"))
        found.update({row[0]: row[1] for row in rows})
    return found
