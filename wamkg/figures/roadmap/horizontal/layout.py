"""Geometry of the horizontal roadmap: time runs to the right, each trunk is a lane with labels above and below."""

from collections.abc import Iterator
from itertools import product
from math import inf

from wamkg.figures.box import Bounds
from wamkg.figures.measure import CAP_HEIGHT
from wamkg.figures.plaintext import plain
from wamkg.figures.roadmap.arrange import MARKS_FROM_MM, DoesNotFitError, depths
from wamkg.figures.roadmap.branches import DrawnTaxon, build_branches
from wamkg.figures.roadmap.columns import ALIGNED_OFFSET, GAP, LABEL_HEIGHT
from wamkg.figures.roadmap.entries import MARK_GAP
from wamkg.figures.roadmap.geometry import Axis, BranchColors, PlacedLabel, RoadmapLayout, YearMarker
from wamkg.figures.roadmap.horizontal.axis import PILL_PAD, YEAR_WIDTH
from wamkg.figures.roadmap.horizontal.fit import LaneFitter, LanePlan
from wamkg.figures.roadmap.horizontal.lanes import Lane
from wamkg.figures.roadmap.horizontal.stack import Stack, headings, stack
from wamkg.figures.roadmap.layout import (
    AS_OF_LINE,
    DOT_SHIFT,
    LEADER_BEYOND,
    PILL_HEIGHT,
    as_of_lines,
    pill,
    require_items,
)
from wamkg.figures.roadmap.legend import LINE, caption, legend_below, used_codes
from wamkg.figures.roadmap.roots import ROOT_HEIGHT, feet, root_box, root_half
from wamkg.figures.roadmap.scale import TimeScale
from wamkg.figures.roadmap.sublanes import split_into_sublanes
from wamkg.figures.roadmap.trunks import Bend, Forks, Point, Trunk, level_width, to_horizontal, trunks
from wamkg.figures.style import MARGIN, TEXT_SIZE, FigureOptions, hues_for
from wamkg.views.roadmap import Roadmap

LYING, NARROW = Bend(length=9.0, slope=0.09, pad=4.0, taper=7.0), Bend(length=8.0, slope=0.05, pad=3.6, taper=4.0)
LEAVES = 99
"""Deeper than any taxonomy: one lane per leaf unless fewer levels are requested."""
_OVERHANG, _ARROW, _HEADING_GAP = 14.0, 12.0, 4.2
_DAY, _TOLERANCE = 13.0, 0.2
"""Position of the `as of` text beyond the arrows; tolerated excess of height or width."""
_FOOT, _PILLS = 6.0, 9.0
"""Distance from the time arrow up to the lowest lane, and down to the middle of the years, so that quarters stay
visible.
"""
_CORNER = 2.0
_USUAL_FRAME, _USUAL_LANE = 140.0, 29.6
"""Usual height of foot and gaps, and of a lane."""
_USUAL_SIDES, _PER_LABEL = 200.0, 20.0
"""Usual width of root and headings; per this many points of the remaining width, a lane fits one label."""


def lay_out_lanes(roadmap: Roadmap, options: FigureOptions) -> RoadmapLayout:
    """Place everything for the requested width, with fewer levels if the lanes would be too tall.

    Raises InvalidInputError for a roadmap without methods, for a broken tree, or if the width is too small.
    """
    require_items(roadmap)
    lowest: RoadmapLayout | None = None
    for depth, lanes in product(depths(roadmap, options.depth or LEAVES), _most_lanes(options)):
        layout = _HorizontalComposer(roadmap, options, depth or LEAVES, lanes).layout()
        if layout is not None and layout.height <= options.height_pt + _TOLERANCE:
            return layout
        lowest = layout or lowest
    if lowest is None:
        raise DoesNotFitError(f"the roadmap does not fit {options.width_mm:g} mm with time running to the right")
    return lowest


def _most_lanes(options: FigureOptions) -> tuple[int, int, int]:
    """Return how many lanes may fit the height: with the usual frame, a taller one, or only one per leaf."""
    most = int((options.height_pt - _USUAL_FRAME) / _USUAL_LANE)
    return most, most - 2, 0


class _HorizontalComposer:
    """Lays out a roadmap with the levels of a depth, in `lanes` lanes if it needs more than one per leaf."""

    def __init__(self, roadmap: Roadmap, options: FigureOptions, depth: int, lanes: int) -> None:
        self.roadmap, self.options = roadmap, options
        whole = build_branches(roadmap, depth)
        self.fitter = LaneFitter(roadmap, options, whole, options.depth if depth == LEAVES else depth)
        per_lane = max(int((options.width_pt - _USUAL_SIDES) / _PER_LABEL), 3)
        self.branches = split_into_sublanes(whole, self.fitter.wished, per_lane, lanes)
        self.tips = [tip for branch in self.branches for tip in branch.tips()]
        self.hues = hues_for((branch.taxon.slug for branch in self.branches), options.branch_hues)
        self.colors = {
            taxon.element_id: BranchColors(self.hues[branch.taxon.slug], i)
            for i, branch in enumerate(self.branches)
            for taxon in branch.walk()
        }
        self.narrow = options.width_mm < MARKS_FROM_MM
        self.stack: Stack = stack(self.branches, _FOOT, root_half(roadmap, len(self.branches)), self.narrow)

    def layout(self) -> RoadmapLayout | None:
        """Place everything, with enough space before the axis for the forks; None if it does not fit."""
        tip = self.options.width_pt - MARGIN - max(self.stack.width + _HEADING_GAP, 2 * _DAY)
        bend = NARROW if self.narrow else LYING
        lead = ROOT_HEIGHT + bend.rise(0.0)
        while (length := tip - _OVERHANG - _ARROW - lead - MARGIN) > YEAR_WIDTH:
            plan = self.fitter.fit(self.tips, length, _OVERHANG)
            if plan is None:
                break
            forks = Forks(self.branches, self.stack.y, self._first(plan), bend)
            root = root_box(self.roadmap, self.branches, forks, (_FOOT, self.stack.top))
            if -root.bottom <= lead + _TOLERANCE:
                return self._layout(plan, forks, root, tip)
            lead = -root.bottom
        return None

    def _first(self, plan: LanePlan) -> dict[str, float]:
        """Return the leftmost label edge or dot of each lane."""
        rows = zip(self.tips, plan.lanes, strict=True)
        return {tip.element_id: min(*lane.lefts, *lane.dots) for tip, lane in rows}

    def _layout(self, plan: LanePlan, forks: Forks, root: Bounds, tip: float) -> RoadmapLayout:
        start = tip - _ARROW - _OVERHANG - plan.scale.heights[-1]
        lines = caption(self.roadmap, plan.entries, self.options)
        by_code = [tip.taxon.path for tip in self.tips if self.narrow and tip.taxon.code]
        codes = used_codes(self.roadmap, self.branches, plan.entries, self.hues, by_code)
        right = self.options.width_pt - MARGIN
        legend, legend_top = legend_below(codes[::-1], right, MARGIN + LINE * len(lines) + 2.0)
        lift = legend_top + _PILLS + PILL_HEIGHT / 2 + GAP
        bodies = trunks(self.branches, forks, feet(root, len(self.branches)), tip - start)
        return RoadmapLayout(
            width=self.options.width_pt,
            height=lift + self.stack.top + MARGIN,
            lift=lift,
            labels=tuple(self._labels(plan, start)),
            trunks=tuple(
                (Trunk(body.branch, to_horizontal(body.outline, start)), self.colors[body.branch.element_id])
                for body in bodies
            ),
            headings=tuple(
                headings(
                    self.branches, self.stack, self.hues, root.bottom + start + ROOT_HEIGHT / 2, tip + _HEADING_GAP
                )
            ),
            axis=self._axis(plan, start, tip),
            root=Bounds(root.bottom + start, root.left, root.top + start, root.right),
            root_label=plain(self.roadmap.root_label),
            legend=legend,
            caption=tuple(lines),
            notes=plan.notes,
            horizontal=True,
        )

    def _labels(self, plan: LanePlan, start: float) -> Iterator[PlacedLabel]:
        for tip, lane in zip(self.tips, plan.lanes, strict=True):
            for j in range(len(lane.entries)):
                yield self._label(tip, lane, j, start)

    def _label(self, tip: DrawnTaxon, lane: Lane, j: int, start: float) -> PlacedLabel:
        entry, side, left = lane.entries[j], lane.sides[j], lane.lefts[j] + start
        trunk = self.stack.y[tip.element_id]
        y = trunk + side * (level_width(tip.level) / 2 + ALIGNED_OFFSET + LABEL_HEIGHT / 2)
        box = Bounds(left, y - LABEL_HEIGHT / 2, left + entry.box_width, y + LABEL_HEIGHT / 2)
        dot = (lane.dots[j] + start, trunk + side * DOT_SHIFT)
        return PlacedLabel(
            entry=entry,
            trunk=tip.element_id,
            colors=self.colors[tip.element_id],
            box=box,
            code=Bounds(left, box.bottom, left + entry.code_width, box.top) if entry.code else None,
            mark=(box.right + MARK_GAP, "left"),
            dot=dot,
            leader=(dot, _corner(box, dot)) if lane.offsets[j] > LEADER_BEYOND else (),
        )

    def _axis(self, plan: LanePlan, start: float, tip: float) -> Axis:
        scale, day = plan.scale, self.roadmap.as_of
        words = tuple(
            ((tip + _DAY, (i - 1.75) * AS_OF_LINE - CAP_HEIGHT * TEXT_SIZE / 2), text)
            for i, text in enumerate(as_of_lines(day))
        )
        return Axis(
            x=0.0,
            foot=start - YEAR_WIDTH / 2,
            top=tip,
            right=self.stack.top,
            pills=tuple(year_pills(scale, -_PILLS, start)),
            years=tuple(start + band.bottom for band in scale.years),
            quarters=tuple(start + x for x in scale.quarters()),
            breaks=tuple(gap.moved(start) for gap in scale.breaks),
            as_of=(day, start + scale.height(day)),
            words=words,
        )


def year_pills(scale: TimeScale, across: float, start: float) -> Iterator[YearMarker]:
    """Return a pill for each year: with two digits if four do not fit, none if the next one is too close."""
    ends = [*(band.bottom for band in scale.years[1:]), inf]
    short = any(end - band.bottom < YEAR_WIDTH for band, end in zip(scale.years, ends, strict=True))
    texts = [f"’{band.year % 100:02}" if short else str(band.year) for band in scale.years]
    pills = [
        pill(band.year, text, across, start + band.bottom, PILL_PAD)
        for band, text in zip(scale.years, texts, strict=True)
    ]
    edge = inf
    for one in reversed(pills):
        if one.along + one.half + GAP <= edge:
            edge = one.along - one.half
            yield one


def _corner(box: Bounds, dot: Point) -> Point:
    """Return the corner of a box where a leader along the trunk ends: the nearer one, to pass below labels between."""
    x = box.left + _CORNER if box.left > dot[0] else box.right - _CORNER
    return x, box.bottom if box.middle[1] > dot[1] else box.top
