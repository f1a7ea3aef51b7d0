"""Measures of a screening run, computed from the reading positions of the relevant records.

`found` contains the positions, from 1 and ascending, at which the relevant records were read; `total` is the number of
records to read. The records known before the start (the priors) count in neither.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, log2

from wamkg.errors import InvalidInputError

TENTH, NEARLY_ALL = 0.1, 0.95


def share_of(share: float) -> Fraction:
    """Return the share as written: 0.95 is 19/20, not the nearest binary number."""
    return Fraction(str(share))


def checked(found: Sequence[int], total: int) -> None:
    """Raise InvalidInputError unless there are records of both kinds, at possible positions."""
    if not 0 < len(found) < total:
        raise InvalidInputError(
            f"{len(found)} of {total} records are relevant: there must be relevant and irrelevant ones"
        )
    if list(found) != sorted(set(found)) or found[0] < 1 or found[-1] > total:
        raise InvalidInputError(f"positions must ascend from 1 to {total}")


def recall_at(found: Sequence[int], total: int, effort: float) -> float:
    """Return the share of the relevant records among the first `effort` of all; a fraction of a record is not read."""
    return recall_after(found, floor(share_of(effort) * total))


def recall_after(found: Sequence[int], read: int) -> float:
    """Return the share of the relevant records among the first `read`."""
    return sum(position <= read for position in found) / len(found)


def read_for(found: Sequence[int], recall: float) -> int:
    """Return how many records had been read when a share `recall` of the relevant ones, rounded up, was found."""
    return found[max(ceil(share_of(recall) * len(found)), 1) - 1]


def work_saved(found: Sequence[int], total: int, recall: float = NEARLY_ALL) -> float:
    """Return the work saved over sampling (WSS) at a recall: the share left unread minus what chance would leave
    unread.

    (TN + FN) / N - (1 - recall), Cohen et al. (2006), J Am Med Inform Assoc 13:206.
    """
    return recall - read_for(found, recall) / total


def time_to_discovery(found: Sequence[int], total: int) -> float:
    """Return the mean share of all records read when a relevant one was found.

    The average time to discovery (ATD) of Ferdinands et al. (2023), Syst Rev 12:100, over all relevant records.
    """
    return sum(found) / len(found) / total


def loss(found: Sequence[int], total: int) -> float:
    """Return the area between the best possible recall curve and this one, divided by that between best and worst.

    0: all relevant records first; 1: all last. Same as ASReview's `loss`.
    """
    relevant = len(found)
    return (sum(found) - relevant * (relevant + 1) / 2) / (relevant * (total - relevant))


def gain(found: Sequence[int]) -> float:
    """Return the normalized discounted cumulative gain: each relevant record counts 1 / log2(position + 1)."""
    return sum(1 / log2(p + 1) for p in found) / sum(1 / log2(p + 1) for p in range(1, len(found) + 1))


def measures(found: Sequence[int], total: int) -> dict[str, float]:
    """Return every measure by its name in `simulate --json`."""
    checked(found, total)
    return {
        "loss": loss(found, total),
        "wss_95": work_saved(found, total),
        "recall_10": recall_at(found, total, TENTH),
        "atd": time_to_discovery(found, total),
        "ndcg": gain(found),
    }
