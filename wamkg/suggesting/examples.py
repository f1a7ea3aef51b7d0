"""What the suggester reads: texts, the places people gave them, and texts known to lie outside."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from wamkg.errors import InvalidInputError
from wamkg.identifiers import text_hash
from wamkg.store.paper_texts import whole_text
from wamkg.suggesting.taxon_tree import Tree

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(A-Z0-9πΑ-Ω])")


@dataclass(frozen=True)
class PaperDocument:
    """A paper as text: title and abstract, or the project's own summary where there is no abstract yet.

    `source` says which the body is: `abstract`, `summary` or `title` (no body). `names` are the paper's own
    method names; `date` is ISO text, compared as text, for the protocol in time. `marks` are what is known of the paper
    beside its text, a word each: `rival:TAXONOMY:PATH` for where another taxonomy places it, `link:ID` for itself and
    every paper that it cites or that cites it; only models that ask for them read them.
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
        """Title and body, as the encoder and the word features read them."""
        return whole_text(self.title, self.body)

    @cached_property
    def hash(self) -> str:
        """Hash of the text that a suggestion was made from."""
        return text_hash(self.text)


@dataclass(frozen=True)
class Example:
    """A document and the taxon a person gave it; the taxon may be an inner node."""

    document: PaperDocument
    taxon: str


@dataclass(frozen=True)
class Negative:
    """A document known to lie outside the taxonomy; `hard` ones are close to it in subject."""

    document: PaperDocument
    hard: bool = False


@dataclass(frozen=True)
class TrainingSet:
    """Everything a model may learn from."""

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
    """One document per taxon: its label and definition, without the sentences that name a classified paper.

    Dropping every such sentence for everyone keeps a left-out paper's own name out of the criteria.
    """
    naming = [name_pattern(name) for name in names if name]
    documents = []
    for path in tree.paths:
        kept = [s for s in sentences(tree.texts[path]) if not any(p.search(s) for p in naming)]
        label = path.rpartition("/")[2].replace("-", " ")
        documents.append(PaperDocument(f"taxon:{path}", label, " ".join(kept), "definition"))
    return tuple(documents)


def name_pattern(name: str) -> re.Pattern[str]:
    """Match a method's name as a word of its own, in the given case."""
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")


def masked(document: PaperDocument) -> str:
    """The document's text without its own method names."""
    text = document.text
    for name in sorted(document.names, key=len, reverse=True):
        text = name_pattern(name).sub(" ", text)
    return text


def sentences(text: str) -> list[str]:
    """Split a text into sentences at end marks followed by a capital letter, a digit or a quote."""
    return [s.strip() for s in _SENTENCE_END.split(text) if s.strip()]


def required_texts(training: TrainingSet, candidates: Sequence[PaperDocument] = ()) -> list[str]:
    """Every text whose vector an embedding model needs, for `embedding.embed_texts`."""
    documents = [e.document for e in training.examples] + list(training.taxon_documents) + list(candidates)
    return list(dict.fromkeys(d.text for d in documents))
