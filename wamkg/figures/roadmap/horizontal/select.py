"""Choose the labels of a lane: all that are wanted, else without marks, else the most cited that fit."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from wamkg.figures.roadmap.branches import DrawnTaxon
from wamkg.figures.roadmap.columns import alternate_sides
from wamkg.figures.roadmap.entries import LabelSelection, by_quarter, entry_of, quarter, select_labels
from wamkg.figures.roadmap.horizontal.lanes import ANY_ORDER, MONTHLY, Lane, Wall
from wamkg.figures.roadmap.scale import TimeScale
from wamkg.views.roadmap import RoadmapItem

_HOPELESS, _ONE_TOO_MANY = 250.0, 40.0
"""If more points than these are missing, no change of sides makes space for all labels, or for one more."""


@dataclass(frozen=True)
class LaneRoom:
    """The axis of a lane, how far its labels may extend, and the codes of its methods' taxa."""

    scale: TimeScale
    wall: Wall
    codes: dict[str, str]

    def lane(self, tip: DrawnTaxon, choice: LabelSelection, hopeless: float = _HOPELESS) -> Lane | None:
        """Place the selected labels; None if they do not fit.

        As a last resort, labels less than a month apart may be out of date order.
        """
        for ordered in (ANY_ORDER, MONTHLY):
            lane = self.empty(tip, choice, ordered)
            if sum(lane.missing(alternate_sides(lane.entries))) > hopeless:
                return None
            placed = lane.placed(lane.best_sides())
            if placed is not None:
                return placed.put_in_order()
        return None

    def packed(self, items: Sequence[RoadmapItem], most: int, marks: bool) -> list[RoadmapItem]:
        """Return the items, in their order, that fit side by side, up to a maximum.

        If one does not fit, no later one of its quarter is named before it.
        """
        named, full = list[RoadmapItem](), set[str]()
        for item in items:
            if len(named) == most or quarter(item.when) in full:
                continue
            lane = self._of([*named, item], marks)
            if any(lane.missing(alternate_sides(lane.entries))):
                full.add(quarter(item.when))
            else:
                named.append(item)
        return named

    def placed(self, items: Sequence[RoadmapItem], marks: bool) -> Lane | None:
        """Return the lane of these items; None if there are none or they do not fit."""
        lane = self._of(items, marks)
        return lane.placed(lane.best_sides()) if items else None

    def _of(self, items: Sequence[RoadmapItem], marks: bool) -> Lane:
        ordered = sorted(items, key=lambda item: (item.when, item.label, item.element_id))
        return Lane.on(self.scale, [entry_of(item, self.codes, marks) for item in ordered], self.wall)

    def empty(self, tip: DrawnTaxon, choice: LabelSelection, ordered: timedelta = MONTHLY) -> Lane:
        """Return the selected labels, not yet placed."""
        return Lane.on(self.scale, select_labels(tip, choice, self.codes), self.wall, ordered)


def fitted(room: LaneRoom, tip: DrawnTaxon, wished: LabelSelection) -> tuple[Lane, LabelSelection] | None:
    """Return the lane of a tip, and which of the chosen labels it contains; None if not even a number fits."""
    for choice in (wished, replace(wished, marks=False)):
        lane = room.lane(tip, choice)
        if lane is not None:
            return lane, choice
    bare = _counted(
        room, tip, replace(wished, marks=False, caps={(tip.element_id, q): 0 for q in by_quarter(tip.items)})
    )
    return None if bare is None else _filled(room, tip, wished, bare)


def _counted(room: LaneRoom, tip: DrawnTaxon, choice: LabelSelection) -> tuple[Lane, LabelSelection] | None:
    """Return a number for each quarter, or for the whole year if it cannot fit four."""
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


def _filled(
    room: LaneRoom, tip: DrawnTaxon, wished: LabelSelection, bare: tuple[Lane, LabelSelection]
) -> tuple[Lane, LabelSelection]:
    """Name the most cited methods one after another, as long as their quarters have space."""
    best, full = bare, set[str]()
    for item in sorted(tip.items, key=_rank):
        key = quarter(item.when)
        choice = best[1]
        named = choice.caps[tip.element_id, key]
        if key in full or named == wished.caps.get((tip.element_id, key), wished.most):
            continue
        more = replace(choice, caps={**choice.caps, (tip.element_id, key): named + 1})
        filled = room.lane(tip, more, _ONE_TOO_MANY)
        if filled is None:
            full.add(key)
        else:
            best = filled, more
    return best


def packed(
    room: LaneRoom, strands: Sequence[DrawnTaxon], wished: LabelSelection
) -> list[tuple[Lane, LabelSelection]] | None:
    """Return the lanes of a bundle: the most cited in the first; the rest, with the numbers, in the last.

    None if a lane stays empty.
    """
    items = sorted((item for strand in strands for item in strand.items), key=lambda i: (i.when, i.label, i.element_id))
    kept = {item for group in by_quarter(items).values() for item in wished.kept(group, ("", ""))}
    left, share = sorted(kept, key=_rank), ceil(len(kept) / len(strands))
    lanes: list[tuple[Lane, LabelSelection]] = []
    for _ in strands[:-1]:
        names = room.packed(left, share, wished.marks)
        left = [item for item in left if item not in names]
        lane = room.placed(names, wished.marks)
        if lane is None:
            return None
        lanes.append((lane, wished))
    named = kept - set(left)
    rest = replace(strands[-1], items=tuple(item for item in items if item not in named))
    last = fitted(room, rest, _less(rest, wished, named))
    return [*lanes, last] if last is not None and last[0].entries else None


def _less(tip: DrawnTaxon, wished: LabelSelection, named: AbstractSet[RoadmapItem]) -> LabelSelection:
    """Return the choice without those that are already named."""
    if wished.most is None:
        return wished
    counts = Counter(quarter(item.when) for item in named)
    return replace(wished, caps={(tip.element_id, key): max(wished.most - n, 0) for key, n in counts.items()})


def _rank(item: RoadmapItem) -> tuple[int, object, str]:
    return -(item.citations or 0), item.when, item.element_id
