"""Check a roadmap's time axis: years in order, quarter ticks present, "as of" day shown."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

from wamkg.figures.check.picture import DrawnElement, Picture, bounds
from wamkg.figures.check.time import Direction

_QUARTERS = 3
_UNEVEN = 0.35
"""Maximum distance of a tick from the start of its quarter, in quarters, which have 90 to 92 days."""


def axis_findings(picture: Picture) -> Iterator[tuple[str, str, str]]:
    """Return (rule, element, detail) for unordered years, missing or misplaced quarter ticks, no `as of` day."""
    parts, time = {part.element_id: part for part in picture.parts}, Direction.of(picture)
    years = sorted((int(name[5:]), _pill(part, time)) for name, part in parts.items() if name.startswith("year-"))
    for (one, begin), (other, end) in pairwise(years):
        if end <= begin:
            yield "axis", f"year-{other}", f"stands no further along than {one}"
    axis = parts.get("time-axis")
    if axis is None:
        yield "axis", "time-axis", "there is no time axis"
        return
    yield from _ticks(axis, years, time)
    yield from _as_of(picture, parts)


def _pill(part: DrawnElement, time: Direction) -> float:
    box = part.rect("pill")
    return time.along(box.middle) if box is not None else 0.0


def _ticks(axis: DrawnElement, years: list[tuple[int, float]], time: Direction) -> Iterator[tuple[str, str, str]]:
    """Check for three ticks between two year pills, a quarter apart."""
    ticks = sorted(time.along(bounds(points).middle) for role, points, _ in axis.shapes if role == "quarter")
    for (year, begin), (following, end) in pairwise(years):
        if following != year + 1:
            continue
        inside = [tick for tick in ticks if begin < tick < end]
        wanted = [begin + (end - begin) * i / (_QUARTERS + 1) for i in range(1, _QUARTERS + 1)]
        if years[0][0] == year:
            # A first year that starts late has only its last quarters.
            inside, wanted = inside[-1:], wanted[-1:] if len(inside) == _QUARTERS else []
        if len(inside) < len(wanted):
            yield "quarters", f"year-{year}", f"{len(inside)} quarter ticks"
        step = (end - begin) / (_QUARTERS + 1)
        if any(abs(a - b) > _UNEVEN * step for a, b in zip(inside, wanted, strict=False)):
            yield "quarters", f"year-{year}", "quarter ticks are not a quarter apart"


def _as_of(picture: Picture, parts: dict[str, DrawnElement]) -> Iterator[tuple[str, str, str]]:
    words = [word.text for word in parts["as-of"].words] if "as-of" in parts else []
    day = _day(words)
    if day is None:
        yield "as-of", "as-of", "no day is said"
        return
    if not any(role == "as-of-line" for part in picture.parts for role, *_ in part.shapes):
        yield "as-of", "as-of", "no line shows the day"
    for part in picture.of_role("label"):
        if date.fromisoformat(part.data["date"]) > day:
            yield "as-of", part.element_id, f"is dated after {day}"


def _day(words: list[str]) -> date | None:
    """Return the day in the lines `as of`, `31 Aug`, `2026`, of which the last is drawn first."""
    said = " ".join(sorted(words, key=lambda word: (word != "as of", word.isdecimal())))
    try:
        return datetime.strptime(said, "as of %d %b %Y").date()
    except ValueError:
        return None
