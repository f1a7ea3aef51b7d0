"""A rectangle on the page, in points."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """A rectangle."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return the center of the rectangle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2
