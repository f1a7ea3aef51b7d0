"""Do two printed venues mean the same venue? Abbreviations, acronyms and extra words are allowed for."""

import re

from wamkg.identifiers import normalise

_COMMON_WORDS = """
the of on in and for a an at to proc proceedings conference conf international int intl journal j
annual ann meeting workshop symposium symp transactions trans letters lett magazine advances ieee
acm ieeecvf cvf springer elsevier press lecture notes part vol volume series edition papers extended
abstracts adjunct publication companion track main oral spotlight poster first second third st nd rd
th
"""
"""Words that are common in names of venues."""
_COMMON = frozenset(_COMMON_WORDS.split())
MIN_PREFIX = 3
"""Minimum length of a word that abbreviates another ("mach" of "machine")."""


def may_be_one_venue(one: str, other: str) -> bool:
    """Whether two venues share a meaningful word, or one is the other's acronym."""
    mine, others = _words(one), _words(other)
    if not (mine and others):
        return True
    if any(_abbreviates(a, b) for a in mine for b in others):
        return True
    return is_acronym(one, other) or is_acronym(other, one)


def _words(venue: str) -> list[str]:
    return [word for word in normalise(venue).split() if word not in _COMMON and not any(c.isdigit() for c in word)]


def _abbreviates(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (len(shorter) >= MIN_PREFIX and longer.startswith(shorter))


def is_acronym(short: str, long: str) -> bool:
    """Whether the letters of an acronym ("NeurIPS", "RA-L") are, in order, initials of a long name."""
    initials = [word[0] for word in normalise(long).split()]
    for word in re.findall(r"\b[A-Z][\w-]*[A-Z]\w*\b", short):
        capitals = [letter.lower() for letter in word if letter.isupper()]
        significant = [word[0] for word in _words(long)]
        if _follow(capitals, initials) or (len(significant) > 1 and _follow(significant, list(word.lower()))):
            return True
    return False


def _follow(letters: list[str], among: list[str]) -> bool:
    """Whether all letters occur in another sequence, in order."""
    rest = iter(among)
    return all(letter in rest for letter in letters)
