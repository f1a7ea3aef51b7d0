"""Which way time runs in a roadmap, read from its time axis, and where labels stand on it."""

from dataclasses import dataclass

from wamkg.figures.check.picture import DrawnBounds, Picture

Place = tuple[float, float]


@dataclass(frozen=True)
class Direction:
    """Time to the right, or upwards."""

    horizontal: bool

    @classmethod
    def of(cls, picture: Picture) -> "Direction":
        """As the time axis of the picture lies; upwards where there is none."""
        axes = (rect for part in picture.parts if part.element_id == "time-axis" and (rect := part.rect("axis")))
        return cls(any(rect.right - rect.left > rect.height for rect in axes))

    def along(self, place: Place) -> float:
        """A number that rises with time, in points."""
        return place[0] if self.horizontal else -place[1]

    def stands(self, box: DrawnBounds, dot: Place) -> float:
        """Where a label stands in time: its middle, or where time runs to the right its point nearest to its dot.

        A name is as long as it is, so a label above or below its dot stands at it whichever of its letters is there.
        """
        return min(max(dot[0], box.left), box.right) if self.horizontal else -box.middle[1]

    def before(self, box: DrawnBounds, dot: Place) -> bool:
        """Whether a label is on the first side of its trunk: below it, or left of it."""
        return box.middle[1] > dot[1] if self.horizontal else box.middle[0] < dot[0]
