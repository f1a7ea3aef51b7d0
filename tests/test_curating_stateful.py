"""Whatever is done in whatever order: nothing is lost, everything can be taken back, every moment can be shown."""

import os
from pathlib import Path

import pytest

from tests.curating_machine import curate_at_random
from tests.curating_store import fill
from wamkg.store.session import Store


def test_random_curating_is_what_the_model_says(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    curate_at_random(store, tmp_path, sequences=2, steps=10, derandomize=True)


@pytest.mark.drill
def test_thousands_of_random_sequences(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    curate_at_random(store, tmp_path, sequences=int(os.environ.get("WAMKG_DRILL_SEQUENCES", "2000")), steps=20)
