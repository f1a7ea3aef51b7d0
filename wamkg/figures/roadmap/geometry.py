"""The parts of a laid-out roadmap. Positions are in points; y grows upwards from the tree's own zero."""

from dataclasses import dataclass
from datetime import date

from wamkg.figures.box import Bounds
from wamkg.figures.roadmap.branches import DrawnTaxon
from wamkg.figures.roadmap.entries import LabelContent
from wamkg.figures.roadmap.scale import AxisBreak
from wamkg.figures.roadmap.trunks import Point, Trunk


@dataclass(frozen=True)
class BranchColors:
    """Index of the hue in a theme, and of the top-level branch among those drawn (it determines the marker)."""

    hue: int
    branch: int


@dataclass(frozen=True)
class PlacedLabel:
    """One label: its box, the code tab at one end, the dot at its date, a leader if it is far away.

    `mark` is where the institution mark starts or ends, and which of the two (`left`, `right`) is there.
    """

    entry: LabelContent
    trunk: str
    colors: BranchColors
    box: Bounds
    code: Bounds | None
    mark: tuple[float, str]
    dot: Point
    leader: tuple[Point, ...]

    @property
    def begins_with_code(self) -> bool:
        """Whether the code tab is the left end of the box."""
        return self.code is not None and self.code.left == self.box.left

    @property
    def text_x(self) -> float:
        """Return the middle of the text, in the box without the code tab."""
        left, right = self.box.left, self.box.right
        if self.code is not None:
            left, right = (self.code.right, right) if self.begins_with_code else (left, self.code.left)
        return (left + right) / 2


@dataclass(frozen=True)
class BranchHeading:
    """Lines of a heading with the position of the last baseline, and the bracket at a branch's tips.

    A `turned` heading reads upwards, with its last line rightmost.
    """

    branch: DrawnTaxon
    hue: int
    lines: tuple[str, ...]
    x: float
    y: float
    size: float
    bracket: tuple[Point, ...] = ()
    align: str = "center"
    turned: bool = False

    @property
    def top(self) -> float:
        """Return the upper end of the highest line."""
        return self.y + self.size * (0.75 + 1.15 * (len(self.lines) - 1))


@dataclass(frozen=True)
class YearMarker:
    """A year on the time arrow: its text, its middle across and along time, and half of its width."""

    year: int
    text: str
    across: float
    along: float
    half: float


@dataclass(frozen=True)
class Axis:
    """The time arrow with its pills, year lines, quarter days, breaks and the `as of` day.

    `x` is the arrow's position across time, and `right` the end of the year lines; all others are positions along it.
    `words` give the day, each line with the position of its baseline.
    """

    x: float
    foot: float
    top: float
    right: float
    pills: tuple[YearMarker, ...]
    years: tuple[float, ...]
    quarters: tuple[float, ...]
    breaks: tuple[AxisBreak, ...]
    as_of: tuple[date, float]
    words: tuple[tuple[Point, str], ...]


@dataclass(frozen=True)
class LegendItem:
    """A leaf code and its meaning; `y` is the entry's middle above the page's lower edge."""

    code: str
    name: str
    hue: int
    x: float
    y: float
    tab: float


@dataclass(frozen=True)
class RoadmapLayout:
    """Everything that the roadmap draws; `lift` is the height on the page of the tree's zero.

    Legend and caption are in heights above the page's lower edge, everything else in heights above that zero. Time
    rises, or runs to the right if the roadmap is `horizontal`.
    """

    width: float
    height: float
    lift: float
    labels: tuple[PlacedLabel, ...]
    trunks: tuple[tuple[Trunk, BranchColors], ...]
    headings: tuple[BranchHeading, ...]
    axis: Axis
    root: Bounds
    root_label: str
    legend: tuple[LegendItem, ...]
    caption: tuple[str, ...]
    notes: tuple[str, ...]
    horizontal: bool = False
