"""The embed job: encode new texts in batches. It can be stopped, resumed and shared."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np

from wamkg.embedding.encoders import BATCH_SIZE, Encoder, Vectors
from wamkg.identifiers import text_hash
from wamkg.progress import Progress
from wamkg.store.embedding_tasks import finish_texts, kind_of, lease_texts, offer_texts, pending_texts
from wamkg.store.jobs import current_worker_id
from wamkg.store.search import StoredVector, hashes_of, save_vectors, vectors_by_hash
from wamkg.store.session import Store

CHECKPOINT = 1024
"""Maximum number of texts between two commits; large enough for full, length-sorted batches."""
SHARES = 8
"""With fewer texts, each worker takes small parts, so that there is something left for others."""
LEASE = timedelta(minutes=10)
LOOK = 0.2
"""Seconds between two checks whether other workers have finished."""


@dataclass(frozen=True)
class EmbedReport:
    """The result of an embed run; `others` counts texts that other workers encoded meanwhile."""

    encoder: str
    version: str
    texts: int
    encoded: int
    reused: int
    others: int = 0

    def as_dict(self) -> dict[str, str | int]:
        """JSON-ready values."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class _EmbedPlan:
    """The work of a run: texts by hash, longest first, and the entities that need each.

    Long texts come first: an out-of-memory error shows at once, and batches have texts of similar length.
    """

    texts: dict[str, str]
    waiting: dict[str, list[int]]

    def parts(self) -> Iterator[list[str]]:
        """Hashes to encode between two commits, in whole batches."""
        size = len(self.texts) // SHARES // BATCH_SIZE * BATCH_SIZE
        size = max(BATCH_SIZE, min(CHECKPOINT, size))
        todo = list(self.texts)
        yield from (todo[start : start + size] for start in range(0, len(todo), size))

    @cached_property
    def firsts(self) -> dict[int, str]:
        """The hash of each text by the entity that represents it."""
        return {self.first(digest): digest for digest in self.texts}

    def first(self, digest: str) -> int:
        """The entity that represents a text."""
        return self.waiting[digest][0]


def embed(store: Store, encoder: Encoder, texts: Mapping[int, str], progress: Progress | None = None) -> EmbedReport:
    """Encode the new or changed texts of entities (by number) and store their vectors."""
    plan = _plan(store, encoder, texts)
    finished = 0
    for part in plan.parts():
        _keep(store, encoder, plan, _encoded(encoder, plan, part))
        finished += len(part)
        _tell(progress, finished, len(plan.texts))
    todo = len(plan.texts)
    return EmbedReport(encoder.name, encoder.version, len(texts), todo, len(texts) - todo)


def embed_shared(
    store: Store, encoder: Encoder, texts: Mapping[int, str], progress: Progress | None = None
) -> EmbedReport:
    """Like `embed`, for papers, shared with any number of workers on any machines; returns once all texts are encoded.

    The texts of a worker that died are taken over: at once on its machine, after the lease (10 minutes) elsewhere.
    """
    plan, kind, owner = _plan(store, encoder, texts), kind_of(encoder.version), current_worker_id()
    firsts = plan.firsts
    with store.writing() as session:
        offer_texts(session, kind, sorted(firsts))
    encoded, left = 0, set(firsts)
    _tell(progress, 0, len(firsts))
    while left:
        before = encoded
        for part in plan.parts():
            wanted = [plan.first(digest) for digest in part]
            encoded += _take_and_encode(store, encoder, plan, (kind, owner), [n for n in wanted if n in left])
            _tell(progress, min(encoded, len(firsts)), len(firsts))
        with store.reading() as session:
            left = pending_texts(session, kind, left)
        _tell(progress, len(firsts) - len(left), len(firsts))
        if left and encoded == before:
            time.sleep(LOOK)
    reused = len(texts) - len(firsts)
    return EmbedReport(encoder.name, encoder.version, len(texts), encoded, reused, len(firsts) - encoded)


def _take_and_encode(
    store: Store, encoder: Encoder, plan: _EmbedPlan, worker: tuple[str, str], papers: list[int]
) -> int:
    """Encode those of the papers' texts that no other worker has; returns their number."""
    kind, owner = worker
    if not papers:
        return 0
    digests = plan.firsts
    with store.writing() as session:
        taken = lease_texts(session, kind, papers, owner, LEASE)
        known = vectors_by_hash(session, encoder.name, encoder.version, {digests[n] for n in taken})
    fresh = [digests[n] for n in papers if n in taken and digests[n] not in known]
    _keep(store, encoder, plan, known | _encoded(encoder, plan, fresh), kind)
    return len(fresh)


def _plan(store: Store, encoder: Encoder, texts: Mapping[int, str]) -> _EmbedPlan:
    """Find the texts to encode. A text that was encoded for another entity is reused."""
    hashes = {number: text_hash(text) for number, text in texts.items()}
    with store.reading() as session:
        current = hashes_of(session, encoder.name, encoder.version)
        stale = {number for number, digest in hashes.items() if current.get(number) != digest}
        known = vectors_by_hash(session, encoder.name, encoder.version, {hashes[n] for n in stale})
    waiting: dict[str, list[int]] = {}
    for number in sorted(stale):
        waiting.setdefault(hashes[number], []).append(number)
    todo = {hashes[n]: texts[n] for n in sorted(stale) if hashes[n] not in known}
    plan = _EmbedPlan(dict(sorted(todo.items(), key=lambda item: -len(item[1]))), waiting)
    _keep(store, encoder, plan, known)
    return plan


def _encoded(encoder: Encoder, plan: _EmbedPlan, digests: list[str]) -> dict[str, bytes]:
    rows = encoder.encode([plan.texts[digest] for digest in digests]) if digests else ()
    return {digest: _to_bytes(row) for digest, row in zip(digests, rows, strict=True)}


def _keep(
    store: Store, encoder: Encoder, plan: _EmbedPlan, vectors: Mapping[str, bytes], kind: str | None = None
) -> None:
    """Store vectors for all entities that need them, and finish their tasks, in one transaction."""
    rows = {n: StoredVector(digest, vector) for digest, vector in vectors.items() for n in plan.waiting[digest]}
    if rows:
        with store.writing() as session:
            save_vectors(session, encoder.name, encoder.version, rows)
            if kind is not None:
                finish_texts(session, kind, sorted(plan.first(digest) for digest in vectors))


def _tell(progress: Progress | None, finished: int, total: int) -> None:
    if progress:
        progress(finished, total)


def load_vectors(store: Store, encoder: Encoder, hashes: set[str]) -> dict[str, Vectors]:
    """The stored vectors of these texts, each of shape (dim,), float32."""
    with store.reading() as session:
        kept = vectors_by_hash(session, encoder.name, encoder.version, hashes)
    return {digest: np.frombuffer(vector, dtype="<f4") for digest, vector in kept.items()}


def _to_bytes(row: Vectors) -> bytes:
    return row.astype("<f4").tobytes()
