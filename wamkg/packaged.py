"""The folder of packaged seeds, and which of their taxonomies is the main one of the packaged survey."""

from functools import lru_cache
from pathlib import Path

from wamkg.json_types import UncheckedMapping

_PACKAGED = Path(__file__).parent / "seeds"
_CHECKOUT = Path(__file__).parents[1] / "seeds"


def seeds_folder() -> Path:
    """Where the seeds are: inside the wheel, or beside the package in a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


@lru_cache(maxsize=1)
def packaged_survey() -> UncheckedMapping:
    """The row of the packaged survey."""
    import yaml  # only a store without a survey needs it, and every command loads this module

    row: UncheckedMapping = yaml.safe_load((seeds_folder() / "survey.yaml").read_text(encoding="utf-8"))
    return row


def packaged_main_taxonomy() -> str:
    """Slug of the packaged survey's main taxonomy."""
    return str(packaged_survey()["main_taxonomy"])
