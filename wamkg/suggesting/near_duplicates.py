"""Texts that are nearly the same: versions of one work under different titles or ids."""

from collections import defaultdict
from collections.abc import Sequence
from zlib import crc32

from wamkg.identifiers import normalise
from wamkg.matching.similarity import pairs_sharing_a_key
from wamkg.suggesting.examples import PaperDocument

RUN = 4
"""Words in a shingle."""
KEPT_ONE_IN = 8
"""Of the shingles only this part is looked up: enough that two versions share several (Broder, 1997)."""
COMMON = 30
"""A shingle of more texts than this is a phrase of the trade."""
ALIKE = 0.5
"""Share of shingles in common from which two texts count as versions; unrelated abstracts share less than 0.05."""
FEWEST = 20
"""Shorter bodies say too little."""


def near_duplicates(documents: Sequence[PaperDocument]) -> list[tuple[int, int, float]]:
    """Pairs (i, j, share) with i < j of documents whose bodies share at least half of their shingles (Jaccard)."""
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
    """For each candidate, by place, a `version` reason for every candidate or example of nearly the same text."""
    documents = [*candidates, *examples]
    found: dict[int, list[dict[str, object]]] = defaultdict(list)
    for i, j, share in near_duplicates(documents):
        for one, other in ((i, j), (j, i)):
            if one < len(candidates):
                found[one].append(_reason(documents[other], share))
    return found


def _reason(document: PaperDocument, share: float) -> dict[str, object]:
    return {"kind": "version", "paper": document.id, "title": document.title, "similarity": share}
