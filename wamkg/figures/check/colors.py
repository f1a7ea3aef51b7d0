"""Check that branches are distinguishable with color blindness, and in gray by the shape of their dots."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from wamkg.figures.check.picture import Picture, Points

Floats = NDArray[np.float64]
MIN_DIFFERENCE, MIN_LIGHTNESS, MIN_SHAPE = 20.0, 15.0, 0.1
SIMULATIONS: dict[str, Floats] = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""Linear RGB to linear RGB at severity 1.0, from Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009."""
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(color: str) -> Floats:
    """Convert `#rrggbb` to linear RGB (IEC 61966-2-1)."""
    values = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: Floats) -> Floats:
    """Convert linear RGB to CIE 1976 L*a*b* under D65."""
    ratio = (_TO_XYZ @ np.clip(rgb, 0.0, 1.0)) / _TO_XYZ.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, kind: str) -> float:
    """Return how different two colors look (CIE 1976 difference) with a type of color blindness."""
    seen = [lab(SIMULATIONS[kind] @ linear(color)) for color in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def branch_findings(picture: Picture) -> Iterator[tuple[str, str, str]]:
    """Return (rule, element, detail) for branches that look alike; numbers come from `branch_numbers`."""
    colors, shapes = _branches(picture)
    for one, other in combinations(sorted(colors), 2):
        for kind in SIMULATIONS:
            seen = difference(colors[one], colors[other], kind)
            if seen < MIN_DIFFERENCE:
                yield "colour-blind", f"families {one} and {other}", f"{seen:.0f} apart under {kind}"
        lightness = abs(lab(linear(colors[one]))[0] - lab(linear(colors[other]))[0])
        if lightness < MIN_LIGHTNESS and not _told_apart(shapes.get(one), shapes.get(other)):
            yield "grey", f"families {one} and {other}", f"{lightness:.0f} apart in lightness, dots of one shape"


def branch_numbers(picture: Picture) -> dict[str, float]:
    """Return the least difference of two branches under each simulation, and in lightness."""
    colors, _ = _branches(picture)
    pairs = list(combinations(colors.values(), 2))
    found = {kind: min((difference(*pair, kind) for pair in pairs), default=0.0) for kind in SIMULATIONS}
    grey = min((abs(lab(linear(a))[0] - lab(linear(b))[0]) for a, b in pairs), default=0.0)
    return {name: round(float(value), 1) for name, value in (found | {"grey": grey}).items()} if pairs else {}


def _branches(picture: Picture) -> tuple[dict[str, str], dict[str, Points]]:
    """Return the color of each branch's trunks, and the outline of its dots."""
    trunks = picture.of_role("trunk")
    branches = {part.element_id: part.data["family"] for part in trunks}
    colors = {part.data["family"]: part.fill("body") for part in trunks if part.data.get("level") == "1"}
    shapes: dict[str, Points] = {}
    for part in picture.of_role("label", "more"):
        outline = next((points for role, points, _ in part.shapes if role == "dot"), None)
        branch = branches.get(part.data.get("trunk", ""))
        if outline is not None and branch is not None:
            shapes.setdefault(branch, outline)
    return colors, shapes


def _told_apart(one: Points | None, other: Points | None) -> bool:
    """Whether two outlines, scaled to one size, differ by more than 10% somewhere (Hausdorff)."""
    if one is None or other is None:
        return False
    a, b = _unit(one), _unit(other)
    gaps = np.hypot(*(a[:, None, :] - b[None, :, :]).transpose(2, 0, 1))
    return float(max(gaps.min(axis=0).max(), gaps.min(axis=1).max())) > MIN_SHAPE


def _unit(points: Points) -> Points:
    low, high = points.min(axis=0), points.max(axis=0)
    scaled: Points = (points - (low + high) / 2) / max(float((high - low).max()), 1e-9)
    return scaled
