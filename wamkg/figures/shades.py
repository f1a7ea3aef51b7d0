"""Colors of taxa below a top-level branch: shades of its hue, from dark to light in the taxonomy's order."""

from collections.abc import Sequence

from wamkg.figures.style import THEMES, FigureOptions, Theme, contrast, earlier_with_the_same, hues_for

ANY = "(none)"
"""Replaces the branch of papers without a taxon."""
_FAINT = 0.3


def branch_of(path: str) -> str:
    """Return the first part of a taxon's path."""
    return path.partition("/")[0] or ANY


def branch_colors(paths: Sequence[str], options: FigureOptions, lightest: float = 1.0) -> dict[str, str]:
    """Return a color for each taxon: the branch's own if it has one taxon here, else a shade for each.

    `lightest` is how far the last shade is from the branch's dark towards its light color, 0 to 1: thin lines need
    less.
    """
    hues, branches = THEMES[options.theme].hues, [branch_of(path) for path in paths]
    index = hues_for(branches, options.branch_hues)
    colors: dict[str, str] = {}
    for branch in dict.fromkeys(branches):
        hue, mine = hues[index[branch]], [path for path in paths if branch_of(path) == branch]
        for number, path in enumerate(mine):
            colors[path] = (
                hue.trunk if len(mine) == 1 else mixed(hue.deep, hue.edge, lightest * number / (len(mine) - 1))
            )
    return colors


def repeats(paths: Sequence[str], options: FigureOptions) -> dict[str, int]:
    """Return, for each taxon, the number of earlier branches with the color of its own: each needs another sign."""
    index = hues_for([branch_of(path) for path in paths], options.branch_hues)
    found = earlier_with_the_same(index)
    return {path: found[branch_of(path)] for path in paths}


def undated_ground(theme: Theme) -> str:
    """Return the background of undated marks: a gray that no branch has."""
    return mixed(theme.paper, theme.line, _FAINT)


def mixed(one: str, other: str, share: float) -> str:
    """Return a `#rrggbb` color between two, `share` of the way to the other."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def legible(ground: str, *inks: str) -> str:
    """Return the ink with the most contrast on a background."""
    return max(inks, key=lambda ink: contrast(ink, ground))
