"""Geometry of the vertical roadmap: `lay_out` places every element for a given width."""

from datetime import date

from wamkg.errors import InvalidInputError
from wamkg.figures.box import Bounds
from wamkg.figures.measure import text_width
from wamkg.figures.plaintext import plain
from wamkg.figures.roadmap.arrange import TIP_HEADING_WIDTH, arrange, heading_lines, heading_size
from wamkg.figures.roadmap.branches import DrawnTaxon
from wamkg.figures.roadmap.columns import ALIGNED_OFFSET, HEADING_GAP, LABEL_HEIGHT, Column
from wamkg.figures.roadmap.entries import MARK_GAP
from wamkg.figures.roadmap.geometry import Axis, BranchColors, BranchHeading, PlacedLabel, RoadmapLayout, YearMarker
from wamkg.figures.roadmap.legend import LINE, caption, legend, used_codes
from wamkg.figures.roadmap.roots import feet, root_box
from wamkg.figures.roadmap.trunks import Forks, Point, trunks
from wamkg.figures.style import MARGIN, FigureOptions, hues_for
from wamkg.views.roadmap import Roadmap

PILL_SIZE, PILL_PAD, PILL_HEIGHT = 6.4, 3.2, 10.0
LEADER_BEYOND = 1.0
DOT_SHIFT = 0.9
AS_OF_RISE, AS_OF_LINE, AS_OF_HEIGHT = 3.0, 7.2, 23.0
BRACKET_RISE = 6.0
_AXIS_GAP, _HEADING_RISE, _TIP_RISE = 4.0, 5.0, 12.4
_TRIES, _TOLERANCE = 4, 0.2
_USUAL_FRAME = 150.0
"""Usual height of headings, trunks below the axis, legend and caption."""


def lay_out(roadmap: Roadmap, options: FigureOptions) -> RoadmapLayout:
    """Place everything for the requested width; the height follows from the content.

    Raises InvalidInputError for a roadmap without methods, for a broken tree, or if the width is too small.
    """
    require_items(roadmap)
    tallest = options.height_pt - _USUAL_FRAME
    for _ in range(_TRIES):
        layout = _VerticalComposer(roadmap, options, tallest).layout()
        excess = layout.height - options.height_pt
        if excess <= _TOLERANCE:
            break
        tallest -= excess
    return layout


def require_items(roadmap: Roadmap) -> None:
    """Raise InvalidInputError for a roadmap without methods."""
    if not roadmap.items:
        raise InvalidInputError(f"the roadmap of {roadmap.taxonomy!r} has no dated method to draw: assign papers first")


class _VerticalComposer:
    def __init__(self, roadmap: Roadmap, options: FigureOptions, tallest: float) -> None:
        self.roadmap, self.options = roadmap, options
        self.axis = MARGIN + text_width("0000", PILL_SIZE, bold=True) / 2 + PILL_PAD
        self.left, self.right = 2 * self.axis - MARGIN + _AXIS_GAP, options.width_pt - MARGIN
        self.plan = arrange(roadmap, options, self.right - self.left, tallest)
        self.hues = hues_for((branch.taxon.slug for branch in self.plan.branches), options.branch_hues)
        self.x = {tip.element_id: self.left + x for tip, x in zip(self.plan.tips, self.plan.x, strict=True)}
        self.colors = {
            taxon.element_id: BranchColors(self.hues[branch.taxon.slug], i)
            for i, branch in enumerate(self.plan.branches)
            for taxon in branch.walk()
        }

    def layout(self) -> RoadmapLayout:
        """Return everything with its position."""
        forks = Forks(self.plan.branches, self.x, self._first_ink())
        root = root_box(self.roadmap, self.plan.branches, forks, (self.left, self.right))
        entries = [entry for column in self.plan.columns for entry in column.entries]
        lines = caption(self.roadmap, entries, self.options)
        left_of_root = sum(forks.corridor(branch) < root.middle[0] for branch in self.plan.branches)
        codes = used_codes(self.roadmap, self.plan.branches, entries, self.hues)
        foot = legend(codes, left_of_root, root, self.right, MARGIN + LINE * len(lines) + 2.0)
        lift = foot.root_bottom - root.bottom
        tip = self._tip()
        headings = self._headings(tip + _HEADING_RISE)
        bodies = trunks(self.plan.branches, forks, feet(root, len(self.plan.branches)), tip)
        return RoadmapLayout(
            width=self.options.width_pt,
            height=max(tip + AS_OF_HEIGHT, *(heading.top for heading in headings)) + MARGIN + lift,
            lift=lift,
            labels=tuple(self._labels()),
            trunks=tuple((body, self.colors[body.branch.element_id]) for body in bodies),
            headings=tuple(headings),
            axis=self._time_axis(forks, tip),
            root=root,
            root_label=plain(self.roadmap.root_label),
            legend=foot.entries,
            caption=tuple(lines),
            notes=self.plan.notes,
        )

    def _first_ink(self) -> dict[str, float]:
        """Return the lowest label edge or dot of each tip."""
        first = {}
        for tip, column in zip(self.plan.tips, self.plan.columns, strict=True):
            first[tip.element_id] = min(min(column.heights) - LABEL_HEIGHT / 2, *column.dots)
        return first

    def _tip(self) -> float:
        """Return the height of the arrows: above the last day and every label."""
        return self.plan.scale.heights[-1] + _TIP_RISE

    def _labels(self) -> list[PlacedLabel]:
        return [
            self._label(tip, column, j)
            for tip, column in zip(self.plan.tips, self.plan.columns, strict=True)
            for j in range(len(column.entries))
        ]

    def _label(self, tip: DrawnTaxon, column: Column, j: int) -> PlacedLabel:
        x, y, side, entry = self.x[tip.element_id], column.heights[j], column.sides[j], column.entries[j]
        near = x + side * (column.half + ALIGNED_OFFSET)
        return PlacedLabel(
            entry=entry,
            trunk=tip.element_id,
            colors=self.colors[tip.element_id],
            box=_beside(near, side * entry.box_width, y),
            code=_beside(near, side * entry.code_width, y) if entry.code else None,
            mark=(near + side * (entry.box_width + MARK_GAP), "left" if side > 0 else "right"),
            dot=(dot := (x + side * DOT_SHIFT, column.dots[j])),
            leader=(dot, (near, y)) if column.offsets[j] > LEADER_BEYOND else (),
        )

    def _headings(self, bottom: float) -> list[BranchHeading]:
        """Return headings of the tips in one row, with a row per level above it, and top-level branches on top."""
        headings = [self._heading(tip, bottom, self._heading_room(tip), None) for tip in self.plan.tips]
        inner = [taxon for branch in self.plan.branches for taxon in branch.walk() if taxon.children]
        for level in sorted({taxon.level for taxon in inner}, reverse=True):
            y = max(heading.top for heading in headings) + 2.0 + BRACKET_RISE
            for taxon in (b for b in inner if b.level == level):
                xs = [self.x[tip.element_id] for tip in taxon.tips()]
                headings.append(self._heading(taxon, y, max(xs) - min(xs) + TIP_HEADING_WIDTH, (min(xs), max(xs))))
        return headings

    def _heading_room(self, tip: DrawnTaxon) -> float:
        """Return the width up to the neighboring headings, or as far as the edges allow on both sides."""
        x, others = self.x[tip.element_id], [at for key, at in self.x.items() if key != tip.element_id]
        rooms = [abs(x - other) - HEADING_GAP for other in others]
        return max(TIP_HEADING_WIDTH, min([*rooms, 2 * (x - self.left), 2 * (self.right - x)]))

    def _heading(self, branch: DrawnTaxon, y: float, width: float, span: tuple[float, float] | None) -> BranchHeading:
        lines, size = tuple(heading_lines(branch, width)), heading_size(branch.level)
        half = max(text_width(line, size, bold=True) for line in lines) / 2
        middle = self.x[branch.element_id] if span is None else (span[0] + span[1]) / 2
        x = min(max(middle, self.left + half), self.right - half)
        return BranchHeading(branch, self.colors[branch.element_id].hue, lines, x, y, size, _bracket(y, span))

    def _time_axis(self, forks: Forks, top: float) -> Axis:
        scale = self.plan.scale
        years = tuple(band.bottom for band in scale.years)
        pills = tuple(pill(band.year, str(band.year), self.axis, band.bottom, PILL_PAD) for band in scale.years)
        as_of = (self.roadmap.as_of, scale.height(self.roadmap.as_of))
        foot = min(0.0, forks.floor)
        words = tuple(
            ((self.axis, top + AS_OF_RISE + i * AS_OF_LINE), text)
            for i, text in enumerate(as_of_lines(self.roadmap.as_of))
        )
        return Axis(self.axis, foot, top, self.right, pills, years, tuple(scale.quarters()), scale.breaks, as_of, words)


def pill(year: int, text: str, across: float, along: float, pad: float) -> YearMarker:
    """Return a year as wide as its text and `pad` on either side."""
    return YearMarker(year, text, across, along, text_width(text, PILL_SIZE, bold=True) / 2 + pad)


def as_of_lines(day: date) -> tuple[str, str, str]:
    """Return the survey's `as of` day in short lines, the lowest first."""
    return str(day.year), f"{day.day} {day:%b}", "as of"


def _bracket(y: float, span: tuple[float, float] | None) -> tuple[Point, ...]:
    """Return a bracket over the tips of a branch whose heading is at `y`."""
    if span is None:
        return ()
    top, left, right = y - 3.2, span[0] - 6, span[1] + 6
    return (left, top - 2.4), (left, top), (right, top), (right, top - 2.4)


def _beside(near: float, width: float, y: float) -> Bounds:
    return Bounds(min(near, near + width), y - LABEL_HEIGHT / 2, max(near, near + width), y + LABEL_HEIGHT / 2)
