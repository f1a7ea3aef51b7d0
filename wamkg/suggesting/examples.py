"""Input of the suggester: texts, the taxa that people assigned, and texts known to be out of scope."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from wamkg.errors import InvalidInputError
from wamkg.identifiers import text_hash
from wamkg.store.paper_texts import sentences, whole_text
from wamkg.suggesting.taxon_tree import Tree


@dataclass(frozen=True)
class PaperDocument:
    """A paper as text: title and abstract, or the project's own summary if there is no abstract yet.

    `source` says what the body is: `abstract`, `summary` or `title` (no body). `names` are the paper's own method
    names. `date` is ISO text, compared as text, for the time-forward protocol. `marks` are context tokens outside the
    text: `rival:TAXONOMY:PATH` for its taxon in another taxonomy, `link:ID` for the paper itself and every paper that
    it cites or that cites it. Only models that request them read them.
    """

    id: str
    title: str
    body: str = ""
    source: str = "abstract"
    names: tuple[str, ...] = ()
    date: str = ""
    marks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return title and body, as the encoder and the word features read them."""
        return whole_text(self.title, self.body)

    @cached_property
    def hash(self) -> str:
        """Return the hash of the text that a suggestion is based on."""
        return text_hash(self.text)


@dataclass(frozen=True)
class Example:
    """A document and the taxon that a person assigned; the taxon may be an inner node."""

    document: PaperDocument
    taxon: str


@dataclass(frozen=True)
class Negative:
    """A document known to be outside the taxonomy; `hard` ones have a similar subject."""

    document: PaperDocument
    hard: bool = False


@dataclass(frozen=True)
class TrainingSet:
    """Everything that a model is trained on."""

    tree: Tree
    examples: tuple[Example, ...]
    negatives: tuple[Negative, ...] = ()
    taxon_documents: tuple[PaperDocument, ...] = field(init=False)

    def __post_init__(self) -> None:
        unknown = sorted({e.taxon for e in self.examples} - set(self.tree.paths))
        if unknown:
            raise InvalidInputError(f"examples are assigned to unknown taxa: {', '.join(unknown)}")
        names = [name for example in self.examples for name in example.document.names]
        object.__setattr__(self, "taxon_documents", definition_documents(self.tree, names))


def definition_documents(tree: Tree, names: Iterable[str]) -> tuple[PaperDocument, ...]:
    """Return one document per taxon: its label and definition, without sentences that name a classified paper.

    Such sentences are dropped for all papers, so that the criteria never contain a held-out paper's own name.
    """
    naming = [name_pattern(name) for name in names if name]
    documents = []
    for path in tree.paths:
        kept = [s for s in sentences(tree.texts[path]) if not any(p.search(s) for p in naming)]
        label = path.rpartition("/")[2].replace("-", " ")
        documents.append(PaperDocument(f"taxon:{path}", label, " ".join(kept), "definition"))
    return tuple(documents)


def name_pattern(name: str) -> re.Pattern[str]:
    """Match a method's name as a separate word, in the given case."""
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")


def masked(document: PaperDocument) -> str:
    """Return the document's text without its own method names."""
    text = document.text
    for name in sorted(document.names, key=len, reverse=True):
        text = name_pattern(name).sub(" ", text)
    return text


def required_texts(training: TrainingSet, candidates: Sequence[PaperDocument] = ()) -> list[str]:
    """Return every text whose vector an embedding model needs, for `embedding.embed_texts`."""
    documents = [e.document for e in training.examples] + list(training.taxon_documents) + list(candidates)
    return list(dict.fromkeys(d.text for d in documents))
