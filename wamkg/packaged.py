"""The folder of packaged seeds, and which of their taxonomies is the main one of the packaged survey."""

from functools import lru_cache
from pathlib import Path

import yaml

_PACKAGED = Path(__file__).parent / "seeds"
_CHECKOUT = Path(__file__).parents[1] / "seeds"


def seeds_folder() -> Path:
    """Where the seeds are: inside the wheel, or beside the package in a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


@lru_cache(maxsize=1)
def packaged_main_taxonomy() -> str:
    """Slug of the packaged survey's main taxonomy."""
    row = yaml.safe_load((seeds_folder() / "survey.yaml").read_text(encoding="utf-8"))
    return str(row["main_taxonomy"])
