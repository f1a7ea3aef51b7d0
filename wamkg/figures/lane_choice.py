"""Which labels a lane holds: all that are wished, else without marks, else the most cited that have room."""

from dataclasses import dataclass, replace
from datetime import timedelta

from wamkg.figures.branches import Branch
from wamkg.figures.entries import Choice, by_quarter, choose, quarter
from wamkg.figures.lanes import ANY_ORDER, MONTHLY, Lane, Wall
from wamkg.figures.scale import TimeScale
from wamkg.views.roadmap import RoadmapItem


@dataclass(frozen=True)
class LaneRoom:
    """The axis that a lane lies on, how far its labels may reach, and the codes of its methods' classes."""

    scale: TimeScale
    wall: Wall
    codes: dict[str, str]

    def lane(self, tip: Branch, choice: Choice) -> Lane | None:
        """The labels of a choice in their places; None where they have no room.

        Where there is none else, the order of labels less than a month apart may differ from that of their dates.
        """
        for ordered in (ANY_ORDER, MONTHLY):
            lane = self.empty(tip, choice, ordered)
            placed = lane.placed(lane.best_sides())
            if placed is not None:
                return placed
        return None

    def empty(self, tip: Branch, choice: Choice, ordered: timedelta = MONTHLY) -> Lane:
        """The labels of a choice, not yet placed."""
        return Lane.on(self.scale, choose(tip, choice, self.codes), self.wall, ordered)


def fitted(room: LaneRoom, tip: Branch, wished: Choice) -> tuple[Lane, Choice] | None:
    """The lane of a tip, and what of the choice it holds; None where there is no room for a number alone."""
    for choice in (wished, replace(wished, marks=False)):
        lane = room.lane(tip, choice)
        if lane is not None:
            return lane, choice
    bare = _counted(
        room, tip, replace(wished, marks=False, caps={(tip.element_id, q): 0 for q in by_quarter(tip.items)})
    )
    return None if bare is None else _filled(room, tip, wished.most, bare)


def _counted(room: LaneRoom, tip: Branch, choice: Choice) -> tuple[Lane, Choice] | None:
    """A number for each quarter, or for the whole of a year that has no room for four."""
    while True:
        lane = room.empty(tip, choice)
        sides = lane.best_sides()
        placed = lane.placed(sides)
        if placed is not None:
            return placed, choice
        years = {(tip.element_id, str(lane.entries[j].when.year)) for j in lane.pushed(sides)}
        if years <= choice.merged:
            return None
        choice = replace(choice, merged=choice.merged | years)


def _filled(room: LaneRoom, tip: Branch, most: int | None, bare: tuple[Lane, Choice]) -> tuple[Lane, Choice]:
    """With the most cited methods by name, one after the other, as long as there is room in their quarters."""
    best, full = bare, set[str]()
    for item in sorted(tip.items, key=_rank):
        key = quarter(item.when)
        choice = best[1]
        named = choice.caps[tip.element_id, key]
        if key in full or named == most:
            continue
        more = replace(choice, caps={**choice.caps, (tip.element_id, key): named + 1})
        filled = room.lane(tip, more)
        if filled is None:
            full.add(key)
        else:
            best = filled, more
    return best


def _rank(item: RoadmapItem) -> tuple[int, object, str]:
    return -(item.citations or 0), item.when, item.element_id
