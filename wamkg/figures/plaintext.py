"""Convert LaTeX in titles, names and abstracts to Unicode, so that it reads well and stays searchable.

C$^3$ache becomes C³ache, \\textbf{Fast} becomes Fast.
"""

import re
import unicodedata

from wamkg.importing.references.latex import latex_symbol, plain_text

_DIGITS = "0123456789+-=()"
SUPER = dict(zip(_DIGITS + "n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
SUB = dict(zip(_DIGITS + "aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True)) | {".": "."}
GREEK = {
    name.removeprefix("GREEK SMALL LETTER ").lower(): char
    for char in "αβγδεζηθικλμνξοπρστυφχψω"
    for name in [unicodedata.name(char)]
} | {"lambda": "λ"}
_SCRIPT = re.compile(r"([\^_])(?:\{([^{}]*)\}|(.))")
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_MATHEMATICS = re.compile(r"\$([^$]*[\^_\\][^$]*)\$|\\\((.*?)\\\)|(?<![\w$])\$([A-Za-z])\$(?!\w)")
_FONT_COMMANDS = {
    "text", "mathrm", "mathbf", "mathit", "mathcal", "mathbb", "mathsf", "mathtt", "boldsymbol", "operatorname", "rm",
    "bf", "textbf", "textit", "left", "right",
}  # fmt: skip
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_WORDS = re.compile(r"\\(?:(?:text\w+|emph|mathrm|mathbf|url|enquote)\s*\{|[&%#_]|[`'^\"~=.]\{?[A-Za-z]|[vcuHk]\{\w)")
"""LaTeX that is certainly meant as LaTeX outside formulas."""


def _script(match: re.Match[str]) -> str:
    table = SUPER if match[1] == "^" else SUB
    body = match[2] if match[2] is not None else match[3]
    return "".join(table[c] for c in body) if all(c in table for c in body) else body


def _command(match: re.Match[str]) -> str:
    if match[1] in _FONT_COMMANDS:
        return ""
    return GREEK.get(match[1]) or latex_symbol(match[1]) or match[1]


def _formula(match: re.Match[str]) -> str:
    formula = _FRACTION.sub(r"\1/\2", match[1] or match[2] or match[3] or "")
    text = _COMMAND.sub(_command, formula)
    return _SCRIPT.sub(_script, text).replace("{", "").replace("}", "")


def _is_kept(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in ("Cc", "Cs", "Cn")


def plain(text: str) -> str:
    """Return the text on one line, with formulas in Unicode and without LaTeX commands and control characters."""
    kept = text if text.isprintable() else "".join(filter(_is_kept, text))
    read = _MATHEMATICS.sub(_formula, kept)
    return " ".join((plain_text(read) if _WORDS.search(read) else read).split())
