"""Encodes only texts that are not cached, by the hash of the exact text."""

from collections.abc import Iterable, Mapping

from wamkg.embedding.encoders import Encoder, Vectors
from wamkg.identifiers import text_hash


def missing_texts(texts: Iterable[str], cached: Mapping[str, Vectors]) -> dict[str, str]:
    """Return hash -> text for every distinct text that `cached` does not have, in first-seen order."""
    hashed = {text_hash(text): text for text in texts}
    return {key: text for key, text in hashed.items() if key not in cached}


def embed_texts(
    encoder: Encoder, texts: Iterable[str], cached: Mapping[str, Vectors] | None = None
) -> dict[str, Vectors]:
    """Return hash -> vector (dim,) for every text; texts whose hash is cached are not encoded again.

    The new ones are the keys that `cached` lacks. The caller stores them under encoder name and version.
    """
    wanted = list(texts)
    known = cached or {}
    fresh = missing_texts(wanted, known)
    encoded = encoder.encode(list(fresh.values())) if fresh else ()
    vectors = dict(zip(fresh, encoded, strict=True))
    return {key: known[key] if key in known else vectors[key] for key in map(text_hash, wanted)}
