"""Names of people and groups as structured values: how they are read, shown and written in BibTeX's form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_SUFFIX = re.compile(r"(?:jr|sr|jnr|snr|ii|iii|iv|2nd|3rd|4th)\.?", re.I)
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|group|committee|network|project|initiative|society|association|foundation|"
    r"universit\w+|institut\w+|laborator\w+|department|organi[sz]ation|council|commission|agency|ministry|"
    r"inc|ltd|llc|gmbh|corp|corporation|company)\b|\d{3,}|[&/@]",
    re.I,
)
_PARTS = ("family", "given", "particle", "suffix", "literal")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person by the parts of the name, or a group by one `literal` name.

    `particle` is what stands between given and family name in small letters ("van den"), `suffix` what follows ("Jr.").
    """

    family: str = ""
    given: str = ""
    particle: str = ""
    suffix: str = ""
    literal: str = ""

    @property
    def display(self) -> str:
        """The name as it is spoken; Chinese, Japanese and Korean names have the family name first and no blank."""
        if self.literal:
            return self.literal
        if _CJK.search(self.family) and (not self.given or _CJK.search(self.given)):
            return f"{self.family}{self.given}"
        return " ".join(part for part in (self.given, self.particle, self.family, self.suffix) if part)

    def as_dict(self) -> dict[str, str]:
        """The parts that are not empty, for JSON."""
        return {name: value for name, value in asdict(self).items() if value}


def name_from_dict(parts: Mapping[str, str]) -> PersonName:
    """The name with these parts; raises ValueError for a part that names do not have, or no part at all."""
    unknown = sorted(set(parts) - set(_PARTS))
    if unknown or not any(parts.values()):
        raise ValueError(f"a name has {', '.join(_PARTS)}, not {', '.join(unknown) or 'nothing'}")
    return PersonName(**parts)


def parse_name(text: str) -> PersonName:
    """Read "Family, Given", "Family, Jr., Given", "Given particle Family Jr." or the name of a group.

    The rules for particles are BibTeX's: words in small letters before the family name. A name without a comma that
    has a word such as "Consortium", or an "and" in it, is that of a group.
    """
    text = " ".join(text.split())
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        return _with_particle(parts[0], parts[2], parts[1])
    if len(parts) == 2 and parts[0] and parts[1] and not _GROUP.search(text):
        if _SUFFIX.fullmatch(parts[1]):
            spoken = _spoken(parts[0])
            return PersonName(spoken.family, spoken.given, spoken.particle, parts[1])
        return _with_particle(parts[0], parts[1])
    if len(parts) > 1 or _GROUP.search(text) or re.search(r"\band\b", text, re.I):
        return PersonName(literal=text)
    return _spoken(text)


def _with_particle(family: str, given: str, suffix: str = "") -> PersonName:
    words = family.split()
    small = next((n for n, word in enumerate(words) if not word[:1].islower()), len(words))
    if 0 < small < len(words):
        return PersonName(" ".join(words[small:]), given, " ".join(words[:small]), suffix)
    return PersonName(family, given, "", suffix)


def _spoken(text: str) -> PersonName:
    words = text.split()
    if _CJK.search(text):
        return PersonName(words[0], "".join(words[1:])) if words else PersonName()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    small = [n for n, word in enumerate(words[:-1]) if n and word[:1].islower()]
    first, last = (small[0], small[-1]) if small else (len(words) - 1, len(words) - 2)
    given, particle = " ".join(words[:first]), " ".join(words[first : last + 1])
    return PersonName(" ".join(words[max(last + 1, first) :]), given, particle, suffix)


def bibtex_name(name: PersonName, escape: Callable[[str], str] = str) -> str:
    """The name as BibTeX reads it: a group in braces, a suffix between commas ("King, Jr., Leo")."""
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
