"""Fonts that travel with the figure: DejaVu Sans from the matplotlib wheel, others only for what it lacks."""

import base64
import io
from collections.abc import Iterable
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
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Symbols2",
    "Noto Emoji",
    "Symbola",
)
"""Families of Debian that are tried, in this order, for characters DejaVu Sans does not have."""


def lacking(text: str) -> set[int]:
    """Code points of the text that DejaVu Sans has no glyph for."""
    return {ord(char) for char in text} - advances().keys()


@lru_cache(maxsize=1)
def _installed() -> dict[str, Path]:
    found = {entry.name: Path(entry.fname) for entry in font_manager.fontManager.ttflist}
    return {name: found[name] for name in FALLBACK_FAMILIES if name in found}


@lru_cache(maxsize=len(FALLBACK_FAMILIES))
def _covered(path: Path) -> frozenset[int]:
    return frozenset(TTFont(path, fontNumber=0, lazy=True).getBestCmap())


def fallbacks(text: str) -> dict[str, Path]:
    """Installed families that supply characters of the text which DejaVu Sans lacks."""
    chosen: dict[str, Path] = {}
    missing = lacking(text)
    for family, path in _installed().items() if missing else ():
        if missing & _covered(path):
            chosen[family] = path
            missing -= _covered(path)
    return chosen


def properties(text: str, size: float, bold: bool = False) -> FontProperties:
    """Font for one text: always the wheel's own file where that has every character."""
    families = [FAMILY, *fallbacks(text), "sans-serif"]
    weight = "bold" if bold else "normal"
    if not lacking(text):
        return FontProperties(family=families, size=size, weight=weight, fname=str(font_file(bold)))
    return FontProperties(family=families[:-1], size=size, weight=weight)


def unseen(text: str) -> str:
    """Characters of the text that no font at hand can draw."""
    missing = lacking(text)
    missing -= {point for path in fallbacks(text).values() for point in _covered(path)}
    return "".join(sorted({char for char in text if ord(char) in missing}))


def face_rules(texts: Iterable[tuple[str, bool]]) -> str:
    """CSS `@font-face` rules whose fonts hold just the glyphs of the given (text, bold) pairs."""
    wanted: dict[tuple[str, bool, Path], set[int]] = {}
    for text, bold in texts:
        sources = {(FAMILY, bold, font_file(bold))}
        sources |= {(family, False, path) for family, path in fallbacks(text).items()}
        for source in sources:
            wanted.setdefault(source, set()).update(map(ord, text))
    return "\n".join(_face_rule(*source, wanted[source]) for source in sorted(wanted))


def _face_rule(family: str, bold: bool, path: Path, points: set[int]) -> str:
    data = base64.b64encode(_subset(path, frozenset(points))).decode("ascii")
    weight = "bold" if bold else "normal"
    return (
        f"@font-face {{ font-family: '{family}'; font-weight: {weight}; "
        f"src: url(data:font/woff;base64,{data}) format('woff'); }}"
    )


@lru_cache(maxsize=64)
def _subset(path: Path, points: frozenset[int]) -> bytes:
    options = subset.Options(flavor="woff", hinting=False, desubroutinize=True, notdef_outline=True)
    options.layout_features = ["*"]
    options.drop_tables += ["FFTM"]
    font = subset.load_font(str(path), options, dontLoadGlyphNames=False)
    font.recalcTimestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    buffer = io.BytesIO()
    subset.save_font(font, buffer, options)
    return buffer.getvalue()
