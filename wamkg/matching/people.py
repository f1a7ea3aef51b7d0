"""Do two printed names mean one person? Initials, particles, compound family names and either order are allowed for."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wamkg.identifiers import normalise
from wamkg.names import PersonName

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[-\s]?){1,4}")
_GIVEN_WORDS = re.compile(r"[\s\-‐-―]+")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "a", "œ": "o", "þ": "th", "ð": "d"})
_DIGRAPHS = re.compile(r"([aou])e|(a)a")
"""Umlauts and rings may be written with a second letter: "Mueller" is "Müller"."""
MAX_TURNED = 3
"""Maximum number of words of a name that may have the family name first without a comma."""
MAX_INITIALS = 3
MIN_SHORT_NAME = 3
"""Minimum length of a given name that counts as a short form: "Dan" of "Daniel"."""


@dataclass(frozen=True, slots=True)
class _NameReading:
    """One way to parse a name: the words of the family name and of the given names; `turned` if in that order."""

    family: tuple[str, ...]
    given: tuple[str, ...]
    turned: bool = False


def same_person(one: PersonName, other: PersonName) -> bool | None:
    """Whether two printed names may be one person's; None if a side has no given name, is empty, or is another group's
    name, since records list a group before its members or after them.

    An initial matches every name that begins with it. Particles, further given names and the second part of a compound
    family name may be missing on one side.
    """
    if not (one.display.strip() and other.display.strip()):
        return None
    if _folded(one) == _folded(other):
        return True
    if one.literal or other.literal:
        return None
    pairs = ((a, b) for a in _readings(one) for b in _readings(other))
    answers = {_compare(a, b) for a, b in pairs if not (a.turned and b.turned)}
    return True if True in answers else None if None in answers else False


def spells_out(full: Sequence[PersonName], short: Sequence[PersonName]) -> bool:
    """Whether two lists name the same people, and `full` has names where `short` has initials, never the reverse."""
    if len(full) != len(short) or not all(map(same_person, full, short)):
        return False
    initials = [(only_initials(mine), only_initials(other)) for mine, other in zip(full, short, strict=True)]
    return (False, True) in initials and (True, False) not in initials


def only_initials(name: PersonName) -> bool:
    """Whether all that is printed of the given names are initials."""
    return _is_initials(name.family) or (
        bool(name.given.strip()) and all(map(_is_initials, _GIVEN_WORDS.split(name.given.strip())))
    )


def person_keys(name: PersonName) -> frozenset[str]:
    """Keys (family name and initial). Two spellings of one person's name have one in common."""
    if name.literal or _CJK.search(name.display):
        return frozenset({_folded(name)})
    return frozenset(f"{word} {''.join(r.given)[:1]}" for r in _readings(name) for word in r.family)


def _folded(name: PersonName) -> str:
    """The words of a name in a fixed order; names written without spaces are split into characters."""
    words = _words(name.display)
    if _CJK.search(name.display):
        return " ".join(sorted("".join(words)))
    return " ".join(sorted(words))


def _words(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    return tuple(_DIGRAPHS.sub(r"\1\2", word) for word in normalise(folded).split())


def _readings(name: PersonName) -> Iterator[_NameReading]:
    """Possible parses of a name: as it was split, and with corrected order."""
    family, given = _words(f"{name.particle} {name.family}"), _given(name.given)
    yield _NameReading(family, given)
    if len(family) > 1:
        yield _NameReading(("".join(family),), given)  # "Le Cun" is "LeCun"
    printed = name.display.split()
    if len(printed) < 2:
        return
    if _is_initials(name.family):
        yield _NameReading(_words(name.given), _letters(name.family))  # "Doe JP"
    elif not name.particle and len(printed) <= MAX_TURNED and all(len(word) > 1 for word in (*family, *given)):
        yield _NameReading(given[:1], (*given[1:], *family), turned=True)  # "Zhang Wei"
        if len(given) > 1:
            yield _NameReading((given[-1] + family[0],), given[:-1])  # "Yann Le Cun"


def _given(text: str) -> tuple[str, ...]:
    """Words of the given names; a run of capitals ("JP") is a run of initials."""
    words: list[str] = []
    for word in _GIVEN_WORDS.split(text.strip()):
        words += _letters(word) if _is_initials(word) else _words(word)
    return tuple(words)


def _is_initials(word: str) -> bool:
    return word.isupper() and len(_letters(word)) <= MAX_INITIALS and bool(_INITIALS.fullmatch(word))


def _letters(text: str) -> tuple[str, ...]:
    return tuple(letter for word in _words(text.replace(".", " ")) for letter in word)


def _compare(one: _NameReading, other: _NameReading) -> bool | None:
    families = _families_agree(one, other)
    if not families:
        return False
    mine, others = (_without(reading.given, families) for reading in (one, other))
    if not (mine and others):
        return None
    turned = one.turned or other.turned
    return all(_given_agree(a, b, turned) for a, b in zip(mine, others, strict=False))


def _families_agree(one: _NameReading, other: _NameReading) -> frozenset[str]:
    """The words of both family names if they match: extra words are a particle or an omitted part."""
    mine, others = frozenset(one.family), frozenset(other.family)
    agree = mine and others and (mine <= others or others <= mine)
    return mine | others if agree else frozenset()


def _without(given: Iterable[str], families: frozenset[str]) -> tuple[str, ...]:
    """Given names without a part of the family name that was mistaken for one."""
    return tuple(word for word in given if word not in families)


def _given_agree(one: str, other: str, turned: bool) -> bool:
    shorter, longer = sorted((one, other), key=len)
    may_begin = len(shorter) == 1 or (len(shorter) >= MIN_SHORT_NAME and not turned)
    return shorter == longer or (may_begin and longer.startswith(shorter))
