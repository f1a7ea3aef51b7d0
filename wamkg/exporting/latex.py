"""Plain text for BibTeX and LaTeX: special characters are escaped, formulas stay as they are."""

import re

from wamkg.exporting.characters import without_controls

_SPECIAL = str.maketrans({
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}",
})  # fmt: skip
"""A brace is written by name, since BibTeX counts an escaped one too; so are < > |, which LaTeX's first encoding
prints as other characters.
"""
_FORMULA = re.compile(r"(\$(?=[^\s$])[^$]*(?<=[^\s\\$])\$(?!\d))")
_COMMAND = re.compile(r"\\[A-Za-z]+|\\.")
_LONG_WORD = re.compile(r"[A-Za-z]{3,}")
_NOT_IN_FORMULA = re.compile(r"(?<!\\)[%#&~]|[^\x20-\x7e]|\\$")
_LIGATURES = ("``", "''", "--", "?`", "!`")
"""Character pairs that LaTeX would join: quotes, dashes, Spanish marks."""


def bibtex_text(text: str) -> str:
    r"""Text of a field, with special characters escaped, except in formulas ("$\pi_0$", not "$5 and $6")."""
    parts = _FORMULA.split(" ".join(without_controls(text).split()))
    return "".join(part if n % 2 and is_formula(part[1:-1]) else _escaped(part) for n, part in enumerate(parts))


def _escaped(text: str) -> str:
    for typed in _LIGATURES:
        while typed in text:
            text = text.replace(typed, "\0".join(typed))
    return text.translate(_SPECIAL).replace("\0", "{}")


def is_formula(content: str) -> bool:
    """Whether the text between two dollars is a formula that compiles, not a text with prices."""
    if _NOT_IN_FORMULA.search(content) or not _is_balanced(content):
        return False
    bare = _COMMAND.sub(" ", content)
    if "\\" not in content and not re.search(r"[_^=<>+*/()|]", content) and not re.fullmatch(r"[\w.,]{1,3}", content):
        return False
    return "\\" in content or _LONG_WORD.search(bare) is None


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in re.sub(r"\\\\", "", text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


def bibtex_address(text: str) -> str:
    """A DOI or URL: nothing is escaped, as packages for links expect; characters that would end the field are
    encoded.
    """
    bare = "".join(without_controls(text).split())
    return bare.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")
