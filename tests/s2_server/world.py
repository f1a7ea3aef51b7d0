"""The data the server holds: made-up papers and who cites whom, the same for one seed."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WORDS = _words(
    "action world model latent diffusion policy robot video predictive joint cascaded token visual planning "
    "imagination dynamics language manipulation grasp mobile dexterous sparse dense causal temporal spatial "
    "hierarchical residual adaptive contrastive generative embodied tactile depth flow geometry scene"
)
FIRST = _words("Ada Bao Chen Dara Emre Fatou Giulia Hiro Ines Jonas Kofi Lena Mira Niko Óscar Priya Quan Rosa Sven")
LAST = _words("Abe Brandt Costa Diaz Eriksen Farid Gómez Huang Ivanov Jung Kaya Li Müller Nakamura Okoye Park Rossi")
VENUES = ("Conference on Robot Learning", "International Conference on Machine Learning", "arXiv.org", "", "RSS")
INTENTS = ("background", "methodology", "result")


@dataclass
class Made:
    """A made-up paper. `wrong` replaces keys of its answer by values of another type or size."""

    key: int
    s2: str
    title: str
    year: int | None
    day: date | None
    venue: str
    authors: list[str]
    arxiv: str | None = None
    doi: str | None = None
    abstract: str | None = None
    tldr: str | None = None
    elided: bool = False
    former: list[str] = field(default_factory=list)
    wrong: dict[str, Any] = field(default_factory=dict)


@dataclass
class Edge:
    """One paper cites another; a `cited` of None is a reference that Semantic Scholar knows by title only."""

    citing: int | None
    cited: int | None
    title: str = ""
    contexts: list[str] = field(default_factory=list)
    intents: list[str] = field(default_factory=list)
    influential: bool = False


@dataclass
class World:
    """Everything the server holds."""

    papers: dict[int, Made] = field(default_factory=dict)
    library: list[int] = field(default_factory=list)
    citations: dict[int, list[Edge]] = field(default_factory=dict)
    references: dict[int, list[Edge]] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    """`s2`, `ARXIV:...`, `DOI:...` in lower case -> paper."""

    def add(self, paper: Made) -> Made:
        """Hold a paper."""
        self.papers[paper.key] = paper
        names = [paper.s2, *paper.former]
        names += [f"arxiv:{paper.arxiv}"] if paper.arxiv else []
        names += [f"doi:{paper.doi}"] if paper.doi else []
        for name in names:
            self.by_name[name.lower()] = paper.key
        return paper

    def cite(self, edge: Edge) -> None:
        """Hold a citation in both lists it belongs to."""
        if edge.cited is not None:
            self.citations.setdefault(edge.cited, []).append(edge)
        if edge.citing is not None:
            self.references.setdefault(edge.citing, []).append(edge)

    def find(self, name: str) -> Made | None:
        """The paper an id means."""
        key = self.by_name.get(name.lower())
        return None if key is None else self.papers[key]


def make_paper(key: int, rng: random.Random, *, library: bool) -> Made:
    """A paper whose values follow from its key and the generator."""
    title = f"{' '.join(rng.choices(WORDS, k=6)).capitalize()} {key}"
    day = date(2019, 1, 1) + timedelta(days=rng.randrange(2500))
    dated = rng.random()
    has_arxiv = library or rng.random() < 0.5
    return Made(
        key=key,
        s2=hashlib.sha1(f"paper {key}".encode(), usedforsecurity=False).hexdigest(),
        title=title,
        year=None if dated > 0.95 else day.year,
        day=day if dated < 0.8 else None,
        venue=rng.choice(VENUES),
        authors=[f"{rng.choice(FIRST)} {rng.choice(LAST)}" for _ in range(rng.randrange(1, 5))],
        arxiv=f"{day:%y%m}.{key:05d}" if has_arxiv and key < 100_000 else None,
        doi=f"10.1000/{key}" if rng.random() < 0.3 else None,
        abstract=f"We study {title.lower()}. " + " ".join(rng.choices(WORDS, k=60)) if library else None,
        tldr=f"On {title.lower()}." if library and rng.random() < 0.8 else None,
    )


def make_world(library: int = 40, citations: int = 2_000, seed: int = 7, references: int = 12) -> World:
    """A world of `library` papers that are cited `citations` times in all, some very often, some never."""
    rng = random.Random(seed)
    world = World()
    world.library = [world.add(make_paper(key, rng, library=True)).key for key in range(1, library + 1)]
    weights = [1 / (rank + 1) for rank in range(library)]
    pairs: set[tuple[int, int]] = set()
    outside = library + 1
    outsiders: list[int] = []
    while len(pairs) < citations:
        cited = rng.choices(world.library, weights)[0]
        if rng.random() < 0.15:
            citing = rng.choice(world.library)
        elif outsiders and rng.random() < 0.3:
            citing = rng.choice(outsiders)
        else:
            citing = world.add(make_paper(outside, rng, library=False)).key
            outsiders.append(citing)
            outside += 1
        if citing != cited and (citing, cited) not in pairs:
            pairs.add((citing, cited))
            world.cite(make_edge(citing, cited, rng))
    for citing in world.library:
        _add_references(world, citing, outside, references, rng)
        outside += references
    return world


def make_edge(citing: int, cited: int, rng: random.Random) -> Edge:
    """A citation with its contexts."""
    count = rng.randrange(0, 3)
    contexts = [f"As [{cited}] shows, {' '.join(rng.choices(WORDS, k=8))}." for _ in range(count)]
    return Edge(citing, cited, "", contexts, rng.sample(INTENTS, k=min(count, 2)), rng.random() < 0.1)


def _add_references(world: World, citing: int, first: int, count: int, rng: random.Random) -> None:
    short = "Technical report"
    for number in range(first, first + count):
        if rng.random() < 0.3:
            # One title that is too short to tell papers by in each list, the others long enough.
            title = short or f"An unlisted study of {rng.choice(WORDS)} {rng.choice(WORDS)} {number}"
            short = ""
            world.cite(Edge(citing, None, title))
        else:
            cited = world.add(make_paper(number, rng, library=False)).key
            world.cite(make_edge(citing, cited, rng))


def add_famous(world: World, citations: int, seed: int = 11) -> Made:
    """Add a library paper that is cited so often; its citing papers are made here too."""
    rng = random.Random(seed)
    first = max(world.papers, default=0) + 1
    famous = world.add(make_paper(first, rng, library=True))
    world.library.append(famous.key)
    for key in range(first + 1, first + 1 + citations):
        world.add(make_paper(key, rng, library=False))
        world.cite(make_edge(key, famous.key, rng))
    return famous


def library_lines(world: World) -> Iterator[dict[str, Any]]:
    """The library as JSON Lines to import: titles and arXiv ids."""
    for key in world.library:
        paper = world.papers[key]
        yield {"title": paper.title, "arxiv": paper.arxiv} if paper.arxiv else {"title": paper.title}
