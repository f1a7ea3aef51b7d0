"""Generated abstracts whose words and phrases recur as in real ones, each about one subject: truth by construction."""

import random
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from tests.bench.generate import made_words

WORDS, PHRASES, OWN_PHRASES = 12_000, 40_000, 120
LENGTH = 190
"""Words of a title and abstract; the 174 real abstracts at hand have 191 in the mean."""


@dataclass(frozen=True)
class Abstract:
    """A made-up paper; `subject` is the truth."""

    title: str
    body: str
    subject: str


class Language:
    """Words by Zipf's law, phrases of one to four words by Zipf's law, and phrases of each subject's own."""

    def __init__(self, subjects: Sequence[str], seed: int = 0) -> None:
        self.rng = random.Random(seed)
        words = _Zipf(made_words(self.rng, WORDS, 1, 4), 1.0)
        self._common = _Zipf([self._phrase(words) for _ in range(PHRASES)], 0.85)
        self._own = {subject: _Zipf([self._phrase(words) for _ in range(OWN_PHRASES)], 0.7) for subject in subjects}

    def _phrase(self, words: "_Zipf") -> str:
        return " ".join(words.draw(self.rng) for _ in range(self.rng.choice((1, 2, 2, 3, 3, 4))))

    def abstract(self, subject: str, told: float) -> Abstract:
        """A paper in which a share `told` of the phrases is its subject's own."""
        title = self._text(subject, told, 9).capitalize()
        return Abstract(title, self._text(subject, told, LENGTH - 9), subject)

    def definition(self, subject: str) -> str:
        """A sentence of the subject's own phrases."""
        return self._text(subject, 1.0, 25).capitalize() + "."

    def mixed(self, told: Mapping[str, float], length: int) -> str:
        """So many words; `told` gives the share of phrases that are each subject's own, the rest is common."""
        sources, shares = [*(self._own[subject] for subject in told), self._common], list(told.values())
        said: list[str] = []
        while len(said) < length:
            (source,) = self.rng.choices(sources, [*shares, 1 - sum(shares)])
            said += source.draw(self.rng).split()
        return " ".join(said[:length])

    def _text(self, subject: str, told: float, length: int) -> str:
        said: list[str] = []
        while len(said) < length:
            source = self._own[subject] if subject in self._own and self.rng.random() < told else self._common
            said += source.draw(self.rng).split()
        return " ".join(said[:length])


class _Zipf:
    """Draws items with probability falling as a power of their rank."""

    def __init__(self, items: list[str], exponent: float) -> None:
        self._items = items
        self._cumulated = list(accumulate(1 / (rank + 3) ** exponent for rank in range(len(items))))

    def draw(self, rng: random.Random) -> str:
        return self._items[bisect(self._cumulated, rng.random() * self._cumulated[-1])]


def abstracts(subjects: Sequence[str], count: int, told: float = 0.12, seed: int = 0) -> Iterator[Abstract]:
    """So many papers about subjects drawn evenly; the same for the same seed."""
    language = Language(subjects, seed)
    for _ in range(count):
        yield language.abstract(language.rng.choice(subjects), told)
