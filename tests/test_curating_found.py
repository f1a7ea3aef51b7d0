"""What random sequences of curating found, each by itself."""

from pathlib import Path

from tests.curating_look import survey
from tests.curating_store import fill, undo
from wamkg.reviewing.edit_things import add
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.store.types import utc_now
from wamkg.views.past import open_past


def add_paper(store: Store, number: int) -> str:
    """Add a paper with an id and authors by hand; gives the batch."""
    values = {
        "title": f"A Paper numbered {number}",
        "arxiv": f"2501.1000{number}",
        "authors": ["Ada", "Charles"],
    }
    with store.writing() as session:
        batch = add(session, get_actor(session, "ana", "person"), "paper", values).batch
    assert batch is not None
    return batch


def test_a_past_day_shows_a_paper_whose_number_another_got_since(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    batch = add_paper(store, 1)
    moment, then = utc_now(), survey(store)
    undo(store, batch)
    add_paper(store, 2)
    with open_past(store, tmp_path, as_of=moment.isoformat()) as past:
        assert survey(past) == then
