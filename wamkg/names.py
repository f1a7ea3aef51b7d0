"""Names of people and groups as structured values: parsing, display and BibTeX form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_SUFFIX = re.compile(r"(?:jr|sr|jnr|snr|ii|iii|iv|2nd|3rd|4th)\.?", re.I)
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|group|committee|network|project|initiative|society|association|foundation|"
    r"museum|galler(?:y|ies)|librar(?:y|ies)|academy|bureau|federation|authority|administration|archives|observatory|"
    r"parliament|government|universit\w+|institut\w+|laborator\w+|department|organi[sz]ation|council|commission|agency|ministry|"
    r"inc|ltd|llc|gmbh|corp|corporation|company)\b|\d{3,}|[&/@]",
    re.I,
)
CAPITALS = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢİĪĶĻŁŃŅŇŌŐŘŚŞŠŤŪŮŰŹŻŽΆ-ΏΑ-ΫЀ-ЯҐ"
"""Capital letters of Latin, Greek and Cyrillic, for character classes."""
_DOTTED = re.compile(rf"[{CAPITALS}][a-z]?\.(?:-?[{CAPITALS}][a-z]?\.)*")
_INITIALS = re.compile(rf"(?:[{CAPITALS}]\.?-?){{1,3}}|{_DOTTED.pattern}")
_PARTICLES = frozenset((
    "van", "von", "de", "der", "den", "du", "da", "di", "del", "della", "la", "le", "ter", "ten", "zu", "zum", "dos",
    "das", "do", "el", "al", "bin", "ibn", "of", "af", "av",
))  # fmt: skip
_PARTS = ("family", "given", "particle", "suffix", "literal")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in parts, or a group with one `literal` name.

    `particle` is the lower-case part between given and family name ("van den"); `suffix` follows the name ("Jr.").
    """

    family: str = ""
    given: str = ""
    particle: str = ""
    suffix: str = ""
    literal: str = ""

    @property
    def display(self) -> str:
        """The name in reading order. Chinese, Japanese and Korean names have the family name first and no space."""
        if self.literal:
            return self.literal
        if _CJK.search(self.family) and (not self.given or _CJK.search(self.given)):
            return f"{self.family}{self.given}"
        return " ".join(part for part in (self.given, self.particle, self.family, self.suffix) if part)

    def as_dict(self) -> dict[str, str]:
        """The parts that are not empty, for JSON."""
        return {name: value for name, value in asdict(self).items() if value}


def name_from_dict(parts: Mapping[str, str]) -> PersonName:
    """The name with these parts.

    Raises ValueError for an unknown part, or if there is no part.
    """
    unknown = sorted(set(parts) - set(_PARTS))
    if unknown or not any(parts.values()):
        raise ValueError(f"a name has {', '.join(_PARTS)}, not {', '.join(unknown) or 'nothing'}")
    return PersonName(**parts)


_HOMONYM = re.compile(r"(?<=[^\W\d_])\s+0\d{3}(?=\s*(?:,|$))")


def parse_name(text: str) -> PersonName:
    """Parse "Family, Given", "Family, Jr., Given", "Family, Given, Jr.", "Given particle Family Jr." or a group's name.

    Particles follow BibTeX's rules: lower-case words before the family name. Initials with dots after a name are the
    given name ("Vega Ruiz C.M."). A name without a comma is a group if it contains "and" or a word such as
    "Consortium".
    """
    text = without_number(" ".join(text.split()))
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 3 and any(is_suffix(part) for part in parts[1:]):
        suffix, given = parts[1:] if is_suffix(parts[1]) else parts[:0:-1]
        return family_first(parts[0], given, suffix)
    if len(parts) == 2 and parts[0] and parts[1] and not _GROUP.search(text):
        if is_suffix(parts[1]):
            spoken = _spoken(parts[0])
            return PersonName(spoken.family, spoken.given, spoken.particle, parts[1])
        return family_first(*parts)
    if len(parts) > 1 or is_group(text):
        return PersonName(literal=text)
    return _initials_behind(text, _DOTTED) or _spoken(text)


def without_number(text: str) -> str:
    """The name without the number that DBLP puts behind people of one name: "Wei Wang 0001"."""
    return _HOMONYM.sub("", text)


def parse_indexed(text: str) -> PersonName:
    """Parse a name as bibliographic indexes print it, family name first, then initials: "Vega Ruiz CM", "van Beek J".

    A name without initials is parsed by `parse_name`.
    """
    text = " ".join(text.split())
    return ("," not in text and _initials_behind(text, _INITIALS)) or parse_name(text)


def is_indexed(text: str) -> bool:
    """Whether a name ends in initials without dots."""
    return "," not in text and _initials_behind(" ".join(text.split()), _INITIALS) is not None


def is_suffix(text: str) -> bool:
    """Whether words are a name suffix such as "Jr." or "III"."""
    return _SUFFIX.fullmatch(text) is not None


def is_group(text: str) -> bool:
    """Whether a name without a comma is that of several people or of an institution."""
    return bool(_GROUP.search(text) or re.search(r"\band\b", text, re.I))


def family_first(family: str, given: str, suffix: str = "") -> PersonName:
    """The name with these parts. Particles may come before the family name or after the given name, and so may a suffix
    after either ("King, Leo Jr").
    """
    words, called = family.split(), given.split()
    for part in (words, called):
        if not suffix and len(part) > 1 and is_suffix(part[-1]):
            suffix = part.pop()
    given = " ".join(called)
    small = next((n for n, word in enumerate(words) if not word[:1].islower()), len(words))
    if 0 < small < len(words):
        return PersonName(" ".join(words[small:]), given, " ".join(words[:small]), suffix)
    last = next((n for n in range(len(called), 0, -1) if called[n - 1] not in _PARTICLES), 0)
    if 0 < last < len(called):
        return PersonName(" ".join(words), " ".join(called[:last]), " ".join(called[last:]), suffix)
    return PersonName(" ".join(words), given, "", suffix)


def _initials_behind(text: str, initials: re.Pattern[str]) -> PersonName | None:
    """The name with its trailing initials moved to the front; None if the last word is not initials, or all words
    are.
    """
    words = text.split()
    suffix = words.pop() if len(words) > 2 and is_suffix(words[-1]) else ""
    first = len(words)
    while first > 1 and initials.fullmatch(words[first - 1]):
        first -= 1
    if first == len(words) or not re.search(r"[^\W\d_]{2}", words[0]):
        return None
    return family_first(" ".join(words[:first]), " ".join(words[first:]), suffix)


def _spoken(text: str) -> PersonName:
    words = text.split()
    if _CJK.search(text):
        return PersonName(words[0], "".join(words[1:])) if words else PersonName()
    suffix = words.pop() if len(words) > 2 and is_suffix(words[-1]) else ""
    small = [n for n, word in enumerate(words[:-1]) if word[:1].islower()]
    if not words[-1:] or words[-1][:1].islower():
        small = [n for n in small if n]
    first, last = (small[0], small[-1]) if small else (len(words) - 1, len(words) - 2)
    given, particle = " ".join(words[:first]), " ".join(words[first : last + 1])
    return PersonName(" ".join(words[max(last + 1, first) :]), given, particle, suffix)


def bibtex_name(name: PersonName, escape: Callable[[str], str] = str) -> str:
    """The name in BibTeX form: a group in braces, a suffix between commas ("King, Jr., Leo")."""
    if name.literal or (not name.given and (" " in name.family or not name.family)):
        return "{" + escape(name.display) + "}"
    family = escape(name.family)
    if name.family[:1].islower() or re.search(r",|\band\b", name.family, re.I):
        family = "{" + family + "}"
    given = escape(name.given)
    if re.search(r",|\band\b", name.given, re.I):
        given = "{" + given + "}"
    family = f"{escape(name.particle)} {family}" if name.particle else family
    return ", ".join(part for part in (family, escape(name.suffix), given) if part)


def listed_name(name: PersonName) -> str:
    """A name for a text with several names: in reading order if it can be parsed back, else family name first."""
    parts = [f"{name.particle} {name.family}".strip(), name.suffix, name.given]
    forms = (name.display, ", ".join(part for part in parts if part))
    return next((form for form in forms if parse_name(form) == name), name.display)
