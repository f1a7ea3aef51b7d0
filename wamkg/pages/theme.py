"""The colors of the figures as CSS variables, so that a branch has one color everywhere."""

from wamkg.figures.style import FIXED_HUES, THEMES, Hue, Theme, hues_for

OTHER = 5
"""Branches without a color of their own use the remaining colors of the figures in turn."""


def theme_css() -> str:
    """CSS variables for light and dark mode."""
    light, dark = THEMES["light"], THEMES["dark"]
    return (
        f":root {{\n{_variables(light)}}}\n@media (prefers-color-scheme: dark) {{\n:root {{\n{_variables(dark)}}}\n}}\n"
    )


def _variables(theme: Theme) -> str:
    plain = {name: getattr(theme, name) for name in ("paper", "ink", "muted", "line", "accent")}
    lines = [f"--{name}: {value};" for name, value in plain.items()]
    names = {**FIXED_HUES, **{f"family-{i}": i for i in range(len(theme.hues))}}
    for name, index in names.items():
        lines += [f"--{name}-{part}: {value};" for part, value in _parts(theme.hues[index]).items()]
    return "".join(f"  {line}\n" for line in lines)


def _parts(hue: Hue) -> dict[str, str]:
    return {"trunk": hue.trunk, "deep": hue.deep, "on-deep": hue.on_deep, "tint": hue.tint, "edge": hue.edge}


def hue_name(family: str, families: list[str]) -> str:
    """Name of a branch's color variables: its slug if it has its own color, else `family-n`."""
    return family if family in FIXED_HUES else f"family-{hues_for(families).get(family, OTHER)}"
