"""Vectors: encoded once, cached by exact text, the packaged model checked."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamkg.embedding.cache import embed_texts, missing_texts, text_hash
from wamkg.embedding.encoders import PACKAGED_WEIGHTS_SHA256, HashingEncoder, SentenceTransformerEncoder
from wamkg.errors import DependencyMissingError, InvalidInputError

TEXTS = ["A robot folds a towel.", "Video models plan.", "A robot folds a towel.", ""]


def test_only_texts_that_are_not_cached_are_encoded() -> None:
    encoder = HashingEncoder(32)
    first = embed_texts(encoder, TEXTS)
    assert list(first) == list(dict.fromkeys(map(text_hash, TEXTS)))
    assert missing_texts([*TEXTS, "new"], first) == {text_hash("new"): "new"}
    marked = {key: np.full(32, 7.0, dtype=np.float32) for key in first}
    again = embed_texts(encoder, [*TEXTS, "new"], marked)
    assert all((again[text_hash(t)] == 7.0).all() for t in TEXTS)
    assert np.linalg.norm(again[text_hash("new")]) == pytest.approx(1.0)


@given(st.lists(st.text(max_size=20), max_size=8))
def test_every_text_gets_its_own_vector_whatever_the_order(texts: list[str]) -> None:
    encoder = HashingEncoder(16)
    vectors = embed_texts(encoder, texts)
    for text in texts:
        assert (vectors[text_hash(text)] == encoder.encode([text])[0]).all()


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(DependencyMissingError, match=r"wamkg\[embed\]"):
        SentenceTransformerEncoder()


@pytest.mark.embed
def test_the_packaged_model_has_the_expected_weights_and_keeps_the_order_of_texts() -> None:
    pytest.importorskip("sentence_transformers")
    encoder = SentenceTransformerEncoder(device="cpu")
    assert encoder.version == PACKAGED_WEIGHTS_SHA256
    assert encoder.encode([]).shape == (0, 384)
    texts = ["short", "a much longer text about robots that act on imagined video " * 3, "mid length text"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (3, encoder.dim) == (3, 384)
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        assert float(vector @ encoder.encode([text])[0]) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.embed
def test_a_model_that_cannot_be_loaded_is_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sentence_transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InvalidInputError, match="cannot load the embedding model"):
        SentenceTransformerEncoder(model=f"{tmp_path}/nothing-here", device="cpu")
    with pytest.raises(InvalidInputError, match="unknown precision"):
        SentenceTransformerEncoder(precision="int3", device="cpu")
