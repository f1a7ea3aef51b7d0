"""Proposes a part for each paper of a taxon that is to be split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import slugify
from wamkg.store.lookup import find_paper
from wamkg.store.taxon_edits import places_at
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.store.texts import paper_texts
from wamkg.taxonomy.edit import Part

CLOSE = 0.2
"""Margin below which a proposal is marked as uncertain."""


@dataclass(frozen=True)
class Proposal:
    """One paper, its proposed part, the probability of each part, and whether two are too close."""

    paper: str
    title: str
    part: str
    probabilities: dict[str, float]
    close: bool


def propose_split(
    session: Session, slug: str, path: str, parts: Sequence[Part], given: Mapping[str, str] | None = None
) -> list[Proposal]:
    """Propose a part for each paper assigned to a taxon, from the names and definitions of the parts.

    `given` are papers that a person has assigned to a part (id -> slug of the part). They are training examples and get
    no proposal.

    Raises NotFoundError, and InvalidInputError for fewer than two parts or an unknown part.
    """
    # numpy and scikit-learn take a second to load
    from wamkg.suggesting.corpus import document_of
    from wamkg.suggesting.examples import Example, TrainingSet
    from wamkg.suggesting.suggest import Settings, suggest
    from wamkg.suggesting.tree import Tree

    texts = {part.slug or slugify(part.name): f"{part.name}. {part.definition}" for part in parts}
    if len(texts) < 2:
        raise InvalidInputError("a split needs two parts or more")
    taxon = find_taxon(session, get_taxonomy(session, slug), path)
    here = {place.paper_id for place in places_at(session, taxon)}
    papers = {paper.id: paper for paper in paper_texts(session) if paper.id in here}
    sent = {find_paper(session, paper).id: part for paper, part in (given or {}).items()}
    if unknown := set(sent.values()) - texts.keys():
        raise InvalidInputError(f"{min(unknown)!r} is no part; there are {', '.join(texts)}")
    examples = tuple(Example(document_of(papers[n]), part) for n, part in sent.items() if n in papers)
    asked = [paper for number, paper in papers.items() if number not in sent]
    training = TrainingSet(Tree.of(texts, texts), examples, ())
    found = suggest(training, [document_of(paper) for paper in asked], settings=Settings(reasons=False))
    return [
        Proposal(paper.slug, paper.title, s.ranked[0][0], dict(s.ranked), s.ranked[0][1] - s.ranked[1][1] < CLOSE)
        for paper, s in zip(asked, found, strict=True)
    ]
