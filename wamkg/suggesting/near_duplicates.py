"""Find nearly identical texts: versions of one work under different titles or ids."""

from collections import defaultdict
from collections.abc import Sequence
from zlib import crc32

from wamkg.identifiers import normalise
from wamkg.matching.similarity import pairs_sharing_a_key
from wamkg.suggesting.examples import PaperDocument

RUN = 4
"""Words in a shingle."""
KEPT_ONE_IN = 8
"""Only one shingle in this many is looked up: enough for two versions to share several (Broder, 1997)."""
COMMON = 30
"""A shingle in more texts than this is a common phrase."""
ALIKE = 0.5
"""Share of common shingles from which two texts count as versions; unrelated abstracts share less than 0.05."""
FEWEST = 20
"""Minimum number of words of a body; shorter ones are not compared."""


def near_duplicates(documents: Sequence[PaperDocument]) -> list[tuple[int, int, float]]:
    """Return pairs (i, j, share), i < j, of documents that share at least half of their shingles (Jaccard)."""
    shingles = [_shingles(document.body) for document in documents]
    looked_up = ((i, [shingle for shingle in held if shingle % KEPT_ONE_IN == 0]) for i, held in enumerate(shingles))
    return [
        (i, j, round(share, 4))
        for i, j in sorted(pairs_sharing_a_key(looked_up, most=COMMON))
        if (share := len(shingles[i] & shingles[j]) / len(shingles[i] | shingles[j])) >= ALIKE
    ]


def _shingles(text: str) -> frozenset[int]:
    words = normalise(text).split()
    if len(words) < FEWEST:
        return frozenset()
    return frozenset(crc32(" ".join(words[i : i + RUN]).encode()) for i in range(len(words) - RUN + 1))


def version_reasons(
    candidates: Sequence[PaperDocument], examples: Sequence[PaperDocument]
) -> dict[int, list[dict[str, object]]]:
    """Return for each candidate, by index, a `version` reason per candidate or example with nearly the same text."""
    documents = [*candidates, *examples]
    found: dict[int, list[dict[str, object]]] = defaultdict(list)
    for i, j, share in near_duplicates(documents):
        for one, other in ((i, j), (j, i)):
            if one < len(candidates):
                found[one].append(_reason(documents[other], share))
    return found


def _reason(document: PaperDocument, share: float) -> dict[str, object]:
    return {"kind": "version", "paper": document.id, "title": document.title, "similarity": share}
