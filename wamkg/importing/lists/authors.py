"""Author lists as people print them: whole, cut short, or mixed with affiliations."""

import re

_ET_AL = re.compile(r"\bet\.?\s*al\b\.?|\band others\b|\.\.\.|…", re.I)
_INSTITUTION = re.compile(
    r"\b(?:universit\w*|institut\w*|college|school|department|laborator\w*|labs?|research|group|academy|inc|ltd|corp\w*|"
    r"google|deepmind|microsoft|nvidia|meta|openai|alibaba|tencent|bytedance|huawei|intelligence|technolog\w*)\b",
    re.I,
)
_PARTICLES = frozenset((
    "de", "van", "von", "der", "den", "da", "di", "la", "le", "del", "dos", "bin", "al", "el", "ten", "ter",
))  # fmt: skip


def split_authors(text: str) -> list[str]:
    """Names of an author list parted by commas, semicolons, "and" or "&"; empty if it says it is cut short."""
    if _ET_AL.search(text):
        return []
    parts = re.split(r";|\band\b|&" if ";" in text else r",|\band\b|&", text)
    return [" ".join(part.split()).strip("*† ") for part in parts if part.strip("*† ")]


def is_names(segment: str) -> bool:
    """Whether words are one or several names of people, perhaps cut short."""
    segment = re.sub(r"^(?:and|&)\s+", "", segment)
    bare = _ET_AL.sub("", segment).strip(" ,&")
    if bare != segment.strip(" ,&"):
        return len(bare.split()) <= 5
    return bool(bare) and all(_is_name(part) for part in re.split(r"\s+and\s+|\s*&\s*", bare) if part)


def _is_name(text: str) -> bool:
    words = text.strip("*† ").split()
    return 2 <= len(words) <= 5 and all(_is_name_word(w) for w in words) and any(w[1:].islower() for w in words)


def _is_name_word(word: str) -> bool:
    bare = word.strip(".'’-*†")
    return word in _PARTICLES or (bare[:1].isupper() and all(c.isalpha() or c in "-'’." for c in bare))


def is_cut_short(text: str) -> bool:
    """Whether a list says that it names the first authors only."""
    return bool(_ET_AL.search(text))


def is_institution(text: str) -> bool:
    """Whether words are an affiliation rather than a name."""
    return bool(_INSTITUTION.search(text))
