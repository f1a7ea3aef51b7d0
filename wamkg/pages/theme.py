"""The colors of the figures as CSS variables, so that a branch has one color everywhere."""

from collections.abc import Mapping

from wamkg.figures.style import THEMES, Hue, Theme

OTHER = 5
"""The color of a branch that its taxonomy no longer has."""


def theme_css() -> str:
    """CSS variables for light and dark mode."""
    light, dark = THEMES["light"], THEMES["dark"]
    return (
        f":root {{\n{_variables(light)}}}\n@media (prefers-color-scheme: dark) {{\n:root {{\n{_variables(dark)}}}\n}}\n"
    )


def _variables(theme: Theme) -> str:
    plain = {name: getattr(theme, name) for name in ("paper", "ink", "muted", "line", "accent")}
    lines = [f"--{name}: {value};" for name, value in plain.items()]
    for number, hue in enumerate(theme.hues):
        lines += [f"--family-{number}-{part}: {value};" for part, value in _parts(hue).items()]
    return "".join(f"  {line}\n" for line in lines)


def _parts(hue: Hue) -> dict[str, str]:
    return {"trunk": hue.trunk, "deep": hue.deep, "on-deep": hue.on_deep, "tint": hue.tint, "edge": hue.edge}


def hue_name(branch: str, branch_hues: Mapping[str, int]) -> str:
    """Name of a branch's color variables, `family-n`; `branch_hues` has the color of each branch of its taxonomy."""
    return f"family-{branch_hues.get(branch, OTHER)}"
