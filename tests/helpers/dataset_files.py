"""Dataset files of the same shape as Semantic Scholar's, generated: gzipped JSON Lines of made-up papers."""

import gzip
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from tests.bench.generate import made_words, words


def write_dataset(folder: Path, papers: int, citations: int, seed: int = 0) -> Path:
    """A folder with files of papers, abstracts and citations, two of each, in different orders."""
    rng = random.Random(seed)
    vocabulary = made_words(rng, 5_000, 2, 4)
    numbers = rng.sample(range(1_000, 1_000 + 20 * papers), papers)
    _write(folder / "papers", (_paper(rng, vocabulary, number) for number in numbers))
    shuffled = rng.sample(numbers, papers)
    abstracts = (
        {"corpusid": n, "openaccessinfo": {"externalids": {}, "license": None}, "abstract": words(rng, vocabulary, 60)}
        for n in shuffled
        if n % 5
    )
    _write(folder / "abstracts", abstracts)
    _write(folder / "citations", _citations(rng, numbers, citations))
    return folder


def _write(folder: Path, lines: Iterable[dict[str, Any]]) -> None:
    folder.mkdir(parents=True)
    with gzip.open(folder / "part0.gz", "wb", 1) as one, gzip.open(folder / "part1.gz", "wb", 1) as other:
        for position, line in enumerate(lines):
            (one, other)[position % 2].write(orjson.dumps(line) + b"\n")


def _paper(rng: random.Random, vocabulary: list[str], number: int) -> dict[str, Any]:
    year = rng.randint(2000, 2025)
    month = rng.randint(1, 12)
    dated = rng.random() < 0.8
    arxiv = f"{year % 100:02d}{month:02d}.{number:05d}" if year > 2015 and number < 90_000 else None
    return {
        "corpusid": number,
        "externalids": {"ArXiv": arxiv, "DOI": f"10.1000/{number}", "CorpusId": str(number), "MAG": None},
        "url": f"https://www.semanticscholar.org/paper/{number:040x}",
        "title": words(rng, vocabulary, 9).capitalize(),
        "authors": [{"authorId": str(rng.randint(1, 9_999)), "name": f"{words(rng, vocabulary, 1).title()} Ona"}
                    for _ in range(3)],
        "venue": rng.choice(["ICRA", "CoRL", "NeurIPS", ""]),
        "publicationvenueid": None,
        "year": year,
        "referencecount": 10,
        "citationcount": rng.randint(0, 500),
        "influentialcitationcount": 0,
        "isopenaccess": False,
        "s2fieldsofstudy": None,
        "publicationtypes": ["JournalArticle"],
        "publicationdate": f"{year}-{month:02d}-{rng.randint(1, 28):02d}" if dated else None,
        "journal": {"name": "Journal", "pages": None, "volume": None},
    }  # fmt: skip


def _citations(rng: random.Random, numbers: list[int], count: int) -> Iterator[dict[str, Any]]:
    """Citations, of which every tenth has contexts, some repeat others, and some lead out of the files."""
    for position in range(count):
        spoken = position % 10 == 0
        yield {
            "citationid": position,
            "citingcorpusid": rng.choice(numbers),
            "citedcorpusid": numbers[int(len(numbers) * rng.random() ** 3)] if position % 50 else 7,
            "isinfluential": bool(position % 3 == 0),
            "contexts": ["as shown before", "we follow them"] if spoken else None,
            "intents": [["background"], ["methodology", "background"]] if spoken else None,
        }
