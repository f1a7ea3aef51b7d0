"""Convert mathematics in names to Unicode, so that a label stays searchable: C$^3$ache becomes C³ache."""

import re
import unicodedata

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
_MATHEMATICS = re.compile(r"\$([^$]*[\^_\\][^$]*)\$")
_FONT_COMMANDS = {"text", "mathrm", "mathbf", "mathit", "mathcal", "rm", "bf", "textbf", "textit"}


def _script(match: re.Match[str]) -> str:
    table = SUPER if match[1] == "^" else SUB
    body = match[2] if match[2] is not None else match[3]
    return "".join(table[c] for c in body) if all(c in table for c in body) else body


def _command(match: re.Match[str]) -> str:
    return "" if match[1] in _FONT_COMMANDS else GREEK.get(match[1], match[1])


def _formula(match: re.Match[str]) -> str:
    text = _COMMAND.sub(_command, match[1])
    return _SCRIPT.sub(_script, text).replace("{", "").replace("}", "")


def plain(text: str) -> str:
    """Return the text on one line, with `$...$` formulas in Unicode and without control characters."""
    kept = "".join(char for char in text if char.isspace() or unicodedata.category(char) not in ("Cc", "Cs", "Cn"))
    return " ".join(_MATHEMATICS.sub(_formula, kept).split())
