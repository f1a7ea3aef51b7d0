"""Finds columns that fit the width: a taller axis first, then fewer levels, then one side, then representatives."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from wamkg.errors import InvalidInputError
from wamkg.figures.branches import Branch, grow
from wamkg.figures.columns import LABEL_HEIGHT, LEAST_SHARE, PITCH, Column, alternating
from wamkg.figures.entries import Choice, Entry, choose, chosen_ids, quarter, representatives_for
from wamkg.figures.measure import text_width, wrap
from wamkg.figures.narrow import fitted
from wamkg.figures.scale import TimeScale, axis_span, build_scale, covered
from wamkg.figures.sides import LARGEST_OFFSET
from wamkg.figures.style import FigureOptions
from wamkg.figures.trunks import level_width
from wamkg.views.roadmap import Roadmap

HEADING_SIZES = (9.0, 7.6, 6.6)
TIP_HEADING_WIDTH = 58.0
STRETCHES = (1.3, 1.65, 2.1)
"""Few and far between: an added paper should not change the height of all years."""
TALL_AXIS, TALLEST_AXIS = 560.0, 880.0
"""Heights in points up to which an axis may grow to fit a width: within a page, and beyond one."""
MARKS_FROM_MM = 120.0
"""In a narrower figure marks would decide which labels still fit, and one more paper would move many."""
_LEAST_YEAR = 30.0
_BURST = 0.6
_MEDIAN_OFFSET = 0.9
_MORE_ROOM, _TRIES = 1.12, 12


@dataclass(frozen=True)
class Arrangement:
    """Trunks side by side with their labels; `x` is the middle of each trunk, from the left end of the columns."""

    families: tuple[Branch, ...]
    tips: tuple[Branch, ...]
    columns: tuple[Column, ...]
    x: tuple[float, ...]
    scale: TimeScale
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Attempt:
    """One way to draw: levels, which labels, least share of a side, how tall it may get."""

    depth: int | None
    choice: Choice
    share: float = LEAST_SHARE
    tallest: float = TALL_AXIS

    def notes(self, asked: FigureOptions) -> list[str]:
        notes = [f"levels below {self.depth} drawn as codes only"] if self.depth != asked.depth else []
        notes += [] if self.choice.marks else ["institution marks left out"]
        notes += ["labels on one side of some trunks"] if self.share < LEAST_SHARE else []
        most, wanted = self.choice.most, 0 if asked.only_chosen else asked.representatives
        return notes + ([f"at most {most} labels a quarter"] if most != wanted else [])


def heading_size(level: int) -> float:
    """Size in points of a heading by level."""
    return HEADING_SIZES[min(level, len(HEADING_SIZES)) - 1]


def heading_lines(branch: Branch, width: float) -> list[str]:
    """The heading of a branch, wrapped to `width` points."""
    return wrap(branch.heading, heading_size(branch.level), width, bold=True)


def arrange(roadmap: Roadmap, options: FigureOptions, width: float) -> Arrangement:
    """Columns of at most `width` points with as many levels and labels as asked for, or as fit.

    Raises InvalidInputError if even the families alone do not fit.
    """
    for attempt in _attempts(roadmap, options):
        found = _Fitter(roadmap, attempt).fit(width)
        if found is not None:
            return replace(found, notes=tuple(attempt.notes(options)))
    longest = max((item.label for item in roadmap.items), key=text_length)
    raise InvalidInputError(
        f"the roadmap does not fit {options.width_mm:g} mm: choose a wider figure or shorten labels such as {longest!r}"
    )


def text_length(text: str) -> float:
    """Width of a label's text, for comparing."""
    return text_width(text, 1.0)


def _attempts(roadmap: Roadmap, options: FigureOptions) -> Iterator[_Attempt]:
    tips = [tip for family in grow(roadmap, options.depth) for tip in family.tips()]
    chosen = chosen_ids(roadmap.items, options.chosen)
    most = representatives_for(tips, 0 if options.only_chosen else options.representatives)
    depths = [options.depth, *range(max(tip.level for tip in tips) - 1, 0, -1)]
    marked = _marks(roadmap, options)
    plain = [_Attempt(depth, Choice(most, chosen, marks)) for depth in depths for marks in marked]
    yield from plain
    yield from (replace(attempt, tallest=TALLEST_AXIS) for attempt in plain)
    fewer = [k for k in (6, 4, 3, 2, 1) if options.representatives is None and (most is None or k < most)]
    sparse = [_Attempt(depths[-1], Choice(k, chosen, marked[-1])) for k in fewer]
    yield from sparse
    yield from (replace(attempt, share=0.0, tallest=TALLEST_AXIS) for attempt in plain + sparse)
    yield from (replace(attempt, share=0.0, tallest=float("inf")) for attempt in plain)


def _marks(roadmap: Roadmap, options: FigureOptions) -> tuple[bool, ...]:
    """Whether to draw institution marks: where there are any and the width holds them, else not."""
    if not any(item.mark for item in roadmap.items):
        return (True,)
    return (True, False) if options.width_mm >= MARKS_FROM_MM else (False,)


class _Fitter:
    def __init__(self, roadmap: Roadmap, attempt: _Attempt) -> None:
        self.attempt, self.as_of = attempt, roadmap.as_of
        self.days = [item.when for item in roadmap.items]
        self.families = grow(roadmap, attempt.depth)
        self.tips = tuple(tip for family in self.families for tip in family.tips())
        codes = {taxon.path: taxon.code for taxon in roadmap.taxa}
        self.drawn = [choose(tip, attempt.choice, codes) for tip in self.tips]
        self.columns = _empty_columns(self.families, self.drawn)

    def fit(self, width: float) -> Arrangement | None:
        """The lowest axis on which the columns fit the width."""
        room = self._room()
        for stretch in STRETCHES:
            if sum(room.values()) * stretch > self.attempt.tallest:
                break
            scale = build_scale(self.days, self.as_of, {year: height * stretch for year, height in room.items()})
            columns = alternating([column.on(scale) for column in self.columns])
            found = fitted(columns, width, self.attempt.share) if columns is not None else None
            if found is not None:
                x = _positions(*found)
                return Arrangement(self.families, self.tips, tuple(found[0]), x, scale, ())
        return None

    def _room(self) -> dict[int, float]:
        """Height of each year in which alternating labels stay near their dates."""
        room = _needed(self.drawn, self.days, self.as_of)
        for _ in range(_TRIES):
            scale = build_scale(self.days, self.as_of, room)
            columns = alternating([column.on(scale) for column in self.columns])
            far = _far_years(columns) if columns is not None else set(room)
            if not far:
                break
            room = {year: height * (_MORE_ROOM if year in far else 1.0) for year, height in room.items()}
        return room


def _far_years(columns: Sequence[Column]) -> set[int]:
    """Years whose labels stand too far from their dates."""
    offsets = [(o, e.when.year) for column in columns for o, e in zip(column.offsets, column.entries, strict=True)]
    far = {year for offset, year in offsets if offset > LARGEST_OFFSET}
    return far or ({year for _, year in offsets} if median(o for o, _ in offsets) > _MEDIAN_OFFSET else set())


def _empty_columns(families: Sequence[Branch], drawn: Sequence[list[Entry]]) -> list[Column]:
    stems = _stem_levels(families)
    columns = []
    tips = [(family, tip) for family in families for tip in family.tips()]
    for (family, tip), entries in zip(tips, drawn, strict=True):
        size = heading_size(tip.level)
        heading = max(text_width(line, size, bold=True) for line in heading_lines(tip, TIP_HEADING_WIDTH))
        half, stem = level_width(tip.level) / 2, level_width(stems[tip.element_id]) / 2
        columns.append(Column(tuple(entries), half, stem, heading, family.taxon.path))
    return columns


def _stem_levels(branches: Sequence[Branch]) -> dict[str, int]:
    """Level of the widest trunk that rises in each tip's corridor."""
    levels: dict[str, int] = {}
    for branch in branches:
        levels |= _stem_levels(branch.children)
        levels[branch.stem_tip().element_id] = branch.level
    return levels


def _needed(drawn: Sequence[list[Entry]], days: Sequence[date], as_of: date) -> dict[int, float]:
    """Height of each year: its fullest trunk must fit, and a burst of papers not be carried far from its dates."""
    first, last = axis_span(days, as_of)
    room = {day.year: _LEAST_YEAR * covered(day.year, first, last) for day in days}
    for entries in drawn:
        for year, count in Counter(entry.when.year for entry in entries).items():
            room[year] = max(room[year], (count - 1) * PITCH / 2 + LABEL_HEIGHT + 2.4)
        dated = [entry for entry in entries if quarter(entry.when) == quarter(entry.until)]
        for key, count in Counter(quarter(entry.when) for entry in dated).items():
            year = int(key[:4])
            room[year] = max(room[year], 4 * covered(year, first, last) * _BURST * count * PITCH / 2)
    return room


def _positions(columns: Sequence[Column], intervals: Sequence[float]) -> tuple[float, ...]:
    """Middles of the trunks between the given intervals."""
    x, right = [], 0.0
    for column, interval in zip(columns, intervals, strict=False):
        x.append(right + interval + column.half)
        right = x[-1] + column.half
    return tuple(x)
