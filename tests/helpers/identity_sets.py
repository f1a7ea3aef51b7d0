"""Planted swaps and true renames among titles: the sets by which the identity check is measured.

A case is what the store knows of a paper and the record that its id leads to. In a swap the record is another paper's,
in a rename it is the paper's own under a changed title. Both are made by chance from a seed.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz import fuzz, process

from wamkg.identifiers import author_key, title_key
from wamkg.importing.parse import parse
from wamkg.importing.seed_files import PAPER_FILES, seed_catalogue, seed_papers
from wamkg.importing.source import open_source
from wamkg.matching.record import Record
from wamkg.matching.same_paper import year_of


@dataclass(frozen=True)
class Source:
    """A paper as the sets are made from."""

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    arxiv: str | None = None


@dataclass(frozen=True)
class Case:
    """Known title, authors and year against those of a record; `kind` says how it was made."""

    kind: str
    known: Source
    given: Source


Maker = Callable[[Source, Sequence[Source], random.Random], Source | None]
Check = Callable[[Source, Source], Source | None]


def distinct(papers: Sequence[Source]) -> list[Source]:
    """Papers by title and arXiv id, each once."""
    seen: set[str] = set()
    kept = []
    for paper in papers:
        names = {title_key(paper.title)} | ({paper.arxiv} if paper.arxiv else set())
        if not names & seen and len(paper.title.split()) >= 2:
            kept.append(paper)
        seen |= names
    return kept


# ---------------------------------------------------------------- swaps


def swaps(papers: Sequence[Source], count: int, seed: int) -> list[Case]:
    """Pairs of two papers: any two, the most similar titles by other teams, two of one kind, two names alike."""
    rng = random.Random(seed)
    makers = (
        ("any other", _any),
        ("most similar", _similar),
        ("same kind of text", _same_kind),
        ("name alike", _name_alike),
        ("most similar", _similar),
    )
    return _drawn(papers, count, rng, makers, lambda known, other: None if is_same_team(known, other) else other)


def _drawn(
    papers: Sequence[Source], count: int, rng: random.Random, makers: Sequence[tuple[str, Maker]], check: Check
) -> list[Case]:
    """So many cases, the kinds in turn; a kind that few papers allow gives fewer."""
    cases: list[Case] = []
    used: set[tuple[str, str]] = set()
    turn = 0
    while len(cases) < count and turn < 20 * count:
        kind, make = makers[turn % len(makers)]
        turn += 1
        for _ in range(400):
            known = rng.choice(papers)
            other = make(known, papers, rng)
            other = check(known, other) if other is not None else None
            if other is not None and other.title != known.title and (known.title, other.title) not in used:
                used.add((known.title, other.title))
                cases.append(Case(kind, known, other))
                break
    return cases


def is_same_team(one: Source, other: Source) -> bool:
    """Whether two papers share an author, as far as is known."""
    return bool({author_key(a) for a in one.authors} & {author_key(a) for a in other.authors})


def _any(known: Source, papers: Sequence[Source], rng: random.Random) -> Source | None:
    other = rng.choice(papers)
    return None if other == known else other


def _similar(known: Source, papers: Sequence[Source], rng: random.Random) -> Source | None:
    found = process.extract(known.title, [p.title for p in papers], scorer=fuzz.token_set_ratio, limit=4)
    others = [papers[index] for _, _, index in found if papers[index] != known]
    return rng.choice(others[:2]) if others else None


_KINDS = ("survey", "review", "benchmark", "dataset", "overview")


def _same_kind(known: Source, papers: Sequence[Source], rng: random.Random) -> Source | None:
    kind = next((kind for kind in _KINDS if kind in known.title.lower()), None)
    if kind is None:
        return None
    others = [p for p in papers if kind in p.title.lower() and p != known]
    return _similar(known, others, rng) if others else None


def _name_alike(known: Source, papers: Sequence[Source], rng: random.Random) -> Source | None:
    name = _name(known.title)
    if len(name) < 3:
        return None
    others = [p for p in papers if p != known and (n := _name(p.title)) != name and n[:4] == name[:4]]
    return rng.choice(others) if others else None


def _name(title: str) -> str:
    head, colon, _ = title.partition(":")
    return re.sub(r"\W", "", head.lower()) if colon and len(head.split()) <= 3 else ""


# ---------------------------------------------------------------- renames


def renames(papers: Sequence[Source], count: int, seed: int) -> list[Case]:
    """Papers whose title changed, in the ways that titles change between a preprint, a list and a publication."""
    rng = random.Random(seed)
    makers = [(kind, _with_title(change)) for kind, change in RENAMES]
    cases = _drawn(papers, count, rng, makers, lambda known, given: given)
    return [case if rng.random() < 0.5 else Case(case.kind, case.given, case.known) for case in cases]


def _with_title(change: Callable[[str, random.Random], str | None]) -> Maker:
    def make(known: Source, papers: Sequence[Source], rng: random.Random) -> Source | None:
        title = change(known.title, rng)
        return None if title is None else replace(known, title=title)

    return make


SUBTITLES = (
    "Grounded Rollouts for Contact-Rich Assembly",
    "What Imagination Buys a Controller",
    "Lessons from Ten Thousand Trials",
    "Closing the Loop with Predicted Frames",
    "A Case Study in Household Tidying",
    "Scaling Laws and Their Limits",
    "Learning from Unlabelled Footage",
    "From Pixels to Torques",
    "Fast Inference on a Single Card",
    "Bridging Imagination and Control",
    "Toward Reliable Long-Horizon Behaviour",
    "An Open Platform and Evaluation Suite",
    "Joint Modelling of Frames and Commands",
    "Memory for Partially Observed Kitchens",
)
NAMES = (
    "Kestrel",
    "FlowPilot",
    "VISTA-X",
    "MirrorNet",
    "OmniGrasp",
    "TaskWeaver",
    "ARC-2",
    "DreamLoop",
    "PixelHand",
    "LUMEN",
    "Act2Frame",
    "NeuroSketch",
    "HARBOR",
    "Quill",
    "SynthArm",
    "WayFinder",
    "Tessera",
    "MoCA-V",
)
SPELT = {
    "VLA": "Vision-Language-Action", "VLM": "Vision-Language Model", "LLM": "Large Language Model",
    "RL": "Reinforcement Learning", "WAM": "World Action Model", "MPC": "Model Predictive Control",
    "LLMs": "Large Language Models", "VLMs": "Vision-Language Models", "VLAs": "Vision-Language-Action Models",
    "MLLM": "Multimodal Large Language Model", "AI": "Artificial Intelligence", "QA": "Question Answering",
    "IL": "Imitation Learning", "HAR": "Human Activity Recognition", "CNN": "Convolutional Neural Network",
}  # fmt: skip


def _new_subtitle(title: str, rng: random.Random) -> str | None:
    head, colon, _ = title.partition(":")
    return f"{head}: {rng.choice(SUBTITLES)}" if colon and len(head.split()) <= 3 else None


def _further_subtitle(title: str, rng: random.Random) -> str | None:
    return f"{title}: {rng.choice(SUBTITLES)}" if ":" not in title and len(title.split()) >= 4 else None


def _dropped_subtitle(title: str, rng: random.Random) -> str | None:
    head, colon, _ = title.partition(":")
    return head if colon and len(head.split()) >= 5 else None


def _new_name(title: str, rng: random.Random) -> str | None:
    head, colon, rest = title.partition(": ")
    return f"{rng.choice(NAMES)}: {rest}" if colon and len(head.split()) <= 3 and len(rest.split()) >= 4 else None


def _first_name(title: str, rng: random.Random) -> str | None:
    return f"{rng.choice(NAMES)}: {title}" if ":" not in title and len(title.split()) >= 4 else None


def _dropped_name(title: str, rng: random.Random) -> str | None:
    head, colon, rest = title.partition(": ")
    return rest if colon and len(head.split()) <= 2 and len(rest.split()) >= 4 else None


def _version(title: str, rng: random.Random) -> str | None:
    notes = (
        "v2",
        "(v2)",
        "[v3]",
        "(Extended Abstract)",
        "(extended version)",
        "- Technical Report",
        "version 2",
        "[Full version]",
    )
    return f"{title} {rng.choice(notes)}"


def _punctuation(title: str, rng: random.Random) -> str | None:
    pairs = [
        (": ", "："),
        ("-", "‐"),
        ("-", "–"),
        (",", "，"),
        ("?", "？"),
        ("(", "（"),
        ("'", "’"),
        ('"', "”"),
        (": ", " — "),
        (": ", " - "),
    ]
    able = [(old, new) for old, new in pairs if old in title]
    if not able:
        return None
    old, new = rng.choice(able)
    return title.replace(old, new)


def _spelt_out(title: str, rng: random.Random) -> str | None:
    for short, long in SPELT.items():
        if re.search(rf"\b{short}\b", title):
            return re.sub(rf"\b{short}\b", long, title)
        if re.search(rf"\b{long}\b", title, re.I):
            return re.sub(rf"\b{long}\b", short, title, flags=re.I)
    return None


def _case(title: str, rng: random.Random) -> str | None:
    return rng.choice((title.upper(), title.lower(), title.title(), title.capitalize()))


def _towards(title: str, rng: random.Random) -> str | None:
    if re.match(r"towards?\b", title, re.I):
        return re.sub(r"^towards?\s+", "", title, flags=re.I)
    return f"{rng.choice(('Towards', 'Toward'))} {title}" if len(title.split()) >= 3 else None


def _small_words(title: str, rng: random.Random) -> str | None:
    pairs = [
        (" and ", " & "),
        (" for ", " in "),
        (" via ", " with "),
        (" with ", " using "),
        (" via ", " through "),
        ("The ", ""),
        (" the ", " "),
        (" a ", " "),
        ("A ", ""),
    ]
    able = [(old, new) for old, new in pairs if old in title]
    if not able:
        return None
    old, new = rng.choice(able)
    return title.replace(old, new, 1)


def _latex(title: str, rng: random.Random) -> str | None:
    words = title.split()
    at = rng.randrange(len(words))
    word = words[at]
    words[at] = rng.choice(
        (
            f"{{{word}}}",
            f"\\emph{{{word}}}",
            f"{{{word[:1]}}}{word[1:]}",
            f"\\textbf{{{word}}}",
            f"<i>{word}</i>",
            f"${word}$",
        )
    )
    return " ".join(words)


def _spelling(title: str, rng: random.Random) -> str | None:
    pairs = [
        ("ization", "isation"),
        ("izing", "ising"),
        ("odeling", "odelling"),
        ("ehavior", "ehaviour"),
        ("color", "color"),
        ("World Model", "World-Model"),
        ("Video ", "Videos "),
        ("Models", "Model"),
        ("-", " "),
        ("Multi-", "Multi"),
        ("Pre-t", "Pret"),
    ]
    able = [(old, new) for old, new in pairs if old in title]
    if not able:
        return None
    old, new = rng.choice(able)
    return title.replace(old, new)


RENAMES: list[tuple[str, Callable[[str, random.Random], str | None]]] = [
    ("new subtitle", _new_subtitle), ("new name", _new_name), ("version", _version), ("punctuation", _punctuation),
    ("abbreviation", _spelt_out), ("case", _case), ("towards", _towards), ("further subtitle", _further_subtitle),
    ("first name", _first_name), ("dropped name", _dropped_name), ("small words", _small_words), ("latex", _latex),
    ("spelling", _spelling),  ("dropped subtitle", _dropped_subtitle),
]  # fmt: skip


def printed(paper: Source, seed: int) -> tuple[tuple[str, ...], bool]:
    """The authors as another source prints them, and whether the list is cut; seed 0 prints them as they are."""
    if seed == 0:
        return paper.authors, False
    rng = random.Random(f"{seed} {paper.title}")
    form = rng.choice((_given_first, _initials_last, _initials_run_together))
    names = tuple(form(name) for name in paper.authors)
    cut = len(names) > 3 and rng.random() < 0.3
    return (names[:3] if cut else names), cut


def _given_first(name: str) -> str:
    given, family = _given_and_family(name)
    return f"{given} {family}".strip()


def _initials_last(name: str) -> str:
    given, family = _given_and_family(name)
    return f"{family}, {' '.join(f'{word[0]}.' for word in given.split())}"


def _initials_run_together(name: str) -> str:
    given, family = _given_and_family(name)
    return f"{family} {''.join(word[0] for word in given.split())}".strip()


def _given_and_family(name: str) -> tuple[str, str]:
    family, comma, given = name.partition(", ")
    if comma:
        return given, family
    *given_names, family = name.split()
    return " ".join(given_names), family


# ---------------------------------------------------------------- where titles come from


def shared_papers(folder: Path) -> list[Source]:
    """The real papers of `WAMKG_SHARED`: the lists, the candidates and the bibliographies."""
    files = [folder / name for name in ("awesome-wam.md", "awesome-wam-nus.md", "candidates.jsonl")]
    files += sorted((folder / "real").glob("*.bib"))
    found: list[Source] = []
    for file in files:
        with open_source(str(file)) as source:
            found += map(_source, parse(source, seed_catalogue(), None, None).records())
    return distinct(found)


def packaged_papers() -> list[Source]:
    """The papers of the seeds, where the real ones are not at hand."""
    records = (record for name in PAPER_FILES for record in seed_papers(name))
    return distinct([_source(record) for record in records if isinstance(record, Record)])


def _source(record: Record) -> Source:
    return Source(record.title, tuple(record.authors), year_of(record), record.arxiv)
