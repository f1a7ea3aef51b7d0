"""Whether a text that should be a title is a list of people: a sign of swapped columns or a misread layout."""

import re

from wamkg.importing.lists.words import is_common

_CUT = re.compile(r"\bet\.?\s+al\b|\band others\b", re.I)
_PARTED = re.compile(r"\s*[;|]\s*|\s*,\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+", re.I)
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_INITIALS = re.compile(rf"(?:{_CAPITAL}\.?[\s-]?){{1,3}}")
_WORD = re.compile(rf"{_CAPITAL}[^\W\d_]*(?:['’-][^\W\d_]+)*\.?")
_PARTICLE = re.compile(r"(?:van|von|d['’]|de|der|den|del|della|di|da|dos|la|le|ten|ter|bin|al|el|zu)", re.I)
_NO_LATIN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.I)
MAX_NAMES_TEXT = 400
"""Maximum number of characters examined; real titles are shorter."""


def looks_like_names(text: str) -> bool:
    """Whether a text reads as two or more people, or as people and "et al.".

    Strict, because titles such as "World Models and Language Agents" look similar: at least two parts, each a possible
    name, none with a word that occurs in titles.
    """
    text = text[:MAX_NAMES_TEXT]
    if _CUT.search(text):
        return True
    if not _PARTED.search(text) or _NO_LATIN.search(text):
        return False
    parts = [part for part in _PARTED.split(text.strip(" .;,")) if part]
    if len(parts) < 2 or not all(map(_may_be_part, parts)):
        return False
    whole = sum(_is_whole_name(part) for part in parts)
    given = sum(_INITIALS.fullmatch(part) is not None for part in parts)
    return whole == len(parts) or (given > 0 and given + whole >= len(parts) / 2) or _is_turned(text)


def _may_be_part(text: str) -> bool:
    """Whether a text between commas can be a name, a family name alone, initials or a suffix."""
    words = text.split()
    return len(words) <= 7 and all(
        (_WORD.fullmatch(word) and not is_common(word.strip(".")))
        or _INITIALS.fullmatch(word)
        or _SUFFIX.fullmatch(word)
        or (len(words) > 1 and _PARTICLE.fullmatch(word))
        for word in words
    )


def _is_whole_name(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and any(len(word.strip(".")) > 1 for word in words)


def _is_turned(text: str) -> bool:
    """Whether every part between semicolons is "Family, Given"."""
    parts = [part for part in re.split(r"\s*;\s*|\s+and\s+", text.strip(" ;.")) if part]
    return all(part.count(",") == 1 for part in parts) and (len(parts) > 1 or ";" in text)
