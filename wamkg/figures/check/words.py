"""Check the text of any finished SVG: size, contrast, margin, no overlap."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from wamkg.figures.check.picture import DrawnBounds, DrawnElement, DrawnText, Picture, bounds
from wamkg.figures.style import POINTS_PER_MM, contrast

MIN_FONT, MIN_CONTRAST, MARGIN_MM = 6.0, 4.5, 2.0
_TOLERANCE = 0.05


def word_findings(picture: Picture) -> Iterator[tuple[str, str, str]]:
    """Return (rule, element, detail) for every text that is too small, too faint, too near the edge or on another."""
    yield from repeated_ids(picture)
    words = [(number, part, word) for number, part in enumerate(picture.parts) for word in part.words]
    inside = within_margin(picture, _TOLERANCE)
    for number, part, word in words:
        if word.size < MIN_FONT - 0.01:
            yield "font", part.element_id, f"{word.text!r} has {word.size:.1f} pt"
        seen = contrast(word.color, ground_of(picture, number, word))
        if seen < MIN_CONTRAST:
            yield "contrast", part.element_id, f"{word.text!r} has {seen:.1f}:1"
        if not inside.holds(word.rect):
            yield "margin", part.element_id, f"{word.text!r} reaches into the 2 mm margin"
    for (_, a, one), (_, b, other) in combinations(words, 2):
        if one.rect.gap(other.rect) < -_TOLERANCE:
            yield "overlap", a.element_id, f"{one.text!r} lies on {other.text!r} of {b.element_id}"


def repeated_ids(picture: Picture) -> Iterator[tuple[str, str, str]]:
    """Return (rule, element, detail) for every id that occurs more than once."""
    repeated = ((name, count) for name, count in Counter(picture.ids).items() if count > 1)
    return (("unique-id", name, f"{count} elements") for name, count in repeated)


def within_margin(picture: Picture, tolerance: float = 0.0) -> DrawnBounds:
    """Return the page without its margin, enlarged by `tolerance` points on each side."""
    margin = MARGIN_MM * POINTS_PER_MM - tolerance
    return DrawnBounds(margin, margin, picture.width - margin, picture.height - margin)


def ground_of(picture: Picture, number: int, word: DrawnText) -> str:
    """Return the color of the last filled shape drawn below a text of the part with that number."""
    under = (part for part in reversed(picture.parts[: number + 1]))
    return next((fill for part in under if (fill := _under(part, word))), picture.background)


def _under(part: DrawnElement, word: DrawnText) -> str | None:
    x, y = word.rect.middle
    for _, points, fill in reversed(part.shapes):
        box = bounds(points)
        if fill != "none" and box.left <= x <= box.right and box.top <= y <= box.bottom:
            return fill
    return None
