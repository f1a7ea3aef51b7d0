"""Fit labels into lanes: crowded years first get more of the axis, then crowded lanes show fewer labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby

from wamkg.figures.roadmap.arrange import MARKS_FROM_MM, notes_on
from wamkg.figures.roadmap.branches import DrawnTaxon
from wamkg.figures.roadmap.entries import LabelContent, LabelSelection, chosen_ids, representatives_for, select_labels
from wamkg.figures.roadmap.horizontal.axis import LaneAxis
from wamkg.figures.roadmap.horizontal.lanes import INDENT, Lane, Wall
from wamkg.figures.roadmap.horizontal.select import LaneRoom, fitted, packed
from wamkg.figures.roadmap.scale import TimeScale
from wamkg.figures.style import FigureOptions
from wamkg.views.roadmap import Roadmap


@dataclass(frozen=True)
class LanePlan:
    """A lane for each tip, and their time axis."""

    lanes: tuple[Lane, ...]
    scale: TimeScale
    notes: tuple[str, ...]

    @property
    def entries(self) -> list[LabelContent]:
        """Return all labels."""
        return [entry for lane in self.lanes for entry in lane.entries]


class LaneFitter:
    """Labels in lanes of one depth; `branches` come from `build_branches`."""

    def __init__(
        self, roadmap: Roadmap, options: FigureOptions, branches: Sequence[DrawnTaxon], depth: int | None
    ) -> None:
        self.roadmap, self.options, self.depth = roadmap, options, depth
        tips = [tip for branch in branches for tip in branch.tips()]
        self.days = [item.when for item in roadmap.items]
        self.codes = {taxon.path: taxon.code for taxon in roadmap.taxa}
        most = 0 if options.only_chosen else options.representatives
        marks = options.width_mm >= MARKS_FROM_MM
        self.choice = LabelSelection(most, chosen_ids(roadmap.items, options.chosen), marks)
        self.usual = replace(self.choice, most=representatives_for(tips, most))

    def wished(self, tip: DrawnTaxon) -> int:
        """Return how many labels a tip usually has for this many methods."""
        return len(select_labels(tip, self.usual, self.codes))

    def fit(self, tips: Sequence[DrawnTaxon], length: float, overhang: float) -> LanePlan | None:
        """Fit the selected labels, or as many as possible, on an axis of that length; None if none fits.

        The last ones may extend `overhang` points beyond the axis.
        """
        wall = Wall(-INDENT, length + overhang)
        drawn = [select_labels(tip, self.usual, self.codes) for tip in tips]
        scale = LaneAxis(self.days, self.roadmap.as_of, drawn, length, wall).shared()
        if scale is None:
            return None
        room = LaneRoom(scale, wall, self.codes)
        lanes: list[tuple[Lane, LabelSelection]] = []
        for _, group in groupby(tips, key=_leaf):
            found = self._lanes(room, list(group))
            if found is None:
                return None
            lanes += found
        return LanePlan(tuple(lane for lane, _ in lanes), scale, tuple(self._notes([choice for _, choice in lanes])))

    def _lanes(self, room: LaneRoom, strands: Sequence[DrawnTaxon]) -> list[tuple[Lane, LabelSelection]] | None:
        """Return the lane of a leaf, or those of its strands."""
        if len(strands) > 1:
            return packed(room, strands, self.choice)
        lane = fitted(room, strands[0], self.choice)
        return None if lane is None else [lane]

    def _notes(self, choices: Sequence[LabelSelection]) -> Iterator[str]:
        caps = dict(chain.from_iterable(choice.caps.items() for choice in choices))
        yield from notes_on(self.roadmap, self.options, self.depth, replace(self.choice, caps=caps))
        if self.choice.marks and not all(choice.marks for choice in choices):
            yield "institution marks left out where labels are crowded"


def _leaf(tip: DrawnTaxon) -> tuple[str, str]:
    """Return what the strands of one bundle have in common."""
    return tip.taxon.path, tip.heading
