"""Whatever is done in whatever order: nothing is lost, everything can be taken back, every moment can be shown."""

import os
from pathlib import Path

import pytest

from tests.helpers.random_edits_runner import curate_at_random


def test_random_curating_is_what_the_model_says(store_url: str, tmp_path: Path) -> None:
    done = curate_at_random(store_url, tmp_path, sequences=5, steps=10, derandomize=True)
    assert done["writes"] > 10 and done["merges"] > 0


@pytest.mark.drill
def test_hundreds_of_random_sequences(store_url: str, tmp_path: Path) -> None:
    print(curate_at_random(store_url, tmp_path, int(os.environ.get("WAMKG_DRILL_SEQUENCES", "200")), steps=20))
