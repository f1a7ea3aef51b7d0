"""Characters that no file format takes: control characters, halves of pairs, and code points that are none."""

import re

_NONE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Not allowed in XML 1.0, or discouraged there; line ends and tabs are no part of it."""


def without_controls(text: str) -> str:
    """The text without characters that would make a file unreadable."""
    return _NONE.sub("", text)


def controls_in(text: str) -> int:
    """How many such characters a text has."""
    return len(_NONE.findall(text))
