"""All vectors of the papers by one encoder, for exact search."""

from sqlalchemy import func
from sqlmodel import Session, col

from wamkg.store.bulk import select_columns
from wamkg.store.reads_details import rows
from wamkg.store.tables import Embedding, Paper


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
