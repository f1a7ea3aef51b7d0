"""Invalid characters in files: control characters, unpaired surrogates, and noncharacters."""

import re

_NONE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Not allowed or discouraged in XML 1.0. Line ends and tabs are allowed."""


def without_controls(text: str) -> str:
    """The text without characters that would make a file invalid."""
    return _NONE.sub("", text)


def controls_in(text: str) -> int:
    """Number of such characters in a text."""
    return len(_NONE.findall(text))
