"""Colors, sizes and options shared by all figures; independent of matplotlib."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Literal, get_args

from wamkg.errors import InvalidInputError
from wamkg.near_matches import unknown

POINTS_PER_MM = 72 / 25.4
COLUMN_MM = {"one-column": 88.0, "two-column": 180.0}
PRESETS = {
    "ieee": (88.9, 181.9),
    "acm": (84.7, 178.6),
    "neurips": (139.7, 139.7),
    "springer": (122.0, 122.0),
}
"""Width of a column and of the text in millimeters: IEEEtran, acmart (sigconf), NeurIPS, and Springer's llncs."""
NARROWEST_MM, WIDEST_MM = 60.0, 1200.0
PAGE_MM, LOWEST_MM = 235.0, 60.0
"""Text height of a printed page, the default maximum of a figure, and the least height allowed."""
LOWEST_DPI, HIGHEST_DPI = 300, 1200
TEXT_SIZE = 6.0
"""Smallest text of any figure, in points at the printed width."""

MARGIN = 2.0 * POINTS_PER_MM + 0.4
"""Empty edge of every figure in points: 2 mm."""

ColumnName = Literal["one-column", "two-column"]
ThemeName = Literal["light", "dark", "transparent"]
Orientation = Literal["vertical", "horizontal"]


@dataclass(frozen=True)
class Hue:
    """Colors of one branch: `trunk` for lines, `deep` behind `on_deep` text, `tint` behind `ink` text."""

    trunk: str
    deep: str
    on_deep: str
    tint: str
    edge: str
    ink: str


@dataclass(frozen=True)
class Theme:
    """Colors of a whole figure; `background` is None for a transparent page."""

    background: str | None
    paper: str
    ink: str
    muted: str
    line: str
    root: str
    on_root: str
    accent: str
    hues: tuple[Hue, ...]


def _light(trunk: str, deep: str, tint: str, edge: str) -> Hue:
    return Hue(trunk, deep, "#ffffff", tint, edge, "#16202e")


def _dark(trunk: str, deep: str, tint: str, edge: str) -> Hue:
    return Hue(trunk, deep, "#0b1220", tint, edge, "#f1f5f9")


# Lightness alternates, so that neighbors stay distinguishable in gray and with every type of color blindness.
_LIGHT_HUES = (
    _light("#2f62d0", "#1f469f", "#eaf0fd", "#9db9f0"),
    _light("#38b5a6", "#0b655c", "#e3f5f2", "#86cfc5"),
    _light("#7c3b0a", "#7c3b0a", "#fdeee0", "#e3a878"),
    _light("#9e9be0", "#5d3a99", "#f3edfb", "#c9b3ea"),
    _light("#bc2d5b", "#8f1d42", "#fbe8ee", "#dd93ab"),
    _light("#bfa85d", "#665312", "#f8f2df", "#d6c48c"),
    _light("#101080", "#101080", "#ececfa", "#8f8fd0"),
    _light("#f09c10", "#7a4d00", "#fdf1dc", "#e8bd70"),
)
_DARK_HUES = (
    _dark("#5b8def", "#93b8fb", "#1a2a4d", "#4267b5"),
    _dark("#5fd6c6", "#6fe0d1", "#113a37", "#2f8379"),
    _dark("#de8c4e", "#f2ae7c", "#42260f", "#9a5a28"),
    _dark("#b8b6ef", "#d5c2f2", "#33264d", "#7d64a8"),
    _dark("#d33f6c", "#f29ab5", "#471a2a", "#a03e60"),
    _dark("#e4d29f", "#e4d29f", "#3b3318", "#8f7d42"),
    _dark("#4810d4", "#b9a6ff", "#221a52", "#6a52c8"),
    _dark("#804810", "#ffc46b", "#3d2a08", "#9a6c24"),
)
_LIGHT = Theme("#ffffff", "#ffffff", "#16202e", "#4b5768", "#c3cbd6", "#16202e", "#ffffff", "#b3261e", _LIGHT_HUES)
_DARK = Theme("#0f172a", "#0f172a", "#f1f5f9", "#b6c2d2", "#3a475c", "#f1f5f9", "#0f172a", "#ff9d94", _DARK_HUES)
THEMES: dict[str, Theme] = {
    "light": _LIGHT,
    "dark": _DARK,
    "transparent": Theme(None, *(getattr(_LIGHT, f) for f in list(Theme.__dataclass_fields__)[1:])),
}
USUAL_HUES = 6
"""Hues that branches without a chosen color take in turn, as long as there are no more branches."""


def hues_for(slugs: Iterable[str], chosen: Mapping[str, int]) -> dict[str, int]:
    """Return an index into `Theme.hues` for each branch, in the given order; those in `chosen` have that color.

    Chosen colors are given to other branches last, so that they mean the same wherever there are few branches. More
    than six branches take all eight colors; from the ninth on they repeat, see `shades.repeats`.
    """
    order = list(dict.fromkeys(slugs))
    fixed = {slug: chosen[slug] for slug in order if slug in chosen}
    taken = set(chosen.values())
    usual = range(USUAL_HUES if len(order) <= USUAL_HUES else len(_LIGHT_HUES))
    others = sorted(set(usual) - set(fixed.values()), key=lambda i: (i in taken, i))
    free = cycle(others or usual)
    return {slug: fixed[slug] if slug in fixed else next(free) for slug in order}


def earlier_with_the_same(hues: Mapping[str, int]) -> dict[str, int]:
    """Return, for each branch of `hues_for`, the number of earlier ones with its color."""
    branches = list(hues)
    return {one: sum(hues[other] == hues[one] for other in branches[:i]) for i, one in enumerate(branches)}


@dataclass(frozen=True)
class FigureOptions:
    """How to draw: width in millimeters or by column, theme, levels shown, pixels per inch.

    `depth` None draws every level except the leaves, which become codes; a figure too narrow for it shows fewer.
    `representatives` is the number of labels per trunk and quarter, with the rest as `+n`; None draws all of up to 200.
    With `fit`, a roadmap that does not fit is drawn with the first change that makes it fit, fewer labels before a
    wider figure; else that is an error. `chosen` are labels selected by the user: they are always drawn, and no others
    unless a number is given. `height` is the maximum height of a roadmap in millimeters, by default a printed page.
    `orientation` says whether time rises or runs to the right; in the latter case every leaf has a trunk of its own.
    `new` contains element ids to mark, `new_label` says since when they are new; `known` those in a release.
    `branch_hues` has the index of each branch whose color the survey chooses. Raises InvalidInputError for a value out
    of range.
    """

    width: ColumnName | float = "two-column"
    theme: ThemeName = "light"
    depth: int | None = None
    representatives: int | None = None
    fit: bool = False
    chosen: tuple[str, ...] = ()
    height: float = PAGE_MM
    orientation: Orientation = "vertical"
    dpi: int = LOWEST_DPI
    new: frozenset[str] = frozenset()
    new_label: str = ""
    known: frozenset[str] = frozenset()
    branch_hues: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if isinstance(self.width, str) and self.width not in COLUMN_MM:
            raise InvalidInputError(f"unknown width {self.width!r}: use {', '.join(COLUMN_MM)} or millimetres")
        if not NARROWEST_MM <= self.width_mm <= WIDEST_MM:
            raise InvalidInputError(
                f"width {self.width_mm:g} mm is out of range: use {NARROWEST_MM:g} to {WIDEST_MM:g} mm"
            )
        if not LOWEST_MM <= self.height <= WIDEST_MM:
            raise InvalidInputError(f"height {self.height:g} mm is out of range: use {LOWEST_MM:g} to {WIDEST_MM:g} mm")
        if self.theme not in THEMES:
            raise InvalidInputError(unknown("theme", self.theme, THEMES))
        if self.orientation not in get_args(Orientation):
            raise InvalidInputError(unknown("orientation", self.orientation, get_args(Orientation)))
        if not LOWEST_DPI <= self.dpi <= HIGHEST_DPI:
            raise InvalidInputError(f"dpi {self.dpi} is out of range: use {LOWEST_DPI} to {HIGHEST_DPI}")
        for name in ("depth", "representatives"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise InvalidInputError(f"{name} {value} is out of range: use 1 or more")

    @property
    def only_chosen(self) -> bool:
        """Whether the user selected labels without requesting others."""
        return bool(self.chosen) and self.representatives is None

    @property
    def width_mm(self) -> float:
        """Return the width of the figure in millimeters."""
        return COLUMN_MM[self.width] if isinstance(self.width, str) else float(self.width)

    @property
    def height_pt(self) -> float:
        """Return the maximum height of a roadmap in points."""
        return self.height * POINTS_PER_MM

    @property
    def width_pt(self) -> float:
        """Return the width of the figure in points."""
        return self.width_mm * POINTS_PER_MM


def parse_width(text: str) -> ColumnName | float:
    """Parse a width as users write it: the name of a column, or millimeters (`120` or `120mm`).

    Raises InvalidInputError.
    """
    number = text.removesuffix("mm").strip()
    if number.replace(".", "", 1).isdecimal():
        return float(number)
    for name in get_args(ColumnName):
        if text == name:
            return name  # type: ignore[no-any-return]
    raise InvalidInputError(f"unknown width {text!r}: use {', '.join(COLUMN_MM)} or millimetres")


def preset_width(preset: str, width: str) -> float:
    """The width of `one-column` or `two-column` in a publisher's class file, in millimeters.

    Raises InvalidInputError for an unknown preset, or if the width is given in millimeters already.
    """
    if preset not in PRESETS:
        raise InvalidInputError(unknown("preset", preset, PRESETS))
    if width not in COLUMN_MM:
        raise InvalidInputError(f"a preset has its own widths: use {', '.join(COLUMN_MM)}, or millimetres without it")
    return PRESETS[preset][list(COLUMN_MM).index(width)]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two `#rrggbb` colors, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
