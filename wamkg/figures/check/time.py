"""Determine the direction of time in a roadmap from its axis, and the positions of labels in time."""

from dataclasses import dataclass

from wamkg.figures.check.picture import DrawnBounds, Picture

Place = tuple[float, float]


@dataclass(frozen=True)
class Direction:
    """Direction of time: to the right, or upwards."""

    horizontal: bool

    @classmethod
    def of(cls, picture: Picture) -> "Direction":
        """Return the direction of the figure's time axis; upwards without an axis."""
        axes = (rect for part in picture.parts if part.element_id == "time-axis" and (rect := part.rect("axis")))
        return cls(any(rect.right - rect.left > rect.height for rect in axes))

    def along(self, place: Place) -> float:
        """Return a number that rises with time, in points."""
        return place[0] if self.horizontal else -place[1]

    def stands(self, box: DrawnBounds, dot: Place) -> float:
        """Return a label's position in time: its middle, or in horizontal roadmaps its point nearest to its dot.

        Names have different lengths, so a label above or below its dot counts as being at the dot, whichever letter is
        there.
        """
        return min(max(dot[0], box.left), box.right) if self.horizontal else -box.middle[1]

    def before(self, box: DrawnBounds, dot: Place) -> bool:
        """Whether a label is on the first side of its trunk: below it, or left of it."""
        return box.middle[1] > dot[1] if self.horizontal else box.middle[0] < dot[0]
