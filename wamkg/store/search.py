"""Full-text search and cached vectors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from wamkg.identifiers import normalise
from wamkg.store.base import chunks, insert_or_ignore, rows, select_columns, table_of
from wamkg.store.tables import Embedding, Paper
from wamkg.store.types import utc_now


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


def search_texts_of(session: Session, papers: Iterable[int]) -> dict[int, str]:
    """The search texts of papers, for checks."""
    column = "rowid" if _is_sqlite(session) else "paper_id"
    found: dict[int, str] = {}
    for part in chunks(papers):
        numbers = ", ".join(str(int(number)) for number in part)
        rows = session.connection().execute(text(f"SELECT {column}, body FROM paper_fts WHERE {column} IN ({numbers})"))
        found.update({row[0]: row[1] for row in rows})
    return found


@dataclass(frozen=True)
class StoredVector:
    """A vector as the bytes of little-endian float32 numbers."""

    text_hash: str
    vector: bytes


def vectors_by_hash(session: Session, encoder: str, version: str, hashes: Iterable[str]) -> dict[str, bytes]:
    """The stored vectors of these texts."""
    found: dict[str, bytes] = {}
    for part in chunks(set(hashes)):
        statement = select_columns(Embedding.text_hash, Embedding.vector).where(
            Embedding.encoder == encoder, Embedding.version == version, col(Embedding.text_hash).in_(part)
        )
        found.update(session.exec(statement).all())
    return found


def hashes_of(session: Session, encoder: str, version: str) -> dict[int, str]:
    """The text from which each entity was last encoded."""
    statement = select(Embedding.entity_id, Embedding.text_hash).where(
        Embedding.encoder == encoder, Embedding.version == version
    )
    return dict(session.exec(statement).all())


def save_vectors(session: Session, encoder: str, version: str, vectors: Mapping[int, StoredVector]) -> None:
    """Store the vectors of entities. They replace older ones of the same encoder."""
    table = table_of(Embedding)
    for part in chunks(vectors):
        old = (table.c.encoder == encoder) & (table.c.version == version) & table.c.entity_id.in_(part)
        session.connection().execute(table.delete().where(old))
        rows = [
            {
                "entity_id": number,
                "encoder": encoder,
                "version": version,
                "text_hash": vectors[number].text_hash,
                "dim": len(vectors[number].vector) // 4,
                "vector": vectors[number].vector,
                "at": utc_now(),
            }
            for number in part
        ]
        # Another worker may be keeping the very same vectors of entities that share a text.
        insert_or_ignore(session, Embedding, rows)


def newest_vectors(session: Session) -> tuple[list[int], bytes]:
    """Paper numbers and their concatenated vectors (little-endian float32), by the encoder used last."""
    newest = select_columns(Embedding.encoder, Embedding.version, Embedding.dim)
    found = list(rows(session, newest.group_by(*newest.selected_columns).order_by(func.max(col(Embedding.id)).desc())))
    if not found:
        return [], b""
    encoder, version, dim = found[0]
    statement = (
        select_columns(Embedding.entity_id, Embedding.vector)
        .join(Paper, col(Paper.id) == col(Embedding.entity_id))
        .where(Embedding.encoder == encoder, Embedding.version == version, Embedding.dim == dim)
        .order_by(col(Embedding.entity_id))
    )
    pairs = list(rows(session, statement))
    return [number for number, _ in pairs], b"".join(vector for _, vector in pairs)
