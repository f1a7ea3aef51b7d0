"""Finds the columns that fit the width: a taller axis first, then moved labels, then fewer levels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from wamkg.errors import InvalidInputError
from wamkg.figures.branches import Branch, grow
from wamkg.figures.columns import (
    LABEL_HEIGHT,
    LARGEST_OFFSET,
    PITCH,
    Column,
    narrowed,
    offsets,
    outer,
    place_alternating,
    strip,
    total_width,
)
from wamkg.figures.entries import Entry, choose, quarter, representatives_for
from wamkg.figures.measure import text_width, wrap
from wamkg.figures.scale import TimeScale, axis_span, build_scale, covered
from wamkg.figures.style import FigureOptions
from wamkg.figures.trunks import level_width
from wamkg.views.roadmap import Roadmap

HEADING_SIZES = (9.0, 7.6, 6.6)
TIP_HEADING_WIDTH = 58.0
STRETCHES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.4, 2.8)
TALLEST_STRETCH = 560.0
"""An axis is not stretched beyond this height in points; only the number of labels may make it taller."""
_LEAST_YEAR = 30.0
_BURST = 0.75
_MEDIAN_OFFSET = 0.9


@dataclass(frozen=True)
class Arrangement:
    """Trunks side by side with their labels; `x` is the middle of each trunk, from the left end of the columns."""

    families: tuple[Branch, ...]
    tips: tuple[Branch, ...]
    columns: tuple[Column, ...]
    x: tuple[float, ...]
    scale: TimeScale
    notes: tuple[str, ...]


def heading_size(level: int) -> float:
    """Size in points of a heading by level."""
    return HEADING_SIZES[min(level, len(HEADING_SIZES)) - 1]


def heading_lines(branch: Branch, width: float) -> list[str]:
    """The heading of a branch, wrapped to `width` points."""
    return wrap(branch.heading, heading_size(branch.level), width, bold=True)


def arrange(roadmap: Roadmap, options: FigureOptions, width: float) -> Arrangement:
    """Columns of at most `width` points with as many levels as asked for, or as fit.

    Raises InvalidInputError if even the families alone do not fit.
    """
    families = grow(roadmap, options.depth)
    deepest = max(tip.level for family in families for tip in family.tips())
    notes: list[str] = []
    for depth in (options.depth, *range(deepest - 1, 0, -1)):
        for marks in (True, False) if any(item.mark for item in roadmap.items) else (False,):
            found = _fit(roadmap, grow(roadmap, depth), options, marks, width)
            if found is not None:
                notes += [] if marks or not any(i.mark for i in roadmap.items) else ["institution marks left out"]
                notes += [f"levels below {depth} drawn as codes only"] if depth != options.depth else []
                return Arrangement(*found, tuple(notes))
    longest = max((item.label for item in roadmap.items), key=len)
    raise InvalidInputError(
        f"the roadmap does not fit {options.width_mm:g} mm: choose a wider figure or shorten labels such as {longest!r}"
    )


def _fit(
    roadmap: Roadmap, families: tuple[Branch, ...], options: FigureOptions, marks: bool, width: float
) -> tuple[tuple[Branch, ...], tuple[Branch, ...], tuple[Column, ...], tuple[float, ...], TimeScale] | None:
    tips = tuple(tip for family in families for tip in family.tips())
    most = representatives_for(tips, options.representatives)
    codes = {taxon.path: taxon.code for taxon in roadmap.taxa}
    drawn = [choose(tip, tip.element_id.removeprefix("taxon-"), most, codes, marks) for tip in tips]
    empty = _empty_columns(families, drawn)
    days = [item.when for item in roadmap.items]
    base = sum(_room(drawn, days, roadmap.as_of, 1.0).values())
    for stretch in STRETCHES:
        if stretch > 1 and base * stretch > TALLEST_STRETCH:
            break
        scale = build_scale(days, roadmap.as_of, _room(drawn, days, roadmap.as_of, stretch))
        columns = place_alternating(empty, scale)
        if columns is None or not _near_dates(columns, scale):
            continue
        if total_width(columns) > width:
            columns = narrowed(columns, scale, width)
        if total_width(columns) <= width and _near_dates(columns, scale):
            return families, tips, tuple(columns), _positions(columns, width), scale
    return None


def _empty_columns(families: Sequence[Branch], drawn: Sequence[list[Entry]]) -> list[Column]:
    stems = _stem_levels(families)
    columns = []
    tips = [(family, tip) for family in families for tip in family.tips()]
    for (family, tip), entries in zip(tips, drawn, strict=True):
        size = heading_size(tip.level)
        heading = max(text_width(line, size, bold=True) for line in heading_lines(tip, TIP_HEADING_WIDTH))
        half, stem = level_width(tip.level) / 2, level_width(stems[tip.element_id]) / 2
        columns.append(Column(tuple(entries), (), (), half, stem, heading, family.taxon.path))
    return columns


def _stem_levels(branches: Sequence[Branch]) -> dict[str, int]:
    """Level of the widest trunk that rises in each tip's corridor."""
    levels: dict[str, int] = {}
    for branch in branches:
        levels |= _stem_levels(branch.children)
        levels[branch.stem_tip().element_id] = branch.level
    return levels


def _room(drawn: Sequence[list[Entry]], days: Sequence[date], as_of: date, stretch: float) -> dict[int, float]:
    """Height of each year: its fullest trunk must fit, and a burst of papers not be carried far from its dates."""
    first, last = axis_span(days, as_of)
    room = {day.year: _LEAST_YEAR * covered(day.year, first, last) for day in days}
    for entries in drawn:
        for year, count in Counter([entry.when.year for entry in entries]).items():
            room[year] = max(room[year], (count - 1) * PITCH / 2 + LABEL_HEIGHT + 2.0)
        for key, count in Counter([quarter(entry.when) for entry in entries]).items():
            year = int(key[:4])
            room[year] = max(room[year], 4 * covered(year, first, last) * _BURST * count * PITCH / 2)
    return {year: height * stretch for year, height in room.items()}


def _near_dates(columns: Sequence[Column], scale: TimeScale) -> bool:
    every = [offset for column in columns for offset in offsets(column, scale)]
    return median(every) <= _MEDIAN_OFFSET and max(every) <= LARGEST_OFFSET


def _positions(columns: Sequence[Column], width: float) -> tuple[float, ...]:
    spare = (width - total_width(columns)) / (len(columns) + 1)
    x = [outer(columns[0], -1) + spare + columns[0].half]
    for left, right in pairwise(columns):
        x.append(x[-1] + left.half + strip(left, right) + spare + right.half)
    return tuple(x)
