"""When screening may stop: a statistical test on the records read, with a stated confidence."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import gammaln

from wamkg.errors import InvalidInputError
from wamkg.screening.metrics import share_of
from wamkg.suggesting.taxon_tree import Floats, Ints


@dataclass(frozen=True)
class StoppingRule:
    """Stop when recall below `target` can be rejected at `confidence`.

    Raises InvalidInputError unless both are between 0 and 1.
    """

    target: float = 0.95
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name in ("target", "confidence"):
            if not 0 < getattr(self, name) < 1:
                raise InvalidInputError(f"{name} {getattr(self, name):g} is out of range: use a share between 0 and 1")

    def p_value(self, found: Sequence[int], read: int, total: int) -> float:
        """Return the least p of the hypothesis that recall is below the target after `read` of `total` records.

        Callaghan and Müller-Hansen (2020), Syst Rev 9:273: treat the records read since some moment as a random sample
        of those unread then. That is conservative if a model puts the relevant ones first. If recall were below the
        target, at least K of those unread then would be relevant; p is the hypergeometric probability of so few in the
        sample. Every moment just after a relevant record is tried; moments in between have a larger p. As in the paper,
        there is no correction for multiple tests: each test has the stated confidence, all together may have less. See
        the measured rates in `docs/screening.md`.
        """
        until = bisect_left(found, read + 1)
        starts = np.array([0, *found[:until]])
        missing = int(until / share_of(self.target)) + 1 - np.arange(until + 1)
        seen_since = until - np.arange(until + 1)
        unread = total - starts
        if (missing > unread).any():
            return 0.0
        return float(_Draws(unread, missing, read - starts).at_most(seen_since).min())

    def stops_at(self, found: Sequence[int], total: int) -> int:
        """Return after how many records the rule first says stop; `total` if it never does.

        `found` are the ascending positions of the relevant records. Between two of them p can only fall, so a gap is
        searched by bisection, and only if p is low at its end.
        """
        for last, following in pairwise([0, *found, total + 1]):
            if self._over(found, following - 1, total):
                reads = range(last, following)
                return reads[bisect_left(reads, True, key=lambda read: self._over(found, read, total))]
        return total

    def _over(self, found: Sequence[int], read: int, total: int) -> bool:
        return self.p_value(found, read, total) < 1 - self.confidence


@dataclass(frozen=True)
class _Draws:
    """Hypergeometric draws, one per entry: `drawn` of `whole` records, of which `special` count.

    scipy's own version is slow on arrays, and a replay needs a hundred thousand draws.
    """

    whole: Ints
    special: Ints
    drawn: Ints

    def at_most(self, counts: Ints) -> Floats:
        """Return P(no more than `counts` special ones are drawn)."""
        first = np.concatenate([[0], np.cumsum(counts + 1)[:-1]])
        entry = np.repeat(np.arange(len(counts)), counts + 1)
        count = np.arange(len(entry)) - first[entry]
        rest, others = (self.drawn[entry] - count), (self.whole - self.special)[entry]
        logs = _log_choose(self.special[entry], count) + _log_choose(others, rest)
        terms = np.exp(logs - _log_choose(self.whole, self.drawn)[entry])
        out: Floats = np.minimum(np.add.reduceat(terms, first), 1.0)
        return out


def _log_choose(whole: Ints, chosen: Ints) -> Floats:
    """Return the logarithm of the binomial coefficient; minus infinity if it is zero."""
    possible = (chosen >= 0) & (chosen <= whole)
    part = np.where(possible, chosen, 0)
    logs = gammaln(whole + 1.0) - gammaln(part + 1.0) - gammaln(whole - part + 1.0)
    out: Floats = np.where(possible, logs, -np.inf)
    return out
