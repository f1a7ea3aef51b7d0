"""Element ids of what is drawn."""

import re


def taxon_id(path: str) -> str:
    """Id of a taxon's element: `taxon-joint-diffusion` for `joint/diffusion`."""
    return f"taxon-{slug(path)}"


def slug(text: str) -> str:
    """The text with everything but letters, digits, dots and hyphens made into hyphens."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-")
