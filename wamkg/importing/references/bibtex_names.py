"""Name lists in BibTeX: braces protect a name or a word of it, BibLaTeX may label the parts."""

import re

from wamkg.importing.markup import without_markup
from wamkg.importing.people import People, is_nobody, split_people
from wamkg.importing.references.latex import plain_text
from wamkg.names import PersonName, family_first, is_group, is_indexed, is_suffix, parse_indexed, parse_name

_AND = re.compile(r"\s+and(?=\s)", re.I)
_AMPERSAND = re.compile(r"\s*\\?&\s*")
_OTHERS = re.compile(r"\W*(?:and\s+)?(?:others|et\.?\s*al(?:ii|ia)?|\.{3}|…)\W*", re.I)
_OTHERS_BEHIND = re.compile(r"[\s,]+(?:et\.?\s*al(?:ii|ia)?\.?|\.{3}|…)\s*$", re.I)
_EXTENDED = re.compile(r"\s*(?:family|given|prefix|suffix|literal)(?:-i)?\s*=", re.I)
_ACCENT = re.compile(r"\{\\[^{}]*(?:\{[^{}]*\})?[^{}]*\}|\\\W\{\w\}")
_PART = {"family": "family", "given": "given", "prefix": "particle", "suffix": "suffix", "literal": "literal"}
_HELD_TOGETHER = re.compile(r"\{[^{}\\][^{}]*[\s,][^{}]*\}|\{[^{}\\][^{}]*\{[^{}]*\}[^{}]*[\s,][^{}]*\}")


def read_bibtex_names(value: str) -> People:
    """Read the people of an `author` or `editor` field; "and" outside braces separates names."""
    people = People()
    pieces = []
    for piece in _parted(without_markup(value) if "&" in value or "<" in value else value, _AND):
        bare = _OTHERS_BEHIND.sub("", piece)
        people.cut = people.cut or bare != piece or bool(_OTHERS.fullmatch(piece))
        if bare.strip(" ,;") and not _OTHERS.fullmatch(piece):
            for one in _by_ampersand(bare.strip(" ,;")):
                pieces += _by_commas(one, people)
    plain = [plain_text(piece) for piece in pieces]
    indexed = len(pieces) > 1 and all(
        is_indexed(name) and "{" not in piece for name, piece in zip(plain, pieces, strict=True)
    )
    names = [parse_indexed(name) if indexed else _name(piece) for name, piece in zip(plain, pieces, strict=True)]
    people.names = [name for name in names if name.display and not is_nobody(name.display)]
    return people


def _by_ampersand(piece: str) -> list[str]:
    """Split people joined by "&" outside braces; "Ernst & Young" and other groups stay whole."""
    parts = _parted(piece, _AMPERSAND)
    return parts if len(parts) > 1 and all(map(_is_person_or_braced, parts)) else [piece]


def _is_person_or_braced(part: str) -> bool:
    """Whether text beside "&" may be a name of its own: several words that are no group's, or a name in braces."""
    if part[0] == "{" and _closes(part) == len(part) - 1:
        return True
    return len(part.split()) > 1 and not is_group(part) and "{" not in _ACCENT.sub("", part)


def _by_commas(piece: str, people: People) -> list[str]:
    """Read one name, or several separated by commas by mistake; two commas may separate a suffix."""
    if piece.count(",") < 2 or "{" in _ACCENT.sub("", piece) or _EXTENDED.match(piece):
        return [piece]
    parts = [part.strip() for part in piece.split(",")]
    if len(parts) == 3 and any(is_suffix(part) for part in parts[1:]):
        return [piece]
    return split_people(plain_text(piece), people)


def _name(piece: str) -> PersonName:
    """Read one name by BibTeX's rules; words in braces are one word, a name in braces is a group."""
    if _EXTENDED.match(piece):
        return _extended(piece)
    inner = piece[1:-1] if piece[0] == "{" and _closes(piece) == len(piece) - 1 else None
    if inner is not None and not inner.startswith("\\"):
        return _group(inner)
    if not _HELD_TOGETHER.search(piece):
        return parse_name(plain_text(piece))
    parts = [_words(part) for part in _parted(piece, re.compile(","))]
    if len(parts) == 1:
        return _spoken(parts[0])
    family, given = parts[0], parts[-1]
    middle = " ".join(parts[1]) if len(parts) > 2 else ""
    if len(parts) > 2 and is_suffix(" ".join(given)):
        middle, given = " ".join(given), parts[1]
    small = next((n for n, word in enumerate(family) if not word[:1].islower()), 0)
    return PersonName(" ".join(family[small:]), " ".join(given), " ".join(family[:small]), middle)


def _group(inner: str) -> PersonName:
    """Read text in braces as a group; "Family, Given" in braces is still a person."""
    text = plain_text(inner).strip(" ,;")
    _, comma, given = text.partition(", ")
    if comma and "," not in given and len(given.split()) < 4 and " and " not in text and not is_suffix(given):
        name = parse_name(text)
        return name if not name.literal else PersonName(literal=text)
    return PersonName(literal=text)


def _spoken(words: list[str]) -> PersonName:
    suffix = words.pop() if len(words) > 2 and is_suffix(words[-1]) else ""
    small = [n for n, word in enumerate(words[:-1]) if word[:1].islower()]
    first, last = (small[0], small[-1]) if small else (len(words) - 1, len(words) - 2)
    return PersonName(" ".join(words[last + 1 :]), " ".join(words[:first]), " ".join(words[first : last + 1]), suffix)


def _extended(piece: str) -> PersonName:
    """Read BibLaTeX's extended format: family=Beek, given=Jan, prefix=van"""
    parts = {}
    for part in _parted(piece, re.compile(",")):
        name, _, value = part.partition("=")
        if name.strip().lower() in _PART:
            parts[_PART[name.strip().lower()]] = plain_text(value.strip(' "'))
    if not parts.get("particle") and not parts.get("literal"):
        return family_first(parts.get("family", ""), parts.get("given", ""), parts.get("suffix", ""))
    return PersonName(**parts)


def _words(text: str) -> list[str]:
    return [word for part in _parted(text, re.compile(r"[\s~]+")) if (word := plain_text(part))]


def _parted(text: str, separator: re.Pattern[str]) -> list[str]:
    """Split the text at separators outside braces."""
    parts, begin, at, depth = [], 0, 0, 0
    while at < len(text):
        if text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
        elif depth <= 0 and (found := separator.match(text, at)) and found.end() > at:
            parts.append(text[begin:at])
            begin = at = found.end()
            continue
        at += 1
    return [part.strip() for part in [*parts, text[begin:]] if part.strip()]


def _closes(text: str) -> int:
    """Return where the brace that opens the text is closed; -1 if it is not."""
    depth = 0
    for at, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if not depth:
            return at
    return -1
