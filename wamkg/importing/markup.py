"""Decode HTML entities and markup in titles, names, venues and abstracts from registrars and databases."""

import html
import re

_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ATTRIBUTES = r"(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s<>\"']+))?)*\s*/?"
_INLINE = (
    "i|b|u|s|em|strong|sub|sup|sc|scp|span|small|big|tt|code|font|a|q|mark|italic|bold|inf|underline|roman|overline|"
    "monospace|named-content|inline-formula|xref|ext-link|tex-math|alternatives|abbr|cite|del|ins|strike|kbd"
)
_BLOCK = (
    "p|div|h[1-6]|li|ul|ol|sec|title|abstract|list|list-item|disp-formula|section|label|td|tr|th|table|tbody|dl|dt|dd"
)
_PAIRED = re.compile(rf"<(/?)((?:jats:)?(?:{_INLINE}|{_BLOCK})){_ATTRIBUTES}>", re.I)
_ALONE = re.compile(rf"<\s*/?\s*(?:br|hr|wbr){_ATTRIBUTES}>", re.I)
_MATH = re.compile(rf"</?(?:\w+:)?(?:math|semantics|annotation|m[a-z]{{1,12}}){_ATTRIBUTES}>", re.I)
_IS_MATH = re.compile(r"<(?:\w+:)?math\b", re.I)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
_IS_BLOCK = re.compile(rf"(?:jats:)?(?:{_BLOCK})", re.I)
_ROUNDS = 3
"""Maximum number of decoding passes for text encoded more than once ("&amp;amp;")."""


def without_markup(text: str) -> str:
    """Return text with entities decoded, tags removed and spaces collapsed; a lone "<", as in "x < y", stays."""
    for _ in range(_ROUNDS):
        decoded = _decode(text)
        if decoded == text:
            break
        text = decoded
    return " ".join(text.split())


def _decode(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if "<" not in text:
        return text
    text = _ALONE.sub(" ", _CDATA.sub(r"\1", text))
    if _IS_MATH.search(text):
        text = _MATH.sub("", text)
    return _strip_pairs(text)


def _strip_pairs(text: str) -> str:
    """Remove tags that are opened and closed; an unpaired tag may be part of the text."""
    tags = list(_PAIRED.finditer(text))
    opened, closed = ({tag[2].lower() for tag in tags if bool(tag[1]) == end} for end in (False, True))
    pairs = opened & closed
    return _PAIRED.sub(lambda tag: _blank(tag[2]) if _is_markup(tag[2].lower(), pairs) else tag[0], text)


def _is_markup(name: str, pairs: set[str]) -> bool:
    return name in pairs or name.startswith("jats:")


def _blank(name: str) -> str:
    return " " if _IS_BLOCK.fullmatch(name) else ""
