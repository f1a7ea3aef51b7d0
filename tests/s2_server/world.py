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
    """One paper cites another; None is a paper that Semantic Scholar knows by title only. `wrong` is as in `Made`."""

    citing: int | None
    cited: int | None
    title: str = ""
    contexts: list[str] = field(default_factory=list)
    intents: list[str] = field(default_factory=list)
    influential: bool = False
    wrong: dict[str, Any] = field(default_factory=dict)


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


_KEYS = _words(
    "externalIds corpusId title abstract year publicationDate venue publicationVenue authors tldr url publicationTypes "
    "openAccessPdf citationCount referenceCount influentialCitationCount"
)
NOTHING: dict[str, Any] = dict.fromkeys(_KEYS)
ODD: tuple[dict[str, Any], ...] = (
    NOTHING,
    NOTHING | {"title": "Known by Its Title and Nothing Else"},
    NOTHING | {"paperId": None, "title": "Not Even an Id of Its Own"},
    NOTHING | {"paperId": None, "externalIds": {"DOI": "10.1000/odd.1"}},
    NOTHING | {"paperId": None, "externalIds": {"CorpusId": 77}, "corpusId": 77},
    NOTHING | {"paperId": None},
    {"externalIds": {"CorpusId": 78}, "corpusId": 78},
    {"externalIds": {"MAG": "2951", "DBLP": "conf/x/Y20", "PubMed": "31", "ACL": "W19-1", "Unheard": {"of": [1]}}},
    {"externalIds": {}, "publicationDate": None},
    {"year": 0, "publicationDate": None},
    {"year": 9999, "publicationDate": None, "externalIds": {}},
    {"year": 2020, "publicationDate": "9999-12-31", "externalIds": {}},
    {"year": None, "publicationDate": "0001-01-01", "externalIds": {}},
    {"year": 1850, "publicationDate": "1850-06-01", "externalIds": {}},
    {"year": 2021, "publicationDate": None, "externalIds": {}},
    {"authors": None},
    {"authors": []},
    {"authors": [{"authorId": None, "name": None}, {"authorId": "7", "name": ""}, {"name": "   "}]},
    {"authors": [{"authorId": None, "name": "Only Name"}, {"authorId": "9"}, None, "a string"]},
    {"authors": [{"authorId": str(n), "name": f"Author Number{n}"} for n in range(300)]},
    {"venue": None, "publicationVenue": None},
    {"venue": "", "publicationVenue": {"id": None, "name": None, "alternate_names": None}},
    {"venue": "V" * 300, "publicationVenue": {}},
    {"tldr": {"model": None, "text": None}, "openAccessPdf": {"url": None, "status": None}},
    {"citationCount": None, "referenceCount": None, "influentialCitationCount": None},
    {"title": "<i>Markup</i> & $x^2$ \u202e in a “Title” of 机器人"},
    {"title": "T" * 1_500},
    {"title": "?!"},
)
"""Answers of the kinds that Semantic Scholar gives of papers it knows little of: what replaces keys of a sound one."""


def add_odd(world: World) -> list[Made]:
    """Let papers of every odd kind cite the first paper of the library and be cited by it; two library papers are odd.

    Of the last but one library paper nothing is known but its id, of the last one everything that can be odd is.
    """
    rng = random.Random(5)
    first = world.library[0]
    added = []
    for key, odd in enumerate(ODD, start=max(world.papers) + 1):
        made = make_paper(key, rng, library=False)
        made.wrong = odd
        added.append(world.add(made))
        edge = make_edge(key, first, rng)
        edge.wrong = {"contexts": None, "intents": None, "isInfluential": None} if key % 2 else {}
        world.cite(edge)
        world.cite(make_edge(first, key, rng))
    world.cite(Edge(None, first, "A Citing Paper without an Id"))
    world.papers[world.library[-2]].wrong = NOTHING
    world.papers[world.library[-1]].wrong = {
        "year": 9999, "publicationDate": None, "authors": [{"authorId": None, "name": None}], "venue": None,
        "externalIds": {"CorpusId": 79}, "tldr": {"text": None}, "abstract": None, "citationCount": None,
    }  # fmt: skip
    return added


def library_lines(world: World) -> Iterator[dict[str, Any]]:
    """The library as JSON Lines to import: titles and arXiv ids."""
    for key in world.library:
        paper = world.papers[key]
        yield {"title": paper.title, "arxiv": paper.arxiv} if paper.arxiv else {"title": paper.title}
