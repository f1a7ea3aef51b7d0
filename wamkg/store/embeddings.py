"""Vectors by encoder, version and hash of the text, so that no text is encoded twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from wamkg.store.bulk import chunks, insert_or_ignore, select_columns, table_of
from wamkg.store.tables import Embedding
from wamkg.store.types import utc_now


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
