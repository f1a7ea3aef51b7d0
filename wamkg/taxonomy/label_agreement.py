"""How well two labelings of the same items agree."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import comb, log


def normalised_mutual_information(a: Sequence[str], b: Sequence[str]) -> float:
    """Mutual information of two labelings over the arithmetic mean of their entropies, from 0 to 1.

    Strehl and Ghosh (2002) with the arithmetic mean, as in scikit-learn's `normalized_mutual_info_score`. Two labelings
    with one class each have the value 1.
    """
    n = len(a)
    if n == 0 or len(set(a)) == len(set(b)) == 1:
        return 1.0 if n else 0.0
    ca, cb, joint = Counter(a), Counter(b), Counter(zip(a, b, strict=True))
    information = sum(k / n * log(n * k / (ca[x] * cb[y])) for (x, y), k in joint.items())
    mean = (_entropy(ca, n) + _entropy(cb, n)) / 2
    return min(max(information / mean, 0.0), 1.0) if mean else 0.0


def _entropy(counts: Mapping[str, int], n: int) -> float:
    return -sum(k / n * log(k / n) for k in counts.values())


def adjusted_rand_index(a: Sequence[str], b: Sequence[str]) -> float:
    """The share of pairs of items that two labelings treat alike, corrected for chance: 1 for the same groups, about 0
    for independent ones.

    Hubert and Arabie (1985), as in scikit-learn's `adjusted_rand_score`. Without items it is 0. Two labelings with one
    class each, or with a class for each item, have the value 1.
    """
    if not a:
        return 0.0
    together = _pairs(Counter(zip(a, b, strict=True)).values())
    in_a, in_b, all_pairs = _pairs(Counter(a).values()), _pairs(Counter(b).values()), comb(len(a), 2)
    if in_a == in_b and in_a in (0, all_pairs):
        return 1.0
    expected = in_a * in_b / all_pairs
    return (together - expected) / ((in_a + in_b) / 2 - expected)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(comb(size, 2) for size in sizes)
