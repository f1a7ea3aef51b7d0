"""Whether a text that should be a title is a list of people: the sign of swapped columns or a misread layout."""

import re

_CUT = re.compile(r"\bet\.?\s+al\b|\band others\b", re.I)
_PARTED = re.compile(r"\s*[;|]\s*|\s*,\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+", re.I)
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_INITIALS = re.compile(rf"(?:{_CAPITAL}\.?[\s-]?){{1,3}}")
_WORD = re.compile(rf"{_CAPITAL}[^\W\d_]*(?:['’-][^\W\d_]+)*\.?")
_PARTICLE = re.compile(r"(?:van|von|d['’]|de|der|den|del|della|di|da|dos|la|le|ten|ter|bin|al|el|zu)", re.I)
_NO_LATIN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.I)
MAX_NAMES_TEXT = 400
"""Characters of a text that is looked at; no title that matters is longer."""
_NEVER_NAMES_WORDS = """
a about action actions adaptation agent agents algorithm algorithms an analysis and application applications
approach are artificial as assessment at attention autonomous based benchmark benchmarks beyond by can case
challenge challenges chain collaborative common communication computer computing control data dataset datasets deep
detection diffusion driving dynamic dynamics efficient embodied environment environments evaluation experience
exploration fast field foundation framework from fusion future general generation generative graph graphs grasping
guide human image images imitation impact in inference information intelligence interaction introduction is issue
issues it joint knowledge language large latent law learning lessons letter letters life long machine machines
manipulation market meeting memory method methods model models more motion multi navigation network networks neural
new note notes object objects of on online open optimization order overview past perception perspective perspectives
physical physics planning policies policy prediction present probabilistic problem problems process processing
programming progress project prospects quantum question questions reasoning reinforcement report representation
representations research review reward risk road robot robotic robotics robots role safety scene science search
self sensor sequence simple simulation skill skills social society space spatial special speech state states
statistical structure studies study summary survey system systems task tasks technical technology temporal text the
theory thought time to tool tools toward towards tracking training transfer transformer transformers trends tuning
understanding universal use using via video videos view vision visual what when where which why with without word
words work world worlds
"""
"""Words of titles that are hardly ever part of a person's name."""
_NEVER_NAMES = frozenset(_NEVER_NAMES_WORDS.split())


def looks_like_names(text: str) -> bool:
    """Whether a text reads as two or more people, or as people and "et al.".

    Strict, since titles such as "World Models and Language Agents" look alike: at least two parts, each of which can be
    a name, none with a word that titles are made of.
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
        (_WORD.fullmatch(word) and word.strip(".").lower() not in _NEVER_NAMES)
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
