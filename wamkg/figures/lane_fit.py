"""Fits labels into lanes: crowded years get more of the axis first, then crowded lanes show fewer labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from wamkg.figures.arrange import MARKS_FROM_MM, notes_on
from wamkg.figures.branches import Branch
from wamkg.figures.entries import Choice, Entry, choose, chosen_ids, representatives_for
from wamkg.figures.lane_axis import LaneAxis
from wamkg.figures.lane_choice import LaneRoom, fitted
from wamkg.figures.lanes import INDENT, Lane, Wall
from wamkg.figures.scale import TimeScale
from wamkg.figures.style import FigureOptions
from wamkg.views.roadmap import Roadmap


@dataclass(frozen=True)
class LanePlan:
    """A lane for each tip, and the time axis they lie on."""

    lanes: tuple[Lane, ...]
    scale: TimeScale
    notes: tuple[str, ...]

    @property
    def entries(self) -> list[Entry]:
        """All labels."""
        return [entry for lane in self.lanes for entry in lane.entries]


class LaneFitter:
    """Labels in lanes of one depth."""

    def __init__(self, roadmap: Roadmap, options: FigureOptions, tips: Sequence[Branch], depth: int | None) -> None:
        self.roadmap, self.options, self.tips, self.depth = roadmap, options, tips, depth
        self.days = [item.when for item in roadmap.items]
        self.codes = {taxon.path: taxon.code for taxon in roadmap.taxa}
        most = representatives_for(tips, 0 if options.only_chosen else options.representatives)
        marks = options.width_mm >= MARKS_FROM_MM
        self.choice = Choice(most, chosen_ids(roadmap.items, options.chosen), marks)

    def fit(self, length: float, overhang: float) -> LanePlan | None:
        """The labels of the choice, or as many as have room on an axis of that length; None where that is none.

        The last ones may reach `overhang` points beyond the axis.
        """
        wall = Wall(-INDENT, length + overhang)
        drawn = [choose(tip, self.choice, self.codes) for tip in self.tips]
        scale = LaneAxis(self.days, self.roadmap.as_of, drawn, length, wall).shared()
        if scale is None:
            return None
        room = LaneRoom(scale, wall, self.codes)
        found = [fitted(room, tip, self.choice) for tip in self.tips]
        kept = [pair for pair in found if pair is not None]
        if len(kept) < len(found):
            return None
        lanes = tuple(lane for lane, _ in kept)
        return LanePlan(lanes, scale, tuple(self._notes([choice for _, choice in kept])))

    def _notes(self, choices: Sequence[Choice]) -> Iterator[str]:
        caps = dict(chain.from_iterable(choice.caps.items() for choice in choices))
        yield from notes_on(self.roadmap, self.options, self.depth, replace(self.choice, caps=caps))
        if self.choice.marks and not all(choice.marks for choice in choices):
            yield "institution marks left out where labels are crowded"
