"""Recognize names of people in lists, and phrases that announce further names."""

import re

from wamkg.importing.links import is_link_label
from wamkg.importing.lists.words import all_common, has_han
from wamkg.importing.venues import is_journal
from wamkg.names import CAPITALS

CUT = re.compile(
    r"[,;]?\s*(?:\bet[.\s]*al\b\.?|\band\s+(?:many\s+)?others\b|\betc\b\.?|…|\.\.\.|等人|等(?=$|[\s,，.。]))",
    re.I,
)
"""Phrases that mark a shortened author list."""
_INSTITUTION = re.compile(
    r"\b(?:universit\w*|institut\w*|college|school of|department|laborator\w*|academy of|inc\.?$|ltd\.?$|corp\w*|"
    r"stanford|berkeley|mit|cmu|eth|epfl|ucla|caltech|tsinghua|peking|hkust|ucsd|ut austin|kaist|inria|deepmind|openai|"
    r"alibaba|tencent|bytedance|huawei|baidu|nvidia|microsoft|google|meta ai|fair)\b",
    re.I,
)
_INSTITUTION_LIKE = re.compile(
    r"\b(?:labs?|research|academy|centre|center|intelligence|technolog\w*|school|group|nus|ntu|meta)\b", re.I
)
_MAX_INSTITUTION = 9
"""Maximum number of words in an affiliation."""
_MAX_GROUP = 4
_GROUP = re.compile(r"^(?:team|collaborations?|consortium|group|workshop|initiative)$", re.I)
_PARTICLES = frozenset((
    "de", "van", "von", "der", "den", "da", "di", "la", "le", "del", "dos", "bin", "al", "el", "ten", "ter", "du", "zu",
    "y", "des", "della", "do", "das", "dei", "ibn", "af", "st.", "zur", "vom",
))  # fmt: skip
_NO_NAME = frozenset((
    "what", "why", "when", "where", "which", "whose", "this", "that", "these", "those", "our", "your", "their", "we",
    "they", "github", "gitlab", "youtube", "huggingface", "code", "website", "slides", "video", "blog",
))  # fmt: skip
"""Words in titles that never occur in a person's name."""
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv)\.?$", re.I)
_MARKS = re.compile(
    r"\$\s*(?:\{\}\s*)?(?:\^|\\(?:d?dag(?:ger)?|ast|star|diamond|heartsuit|clubsuit|spadesuit|circ|bullet|S|P)\b)[^$]*\$|"
    r"\^\{[^}]*\}|[*†‡§¶⁂✉📧♠♣♥♦∗⋆¹²³⁴⁵⁶⁷⁸⁹⁰]+|(?<=[^\W\d_])\d+(?:\s*,\s*\d+)*(?=[\s,;]|$)"
)
_CYRILLIC, _LATIN = re.compile(r"[\u0400-\u04ff]"), re.compile(r"[A-Za-z]")
_NO_NAME_WORD = re.compile(r"\.[a-z]|['’]s$|[a-z]-[A-Z]{3}|[A-Z]{3}-[A-Z]?[a-z]")
"""A full stop inside a word, as in "LLM.int8", a genitive, or an acronym beside a hyphen, as in "Match-LSTM"."""
_PLAIN = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*")
_INITIALS = re.compile(
    rf"^(?:[{CAPITALS}]\.?[\s-]?){{1,3}}$|^(?:[{CAPITALS}]\.[\s-]?){{1,4}}$|"
    rf"^(?:[{CAPITALS}]\.[\s-]?)+[{CAPITALS}][a-z]?\.?$"
)
_INITIAL = re.compile(rf"[{CAPITALS}]\.(?:-?[{CAPITALS}]\.)*")
_AND = re.compile(r"\s+(?:[Aa][Nn][Dd]|&|与|和)\s+|\s*(?<!\b[A-Z])&\s*")


def plain_name(text: str) -> str:
    """Return a name without footnote marks and surrounding spaces."""
    if _PLAIN.fullmatch(text):
        return text
    return " ".join(_MARKS.sub(" ", text).split()).strip(" ,;:.-_~`") + _dot_of(text)


def _dot_of(text: str) -> str:
    """Return a final full stop if it belongs to the name: after "Jr." or an initial."""
    last = text.rstrip(" ,;*†‡").split()[-1:] or [""]
    return "." if last[0].endswith(".") and (_SUFFIX.match(last[0]) or _INITIAL.fullmatch(last[0])) else ""


def split_and(text: str) -> list[str]:
    """Split names at "and" or "&"."""
    return [part for part in _AND.split(re.sub(r"^(?:and|&)\s+", "", text.strip(), flags=re.I)) if part.strip()]


def is_initials(text: str) -> bool:
    """Whether a text consists only of initials ("J. K.", "JK")."""
    return _INITIALS.match(text.strip()) is not None


def is_family(text: str) -> bool:
    """Whether a text may be a family name alone: one or two capitalized words, with particles before them."""
    every = plain_name(text).split()
    words = [word for word in every if word.lower() not in _PARTICLES] or [w for w in every if w[:1].isupper()]
    return (
        1 <= len(words) <= 2 and all(_is_name_word(word) and len(word) > 1 for word in words) and not all_common(text)
    )


def is_name(text: str) -> bool:
    """Whether words are one person's name: two to five words, each written like a name, not all common words."""
    words = plain_name(text).split()
    if len(words) > 1 and _SUFFIX.match(words[-1]):
        words = words[:-1]
    if has_han(text):
        if is_link_label(text):
            return False
        longest = 4 if len(words) == 1 else 6
        return len(words) <= 2 and 2 <= len("".join(words)) <= longest and not any(c.isascii() for c in "".join(words))
    if _CYRILLIC.search(text) and _LATIN.search(text):
        return False
    particles = any(word.lower() in _PARTICLES for word in words[1:])
    spelled = [word for word in words if not has_initial(word)]
    longest = 5 if particles or len(spelled) < len(words) else 4
    if len(words) < 2 or min(len(words), len(spelled) + 1) > longest or _is_mostly_common(words):
        return False
    if any(word.lower() in _NO_NAME for word in words) or is_journal(text):
        return False
    if text.isupper() and has_initial(words[0]):  # "M. NIELSEN"
        words = [word.title() for word in words]
    return all(_is_name_word(w) or w.lower() in _PARTICLES for w in words) and any(
        c.islower() for w in words for c in w[1:]
    )


def _is_mostly_common(words: list[str]) -> bool:
    """Whether common words rule a name out: both of two words, or half of a longer name."""
    common = sum(all_common(word) for word in words)
    return common == len(words) or (len(words) > 2 and common * 2 > len(words)) or words[0].lower() in ("the", "a")


def has_initial(text: str) -> bool:
    """Whether a name contains an initial; few titles do."""
    return any(_INITIAL.fullmatch(word) for word in text.split())


def _is_name_word(word: str) -> bool:
    if word.isalpha() and word[0].isupper():
        return len(word) < 4 or not word.isupper()
    bare = word.strip(".'’-")
    if _NO_NAME_WORD.search(word):
        return False
    return (
        bare[:1].isupper() and all(c.isalpha() or c in "-'’.`" for c in bare) and (len(bare) < 4 or not bare.isupper())
    )


def is_group(text: str) -> bool:
    """Whether words name a group of people ("NLLB Team")."""
    words = text.strip(" .").split()
    named = all(word[:1].isupper() or word[:1].isdigit() for word in words)
    return named and len(words) <= _MAX_GROUP and _GROUP.search(words[-1]) is not None and not _is_mostly_common(words)


def is_institution(text: str) -> bool:
    """Whether words are an affiliation rather than a name or a title."""
    words = text.split()
    if len(words) > _MAX_INSTITUTION or ":" in text:
        return False
    if _INSTITUTION.search(text):
        return True
    named = all(word[:1].isupper() or word in ("of", "and", "for", "the", "&") for word in words)
    return named and len(words) <= 5 and _INSTITUTION_LIKE.search(text) is not None and not _is_mostly_common(words)
