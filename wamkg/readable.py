"""Stored values as people read them: names, lists and counts, never Python's or JSON's signs."""

from typing import Any

from wamkg.names import PersonName

_NAME = frozenset({"family", "given", "particle", "suffix", "literal"})
DATE_NAMES = {
    "arxiv_v1": "first on arXiv",
    "arxiv_latest": "latest on arXiv",
    "venue": "date of publication",
    "code": "code released",
    "released": "first public",
}
"""What the kinds of a paper's dates are called in messages."""


def readable(value: object) -> str:
    """One line of plain text; nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return _readable_object(value)
    if isinstance(value, list | tuple | set | frozenset):
        parts = [readable(part) for part in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
        return ("; " if any("," in part for part in parts) else ", ").join(parts)
    return str(value)


def pluralize(count: int, noun: str = "paper") -> str:
    """A number with its noun, in the plural unless the number is one."""
    return f"{count:,} {noun_for(count, noun)}"


def noun_for(count: int, noun: str) -> str:
    """A noun as it stands behind a number."""
    return noun if count == 1 else f"{noun}s"


def shorten(text: str, length: int) -> str:
    """The text, cut to `length` characters with an ellipsis at the end if it is longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _readable_object(value: dict[Any, Any]) -> str:
    if value and value.keys() <= _NAME:
        return PersonName(**{name: str(part or "") for name, part in value.items()}).display
    given = {name: readable(part) for name, part in value.items()}
    return "; ".join(f"{name}: {text}" for name, text in given.items() if text)


def suite_words(suite: str) -> str:
    """The name of a suite as words: `task:open_drawer` becomes `task: open drawer`."""
    return suite.replace("_", " ").replace(":", ": ")
