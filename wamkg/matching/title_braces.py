"""Which parts of a title its BibTeX entry protects with braces, so that an export gives the same protection.

Kept as the detail `titlebraces`: the title with its braces ("{BERT}: Pre-training"), signs that are text behind a
backslash; `none` where nothing is protected. Without that detail the whole title is protected.
"""

import re

DETAIL = "titlebraces"
NONE = "none"
OPEN, CLOSE = "\ue000", "\ue001"
"""Marks of a protected part in a text that is still being read; both are private to this program."""
_EDGE = re.compile(rf"{OPEN}(\s*){CLOSE}|{OPEN}(\s+)|(\s+){CLOSE}")
_STORED = re.compile(r"\\(.)|([{}])|([^\\{}]+)", re.S)
_MARKS = re.compile(f"[{OPEN}{CLOSE}]")
Parts = list[tuple[str, bool]]
"""Pieces of a title in their order, each with whether it is protected."""


def stored_braces(marked: str) -> str | None:
    """The detail for a title with marks; None where the whole title is protected."""
    text = " ".join(_EDGE.sub(_moved, marked).split())
    if OPEN not in text:
        return NONE
    if text.startswith(OPEN) and text.find(CLOSE) == len(text) - 1:
        return None
    escaped = re.sub(r"([\\{}])", r"\\\1", text)
    return escaped.replace(OPEN, "{").replace(CLOSE, "}")


def _moved(found: re.Match[str]) -> str:
    """A blank at the edge of a protected part stands outside of it."""
    if found[1] is not None:
        return found[1]
    return f"{found[2]}{OPEN}" if found[2] else f"{CLOSE}{found[3]}"


def protected_parts(title: str, braces: str | None) -> Parts:
    """The title in parts as its braces say; by its protected words where the title has changed since."""
    if braces is None:
        return [(title, True)]
    parts = _parts(braces)
    if "".join(text for text, _ in parts) == title:
        return parts
    words = sorted({text for text, is_protected in parts if is_protected and text}, key=len, reverse=True)
    if not words:
        return [(title, False)]
    edges = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)
    pieces = re.split(f"({edges})", title)
    return [(piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece]


def _parts(braces: str) -> Parts:
    parts: Parts = [("", False)]
    for escaped, brace, text in _STORED.findall(braces):
        if brace:
            parts.append(("", brace == "{"))
        else:
            parts[-1] = (parts[-1][0] + (escaped or text), parts[-1][1])
    return [part for part in parts if part[0]]
