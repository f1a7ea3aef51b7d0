"""The demonstration plays, with no network, and ends in a figure of both branches."""

from pathlib import Path

import pytest

from tests.s2_server.demo import play
from wamkg.figures.check.picture import read_picture
from wamkg.store.migrate import migrate
from wamkg.store.session import Store


@pytest.mark.drill
def test_the_demonstration_ends_in_a_figure(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'demo.db'}")
    migrate(store)
    files = {file.name: file for file in play(store, tmp_path)}
    assert set(files) == {f"citations.{form}" for form in ("svg", "pdf", "png", "csv", "json")}
    picture = read_picture(files["citations.svg"].read_bytes())
    assert [part.element_id for part in picture.of_role("line")] == ["taxon-joint", "taxon-cascaded"]
    store.close()
