"""Generated papers of a realistic shape: the same for the same seed."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

_SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]
_VENUES = ["ICRA", "CoRL", "NeurIPS", "ICLR", "RSS", "IROS", "CVPR", "arXiv"]


def made_words(rng: random.Random, count: int, shortest: int, longest: int) -> list[str]:
    """So many made-up words of `shortest` to `longest` syllables."""
    return ["".join(rng.choices(_SYLLABLES, k=rng.randint(shortest, longest))) for _ in range(count)]


def words(rng: random.Random, vocabulary: list[str], count: int) -> str:
    """Text of so many words."""
    return " ".join(rng.choices(vocabulary, k=count))


def papers(count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Records with title, abstract of about 120 words, four authors, arXiv id, date, venue, year, address."""
    rng = random.Random(seed)
    vocabulary = made_words(rng, 20_000, 2, 4)
    names = [f"{words(rng, vocabulary, 1).title()} {words(rng, vocabulary, 1).title()}" for _ in range(count // 2 + 10)]
    for number in range(count):
        month = 1 + number % 12
        arxiv = f"{15 + number // 150_000:02d}{month:02d}.{number % 100_000:05d}"
        yield {
            "title": words(rng, vocabulary, 9).capitalize(),
            "abstract": words(rng, vocabulary, 120),
            "authors": rng.sample(names, 4),
            "arxiv": arxiv,
            "date": f"20{arxiv[:2]}-{month:02d}-{1 + number % 28:02d}",
            "venue": rng.choice(_VENUES),
            "year": 2000 + int(arxiv[:2]),
            "url": f"https://arxiv.org/abs/{arxiv}",
        }


def write_jsonl(path: Path, count: int) -> Path:
    """The records as JSON Lines."""
    with path.open("wb") as out:
        for record in papers(count):
            out.write(orjson.dumps(record) + b"\n")
    return path
