"""The embed job: encode what is not yet encoded, a batch at a time, so that it can be stopped and started again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from wamkg.embedding.encoders import Encoder, Vectors
from wamkg.identifiers import text_hash
from wamkg.store.embeddings import StoredVector, hashes_of, save_vectors, vectors_by_hash
from wamkg.store.session import Store

CHECKPOINT = 1024
"""Texts encoded between two commits; large enough that length-sorted batches stay full."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class EmbedReport:
    """What an embed run did."""

    encoder: str
    version: str
    texts: int
    encoded: int
    reused: int

    def as_dict(self) -> dict[str, str | int]:
        """JSON-ready values."""
        return dict(self.__dict__)


def embed(store: Store, encoder: Encoder, texts: Mapping[int, str], progress: Progress | None = None) -> EmbedReport:
    """Encode the texts of entities (by number) that are new or changed, and keep their vectors."""
    hashes = {number: text_hash(text) for number, text in texts.items()}
    with store.reading() as session:
        current = hashes_of(session, encoder.name, encoder.version)
        stale = {number for number, digest in hashes.items() if current.get(number) != digest}
        known = vectors_by_hash(session, encoder.name, encoder.version, {hashes[n] for n in stale})
    # Long texts first: an out-of-memory shows at once, and batches hold texts of like length.
    todo = sorted({hashes[n]: texts[n] for n in stale if hashes[n] not in known}.items(), key=lambda i: -len(i[1]))
    waiting: dict[str, list[int]] = {}
    for number in sorted(stale):
        waiting.setdefault(hashes[number], []).append(number)
    _keep(store, encoder, waiting, known)
    for start in range(0, len(todo), CHECKPOINT):
        part = todo[start : start + CHECKPOINT]
        rows = encoder.encode([text for _, text in part])
        fresh = {digest: _to_bytes(row) for (digest, _), row in zip(part, rows, strict=True)}
        _keep(store, encoder, waiting, fresh)
        if progress:
            progress(min(start + CHECKPOINT, len(todo)), len(todo))
    return EmbedReport(encoder.name, encoder.version, len(texts), len(todo), len(texts) - len(todo))


def _keep(store: Store, encoder: Encoder, waiting: Mapping[str, list[int]], vectors: Mapping[str, bytes]) -> None:
    rows = {number: StoredVector(digest, vector) for digest, vector in vectors.items() for number in waiting[digest]}
    if rows:
        with store.writing() as session:
            save_vectors(session, encoder.name, encoder.version, rows)


def load_vectors(store: Store, encoder: Encoder, hashes: set[str]) -> dict[str, Vectors]:
    """The kept vectors of these texts, each of shape (dim,), float32."""
    with store.reading() as session:
        kept = vectors_by_hash(session, encoder.name, encoder.version, hashes)
    return {digest: np.frombuffer(vector, dtype="<f4") for digest, vector in kept.items()}


def _to_bytes(row: Vectors) -> bytes:
    return row.astype("<f4").tobytes()
