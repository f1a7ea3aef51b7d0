"""Invented libraries for property tests: one source of truth that layouts, exports and imports are measured against.

`works()` draws one paper with everything a reference manager knows of it, `libraries()` several with different keys and
ids. `listed_works()` draws what a Markdown list can print of a paper without escaping it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from wamkg.matching.record import Record
from wamkg.names import PersonName


@dataclass(frozen=True)
class Work:
    """A paper as the truth has it; None or an empty text is "has none"."""

    key: str
    title: str
    authors: tuple[PersonName, ...] = ()
    year: int | None = None
    venue: str | None = None
    arxiv: str | None = None
    doi: str | None = None
    entry_type: str = "article"
    authors_cut: bool = False
    abstract: str | None = None
    summary: str | None = None
    s2: str | None = None
    openalex: str | None = None
    method: str | None = None
    taxon: str | None = None
    volume: str | None = None
    number: str | None = None
    pages: str | None = None
    publisher: str | None = None
    note: str | None = None
    details: dict[str, str] = field(default_factory=dict)


WORDS = st.sampled_from([
    "Learning", "robot", "policies", "from", "video", "Dense", "dynamics", "for", "long-horizon", "tasks", "with",
    "latent", "tokens", "Planning", "under", "uncertainty", "grasping", "of", "soft", "objects", "at", "scale", "3D",
    "RGB-D", "GPT-4", "in-context", "sim-to-real", "Réseaux", "naïve", "Müller's", "Łódź",
])  # fmt: skip
MIDDLES = st.sampled_from([
    "What If?", "Why Not?", "Step 1:", "World Models:", "(and Back)", "100%", "R&D", "C++", "A/B",
    "'Doing'", "end—to—end", "robot–human", "$\\pi_0$", "$O(n^2)$", "π₀", "C$^3$ache", "世界模型",
    "ロボット学習", "로봇", "Обучение", "et", "v2", "GR-1.5", "LLM.int8()", "γ-decay", "x → y",
    "#1", "Go!",
])  # fmt: skip
"""What titles in lists hold besides words; none of it is Markdown that a list would have to escape."""
ENDS = st.sampled_from(["Possible?", "Matters!", "世界模型", "π₀", "C++", "Part 2", "$\\pi_0$"])
HARD = st.sampled_from([
    "50% off & on", "a_b", "#hash", "$", "5$ and 6$", "{Braced}", "x^2", "~tilde~", "back\\slash",
    "a < b > c", '"quoted"', "``ticks''", "=1+2", "+1", "-1", "@at", "semi; colon", "comma, comma",
    "pipe | pipe", "*star*", "`code`", "O'Neil", "Å Ø ß ı Ł", "é", "ﬁ", "½", "中文，标题", "עברית", "emoji 🚀",
    "\u200bzero", "---", "%", "https://example.org/a%20b?c=d&e=f#g", "and others", "1e5", "007", "NULL",
])  # fmt: skip
"""What breaks writers and readers of BibTeX, CSV and JSON Lines; no markup, which no reader lets in."""


def _capital(parts: list[str]) -> str:
    text = " ".join(parts)
    return text[:1].upper() + text[1:]


SHORT_TITLES = st.sampled_from(["World Models", "Is This It?", "R3M: Reward"])
ODD_TITLES = (
    "世界模型与机器人学习", "Attention?", "2001: A Space Odyssey", "Planning vs. (Extended Version)",
    "Rules of U.S. Roads and Lanes", "On “Seeing” (and Back) with Robots", "Learning No. 5 by Playing It. Possible?",
    "Sorting 1,000 Objects at Night", "Learning R&D Learning II", "1984: Robots in Literature", "It's Sand!",
    "Who Moved My Sand? (Technical Report)", "(Almost) All Dunes Are Alike", "A Dune (Revisited)", "On the Moon",
    "Reading “Sand” and “Sea” by Touch", "The U.K. Coast in Motion", "Robots: A Short History, 1950 to 2000",
)  # fmt: skip
"""Titles of one word, or with numbers or brackets, that a reader easily takes for a name, a date or a remark."""
LIST_TITLES = SHORT_TITLES | st.builds(
    lambda first, middle, last: _capital([first, *middle, last]),
    WORDS,
    st.lists(WORDS | MIDDLES, min_size=1, max_size=6),
    WORDS | ENDS,
)
"""Titles of papers in lists: two words, question marks, colons, brackets, formulas, numbers, other scripts."""
HARD_TITLES = st.lists(WORDS | MIDDLES | ENDS | HARD, min_size=2, max_size=8).map(" ".join)
"""Titles with every kind of special character."""

GIVEN = st.sampled_from(
    ["Ann", "Bob", "Zoë", "Jean-Luc", "J. P.", "Mary Ann", "Íñigo", "Łukasz", "A.", "Søren", "D'Arcy"]
)
FAMILY = st.sampled_from(
    [
        "Lee",
        "Müller",
        "O'Connor",
        "García Márquez",
        "Smith-Jones",
        "Ångström",
        "Nguyễn",
        "Øster",
        "Čapek",
        "Wu",
        "Santos",
    ]
)
PARTICLES = st.sampled_from(["", "", "", "van", "von der", "de la", "d'"])
SUFFIXES = st.sampled_from(["", "", "", "", "Jr.", "III"])
PERSONS = st.builds(PersonName, FAMILY, GIVEN, PARTICLES, SUFFIXES)
PLAIN_PERSONS = st.builds(PersonName, FAMILY, GIVEN)
EASTERN = st.sampled_from([PersonName("王", "小明"), PersonName("山田", "太郎"), PersonName("김", "민수")])
GROUPS = st.sampled_from([
    "Barnes and Noble Inc.", "The ATLAS Collaboration", "ICARUS and SBND Collaborations", "Open X-Embodiment Team",
    "Gemini Robotics Team, Google",
]).map(lambda name: PersonName(literal=name))  # fmt: skip
"""Groups whose name holds the word or the comma that separates people."""

VENUES = st.sampled_from(["ICRA", "NeurIPS", "CoRL", "RA-L", "Nature", "CVPR", "ICLR", "arXiv"])
JOURNALS = VENUES | st.sampled_from(["Science & Robotics", "J. of Field Robotics", "IEEE Trans. 50% #1", "Robótica_X"])
TAXA = st.sampled_from(["Video Generation", "Latent Dynamics", "Policy Learning", "Model Predictive Control"])
METHODS = st.sampled_from(["DreamBot", "π₀.₅", "C3PO-Net", "RT-9", "Cosmos-X", "V-JEPA 7", "LoopVLA", "GR00T-N9"])
TYPES = st.sampled_from([
    "article", "inproceedings", "misc", "book", "phdthesis", "techreport", "proceedings", "collection", "incollection",
    "online", "unpublished",
])  # fmt: skip
EDITORS = st.sampled_from(["Doe, Jane", "Doe, Jane and {R & D Lab}", "van den Berg, Ida and others"])
DETAILS = st.dictionaries(
    st.sampled_from(["school", "institution", "edition", "series", "isbn", "issn", "address", "keywords"]),
    st.sampled_from(["Doe, Jane", "TU München", "R & D Lab", "2nd", "LNCS 12_3", "978-3-16-148410-0", "50% #1"]),
    max_size=3,
)
LAST_WORDS = [
    "aardvarks",
    "basalt",
    "cellos",
    "dunes",
    "estuaries",
    "fjords",
    "gliders",
    "harbors",
    "icebergs",
    "junks",
]
"""One for each paper of a library, so that no two titles are alike."""
DOIS = st.sampled_from(["10.1000/a", "10.1002/(sici)1<2::aid-x>", "10.1016/s0_b%c#d", "10.1007/978-3-030_17"])


@st.composite
def works(draw: st.DrawFn, number: int = 1) -> Work:
    """A paper with everything that a reference manager knows of it; `number` makes its key and ids different."""
    year = draw(st.integers(2015, 2029))
    arxiv = f"{min(year, 2026) % 100:02d}{draw(st.integers(1, 12)):02d}.{10000 + number}"
    people = st.lists(PERSONS | PLAIN_PERSONS | EASTERN | GROUPS, max_size=4, unique_by=lambda person: person.display)
    authors = tuple(draw(people))
    return Work(
        key=draw(st.sampled_from(["du2023", "Smith:2020_a", "DBLP:conf/icra/X", "o-neil99", "k"])) + f"-{number}",
        title=f"{draw(HARD_TITLES)} {LAST_WORDS[number]}",
        authors=authors,
        year=draw(st.none() | st.just(year)),
        venue=draw(st.none() | JOURNALS),
        arxiv=draw(st.none() | st.just(arxiv)),
        doi=draw(st.none() | DOIS.map(lambda doi: f"{doi}.{number}")),
        entry_type=draw(TYPES),
        authors_cut=bool(authors) and draw(st.booleans()),
        abstract=draw(st.none() | HARD_TITLES),
        summary=draw(st.none() | HARD_TITLES),
        s2=draw(st.none() | st.just(f"{number:040x}")),
        openalex=draw(st.none() | st.just(f"W{1000 + number}")),
        method=draw(st.none() | METHODS.map(lambda name: f"{name}-{number}")),
        volume=draw(st.none() | st.sampled_from(["12", "abs", "XIV"])),
        number=draw(st.none() | st.sampled_from(["3", "3-4", "S1"])),
        pages=draw(st.none() | st.sampled_from(["1-9", "e12", "123-131, 140"])),
        publisher=draw(st.none() | st.sampled_from(["Springer", "Wiley & Sons", "Éditions X"])),
        note=draw(st.none() | HARD_TITLES),
        details=draw(DETAILS) | draw(st.just({}) | st.fixed_dictionaries({"editor": EDITORS})),
    )


def record_of(work: Work, line: int) -> Record:
    """The paper as an importer that loses nothing yields it."""
    return Record(
        line=line,
        title=work.title,
        abstract=work.abstract,
        summary=work.summary,
        s2=work.s2,
        openalex=work.openalex,
        authors=[person.display for person in work.authors],
        names=list(work.authors),
        authors_cut=work.authors_cut,
        arxiv=work.arxiv,
        doi=work.doi,
        year=work.year,
        venue=work.venue,
        key=work.key,
        entry_type=work.entry_type,
        volume=work.volume,
        number=work.number,
        pages=work.pages,
        publisher=work.publisher,
        details=dict(work.details),
        method=work.method,
        note=work.note,
    )


@st.composite
def libraries(draw: st.DrawFn, most: int = 9) -> list[Work]:
    """Several papers with different keys, titles and ids."""
    return [draw(works(number)) for number in range(1, draw(st.integers(1, most)) + 1)]


@st.composite
def listed_works(draw: st.DrawFn, number: int = 1) -> Work:
    """A paper as Markdown lists print them: two authors or more, an arXiv id, a year and a venue."""
    year = draw(st.integers(2015, 2029))
    people: Sequence[PersonName] = draw(st.lists(PLAIN_PERSONS, min_size=2, max_size=4, unique=True))
    return Work(
        key=f"k{number}",
        title=draw(LIST_TITLES),
        authors=tuple(people),
        year=year,
        venue=draw(VENUES),
        arxiv=f"{min(year, 2026) % 100:02d}{draw(st.integers(1, 12)):02d}.{10000 + 7 * number}",
        method=draw(METHODS) + f"{number}",
        taxon=draw(TAXA),
    )


@st.composite
def lists(draw: st.DrawFn, most: int = 4) -> list[Work]:
    """Papers of one list and one class; no title stands twice."""
    taxon = draw(TAXA)
    papers = st.tuples(*(listed_works(number) for number in range(1, draw(st.integers(2, most)) + 1)))
    different = papers.filter(lambda found: len({paper.title for paper in found}) == len(found))
    return [replace(paper, taxon=taxon) for paper in draw(different)]
