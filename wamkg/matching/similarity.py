"""Similarity of two papers: compared fields, the weight of each agreement, and pairs that a person should judge."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from rapidfuzz.distance import Indel

from wamkg.matching.generic_titles import is_generic
from wamkg.matching.people import person_keys, same_person
from wamkg.matching.same_paper import MAX_YEARS_APART, have_two_dois, identifies, years_apart
from wamkg.matching.titles import TitleRelation, are_far_apart, compare_titles
from wamkg.store.papers import KnownPaper

WEIGHTS = {"title": 0.6, "first_author": 0.25, "year": 0.1, "address": 0.05}
"""Weight of each agreeing field if no id decides. An unknown field, or one that nearly agrees, adds half."""
NEAR_TITLE = 0.85
"""Share of common characters above which two titles are nearly equal: titles change on their way to print."""
SHARED_TOO_WIDELY = 3
"""A URL shared by more papers than this belongs to a project or a list, and does not identify a paper."""
LARGEST_GROUP = 50
"""First authors with more papers than this are probably several people with one name: their titles are not compared."""


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """One compared field. `agrees` is None if a side has no value or they nearly agree; `adds` is its part of the
    score.
    """

    name: str
    agrees: bool | None
    adds: float


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """Two stored papers that may be the same work, the lower number left, with a score from 0 to 1."""

    left: KnownPaper
    right: KnownPaper
    score: float
    features: list[FieldComparison]


def compare(one: KnownPaper, other: KnownPaper) -> list[FieldComparison]:
    """Compare the fields of two papers if no id decides."""
    years = one.year, other.year
    agrees: dict[str, bool | None] = {
        "title": _titles_agree(one, other),
        "first_author": _first_authors_agree(one, other),
        "year": abs(years[0] - years[1]) <= MAX_YEARS_APART if years[0] and years[1] else None,
        "address": bool(one.urls & other.urls) if one.urls and other.urls else None,
    }
    adds = {True: 1.0, None: 0.5, False: 0.0}
    features = [FieldComparison(name, value, round(WEIGHTS[name] * adds[value], 3)) for name, value in agrees.items()]
    return (
        [*features, FieldComparison("doi", False, -WEIGHTS["first_author"])] if have_two_dois(one, other) else features
    )


def score_of(features: Iterable[FieldComparison]) -> float:
    """Sum of the contributions of the fields."""
    return round(sum(feature.adds for feature in features), 3)


def _first_authors_agree(one: KnownPaper, other: KnownPaper) -> bool | None:
    if one.first_author is None or other.first_author is None:
        return None
    return same_person(one.first_author, other.first_author)


def _titles_agree(one: KnownPaper, other: KnownPaper) -> bool | None:
    if one.title_key == other.title_key:
        return True
    return None if _nearly(one, other) or _is_changed(one, other) else False


def _is_changed(one: KnownPaper, other: KnownPaper) -> bool:
    """Whether one title may be the other with a new subtitle, a new name or changed words."""
    return compare_titles(one.title, other.title) in (TitleRelation.SAME, TitleRelation.CHANGED, TitleRelation.NAME)


def _nearly(one: KnownPaper, other: KnownPaper) -> bool:
    return Indel.normalized_similarity(one.title_key, other.title_key, score_cutoff=NEAR_TITLE) > 0


@lru_cache(maxsize=1)
def candidate_pairs(papers: tuple[KnownPaper, ...]) -> list[CandidatePair]:
    """Pairs of stored papers that may be the same work, most similar first.

    Candidates have the same title, a URL in common, or the same first author and nearly the same title. If one is a
    preprint, its title may be the other's with a new subtitle or name. Two papers with different publisher DOIs are a
    pair only if title and first author are equal; two with different arXiv ids only if their titles are. Prefaces and
    similar texts are not matched by title. The last result is cached, since judging a pair changes no paper.
    """
    known = {paper.id: paper for paper in papers}
    pairs = pairs_sharing_a_key(
        (p.id, [p.title_key] if p.title_key and not is_generic(p.title) else []) for p in papers
    )
    pairs |= pairs_sharing_a_key(((p.id, p.urls) for p in papers), most=SHARED_TOO_WIDELY)
    authors = ((p.id, person_keys(p.first_author) if p.first_author else ()) for p in papers)
    by_author = pairs_sharing_a_key(authors, most=LARGEST_GROUP)
    pairs |= {(a, b) for a, b in by_author - pairs if _is_renamed(known[a], known[b])}
    pairs = {pair for pair in pairs if not _are_two(*(known[number] for number in pair))}
    found = [CandidatePair(known[a], known[b], score_of(f := compare(known[a], known[b])), f) for a, b in pairs]
    return sorted(found, key=lambda pair: (-pair.score, pair.left.id, pair.right.id))


def _is_renamed(one: KnownPaper, other: KnownPaper) -> bool:
    is_pair = years_apart(one, other) <= MAX_YEARS_APART and (one.is_preprint or other.is_preprint)
    is_likely = _nearly(one, other) or (
        is_pair and not are_far_apart(one.title, other.title) and _is_changed(one, other)
    )
    if not is_likely or is_generic(one.title) or is_generic(other.title):
        return False
    return _first_authors_agree(one, other) is not False


def _are_two(one: KnownPaper, other: KnownPaper) -> bool:
    two_preprints = bool(one.arxiv and other.arxiv) and one.title_key != other.title_key
    return two_preprints or (have_two_dois(one, other) and not _are_twins(one, other))


def _are_twins(one: KnownPaper, other: KnownPaper) -> bool:
    """Whether nothing but their DOIs distinguishes two papers, such as one text that two publishers printed."""
    is_titled_so = one.title_key == other.title_key and identifies(one.title)
    return is_titled_so and _first_authors_agree(one, other) is True and years_apart(one, other) <= MAX_YEARS_APART


def pairs_sharing_a_key(
    keyed: Iterable[tuple[int, Iterable[Hashable]]], most: int | None = None
) -> set[tuple[int, int]]:
    """Pairs of numbers, the lower first, of items that share a key which at most `most` items have."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for number, keys in keyed:
        for key in keys:
            groups[key].append(number)
    small = (sorted(group) for group in groups.values() if most is None or len(group) <= most)
    return {pair for group in small for pair in combinations(group, 2)}
