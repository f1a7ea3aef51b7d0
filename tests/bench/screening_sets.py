"""Generated records of a review whose truth is known by construction: few are about the subject, some only seem so."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.abstracts import LENGTH, Language

SUBJECT, NEIGHBOURS, OTHERS = "wanted", ("near-1", "near-2", "near-3"), tuple(f"far-{n}" for n in range(8))
NEAR_SHARE, UNTOLD_SHARE = 0.2, 0.1


@dataclass(frozen=True)
class Record:
    """A record and whether it is about the subject."""

    title: str
    abstract: str
    included: bool


def screening_set(size: int, relevant: int, seed: int) -> list[Record]:
    """So many records, `relevant` of them about the subject, in random order; the same for the same seed.

    A record speaks of its subject in 6 to 20 phrases of a hundred; one relevant record in ten hardly does (2 to 5).
    One irrelevant record in five is about a neighbouring subject and uses some of the subject's own phrases.
    """
    language = Language((SUBJECT, *NEIGHBOURS, *OTHERS), seed)
    rng = random.Random(f"screening-{seed}")
    truth = [number < relevant for number in range(size)]
    rng.shuffle(truth)
    return [Record(*_texts(language, _shares(rng, included)), included) for included in truth]


def _shares(rng: random.Random, included: bool) -> dict[str, float]:
    other = {rng.choice(OTHERS): rng.uniform(0.06, 0.2)}
    if included:
        hidden = rng.random() < UNTOLD_SHARE
        return {SUBJECT: rng.uniform(0.02, 0.05) if hidden else rng.uniform(0.06, 0.2)} | other
    if rng.random() < NEAR_SHARE:
        return {rng.choice(NEIGHBOURS): rng.uniform(0.06, 0.2), SUBJECT: rng.uniform(0.0, 0.04)}
    return other


def _texts(language: Language, shares: dict[str, float]) -> Iterator[str]:
    yield language.mixed(shares, 9).capitalize()
    yield language.mixed(shares, LENGTH - 9)


def write_csv(path: Path, records: list[Record]) -> Path:
    """The records as both programs read them: title, abstract, included (1 or 0)."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["title", "abstract", "included"])
        writer.writerows([r.title, r.abstract, int(r.included)] for r in records)
    return path
