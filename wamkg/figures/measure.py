"""Measure text widths with the advance widths of the font in matplotlib."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from fontTools.ttLib import TTFont

CAP_HEIGHT = 0.729
"""Height of a capital letter of DejaVu Sans in em."""
_EMOJI_ADVANCE, _WIDE_ADVANCE, _OTHER_ADVANCE = 1.4, 1.0, 0.7


def font_file(bold: bool = False) -> Path:
    """Return the DejaVu Sans inside the matplotlib wheel: the same file on every machine."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


def advances(bold: bool = False) -> dict[int, float]:
    """Return the advance width in em of every code point of the font."""
    return _advances(bold)


@lru_cache
def _advances(bold: bool) -> dict[int, float]:
    font = TTFont(font_file(bold), lazy=True)
    metrics, em = font["hmtx"].metrics, font["head"].unitsPerEm
    return {point: metrics[glyph][0] / em for point, glyph in font.getBestCmap().items()}


def _missing_advance(char: str) -> float:
    if unicodedata.category(char) == "Cf":
        return 0.0
    if ord(char) >= 0x1F000:
        return _EMOJI_ADVANCE
    return _WIDE_ADVANCE if unicodedata.east_asian_width(char) in "WF" else _OTHER_ADVANCE


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of one line in points; a character that the font lacks gets a generous width."""
    known = advances(bold)
    return size * sum(known[ord(char)] if ord(char) in known else _missing_advance(char) for char in text)


def wrap(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Return lines of at most `width` points, broken at plain spaces; a longer word has a line of its own."""
    lines: list[str] = []
    for word in filter(None, re.split(r"[ \t\r\n]+", text)):
        if lines and text_width(f"{lines[-1]} {word}", size, bold) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
