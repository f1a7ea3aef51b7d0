"""Read what the suggester needs from the store: examples, negatives and candidates of one taxonomy."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlmodel import Session

from wamkg.store.citations import citation_pairs
from wamkg.store.paper_texts import PaperText, body_of, paper_texts
from wamkg.store.tables import Taxonomy
from wamkg.store.taxonomies import exemplars_of, get_taxonomy, list_taxa, list_taxonomies, live_assignments
from wamkg.suggesting.examples import Example, Negative, PaperDocument, TrainingSet
from wamkg.suggesting.registry import MIN_TO_CALIBRATE
from wamkg.suggesting.taxon_tree import Tree
from wamkg.vocabulary import AssignmentStatus, OutsideKind


@dataclass(frozen=True)
class TaxonomyCorpus:
    """The input of one suggestion or evaluation run, read at one moment."""

    taxonomy: Taxonomy
    training: TrainingSet
    candidates: tuple[PaperDocument, ...]
    papers: dict[str, PaperText]
    """The paper of each document id."""
    taxa: dict[str, int]
    """Database id of the taxon at each path."""

    @property
    def training_hash(self) -> str:
        """Digest of all examples (taxon and text) and all negatives."""
        lines = [f"{e.document.id} {e.taxon} {e.document.hash}" for e in self.training.examples]
        lines += [f"{n.document.id} {n.hard} {n.document.hash}" for n in self.training.negatives]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


@dataclass(frozen=True)
class PaperLibrary:
    """Every paper that may be assigned, and its document, by database id."""

    papers: dict[int, PaperText]
    documents: dict[int, PaperDocument]


def load_library(session: Session, taxonomy: Taxonomy) -> PaperLibrary:
    """Read every paper as text, with its context outside the taxonomy."""
    papers = {paper.id: paper for paper in paper_texts(session)}
    marks = context_tokens_of(session, taxonomy, papers)
    return PaperLibrary(papers, {number: document_of(paper, marks[number]) for number, paper in papers.items()})


def load_corpus(session: Session, slug: str, library: PaperLibrary | None = None) -> TaxonomyCorpus:
    """Read a taxonomy's corpus; with a `library` read earlier, only its tree and decisions are read.

    A taxon's text is its name and definition. Criteria are left out: they were written with specific papers in mind and
    would reveal their labels. Raises NotFoundError for an unknown taxonomy and InvalidInputError for one without taxa.
    """
    taxonomy = get_taxonomy(session, slug)
    library = library or load_library(session, taxonomy)
    taxa = list_taxa(session, taxonomy)
    tree = Tree.of((t.path for t in taxa), {t.path: f"{t.name}. {t.definition}" for t in taxa})
    decided: set[int] = set()
    examples, negatives = [], []
    for assignment, taxon in live_assignments(session, taxonomy):
        decided.add(assignment.paper_id)
        document = library.documents.get(assignment.paper_id)
        if document is None or not assignment.primary:
            continue
        if taxon is not None and assignment.status == AssignmentStatus.PLACED:
            examples.append(Example(document, taxon.path))
        elif assignment.status == AssignmentStatus.OUTSIDE:
            hard = assignment.kind not in (OutsideKind.DATA_OR_BENCHMARK, OutsideKind.SURVEY)
            negatives.append(Negative(document, hard))
    return TaxonomyCorpus(
        taxonomy=taxonomy,
        training=TrainingSet(tree, tuple(examples), tuple(negatives)),
        candidates=tuple(document for number, document in library.documents.items() if number not in decided),
        papers={document.id: library.papers[number] for number, document in library.documents.items()},
        taxa={t.path: t.id for t in taxa if t.id is not None},
    )


def for_beginners(session: Session, corpus: TaxonomyCorpus) -> TaxonomyCorpus:
    """Return the corpus with criteria and exemplars as part of each taxon's text, while there are few labels.

    With fewer than `MIN_TO_CALIBRATE` labels nothing is sure, and nothing measured that the criteria could flatter.
    """
    training = corpus.training
    if len(training.examples) >= MIN_TO_CALIBRATE:
        return corpus
    exemplars = exemplars_of(session, corpus.taxa.values())
    texts = dict(training.tree.texts)
    for taxon in list_taxa(session, corpus.taxonomy):
        known = [corpus.papers.get(str(paper)) for paper in exemplars.get(corpus.taxa[taxon.path], [])]
        examples = [document_of(paper).text for paper in known if paper is not None]
        texts[taxon.path] = "\n".join([texts[taxon.path], *taxon.include, *examples])
    return replace(corpus, training=replace(training, tree=replace(training.tree, texts=texts)))


def places_in(session: Session, taxonomy: Taxonomy) -> dict[int, str]:
    """Return the path of each paper's primary taxon."""
    return {
        assignment.paper_id: taxon.path
        for assignment, taxon in live_assignments(session, taxonomy)
        if taxon is not None and assignment.primary and assignment.status == AssignmentStatus.PLACED
    }


def context_tokens_of(session: Session, taxonomy: Taxonomy, papers: Iterable[int]) -> dict[int, list[str]]:
    """Return context tokens of papers: their taxa in other taxonomies, with all ancestors, and papers linked by
    citations.
    """
    marks = {paper: [f"link:{paper}"] for paper in papers}
    for other in list_taxonomies(session):
        for paper, path in places_in(session, other).items() if other.id != taxonomy.id else ():
            parts = path.split("/")
            if paper in marks:
                marks[paper] += [f"rival:{other.slug}:{'/'.join(parts[: i + 1])}" for i in range(len(parts))]
    for citing, cited in citation_pairs(session, marks):
        marks[citing].append(f"link:{cited}")
        marks[cited].append(f"link:{citing}")
    return marks


def document_of(paper: PaperText, marks: Iterable[str] = ()) -> PaperDocument:
    """Return the paper as text: its abstract, else the project's summary, else the title alone."""
    source, body = body_of(paper.abstract, paper.summary)
    return PaperDocument(str(paper.id), paper.title, body, source, paper.names, paper.date, tuple(marks))
