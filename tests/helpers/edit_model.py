"""A survey as a few dictionaries: what curating is meant to do, in the plainest words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str, bool]
"""Key of a taxon, and whether it is the primary one."""
RANKS = ("person", "publisher", "s2", "list")
"""Sources, strongest first; `list:one` and `list:two` are equals."""
FURTHER = " (record "
"""Begins the number of a further record of one source, of a paper that was merged into another."""
ENDS = {"accepted", "rejected", "withdrawn", "resolved"}


@dataclass(frozen=True)
class Word:
    """A decision: when and by whom, the decisions it was made in the knowledge of, and where it puts the paper."""

    at: str
    uid: str
    by: str
    knew: frozenset[str]
    taxa: tuple[str, ...] = ()
    state: str | None = None

    @property
    def primary(self) -> tuple[str, str | None]:
        """What two decisions must share to agree."""
        return (self.taxa[0] if self.taxa else "", self.state)


@dataclass
class ModelPaper:
    """What each source says of a paper, its address, method, and where it stands: places, a state, or nothing."""

    words: list[Word] = field(default_factory=list)

    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    since: dict[tuple[str, str], int] = field(default_factory=dict)
    """When a source first said something of a field."""
    sources: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    method: str | None = None
    places: list[Place] = field(default_factory=list)
    state: str | None = None

    def shown(self, name: str) -> Any:
        """The strongest source's word; of equals, the one that spoke first; of a merged paper's, the last of all."""

        def order(word: tuple[str, Any]) -> tuple[int, bool, int]:
            kind, further = word[0].partition(FURTHER)[0].partition(":")[0], FURTHER in word[0]
            strength = len(RANKS) if further and kind == "person" else RANKS.index(kind)
            return strength, further, self.since[name, word[0]]

        words = [(source, value) for source, value in self.said.get(name, {}).items() if value is not None]
        return min(words, key=order, default=(None, None))[1]

    @property
    def heads(self) -> list[Word]:
        """Decisions that no other was made in the knowledge of; the last one holds, the others object."""
        known = {uid for word in self.words for uid in word.knew}
        return [word for word in sorted(self.words, key=lambda w: (w.at, w.uid)) if word.uid not in known]

    def join(self, other: "ModelPaper") -> None:
        """Take what was said of another paper; a source that spoke of both spoke of two records."""
        renamed: dict[str, str] = {}
        known, theirs = set(self.sources), set(other.sources)
        both = {(name, source) for name, words in self.said.items() for source in words}
        for name, words in other.said.items():
            for source, value in words.items():
                again = (name, source) in both if source == "person" else source in known
                if again and source not in renamed:
                    renamed[source] = _free(source, known | theirs | set(renamed.values()))
                called = renamed[source] if again else source
                self.said.setdefault(name, {})[called] = value
                self.since[name, called] = other.since[name, source]
        self.sources |= {_free(s, known | theirs) if s in known and s != "person" else s for s in theirs}
        self.sources |= set(renamed.values())


def _free(source: str, taken: set[str]) -> str:
    """The name of a further record of a source."""
    return next(name for n in range(2, 9) if (name := f"{source}{FURTHER}{n})") not in taken)


@dataclass
class Thing:
    """A method or benchmark: its names, the present one last, and never forgotten."""

    kind: str
    names: list[str]


@dataclass
class Score:
    """A result, and the label it was printed under."""

    method: str
    benchmark: str
    value: float
    printed: str


@dataclass
class Dispute:
    """An objection: the paper, the claimed taxon's key or state, who raised it, what became of it; of a merge, the
    two decisions it is between."""

    paper: int
    claimed: str
    by: str
    status: str = "open"
    between: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.status not in ENDS


@dataclass
class Model:
    """Papers by number; taxa by a key that never changes: (key of the parent, slug, name); things, scores and words."""

    papers: dict[int, ModelPaper] = field(default_factory=dict)
    taxa: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    scores: dict[str, Score] = field(default_factory=dict)
    judged: dict[tuple[int, int], str] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    joined: dict[int, set[int]] = field(default_factory=dict)
    """Numbers of the papers merged into a paper."""
    words: int = 0

    def say(self, number: int, name: str, source: str, value: Any) -> None:
        """A source's word; saying something else later does not change who spoke first."""
        paper = self.papers[number]
        self.words += 1
        paper.said.setdefault(name, {})[source] = value
        paper.since.setdefault((name, source), self.words)
        paper.sources.add(source)

    def label(self, number: int) -> int:
        """The lowest number that leads to a paper."""
        return min({number} | self.joined.get(number, set()))

    @property
    def whole(self) -> set[int]:
        """Numbers of papers that no merge is about."""
        return set(range(5)) - self.joined.keys() - set().union(*self.joined.values())

    def path(self, key: str) -> str:
        """Where a taxon stands."""
        parent, slug, _ = self.taxa[key]
        return f"{self.path(parent)}/{slug}" if parent else slug

    def below(self, key: str) -> list[str]:
        """A taxon's children."""
        return [k for k, (parent, _, _) in self.taxa.items() if parent == key]

    def above(self, key: str) -> list[str]:
        """A taxon and all that it stands below."""
        return [key, *self.above(self.taxa[key][0])] if key else []

    def under(self, key: str) -> list[str]:
        """A taxon and all that stands below it."""
        return [key, *(k for child in self.below(key) for k in self.under(child))]

    def at(self, *keys: str) -> list[int]:
        """Papers that stand at some taxa."""
        return [n for n, paper in self.papers.items() if any(key in keys for key, _ in paper.places)]

    def is_free(self, path: str) -> bool:
        """Whether no taxon stands at a path."""
        return all(self.path(key) != path for key in self.taxa)

    def find(self, kind: str, name: str) -> str | None:
        """Key of the thing that has, or once had, a name."""
        named = (k for k, thing in self.things.items() if thing.kind == kind and name in thing.names)
        return next(named, None)

    def hand_on(self, source: str, target: str, only: set[int] | None = None) -> None:
        """Papers at one taxon stand at another instead."""
        for number, paper in self.papers.items():
            if only is None or number in only:
                merged: dict[str, bool] = {}
                for key, primary in paper.places:
                    there = target if key == source else key
                    merged[there] = merged.get(there, False) or primary
                paper.places = list(merged.items())

    def works(self, leaving_out: tuple[int, int] | None = None) -> dict[int, frozenset[int]]:
        """The papers that are one work with each paper, by what is judged the same."""
        found = {number: frozenset({number}) for number in self.papers}
        for pair, verdict in self.judged.items():
            if verdict == "same" and pair != leaving_out:
                joined = found[pair[0]] | found[pair[1]]
                found |= dict.fromkeys(joined, joined)
        return found

    def may_judge(self, pair: tuple[int, int], verdict: str) -> bool:
        """Whether a judgement contradicts no other."""
        works = self.works(leaving_out=pair)
        if verdict == "different":
            return works[pair[0]] != works[pair[1]]
        joined = works[pair[0]] | works[pair[1]]
        apart = (p for p, said in self.judged.items() if said == "different" and p != pair)
        return verdict != "same" or not any({*p} <= joined and works[p[0]] != works[p[1]] for p in apart)

    def contradicts_itself(self) -> bool:
        """Whether two papers are judged different and one work."""
        works = self.works()
        return any(said == "different" and works[a] == works[b] for (a, b), said in self.judged.items())

    def shown(self) -> dict[str, Any]:
        """What can be compared with a store."""
        return {
            "papers": {self.label(number): self._shown(paper) for number, paper in self.papers.items()},
            "taxa": {self.path(key): name for key, (_, _, name) in self.taxa.items()},
            "things": sorted((thing.kind, thing.names[-1]) for thing in self.things.values()),
            "scores": sorted(
                (self.things[s.method].names[-1], self.things[s.benchmark].names[-1], s.value)
                for s in self.scores.values()
            ),
            "works": {self.label(n): sorted(map(self.label, work)) for n, work in self.works().items()},
            "disputes": sorted((self.label(d.paper), d.by, d.status) for d in self.disputes.values()),
        }

    def _shown(self, paper: ModelPaper) -> dict[str, Any]:
        places = [paper.state] if paper.state else self._paths(paper.places)
        method = self.things[paper.method].names[-1] if paper.method else None
        values = {name: paper.shown(name) for name in ("note", "url")}
        return values | {"code": sorted(paper.codes), "method": method, "places": places}

    def _paths(self, places: list[Place]) -> list[str]:
        first = [self.path(key) for key, primary in places if primary]
        return first + sorted(self.path(key) for key, primary in places if not primary)


Step = Callable[[Model], None]


def replay(base: Model, steps: list[Step]) -> Model:
    """The survey after some steps; a step whose ground was taken away raises KeyError."""
    for step in steps:
        step(base)
    return base
