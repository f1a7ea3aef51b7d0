"""Preview an edit of a taxonomy: where the papers of a split would go, and which papers would become ambiguous."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import slugify
from wamkg.near_matches import unknown
from wamkg.store.paper_texts import paper_texts
from wamkg.store.papers import find_paper
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.store.taxonomy_edits import places_at
from wamkg.taxonomy.edit import NewTaxonPart

MAX_MARGIN = 0.2
"""Margin below which a proposal is marked as uncertain."""


@dataclass(frozen=True)
class ProposedPart:
    """One paper, its proposed part, the probability of each part, and whether two are too close."""

    paper: str
    title: str
    part: str
    probabilities: dict[str, float]
    close: bool


def propose_split(
    session: Session, slug: str, path: str, parts: Sequence[NewTaxonPart], given: Mapping[str, str] | None = None
) -> list[ProposedPart]:
    """Propose a part for each paper assigned to a taxon, from the names and definitions of the parts.

    `given` are papers that a person has assigned to a part (id -> slug of the part). They are training examples and get
    no proposal.

    Raises NotFoundError, and InvalidInputError for fewer than two parts or an unknown part.
    """
    # numpy and scikit-learn take a second to load
    from wamkg.suggesting.corpus import document_of
    from wamkg.suggesting.examples import Example, TrainingSet
    from wamkg.suggesting.suggest import SuggestOptions, suggest
    from wamkg.suggesting.taxon_tree import Tree

    texts = {part.slug or slugify(part.name): f"{part.name}. {part.definition}" for part in parts}
    if len(texts) < 2:
        raise InvalidInputError("a split needs two parts or more")
    taxon = find_taxon(session, get_taxonomy(session, slug), path)
    here = {place.paper_id for place in places_at(session, taxon)}
    papers = {paper.id: paper for paper in paper_texts(session) if paper.id in here}
    sent = {find_paper(session, paper).id: part for paper, part in (given or {}).items()}
    if strange := set(sent.values()) - texts.keys():
        raise InvalidInputError(unknown("part", min(strange), texts))
    examples = tuple(Example(document_of(papers[n]), part) for n, part in sent.items() if n in papers)
    asked = [paper for number, paper in papers.items() if number not in sent]
    training = TrainingSet(Tree.of(texts, texts), examples, ())
    found = suggest(training, [document_of(paper) for paper in asked], settings=SuggestOptions(reasons=False))
    return [
        ProposedPart(
            paper.slug, paper.title, s.ranked[0][0], dict(s.ranked), s.ranked[0][1] - s.ranked[1][1] < MAX_MARGIN
        )
        for paper, s in zip(asked, found, strict=True)
    ]


MIN_RATIO = 0.5
"""A paper is ambiguous if the second taxon is at least half as probable as the first."""


@dataclass(frozen=True)
class AmbiguousPaper:
    """An assigned paper and the two most probable leaves of a model trained without it."""

    paper: str
    title: str
    taxon: str
    best: str
    second: str
    probabilities: tuple[float, float]


def ambiguous_papers(session: Session, slug: str) -> dict[str, AmbiguousPaper]:
    """Ambiguous papers of a taxonomy, by slug; each is judged by a model trained without it.

    Empty for a taxonomy with too few papers. Takes seconds.

    Raises NotFoundError.
    """
    # numpy and scikit-learn take a second to load
    import numpy as np

    from wamkg.suggesting.corpus import load_corpus
    from wamkg.suggesting.registry import DEFAULT_WITHOUT_VECTORS, MIN_TO_CALIBRATE, FitCache, model_named

    try:
        corpus = load_corpus(session, slug)
    except InvalidInputError:
        return {}
    if len(corpus.training.examples) < MIN_TO_CALIBRATE:
        return {}
    bench = FitCache(corpus.training)
    rows = np.arange(len(bench.nodes), dtype=np.intp)
    joint = bench.tree.joint(bench.out_of_fold(model_named(DEFAULT_WITHOUT_VECTORS), rows))
    found = {}
    for example, row in zip(corpus.training.examples, joint[:, bench.tree.leaves], strict=True):
        first, second = np.argsort(-row, kind="stable")[:2]
        if row[second] >= MIN_RATIO * row[first]:
            paper = corpus.papers[example.document.id]
            paths = [bench.tree.paths[bench.tree.leaves[i]] for i in (first, second)]
            likely = (float(row[first]), float(row[second]))
            found[paper.slug] = AmbiguousPaper(paper.slug, paper.title, example.taxon, paths[0], paths[1], likely)
    return found


def newly_ambiguous(before: dict[str, AmbiguousPaper], after: dict[str, AmbiguousPaper]) -> list[AmbiguousPaper]:
    """Papers that an edit makes ambiguous."""
    return [after[slug] for slug in sorted(after.keys() - before.keys())]
