"""The label radar over the store: which voices there are, and what they dispute."""

from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from wamkg.embedding.encoders import Encoder
from wamkg.store.reads_citations import citation_pairs
from wamkg.store.session import Store
from wamkg.store.taxonomies import list_taxonomies
from wamkg.suggesting.corpus import Corpus, load_corpus, places_in
from wamkg.suggesting.radar import Voice, citation_voice, model_voice, neighbour_voice, radar, rival_voice
from wamkg.suggesting.run import vectors_for
from wamkg.suggesting.suggest import chosen_model


def find_conflicts(store: Store, slug: str, model: str, encoder: Encoder | None) -> list[dict[str, Any]]:
    """Disputed labels of a taxonomy in the words of `radar --json`, most disputed first.

    Raises NotFoundError for an unknown taxonomy and InvalidInputError for an unknown model.
    """
    with store.reading() as session:
        corpus = load_corpus(session, slug)
        others = _other_voices(session, corpus)
    vectors = vectors_for(store, corpus, encoder) if encoder else None
    training = corpus.training
    if not training.examples:
        return []
    voices = [
        model_voice(training, chosen_model(model, vectors is not None), vectors),
        neighbour_voice(training, vectors),
    ]
    return [
        {"paper": corpus.papers[c.id].slug, "arxiv": corpus.papers[c.id].arxiv, "title": c.title, "taxonomy": slug}
        | {"label": c.label, "score": c.score}
        | {"votes": [asdict(vote) | {"strength": round(vote.strength, 4)} for vote in c.votes], "agree": list(c.agree)}
        for c in radar(training, [*voices, *others])
    ]


def _other_voices(session: Session, corpus: Corpus) -> list[Voice]:
    """The rival taxonomies that place classified papers, and the citations between these, where there are any."""
    training = corpus.training
    voices = []
    for taxonomy in list_taxonomies(session):
        if taxonomy.id == corpus.taxonomy.id:
            continue
        places = {str(paper): path for paper, path in places_in(session, taxonomy).items()}
        voices.append(rival_voice(training, taxonomy.slug, places))
    numbers = [int(example.document.id) for example in training.examples]
    pairs = [(str(citing), str(cited)) for citing, cited in citation_pairs(session, numbers)]
    return [*voices, citation_voice(training, pairs)]
