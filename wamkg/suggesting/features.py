"""Texts as features: counted once for a whole corpus, weighted by what the training rows alone contain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from wamkg.errors import InvalidInputError
from wamkg.suggesting.examples import Document, masked
from wamkg.suggesting.tree import Floats, Ints

VectorsByHash = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class TextView:
    """TF-IDF over words or characters (`analyzer` as in scikit-learn), sublinear, unit length."""

    analyzer: str = "word"
    ngrams: tuple[int, int] = (1, 2)
    min_df: int = 1
    stop_words: str | None = None
    weight: float = 1.0
    mask_names: bool = False


@dataclass(frozen=True)
class VectorView:
    """The sentence-encoder's vector of the whole text, unit length, centred on the training rows if asked."""

    weight: float = 1.0
    centre: bool = False


View = TextView | VectorView


class Corpus:
    """Documents with their counts and vectors; nothing here looks at a label.

    `vectors` maps the hash of a document's text to its vector, as `embedding.embed_texts` returns them.
    """

    def __init__(self, documents: Sequence[Document], vectors: VectorsByHash | None = None) -> None:
        self.documents = list(documents)
        self._vectors = vectors
        self._counted: dict[tuple[object, ...], tuple[Any, list[str]]] = {}

    def frequencies(self, view: TextView) -> tuple[Any, list[str]]:
        """Sublinear term frequencies (n, terms) as CSR, and the terms."""
        key = (view.analyzer, view.ngrams, view.stop_words, view.mask_names)
        if key not in self._counted:
            vectorizer = CountVectorizer(
                analyzer=view.analyzer, ngram_range=view.ngrams, stop_words=view.stop_words, dtype=np.float64
            )
            texts = [masked(d) if view.mask_names else d.text for d in self.documents]
            counts = vectorizer.fit_transform(texts)
            counts.data = 1.0 + np.log(counts.data)
            self._counted[key] = (counts, list(vectorizer.get_feature_names_out()))
        return self._counted[key]

    def embedded(self, rows: Ints) -> Floats:
        """Vectors of some rows, shape (len(rows), d); raises InvalidInputError if one has not been embedded."""
        if self._vectors is None:
            raise InvalidInputError("this model needs embeddings: run `wamkg embed` or choose tfidf-lr")
        documents = [self.documents[i] for i in rows]
        missing = [d.id for d in documents if d.hash not in self._vectors]
        if missing:
            raise InvalidInputError(f"{len(missing)} texts have no embedding (first: {missing[0]}): run `wamkg embed`")
        return np.stack([self._vectors[d.hash] for d in documents]).astype(np.float64)


class Space:
    """A feature space whose vocabulary, idf and centre come from `rows` only.

    Views are concatenated, each scaled by the square root of its weight, so inner products add up.
    """

    def __init__(self, corpus: Corpus, views: Sequence[View], rows: Ints) -> None:
        self.corpus = corpus
        self.views = tuple(views)
        self._scales = [_idf(corpus, v, rows) if isinstance(v, TextView) else _centre(corpus, v, rows) for v in views]

    def matrices(self, rows: Ints) -> list[Any]:
        """One matrix a view, (len(rows), features): sparse for words, dense for vectors."""
        return [self._matrix(v, s, rows) for v, s in zip(self.views, self._scales, strict=True)]

    def _matrix(self, view: View, scale: Floats, rows: Ints) -> Any:
        if isinstance(view, VectorView):
            dense = self.corpus.embedded(rows) - scale
            norms = np.linalg.norm(dense, axis=1, keepdims=True)
            return np.sqrt(view.weight) * dense / np.where(norms > 0, norms, 1.0)
        weighted = self.corpus.frequencies(view)[0][rows].multiply(scale).tocsr()
        norms = np.sqrt(weighted.multiply(weighted).sum(axis=1)).A1 if sp.issparse(weighted) else np.ones(len(rows))
        inverse = np.sqrt(view.weight) / np.where(norms > 0, norms, 1.0)
        return sp.diags(inverse) @ weighted


def inner_products(left: Sequence[Any], right: Sequence[Any]) -> Floats:
    """Sum over views of left @ right.T, dense."""
    total: Floats = sum(_dense(a @ b.T) for a, b in zip(left, right, strict=True))  # type: ignore[assignment]
    return total


def _dense(matrix: Any) -> Floats:
    return np.asarray(matrix.toarray() if sp.issparse(matrix) else matrix, dtype=np.float64)


def _idf(corpus: Corpus, view: TextView, rows: Ints) -> Floats:
    """Smoothed inverse document frequency as in scikit-learn; 0 for terms the training rows lack."""
    seen = corpus.frequencies(view)[0][rows]
    df = np.bincount(seen.indices, minlength=seen.shape[1])
    idf = np.log((1 + len(rows)) / (1 + df)) + 1
    return np.where(df >= max(view.min_df, 1), idf, 0.0)


def _centre(corpus: Corpus, view: VectorView, rows: Ints) -> Floats:
    mean: Floats = corpus.embedded(rows).mean(axis=0)
    return mean if view.centre else np.zeros_like(mean)
