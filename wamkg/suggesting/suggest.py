"""Suggest a taxon for each candidate: probabilities in the tree, the confident level, and reasons."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

import numpy as np

from wamkg.errors import InvalidInputError
from wamkg.json_types import JsonObject, UncheckedObject
from wamkg.progress import Progress
from wamkg.store.tables.taxonomies import RankedLeaf
from wamkg.store.taxonomy_edits import is_same_or_descendant
from wamkg.suggesting.calibration import Calibration
from wamkg.suggesting.examples import PaperDocument, TrainingSet
from wamkg.suggesting.features import VectorsByHash
from wamkg.suggesting.near_duplicates import version_reasons
from wamkg.suggesting.outside import OutsideModel
from wamkg.suggesting.reasons import Explainer, Reason, without_each_sentence
from wamkg.suggesting.registry import DEFAULT, DEFAULT_WITHOUT_VECTORS, FitCache, Model, model_named
from wamkg.suggesting.taxon_tree import Floats, Ints, Tree


@dataclass(frozen=True)
class SuggestOptions:
    """Options for curators: the model, the precision required of confident levels, and the back-off.

    A taxon with fewer than `min_support` examples is never a confident level; its parent is used. From P(outside) of
    `outside_from` on, the suggestion abstains.
    """

    model: str = "auto"
    precision: float = 0.95
    min_support: int = 3
    outside_from: float = 0.5
    reasons: bool = True
    neighbours: int = 5


@dataclass(frozen=True)
class SuggestionResult:
    """One candidate's suggestion, in the form of `suggest --json`.

    `ranked` contains leaves, best first, those at or below `decided_level` before the others. `decided_level` is the
    deepest taxon that the model is confident about, or None.
    """

    id: str
    title: str
    text_hash: str
    text_source: str
    top: dict[str, float]
    outside: float | None
    ranked: tuple[tuple[str, float], ...]
    decided_level: str | None
    abstained: bool
    reasons: tuple[Reason, ...] = ()
    model: JsonObject = field(default_factory=dict)

    def as_dict(self) -> UncheckedObject:
        """Return plain data, with `ranked` as objects."""
        out = asdict(self)
        out["ranked"] = self.leaves
        out["reasons"] = list(out["reasons"])
        return out

    @property
    def leaves(self) -> list[RankedLeaf]:
        """Return `ranked` as objects."""
        return leaves_of(self.ranked, self.decided_level)


def suggest(
    training: TrainingSet,
    candidates: Sequence[PaperDocument],
    vectors: VectorsByHash | None = None,
    settings: SuggestOptions | None = None,
    encoder: tuple[str, str] | None = None,
    progress: Progress | None = None,
) -> list[SuggestionResult]:
    """Suggest a taxon for every candidate, in the given order.

    `vectors` maps text hash to vector for `examples.required_texts(training, candidates)`; without it, only models that
    read words can be used. `encoder` is the (name, version) of the vectors' encoder, for the record. Without any
    example, only the taxa's definitions count, and no level is confident. Raises InvalidInputError with neither, for an
    unknown model, or if a needed vector is missing.
    """
    settings = settings or SuggestOptions()
    if not training.examples and not any(training.tree.texts.values()):
        raise InvalidInputError("nothing to learn from: no paper is assigned here and no taxon has a definition")
    model = chosen_model(settings.model, vectors is not None)
    if not candidates:
        return []
    variants = without_each_sentence(candidates) if settings.reasons else []
    bench = FitCache(training, [*candidates, *(d for _, _, d in variants)], vectors)
    everything = np.arange(len(bench.nodes), dtype=np.intp)
    calibration = bench.calibration(model, everything, settings.precision)
    rows = bench.candidate_rows[: len(candidates)]
    joint = bench.tree.joint(calibration.apply(bench.tree, bench.predict(model, everything, rows)))
    outside = OutsideModel(training, candidates).probabilities()
    again = version_reasons(candidates, [e.document for e in training.examples])
    explainer = Explainer(bench, model, variants, settings.neighbours) if settings.reasons else None
    run = _SuggestContext(
        bench.tree,
        calibration,
        support_counts(bench.tree, bench.nodes),
        settings,
        model_record(model, calibration, bench, encoder),
    )
    found = []
    for i, document in enumerate(candidates):
        placed = run.placed(joint[i], None if outside is None else float(outside[i]))
        reasons = explainer.explain(i, joint[i], int(placed.leaves[0])) if explainer else ()
        found.append(run.suggestion(document, joint[i], placed, (*reasons, *again.get(i, ()))))
        if progress:
            progress(i + 1, len(candidates))
    return found


class _Confidence(NamedTuple):
    """A candidate's confident level, P(outside), whether it abstains, and the leaves in order."""

    level: str | None
    outside: float | None
    abstained: bool
    leaves: Ints


@dataclass(frozen=True)
class _SuggestContext:
    """What all suggestions of one run share."""

    tree: Tree
    calibration: Calibration
    support: Floats
    settings: SuggestOptions
    model: JsonObject

    def placed(self, joint: Floats, outside: float | None) -> _Confidence:
        level = confident_level(self.tree, joint, self.calibration, self.support, self.settings.min_support)
        if outside is not None and outside >= self.settings.outside_from:
            return _Confidence(None, outside, True, leaf_order(self.tree, joint, None))
        return _Confidence(level, outside, level is None, leaf_order(self.tree, joint, level))

    def suggestion(
        self, document: PaperDocument, joint: Floats, placed: _Confidence, reasons: tuple[Reason, ...]
    ) -> SuggestionResult:
        tree = self.tree
        return SuggestionResult(
            id=document.id,
            title=document.title,
            text_hash=document.hash,
            text_source=document.source,
            top={tree.paths[n]: float(joint[n]) for n in tree.tops},
            outside=placed.outside,
            ranked=tuple((tree.paths[n], float(joint[n])) for n in placed.leaves),
            decided_level=placed.level,
            abstained=placed.abstained,
            reasons=reasons,
            model=self.model,
        )


def chosen_model(name: str, has_vectors: bool) -> Model:
    """Return the model by name; `auto` is the default, or the one that needs no vectors if there are none."""
    if name == "auto":
        return model_named(DEFAULT if has_vectors else DEFAULT_WITHOUT_VECTORS)
    model = model_named(name)
    if model.needs_vectors and not has_vectors:
        raise InvalidInputError(
            f"model {name!r} needs embeddings: run `wamkg embed` or choose {DEFAULT_WITHOUT_VECTORS}"
        )
    return model


def confident_level(tree: Tree, joint: Floats, calibration: Calibration, support: Floats, fewest: int) -> str | None:
    """Return the deepest taxon on the likeliest path whose probability and support suffice at every step, or None."""
    here, found = -1, None
    while here in tree.children:
        children = tree.children[here]
        here = int(children[joint[children].argmax()])
        if joint[here] < calibration.threshold(int(tree.depths[here])) or support[here] < fewest:
            break
        found = tree.paths[here]
    return found


def is_within_level(taxon: str, level: str | None) -> bool:
    """Whether a taxon is the confident one or its descendant; always True without a confident level."""
    return level is None or is_same_or_descendant(taxon, level)


def leaves_of(ranked: Sequence[tuple[str, float]], level: str | None) -> list[RankedLeaf]:
    """Return ranked leaves as objects; `elsewhere` marks one outside the confident taxon."""
    found: list[RankedLeaf] = []
    for taxon, probability in ranked:
        leaf = RankedLeaf(taxon=taxon, probability=probability)
        if not is_within_level(taxon, level):
            leaf["elsewhere"] = True
        found.append(leaf)
    return found


def leaf_order(tree: Tree, joint: Floats, level: str | None) -> Ints:
    """Return leaves in display order: best first, those of the confident taxon before all others.

    A likely leaf elsewhere does not come first, because the suggested taxon must be within the confident one.
    """
    elsewhere = np.array([not is_within_level(tree.paths[n], level) for n in tree.leaves])
    order: Ints = tree.leaves[np.lexsort((-joint[tree.leaves], elsewhere))]
    return order


def support_counts(tree: Tree, nodes: Ints) -> Floats:
    """Count the examples at or below each node, given the node of each example."""
    counts = np.zeros(len(tree.paths))
    for node in nodes:
        counts[tree.line(int(node))] += 1
    return counts


def model_record(
    model: Model, calibration: Calibration, bench: FitCache, encoder: tuple[str, str] | None
) -> JsonObject:
    """Return which model, encoder, training set and thresholds a suggestion is based on."""
    used = encoder if model.needs_vectors else None
    return {
        "name": model.name,
        "version": model.version,
        "encoder": used[0] if used else None,
        "encoder_version": used[1] if used else None,
        "training_size": len(bench.nodes),
        "temperature": [calibration.top, calibration.below],
        "thresholds": list(calibration.thresholds),
    }
