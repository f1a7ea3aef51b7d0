"""Does a record describe the paper that its id names? One check for imports and enrichment.

An id in a list may belong to another paper, and a paper's title may change between preprint and publication. The title
decides if little else is known. Authors, the method's name, the abstract and the year distinguish a paper with a
completely new title from another paper.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from wamkg.identifiers import arxiv_id, doi, normalise, s2_id, title_key
from wamkg.matching.titles import (
    MAX_NAME_WORDS,
    TitleRelation,
    compare_titles,
    is_made_up,
    looks_made_up,
    plain_title,
    share_words,
    title_parts,
)
from wamkg.names import parse_name


class Identity(StrEnum):
    """Relation of a record to the paper that its id names."""

    SAME = "same"
    RENAMED = "renamed"
    DIFFERENT = "different"


class Team(StrEnum):
    """Result of comparing two author lists."""

    SHARED = "shared"
    SOME = "some"
    NONE = "none"
    UNKNOWN = "unknown"


MIN_SHARED_TEAM = 0.5
"""Share of the shorter author list above which two lists are one team."""
MIN_WHOLE_TEAM = 0.8
"""Share above which authors alone identify a paper whose two titles have nothing in common."""
MIN_TEAM = 3
"""So many common authors are unlikely by chance. Fewer count if lists and years agree and the titles share words."""
MAX_YEARS_OF_A_TITLE = 5
"""Other authors do not publish a paper under the same title again after more years than this."""
MAX_YEARS_OF_A_CHANGE = 3
"""Maximum number of years between a preprint and its publication, between which the title may change."""
MIN_TITLE_WORDS = 4
"""Several teams use titles with fewer words than this."""
MIN_ABSTRACT, MIN_ABSTRACT_LIKENESS = 200, 80
"""Minimum length of an abstract to compare it, in characters, and minimum similarity (of 100) of two versions of it."""


@dataclass(frozen=True)
class PaperProfile:
    """The data that the check uses, of a stored paper (claims of all its sources) or of a record."""

    titles: tuple[str, ...]
    authors: tuple[str, ...] = ()
    cut: bool = False
    """Whether the author list is incomplete ("et al.")."""
    year: int | None = None
    names: tuple[str, ...] = ()
    """Names of the method that the paper proposes."""
    abstracts: tuple[str, ...] = ()


@dataclass(frozen=True)
class IdentityFinding:
    """The result, and what disagrees, one sentence each; parts of the same paper may disagree too."""

    identity: Identity
    reasons: tuple[str, ...] = ()


def check_identity(known: PaperProfile, given: PaperProfile) -> IdentityFinding:
    """Decide whether a record describes the paper that its id names.

    An unknown title on either side is no reason for doubt.
    """
    titles = [title for title in known.titles if not is_placeholder(title)]
    news = [title for title in given.titles if not is_placeholder(title)]
    if not titles or not news:
        return IdentityFinding(Identity.SAME)
    relation = _best(compare_titles(mine, theirs) for mine in titles for theirs in news)
    team = compare_teams(known, given)
    identity = _decide(relation, team, known, given)
    return IdentityFinding(identity, _reasons(titles, news, team, known, given))


def _best(relations: Iterable[TitleRelation]) -> TitleRelation:
    return min(relations, key=list(TitleRelation).index)


def _decide(relation: TitleRelation, team: Team, known: PaperProfile, given: PaperProfile) -> Identity:
    if relation is TitleRelation.SAME:
        return Identity.DIFFERENT if _is_namesake(team, known, given) else Identity.SAME
    if _has_same_abstract(known, given):
        return Identity.RENAMED
    if relation in (TitleRelation.CHANGED, TitleRelation.NAME):
        is_other = team is Team.NONE or (team is Team.UNKNOWN and _years_apart(known, given) > MAX_YEARS_OF_A_CHANGE)
        return Identity.DIFFERENT if is_other else Identity.RENAMED
    if relation is TitleRelation.SEQUEL or team is Team.NONE or _years_apart(known, given) > MAX_YEARS_OF_A_CHANGE:
        return Identity.DIFFERENT
    if _is_whole_team(known, given) or _introduces(known, given) or _introduces(given, known):
        return Identity.RENAMED
    return Identity.DIFFERENT


def _is_namesake(team: Team, known: PaperProfile, given: PaperProfile) -> bool:
    """Whether two papers only share a title: a short one by other people, or any title many years later."""
    if team is not Team.NONE:
        return False
    short = (
        min(len(normalise(plain_title(title)).split()) for title in (*known.titles, *given.titles)) < MIN_TITLE_WORDS
    )
    return short or _years_apart(known, given) > MAX_YEARS_OF_A_TITLE


def _years_apart(known: PaperProfile, given: PaperProfile) -> int:
    return abs(known.year - given.year) if known.year and given.year else 0


def is_placeholder(title: str) -> bool:
    """Whether a title is a placeholder: an id, a URL, or empty."""
    text = title.strip()
    scheme, colon, value = text.partition(":")
    if colon and scheme.lower() in ("arxiv", "doi", "s2", "openalex") and " " not in value.strip():
        return True
    if re.match(r"https?://\S+$", text, re.I) or not title_key(text):
        return True
    return " " not in text and bool(arxiv_id(text) or s2_id(text) or (doi(text) or "").startswith("10."))


# ---------------------------------------------------------------- authors


def compare_teams(known: PaperProfile, given: PaperProfile) -> Team:
    """Compare two author lists. Names are matched by family name and initials, in any order."""
    if not known.authors or not given.authors:
        return Team.UNKNOWN
    shared = _shared(known.authors, given.authors)
    if not shared:
        return Team.UNKNOWN if _is_group(known.authors) or _is_group(given.authors) else Team.NONE
    return Team.SHARED if shared / _shorter(known, given) >= MIN_SHARED_TEAM else Team.SOME


def _is_whole_team(known: PaperProfile, given: PaperProfile) -> bool:
    """Whether the lists are equal (an incomplete one: its beginning). One or two authors need more in common."""
    if not known.authors or not given.authors:
        return False
    shared = _shared(known.authors, given.authors)
    shorter, longer = _shorter(known, given), max(len(known.authors), len(given.authors))
    whole = shorter if known.cut or given.cut else longer
    if shared < MIN_WHOLE_TEAM * whole:
        return False
    is_close = shared == longer and _years_apart(known, given) <= 1
    return shared >= MIN_TEAM or (is_close and _titles_share_words(known, given))


def _titles_share_words(known: PaperProfile, given: PaperProfile) -> bool:
    return any(share_words(mine, theirs) for mine in known.titles for theirs in given.titles)


def _shorter(known: PaperProfile, given: PaperProfile) -> int:
    return min(len(known.authors), len(given.authors))


def _shared(mine: Sequence[str], theirs: Sequence[str]) -> int:
    left = [_name_words(name) for name in theirs]
    shared = 0
    for name in map(_name_words, mine):
        match = next((other for other in left if _is_one_name(name, other)), None)
        if match is not None:
            left.remove(match)
            shared += 1
    return shared


def _name_words(name: str) -> tuple[str, ...]:
    return tuple(normalise(plain_title(name)).split())


def _is_one_name(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two printed names can be one person's: each word of the shorter one matches one of the longer."""
    if "".join(sorted("".join(mine))) == "".join(sorted("".join(theirs))) and mine:
        return True
    short, long = sorted((list(mine), list(theirs)), key=len)
    whole = 0
    for word in sorted(short, key=len, reverse=True):
        match = next((w for w in long if w == word), None) or next((w for w in long if _abbreviates(word, w)), None)
        if match is None:
            return False
        whole += match == word and len(word) > 1
        long.remove(match)
    return whole > 0


def _abbreviates(one: str, other: str) -> bool:
    """Whether one word is the initial of the other, or initials without dots ("jk")."""
    short, long = sorted((one, other), key=len)
    return len(short) <= 2 and long.startswith(short[0])


def _is_group(authors: Sequence[str]) -> bool:
    return all(parse_name(name).literal or len(name.split()) == 1 for name in authors)


# ---------------------------------------------------------------- method and abstract


def _has_same_abstract(known: PaperProfile, given: PaperProfile) -> bool:
    pairs = ((mine, theirs) for mine in known.abstracts for theirs in given.abstracts)
    return any(
        min(len(mine), len(theirs)) >= MIN_ABSTRACT
        and fuzz.ratio(normalise(mine)[:1500], normalise(theirs)[:1500]) >= MIN_ABSTRACT_LIKENESS
        for mine, theirs in pairs
    )


def _introduces(known: PaperProfile, given: PaperProfile) -> bool:
    """Whether one side has the name of the other's method, at the start of its title or introduced in its abstract."""
    return any(_is_introduced(name, given) for name in _names_of(known))


def _names_of(facts: PaperProfile) -> list[str]:
    heads = (re.split(r":\s", plain_title(title), maxsplit=1)[0] for title in facts.titles)
    names = [plain_title(name) for name in (*facts.names, *heads)]
    return [name for name in names if len(name.split()) <= MAX_NAME_WORDS and is_made_up(name)]


_INTRODUCED = (
    r"(?i:introduc|present|propos|call|dub|nam|term|develop|releas|describ|design|build)\w*\W+(?:[\w-]+\W+){0,8}?"
)


def _is_introduced(name: str, facts: PaperProfile) -> bool:
    key = title_key(name)
    if any(title_parts(title).head == key for title in facts.titles):
        return True
    text = rf"{_INTRODUCED}(?<!\w){re.escape(name)}(?!\w)"
    return looks_made_up(name) and any(re.search(text, abstract) for abstract in facts.abstracts)


# ---------------------------------------------------------------- words for a person


def _reasons(
    titles: Sequence[str], news: Sequence[str], team: Team, known: PaperProfile, given: PaperProfile
) -> tuple[str, ...]:
    is_titled_so = title_key(news[0]) in map(title_key, titles)
    reasons = [] if is_titled_so else [f"title: {news[0]!r} instead of {titles[0]!r}"]
    if team is Team.NONE:
        reasons.append(f"authors: {_names(given)} instead of {_names(known)}")
    elif team is Team.SOME:
        reasons.append(f"authors: {_names(given)} and {_names(known)} have few in common")
    if known.year and given.year and known.year != given.year:
        reasons.append(f"year: {given.year} instead of {known.year}")
    return tuple(reasons)


def _names(facts: PaperProfile) -> str:
    shown = ", ".join(facts.authors[:3])
    return f"{shown} and others" if len(facts.authors) > 3 or facts.cut else shown
