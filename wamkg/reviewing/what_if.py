"""Papers that a taxonomy edit would make ambiguous: they fit two taxa almost equally well."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import InvalidInputError

HALF = 0.5
"""A paper is ambiguous if the second taxon is at least half as probable as the first."""


@dataclass(frozen=True)
class Ambiguous:
    """An assigned paper and the two most probable leaves of a model trained without it."""

    paper: str
    title: str
    taxon: str
    best: str
    second: str
    probabilities: tuple[float, float]


def ambiguous_papers(session: Session, slug: str) -> dict[str, Ambiguous]:
    """Ambiguous papers of a taxonomy, by slug; each is judged by a model trained without it.

    Empty for a taxonomy with too few papers. Takes seconds.

    Raises NotFoundError.
    """
    # numpy and scikit-learn take a second to load
    import numpy as np

    from wamkg.suggesting.corpus import load_corpus
    from wamkg.suggesting.models import DEFAULT_WITHOUT_VECTORS, FEWEST_TO_CALIBRATE, Workbench, model_named

    try:
        corpus = load_corpus(session, slug)
    except InvalidInputError:
        return {}
    if len(corpus.training.examples) < FEWEST_TO_CALIBRATE:
        return {}
    bench = Workbench(corpus.training)
    rows = np.arange(len(bench.nodes), dtype=np.intp)
    joint = bench.tree.joint(bench.out_of_fold(model_named(DEFAULT_WITHOUT_VECTORS), rows))
    found = {}
    for example, row in zip(corpus.training.examples, joint[:, bench.tree.leaves], strict=True):
        first, second = np.argsort(-row, kind="stable")[:2]
        if row[second] >= HALF * row[first]:
            paper = corpus.papers[example.document.id]
            paths = [bench.tree.paths[bench.tree.leaves[i]] for i in (first, second)]
            likely = (float(row[first]), float(row[second]))
            found[paper.slug] = Ambiguous(paper.slug, paper.title, example.taxon, paths[0], paths[1], likely)
    return found


def newly_ambiguous(before: dict[str, Ambiguous], after: dict[str, Ambiguous]) -> list[Ambiguous]:
    """Papers that an edit makes ambiguous."""
    return [after[slug] for slug in sorted(after.keys() - before.keys())]
