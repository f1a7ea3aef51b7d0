"""Fonts embedded in figures: DejaVu Sans from the matplotlib wheel, others only for characters it lacks."""

import base64
import io
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

from wamkg.figures.measure import advances, font_file

FAMILY = "DejaVu Sans"
FALLBACK_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "WenQuanYi Zen Hei",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Symbols2",
    "Noto Emoji",
    "Symbola",
)
"""Debian font families tried, in this order, for characters that DejaVu Sans lacks."""


def uncovered_characters(text: str) -> set[int]:
    """Return the code points of the text for which DejaVu Sans has no glyph."""
    known = advances()
    return {point for point in map(ord, set(text)) if point not in known}


@dataclass(frozen=True, order=True)
class Face:
    """A font by family, file, and its index within the file."""

    family: str
    path: Path
    number: int = 0
    bold: bool = False


def _add_new_fonts() -> None:
    """Add the fonts that were installed after matplotlib made its list, which it reads from a cache."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with suppress(OSError, RuntimeError, ValueError):  # a file that matplotlib cannot read as a font
            font_manager.fontManager.addfont(path)


@lru_cache(maxsize=1)
def _installed() -> tuple[Face, ...]:
    _add_new_fonts()
    upright = [e for e in font_manager.fontManager.ttflist if e.style == "normal" and e.weight in (400, "normal")]
    found = {entry.name: Face(entry.name, Path(entry.fname), getattr(entry, "index", 0)) for entry in upright}
    return tuple(found[name] for name in FALLBACK_FAMILIES if name in found)


@lru_cache(maxsize=len(FALLBACK_FAMILIES))
def _covered(face: Face) -> frozenset[int]:
    return frozenset(TTFont(face.path, fontNumber=face.number, lazy=True).getBestCmap())


def fallbacks(text: str) -> dict[Face, set[int]]:
    """Return installed fonts for characters that DejaVu Sans lacks, with these characters."""
    chosen: dict[Face, set[int]] = {}
    missing = uncovered_characters(text)
    for face in _installed() if missing else ():
        if missing & _covered(face):
            chosen[face] = missing & _covered(face)
            missing -= _covered(face)
    return chosen


def properties(text: str, size: float, bold: bool = False) -> FontProperties:
    """Return the font for one text: always the wheel's own file if it has every character."""
    families = [FAMILY, *(face.family for face in fallbacks(text)), "sans-serif"]
    weight = "bold" if bold else "normal"
    if not uncovered_characters(text):
        return FontProperties(family=families, size=size, weight=weight, fname=str(font_file(bold)))
    return FontProperties(family=families[:-1], size=size, weight=weight)


def undrawable_characters(text: str) -> str:
    """Return characters of the text that no available font can draw."""
    missing = uncovered_characters(text)
    missing -= {point for points in fallbacks(text).values() for point in points}
    return "".join(sorted({char for char in text if ord(char) in missing}))


def face_rules(texts: Iterable[tuple[str, bool]]) -> str:
    """Return CSS `@font-face` rules with fonts reduced to the glyphs of the given (text, bold) pairs."""
    wanted: dict[Face, set[int]] = defaultdict(set)
    for text, bold in texts:
        wanted[Face(FAMILY, font_file(bold), bold=bold)].update(map(ord, text))
        for face, points in fallbacks(text).items():
            wanted[face].update(points)
    return "\n".join(_face_rule(face, wanted[face]) for face in sorted(wanted))


def _face_rule(face: Face, points: set[int]) -> str:
    data = base64.b64encode(_subset(face, frozenset(points))).decode("ascii")
    weight = "bold" if face.bold else "normal"
    return (
        f"@font-face {{ font-family: '{face.family}'; font-weight: {weight}; "
        f"src: url(data:font/woff;base64,{data}) format('woff'); }}"
    )


@lru_cache(maxsize=64)
def _subset(face: Face, points: frozenset[int]) -> bytes:
    options = subset.Options(flavor="woff", hinting=False, desubroutinize=True, notdef_outline=True)
    options.drop_tables += ["FFTM"]
    options.font_number = face.number
    font = subset.load_font(str(face.path), options)
    font.recalcTimestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    buffer = io.BytesIO()
    subset.save_font(font, buffer, options)
    return buffer.getvalue()
