"""Refit with 1,000 labels and re-rank 100,000 candidates, by the default model and its own features."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
import psutil

from tests.bench.abstracts import Abstract, Language, abstracts
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_loader import load_seeds
from wamkg.reviewing.decisions import decide
from wamkg.reviewing.verdicts import Decision
from wamkg.store.batches import get_actor
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.suggesting.examples import Example, PaperDocument, TrainingSet
from wamkg.suggesting.ranking import Ranker, Ranking
from wamkg.suggesting.refit import QueueRefitter
from wamkg.suggesting.registry import DEFAULT, FitCache, model_named
from wamkg.suggesting.runner import Rules, suggest_places
from wamkg.suggesting.taxon_tree import Tree
from wamkg.vocabulary import PERSON

GOAL_SECONDS, GOAL_MIB = 0.3, 1024.0
ROUNDS = 7
PAGE = 1_000
LEAVES = (
    "cascaded/explicit/learned", "cascaded/explicit/geometric", "cascaded/implicit",
    "joint/autoregressive/explicit-decoupled", "joint/autoregressive/unified-discrete",
    "joint/autoregressive/predictive-latent", "joint/diffusion/unified-stream/explicit",
    "joint/diffusion/unified-stream/implicit", "joint/diffusion/multi-stream/cross-attention",
    "joint/diffusion/multi-stream/hidden-state", "joint/diffusion/multi-stream/shared-representation",
)  # fmt: skip


def documents(papers: Iterator[Abstract]) -> Iterator[tuple[PaperDocument, str]]:
    """The papers as the suggester reads them, with their true leaves."""
    for number, paper in enumerate(papers):
        yield PaperDocument(str(number), paper.title, paper.body), paper.subject


def training_set(papers: Iterator[tuple[PaperDocument, str]], labels: int) -> TrainingSet:
    """The first so many papers with their leaves, in a tree of the survey's shape."""
    language = Language(LEAVES)
    tree = Tree.of(LEAVES, {leaf: language.definition(leaf) for leaf in LEAVES})
    return TrainingSet(tree, tuple(Example(d, leaf) for d, leaf in islice(papers, labels)))


def fastest(run: Callable[[], object], before: Callable[[], object] = lambda: None) -> tuple[float, float]:
    """Wall and processor seconds, each the least of several runs: the machine may be doing other things."""
    walls, cpus = [], []
    for _ in range(ROUNDS):
        before()
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus)


def decisions(training: TrainingSet) -> Iterator[TrainingSet]:
    """The training set as it grew by its last decisions, one at a time, over and over."""
    sizes = range(len(training.examples) - ROUNDS + 1, len(training.examples) + 1)
    yield from cycle(replace(training, examples=training.examples[:size]) for size in sizes)


def largest_difference(training: TrainingSet, candidates: list[PaperDocument], ranking: Ranking) -> float:
    """Between the quick refit and a full run, over all nodes, for the first candidates."""
    bench = FitCache(training, candidates)
    everything = np.arange(len(training.examples), dtype=np.intp)
    full = bench.tree.joint(bench.predict(model_named(DEFAULT), everything, bench.candidate_rows))
    return float(np.abs(full - ranking.joint(np.arange(len(candidates)))).max())


def through_the_store(folder: Path, placed: int = 200, waiting: int = 1_800) -> tuple[int, float, float]:
    """Suggestions revised, wall and processor seconds of what a waiting refit job does after a decision."""
    store = Store(f"sqlite:///{folder / 'wamkg.db'}")
    migrate(store)
    with store.writing() as session:
        load_seeds(session)
    file = folder / "papers.jsonl"
    file.write_bytes(b"".join(_lines(abstracts(LEAVES, placed + waiting), placed)))
    import_source(store, str(file), ImportOptions())
    suggest_places(store, "wam", Rules(reasons=False), None)
    queue = QueueRefitter(store, "wam")
    queue.run()
    decided = iter(range(placed, placed + 2 * ROUNDS))

    def decide_next() -> None:
        with store.writing() as session:
            paper, leaf = f"arxiv:{_id(next(decided))}", LEAVES[0]
            decide(session, get_actor(session, "bench", PERSON), Decision(paper=paper, verdict="accept", taxon=leaf))

    wall, cpu = fastest(queue.run, decide_next)
    revised = queue.run() or {"revised": 0}
    store.close()
    return revised["revised"], wall, cpu


def _id(number: int) -> str:
    return f"24{number // 90_000 + 1:02}.{10_000 + number % 90_000}"


def _lines(papers: Iterator[Abstract], placed: int) -> Iterator[bytes]:
    for number, paper in enumerate(papers):
        place = {"taxa": {"wam": paper.subject}} if number < placed else {}
        record = {"title": paper.title, "abstract": paper.body, "arxiv": _id(number)}
        yield orjson.dumps(record | place) + b"\n"


def main(count: int = 100_000, labels: int = 1_000) -> bool:
    """Print seconds, memory and the difference from a full run; True if the goals are met."""
    papers = documents(abstracts(LEAVES, count + labels))
    training = training_set(papers, labels)
    first = [d for d, _ in islice(papers, 200)]
    start = time.process_time()
    ranker = Ranker(training, (d for part in (first, (d for d, _ in papers)) for d in part), model_named(DEFAULT))
    counting = time.process_time() - start
    first_fit = time.process_time()
    ranker.refit(training)
    first_fit = time.process_time() - first_fit
    grown = decisions(training)

    def refit_and_rank() -> object:
        new = ranker.refit(next(grown))
        order = np.argsort(new.top.max(axis=1), kind="stable")
        return new.joint(order[:PAGE])

    wall, cpu = fastest(refit_and_rank)
    whole = fastest(lambda: ranker.refit(next(grown)).all_joint())
    ranking = ranker.refit(training)
    memory = psutil.Process().memory_info().rss / 2**20
    print(f"{labels} labels, {count} candidates; not in what follows: all words are counted once, before the first"
          f" refit, in {counting:.0f} s CPU (with making the texts)")  # fmt: skip
    print(f"refit after a decision, all re-ranked at the top level, {PAGE} in full: {wall:.2f} s wall, {cpu:.2f} s CPU")
    print(f"the first fit of all, which starts from nothing: {first_fit:.2f} s CPU")
    print(f"refit and every leaf of every candidate: {whole[0]:.2f} s wall, {whole[1]:.2f} s CPU")
    print(f"memory {memory:.0f} MiB; from a full run {largest_difference(training, first, ranking):.1e} at most")
    with TemporaryDirectory() as folder:
        revised, store_wall, store_cpu = through_the_store(Path(folder))
    print(f"through the store, as after a decision: {revised} suggestions revised in {store_wall:.2f} s wall,"
          f" {store_cpu:.2f} s CPU, of which SQLite's writes are part")  # fmt: skip
    print(f"goals: {GOAL_SECONDS} s, {GOAL_MIB:.0f} MiB; least of {ROUNDS} runs, load {psutil.getloadavg()[0]:.1f}")
    return wall <= GOAL_SECONDS and memory <= GOAL_MIB


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
