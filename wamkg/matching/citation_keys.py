"""Default citation keys for papers without one: short, ASCII, lower case."""

import re
from dataclasses import dataclass
from string import Formatter

from anyascii import anyascii

from wamkg.identifiers import is_citation_key
from wamkg.names import PersonName

_NOT_KEPT = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_FORMULA = re.compile(r"\$[^$]*\$|\\[A-Za-z]+")
_IS_ID = re.compile(r"\s*(?:arxiv|doi|s2|openalex|https?):\S+\s*", re.I)
_LITTLE = frozenset((
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "could", "did", "do",
    "does", "for", "from", "how", "if", "in", "into", "is", "it", "its", "new", "no", "nor", "not", "of", "on",
    "one", "onto", "or", "our", "over", "should", "so", "some", "such", "than", "that", "the", "then", "there",
    "these", "they", "this", "those", "to", "too", "toward", "towards", "under", "using", "very", "via", "was",
    "we", "were", "what", "when", "where", "whether", "which", "who", "why", "will", "with", "without", "would",
    "you", "your",
))  # fmt: skip
"""Title words that carry no meaning."""


@dataclass(frozen=True, slots=True)
class KeyParts:
    """Parts of a key; None is unknown."""

    title: str
    author: PersonName | None = None
    year: int | None = None
    method: str | None = None


def default_key(pattern: str, parts: KeyParts) -> str:
    """The key by a pattern such as `{family}{year}{word}`; `{title}` and `{method}` are also available.

    If only an id is known, the key is made from it.
    """
    if _IS_ID.fullmatch(parts.title):
        return _bare(parts.title) or "paper"
    title, method = _title_word(parts.title), _bare(parts.method or "")
    values = {
        "family": _family(parts.author),
        "year": str(parts.year or ""),
        "title": title,
        "method": method,
        "word": method or title,
    }
    key = "".join(text + values.get(name or "", "") for text, name, _, _ in Formatter().parse(pattern))
    return key if is_citation_key(key) and key.isascii() else "paper"


def _bare(text: str) -> str:
    return _NOT_KEPT.sub("", anyascii(text).lower())


def _family(author: PersonName | None) -> str:
    """The family name without its particle; for a group, its first meaningful word."""
    if author is None:
        return "anon"
    if author.literal:
        return _title_word(author.literal) or "anon"
    return _bare(author.family) or _bare(author.given) or "anon"


def _title_word(title: str) -> str:
    words = [_bare(word) for word in _WORD.findall(anyascii(_FORMULA.sub(" ", title)).lower())]
    telling = [word for word in words if word and word not in _LITTLE]
    return (telling or words or [_bare(title)])[0][:20]
