"""Text features: counted once for the whole corpus, then weighted using the training rows alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import snowballstemmer  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import CountVectorizer

from wamkg.errors import InvalidInputError
from wamkg.suggesting.examples import PaperDocument, masked
from wamkg.suggesting.taxon_tree import Floats, Ints

Matrix: TypeAlias = Any
"""A `scipy.sparse.csr_matrix`, or an array: scipy's stubs give a product as a union of ten types, so none is named."""
Rows: TypeAlias = Any
"""A `scipy.sparse.csr_matrix`."""
VectorsByHash = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class TextView:
    """TF-IDF over words or characters (`analyzer` as in scikit-learn), sublinear, unit length.

    `stemmed` reduces English words to their Snowball stems first, so that "denoises" and "denoising" count as one. With
    `marks`, the document's marks with this prefix are read instead of its text.
    """

    analyzer: str = "word"
    ngrams: tuple[int, int] = (1, 2)
    min_df: int = 1
    stop_words: str | None = None
    stemmed: bool = False
    mask_names: bool = False
    marks: str = ""


@dataclass(frozen=True)
class VectorView:
    """The sentence encoder's vector of the whole text, unit length, optionally centered on the training rows."""

    centre: bool = False


@dataclass(frozen=True)
class BlankView:
    """Nothing of the text, for a classifier that does not look at it."""


View = TextView | VectorView | BlankView
_WORD, _MARK = r"(?u)\b\w\w+\b", r"\S+"
_stem = lru_cache(maxsize=200_000)(snowballstemmer.stemmer("english").stemWord)


def stems(text: str) -> list[str]:
    """Return the stems of the words with two or more letters in a text."""
    return [_stem(word) for word in re.findall(_WORD, text)]


def vectorizer_of(view: TextView, terms: Sequence[str] | None = None) -> CountVectorizer:
    """Return a vectorizer that counts the terms a view needs; with `terms`, only those, in that order."""
    return CountVectorizer(
        analyzer=view.analyzer,
        ngram_range=view.ngrams,
        stop_words=view.stop_words,
        tokenizer=stems if view.stemmed else None,
        token_pattern=None if view.stemmed or view.analyzer != "word" else _MARK if view.marks else _WORD,
        vocabulary=None if terms is None else {term: i for i, term in enumerate(terms)},
        dtype=np.float64,
    )


def read_by(view: TextView, document: PaperDocument) -> str:
    """Return the document text as a view reads it."""
    if view.marks:
        return " ".join(mark for mark in document.marks if mark.startswith(view.marks))
    return masked(document) if view.mask_names else document.text


def counted(vectorizer: CountVectorizer, texts: Sequence[str]) -> Rows:
    """Return counts (len(texts), terms) as CSR from a vectorizer fitted on these texts; without any terms, zero
    columns.
    """
    if not any(text.strip() for text in texts):
        vectorizer.set_params(vocabulary={"": 0}).fit([])
        return sp.csr_matrix((len(texts), 1))
    return vectorizer.fit_transform(texts)


class DocumentFeatures:
    """Documents with their counts and vectors, independent of labels.

    The terms are those of the first `learnable` documents: no model can give another term a weight. `vectors` maps the
    hash of a document's text to its vector, as `embedding.embed_texts` returns them.
    """

    def __init__(
        self, documents: Sequence[PaperDocument], vectors: VectorsByHash | None = None, learnable: int | None = None
    ) -> None:
        self.documents = list(documents)
        self._learnable = len(self.documents) if learnable is None else learnable
        self._vectors = vectors
        self._counted: dict[TextView, tuple[Rows, list[str]]] = {}

    def frequencies(self, view: TextView) -> tuple[Rows, list[str]]:
        """Return sublinear term frequencies (n, terms) as CSR, and the terms."""
        key = replace(view, min_df=1)
        if key not in self._counted:
            vectorizer = vectorizer_of(view)
            texts = [read_by(view, d) for d in self.documents]
            counts = counted(vectorizer, texts[: self._learnable])
            if len(texts) > self._learnable:
                counts = sp.vstack([counts, vectorizer.transform(texts[self._learnable :])], format="csr")
            counts.data = 1.0 + np.log(counts.data)
            self._counted[key] = (counts, list(vectorizer.get_feature_names_out()))
        return self._counted[key]

    def selected(self, view: TextView, rows: Ints) -> Rows:
        """Return the sublinear term frequencies of some rows."""
        return self.frequencies(view)[0][rows]

    def embedded(self, rows: Ints) -> Floats:
        """Return vectors of some rows, shape (len(rows), d); raises InvalidInputError if one has no embedding."""
        if self._vectors is None:
            raise InvalidInputError("this model needs embeddings: run `wamkg embed` or choose tfidf-lr")
        documents = [self.documents[i] for i in rows]
        missing = [d.id for d in documents if d.hash not in self._vectors]
        if missing:
            raise InvalidInputError(f"{len(missing)} texts have no embedding (first: {missing[0]}): run `wamkg embed`")
        return np.stack([self._vectors[d.hash] for d in documents]).astype(np.float64)


class FeatureSpace:
    """A feature space with vocabulary, idf and center from `rows` only; every row has unit length.

    Terms of the rows in `keep` (the taxa's definitions) stay even if rare: they may be all that is known of a taxon.
    """

    def __init__(self, corpus: DocumentFeatures, view: View, rows: Ints, keep: Ints | None = None) -> None:
        self.corpus = corpus
        self.view = view
        self._columns: Ints | None = None
        if isinstance(view, TextView):
            kept = corpus.selected(view, rows[:0] if keep is None else keep)
            self._columns, self._scale = kept_terms(corpus.selected(view, rows), kept, view.min_df)
        elif isinstance(view, VectorView):
            self._scale = _centre(corpus, view, rows)

    def matrix(self, rows: Ints) -> Matrix:
        """Return features (len(rows), d): CSR for words, dense for vectors, none for a blank view."""
        if isinstance(self.view, TextView):
            return unit_rows(self.corpus.selected(self.view, rows)[:, self._columns].multiply(self._scale).tocsr())
        if isinstance(self.view, BlankView):
            return np.zeros((len(rows), 0))
        return unit_rows(self.corpus.embedded(rows) - self._scale)

    @property
    def terms(self) -> list[str]:
        """Return the term of each column; empty for vectors."""
        if not isinstance(self.view, TextView) or self._columns is None:
            return []
        terms = self.corpus.frequencies(self.view)[1]
        return [terms[i] for i in self._columns]


def is_sparse(matrix: Matrix) -> bool:
    """Whether a matrix stores only the values that are not zero."""
    return bool(sp.issparse(matrix))


def unit_rows(matrix: Matrix) -> Matrix:
    """Normalize every row to unit length, CSR or dense as given; zero rows stay."""
    if not is_sparse(matrix):
        return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    norms = np.sqrt(np.bincount(rows, weights=matrix.data**2, minlength=matrix.shape[0]))
    data = matrix.data / np.maximum(norms, 1e-12)[rows]
    return sp.csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def dense(matrix: Matrix) -> Floats:
    """Return a dense float array of a sparse or dense matrix."""
    return np.asarray(matrix.toarray() if is_sparse(matrix) else matrix, dtype=np.float64)


def kept_terms(rows: Rows, keep: Rows, min_df: int) -> tuple[Ints, Floats]:
    """Return the columns of terms in at least `min_df` training rows or in one row of `keep`, and their idf.

    `rows` and `keep` are CSR counts or frequencies; the idf is smoothed as in scikit-learn.
    """
    df = np.bincount(rows.indices, minlength=rows.shape[1])
    wanted = df >= max(min_df, 1)
    wanted[keep.indices] = True
    columns = np.flatnonzero(wanted)
    return columns, np.log((1 + rows.shape[0]) / (1 + df[columns])) + 1


def _centre(corpus: DocumentFeatures, view: VectorView, rows: Ints) -> Floats:
    mean: Floats = corpus.embedded(rows).mean(axis=0)
    return mean if view.centre else np.zeros_like(mean)
