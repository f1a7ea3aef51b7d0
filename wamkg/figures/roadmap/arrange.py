"""Fit columns to the width: first a longer axis, then fewer labels where it is crowded, then fewer levels."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from wamkg.errors import InvalidInputError
from wamkg.figures.measure import text_width, wrap
from wamkg.figures.roadmap.branches import DrawnTaxon, build_branches
from wamkg.figures.roadmap.columns import LABEL_PITCH, Column, Numbers, alternating
from wamkg.figures.roadmap.entries import (
    LabelContent,
    LabelSelection,
    Quarter,
    chosen_ids,
    quarter,
    representatives_for,
    select_labels,
)
from wamkg.figures.roadmap.fit_width import FittedColumns, fit_columns, width_limits
from wamkg.figures.roadmap.scale import TimeScale, build_scale
from wamkg.figures.roadmap.sides import LARGEST_OFFSET
from wamkg.figures.roadmap.trunks import level_width
from wamkg.figures.roadmap.year_heights import YearSpace, extend_years
from wamkg.figures.style import FigureOptions
from wamkg.views.roadmap import Roadmap

HEADING_SIZES = (9.0, 7.6, 6.6)
TIP_HEADING_WIDTH = 58.0
MARKS_FROM_MM = 120.0
"""In a narrower figure, marks would decide which labels fit, and one more paper would move many labels."""
_CROWDED, _FEW = 0.15, 6
"""If more than this share of the labels is crowded, small steps do not help: the axis gets its full length."""
_MEDIAN_OFFSET = 0.9
_DENSE = 0.25
"""If labels need more than this share of the area, the axis gets its full length; small steps would move all labels."""
_PLACED_AGAIN = 500
"""Maximum number of labels placed again, over all trials, to see whether one more fits; limits the time."""


@dataclass(frozen=True)
class Arrangement:
    """Trunks side by side with their labels; `x` is the middle of each trunk, from the left end of the columns."""

    branches: tuple[DrawnTaxon, ...]
    tips: tuple[DrawnTaxon, ...]
    columns: tuple[Column, ...]
    x: tuple[float, ...]
    scale: TimeScale
    notes: tuple[str, ...]


def heading_size(level: int) -> float:
    """Return the text size of a heading by level, in points."""
    return HEADING_SIZES[min(level, len(HEADING_SIZES)) - 1]


def heading_lines(branch: DrawnTaxon, width: float) -> list[str]:
    """Return the heading of a branch, wrapped to `width` points."""
    return wrap(branch.heading, heading_size(branch.level), width, bold=True)


class DoesNotFitError(InvalidInputError):
    """A figure is too narrow for its content, whatever is left out."""


def arrange(roadmap: Roadmap, options: FigureOptions, width: float, tallest: float) -> Arrangement:
    """Return columns of at most `width` points with the requested levels and labels, or as many as fit.

    The axis is at most `tallest` points long, unless its years need more even without labels. Raises DoesNotFitError
    if even the top level does not fit.
    """
    for depth in depths(roadmap, options.depth):
        found = _Fitter(roadmap, options, depth).fit(width, tallest)
        if found is not None:
            return found
    longest = max((item.label for item in roadmap.items), key=lambda label: text_width(label, 1.0))
    raise DoesNotFitError(f"the roadmap does not fit {options.width_mm:g} mm with labels such as {longest!r}")


def depths(roadmap: Roadmap, asked: int | None) -> list[int | None]:
    """Return the numbers of levels to try: the requested one, then fewer."""
    tips = [tip for branch in build_branches(roadmap, asked) for tip in branch.tips()]
    return [asked, *range(max(tip.level for tip in tips) - 1, 0, -1)]


class _Fitter:
    """Labels on trunks of one depth; if they are crowded, the axis becomes longer or fewer are drawn."""

    def __init__(self, roadmap: Roadmap, options: FigureOptions, depth: int | None) -> None:
        self.roadmap, self.options, self.depth = roadmap, options, depth
        self.days = [item.when for item in roadmap.items]
        self.branches = build_branches(roadmap, depth)
        self.tips = tuple(tip for branch in self.branches for tip in branch.tips())
        self.codes = {taxon.path: taxon.code for taxon in roadmap.taxa}
        most = representatives_for(self.tips, 0 if options.only_chosen else options.representatives)
        marks = options.width_mm >= MARKS_FROM_MM
        self.choice = LabelSelection(most, chosen_ids(roadmap.items, options.chosen), marks)

    def fit(self, width: float, tallest: float) -> Arrangement | None:
        """Fit all selected labels on a short axis, then a longer one, or fewer on the longest; None if none fits."""
        drawn = self._drawn(self.choice)
        need = YearSpace.of(drawn, self.days, self.roadmap.as_of)
        room = need.within(tallest)
        tallest = max(tallest, sum(room.values()))
        full = need.filling(tallest)
        if self._dense(drawn, width * tallest):
            room = full
        choice: LabelSelection | None = self.choice
        while choice is not None:
            scale = build_scale(self.days, self.roadmap.as_of, room)
            settled = self._settled(choice, scale, width)
            if settled is None:
                return None
            if settled.widths:
                choice, settled = self._restored(choice, settled, scale, width)
                x = _positions(settled.columns, settled.widths)
                notes = tuple(notes_on(self.roadmap, self.options, self.depth, choice))
                return Arrangement(self.branches, self.tips, tuple(settled.columns), x, scale, notes)
            if len(settled.crowded) > _CROWDED * sum(len(column.entries) for column in settled.columns):
                room = full
            grown = extend_years(room, {settled.columns[i].entries[j].when.year for i, j in settled.crowded})
            if grown != room and sum(grown.values()) <= tallest:
                room = grown
            elif room != full:
                room = full
            else:
                choice = self._thinned(choice, settled)
        return None

    def _settled(self, choice: LabelSelection, scale: TimeScale, width: float) -> FittedColumns | None:
        """Place the labels of a choice on an axis; None if the width is too small for labels of usual width."""
        columns = _empty_columns(self.branches, self._drawn(choice))
        limits = width_limits(columns, width - sum(2 * column.half for column in columns))
        return None if limits is None else _tried([column.on(scale) for column in columns], limits)

    def _restored(
        self, choice: LabelSelection, settled: FittedColumns, scale: TimeScale, width: float
    ) -> tuple[LabelSelection, FittedColumns]:
        """Add one label again in quarters that lost some, if it fits after all; those that lost one come first."""
        lost = self._lost(choice, settled)
        tries = _PLACED_AGAIN // sum(len(column.entries) for column in settled.columns)
        for at in sorted(lost, key=lambda at: (lost[at], at))[:tries]:
            more = replace(choice, caps={**choice.caps, at: choice.caps[at] + 1})
            trial = self._settled(more, scale, width)
            if trial is not None and trial.widths:
                choice, settled = more, trial
        caps = {at: choice.caps[at] for at in self._lost(choice, settled)}
        return replace(choice, caps=caps), settled

    def _lost(self, choice: LabelSelection, settled: FittedColumns) -> dict[Quarter, int]:
        """Return how many labels of each quarter are only counted because not all fit."""
        return {
            at: len(entry.hidden)
            for tip, column in zip(self.tips, settled.columns, strict=True)
            for entry in column.entries
            if entry.hidden and (at := (tip.element_id, quarter(entry.when))) in choice.caps
        }

    def _dense(self, drawn: Sequence[Sequence[LabelContent]], area: float) -> bool:
        """Whether labels take so much of the area that the axis needs its full length anyway."""
        return sum(entry.width for entries in drawn for entry in entries) * LABEL_PITCH > _DENSE * area

    def _drawn(self, choice: LabelSelection) -> list[list[LabelContent]]:
        return [select_labels(tip, choice, self.codes) for tip in self.tips]

    def _thinned(self, choice: LabelSelection, settled: FittedColumns) -> LabelSelection | None:
        """Remove one label from the fullest crowded quarters of each trunk; None if none is left."""
        caps = dict(choice.caps)
        for i, tip in enumerate(self.tips):
            crowded = {quarter(settled.columns[i].entries[j].when) for at, j in settled.crowded if at == i}
            drawn = Counter(quarter(e.when) for e in settled.columns[i].entries if e.item is not None)
            fullest = sorted(((drawn[key], key) for key in crowded if drawn[key]), reverse=True)
            fewer = 1 if len(settled.crowded) <= _FEW else (len(fullest) + 1) // 2
            caps |= {(tip.element_id, key): most - 1 for most, key in fullest[:fewer]}
        return replace(choice, caps=caps) if caps != choice.caps else None


def notes_on(roadmap: Roadmap, asked: FigureOptions, depth: int | None, choice: LabelSelection) -> Iterator[str]:
    """Return notes on what differs from the request."""
    if depth != asked.depth:
        yield f"levels below {depth} drawn as codes only"
    if not choice.marks and any(item.mark for item in roadmap.items):
        yield "institution marks left out"
    if choice.most != (0 if asked.only_chosen else asked.representatives):
        yield f"at most {choice.most} labels a quarter"
    if choice.caps:
        yield "fewer labels in crowded quarters, the others counted"


def _tried(columns: Sequence[Column], limits: Numbers) -> FittedColumns:
    """Return the columns on their best sides if all labels fit, or else the labels that need more space."""
    full = [(i, j) for i, column in enumerate(columns) for j in column.overfull()]
    placed = alternating(columns) if not full else None
    if placed is None:
        return FittedColumns(list(columns), (), tuple(full))
    far = [(i, j) for i, column in enumerate(placed) for j, o in enumerate(column.offsets) if o > LARGEST_OFFSET]
    if not far and median(o for column in placed for o in column.offsets) > _MEDIAN_OFFSET:
        far = [(i, j) for i, column in enumerate(placed) for j in range(len(column.entries))]
    return FittedColumns(placed, (), tuple(far)) if far else fit_columns(placed, limits)


def _empty_columns(branches: Sequence[DrawnTaxon], drawn: Sequence[list[LabelContent]]) -> list[Column]:
    stems = _stem_levels(branches)
    columns = []
    tips = [(branch, tip) for branch in branches for tip in branch.tips()]
    for (branch, tip), entries in zip(tips, drawn, strict=True):
        size = heading_size(tip.level)
        heading = max(text_width(line, size, bold=True) for line in heading_lines(tip, TIP_HEADING_WIDTH))
        half, stem = level_width(tip.level) / 2, level_width(stems[tip.element_id]) / 2
        columns.append(Column(tuple(entries), half, stem, heading, branch.taxon.path))
    return columns


def _stem_levels(branches: Sequence[DrawnTaxon]) -> dict[str, int]:
    """Return the level of the widest trunk in each tip's corridor."""
    levels: dict[str, int] = {}
    for branch in branches:
        levels |= _stem_levels(branch.children)
        levels[branch.stem_tip().element_id] = branch.level
    return levels


def _positions(columns: Sequence[Column], intervals: Sequence[float]) -> tuple[float, ...]:
    """Return the middles of the trunks between the given intervals."""
    x, right = [], 0.0
    for column, interval in zip(columns, intervals, strict=False):
        x.append(right + interval + column.half)
        right = x[-1] + column.half
    return tuple(x)
