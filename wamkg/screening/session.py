"""Real screening: which unjudged papers are most likely relevant, and may you stop?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.json_types import JsonObject
from wamkg.near_matches import unknown
from wamkg.screening.labeled import FULL, TITLES
from wamkg.screening.model import DEFAULT_SCREENER, Pool, Screener, screener_named
from wamkg.screening.stopping import StoppingRule
from wamkg.store.decisions import screening_answers
from wamkg.store.paper_texts import PaperText
from wamkg.suggesting.corpus import TaxonomyCorpus, load_corpus
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.outside import title_only
from wamkg.vocabulary import Standing


@dataclass(frozen=True)
class ScreeningCandidate:
    """A paper that waits for a "yes" or "no"; `score` is higher for more likely ones, see `Screener.scores`."""

    paper: str
    arxiv: str | None
    title: str
    score: float


class ScreeningSession:
    """One screening of a store: known papers, waiting papers, and a model that learns from each answer.

    Known as relevant: papers with an assignment, and those that a person has included. Known as irrelevant: those
    decided `outside`. Only titles are read unless `text` is `full`: outside papers often have no abstract, which would
    reveal the others.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown model or text.
    """

    def __init__(self, session: Session, slug: str, text: str = TITLES, model: str = DEFAULT_SCREENER) -> None:
        if text not in (TITLES, FULL):
            raise InvalidInputError(unknown("text", text, (TITLES, FULL)))
        corpus = load_corpus(session, slug)
        self.taxonomy = slug
        self.relevant, self.irrelevant, self.waiting = split_by_label(corpus)
        documents = [*self.relevant, *self.irrelevant, *self.waiting]
        shown = documents if text == FULL else [title_only(document) for document in documents]
        self._papers = corpus.papers
        self._screener = Screener(Pool(shown), screener_named(model))
        self._row = {document.id: row for row, document in enumerate(documents)}
        self._left = {self._row[document.id] for document in self.waiting}
        for document in (*self.relevant, *self.irrelevant):
            self._screener.decide(self._row[document.id], len(self.relevant) > self._row[document.id])
        answered = screening_answers(session, slug)
        self.read = list(answered.values())

    def likeliest(self, limit: int) -> list[ScreeningCandidate]:
        """Return the waiting papers most likely relevant, best first.

        Raises InvalidInputError while there is too little to learn from.
        """
        scores = self._screener.scores()
        rows = np.array(sorted(self._left), dtype=np.intp)
        order = rows[np.argsort(-scores[rows], kind="stable")][:limit]
        ids = {row: name for name, row in self._row.items()}
        return [self._likely(self._papers[ids[int(row)]], float(scores[row])) for row in order]

    def answer(self, slug: str, belongs: bool) -> None:
        """Learn from a person's answer on a waiting paper."""
        row = self._row[next(number for number, paper in self._papers.items() if paper.slug == slug)]
        self._left.discard(row)
        self._screener.decide(row, belongs)
        self.read.append(belongs)

    def stop(self, rule: StoppingRule) -> JsonObject:
        """Apply the stopping rule to the answers so far: p of a recall below the target, and whether to stop."""
        total = len(self.read) + len(self._left)
        found = [position for position, belongs in enumerate(self.read, 1) if belongs]
        p = rule.p_value(found, len(self.read), total) if self.read else 1.0
        return {
            "target": rule.target,
            "confidence": rule.confidence,
            "read": len(self.read),
            "found": len(found),
            "waiting": len(self._left),
            "p": round(p, 4),
            "stop": p < 1 - rule.confidence,
        }

    def _likely(self, paper: PaperText, score: float) -> ScreeningCandidate:
        return ScreeningCandidate(paper.slug, paper.arxiv, paper.title, round(score, 4))


def split_by_label(corpus: TaxonomyCorpus) -> tuple[list[PaperDocument], list[PaperDocument], list[PaperDocument]]:
    """Return documents known as relevant, known as irrelevant, and waiting."""
    included = [d for d in corpus.candidates if corpus.papers[d.id].standing == Standing.INCLUDED]
    waiting = [d for d in corpus.candidates if corpus.papers[d.id].standing == Standing.CANDIDATE]
    relevant: Sequence[PaperDocument] = [example.document for example in corpus.training.examples]
    return [*relevant, *included], [negative.document for negative in corpus.training.negatives], waiting
