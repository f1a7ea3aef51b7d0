"""What random sequences of curating found, each by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlmodel import Session, col, select

from tests.helpers.edit_store import FIRST, fill, say, standing_at, undo
from tests.helpers.store_state import survey
from wamkg.errors import ConflictError
from wamkg.identifiers import new_uid
from wamkg.reviewing.decision_merge import import_decisions
from wamkg.reviewing.entity_edits import add_item
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Objection
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.store.types import utc_now
from wamkg.taxonomy.edit import TaxonEdit
from wamkg.taxonomy.editor import run_edit
from wamkg.views.snapshots import open_snapshot


def add_paper(store: Store, number: int) -> str:
    """Add a paper with an id and authors by hand; gives the batch."""
    values = {
        "title": f"A Paper numbered {number}",
        "arxiv": f"2501.1000{number}",
        "authors": ["Ada", "Charles"],
    }
    with store.writing() as session:
        batch = add_item(session, get_actor(session, "ana", "person"), "paper", values).batch
    assert batch is not None
    return batch


def test_a_past_day_shows_a_paper_whose_number_another_got_since(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    batch = add_paper(store, 1)
    moment, then = utc_now(), survey(store)
    undo(store, batch)
    add_paper(store, 2)
    with open_snapshot(store, tmp_path, as_of=moment.isoformat()) as past:
        assert survey(past) == then


def test_a_refused_undo_names_what_took_the_path(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    away = edit(store, "rename", taxon="joint", name="Elsewhere")
    back = edit(store, "rename", taxon="cascaded", name="Joint")
    with pytest.raises(ConflictError, match=f"the undo of {away} would restore; undo them first: {back}"):
        undo(store, away)


def test_a_refused_undo_names_who_gave_the_same_address_again(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    first, second = "https://one.example", "https://two.example"
    _, other, again = (set_code(store, url) for url in (first, second, first))
    with pytest.raises(ConflictError, match=again):
        undo(store, other)


def test_a_merge_is_taken_back_after_what_moved_the_taxon_before(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    first = survey(store)
    moved = edit(store, "move", taxon="joint/autoregressive/predictive-latent", parent="cascaded")
    renamed = edit(store, "rename", taxon="joint/autoregressive", name="Alpha")
    merged = edit(store, "merge", taxon="cascaded/predictive-latent", into="cascaded/implicit")
    undo(store, moved)
    undo(store, merged)
    with store.reading() as session:
        assert "joint/alpha/predictive-latent" in {t.path for t in list_taxa(session, get_taxonomy(session, "wam"))}
    undo(store, renamed)
    assert survey(store) == first


def test_what_made_a_taxon_is_not_taken_back_before_what_ended_it(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    first = survey(store)
    made = edit(store, "add", parent="joint", name="Alpha")
    ended = edit(store, "delete", taxon="joint/alpha")
    with pytest.raises(ConflictError, match=ended):
        undo(store, made)
    undo(store, ended)
    undo(store, made)
    assert survey(store) == first


def test_a_decision_that_came_in_is_taken_back_with_what_it_disputed(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    said, before = say(store, FIRST, "outside"), survey(store)
    made, _ = bring(store, tmp_path, "unsure")
    assert statuses(store) == ["open"]
    with pytest.raises(ConflictError, match=made):
        undo(store, said.batch)
    undo(store, made)
    assert survey(store) == before


def test_a_decision_that_came_in_is_taken_back_with_what_it_settled(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    said = say(store, FIRST, "outside")
    _, other = bring(store, tmp_path, "unsure")
    made, _ = bring(store, tmp_path, "not-applicable", knows=(said.decision, other))
    assert statuses(store) == ["resolved"]
    undo(store, made)
    assert statuses(store) == ["open"]


def test_what_settled_a_disagreement_stays_while_a_later_word_rests_on_it(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    said = say(store, FIRST, "outside")
    _, other = bring(store, tmp_path, "unsure")
    made, _ = bring(store, tmp_path, "not-applicable", knows=(said.decision, other))
    last = say(store, FIRST, "unsure")
    with pytest.raises(ConflictError, match=last.batch):
        undo(store, made)
    assert statuses(store) == ["resolved"]


def test_an_older_decision_that_came_in_is_taken_back(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    first = survey(store)
    said, before = say(store, FIRST, "outside"), survey(store)
    made, moments = [], []
    for days in (400, 500):
        made.append(bring(store, tmp_path, "unsure", days=days)[0])
        moments.append((utc_now(), survey(store)))
    assert standing_at(store, FIRST) == ["outside"]
    for batch in made:
        undo(store, batch)
    assert survey(store) == before
    undo(store, said.batch)
    assert survey(store) == first
    for moment, then in moments:
        with open_snapshot(store, tmp_path, as_of=moment.isoformat()) as past:
            assert survey(past) == then


def test_a_decision_that_stands_between_two_others_is_not_taken_back(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    said = say(store, FIRST, "outside")
    made, _ = bring(store, tmp_path, "unsure", knows=(said.decision,))
    older, _ = bring(store, tmp_path, "unsure", days=400)
    with pytest.raises(ConflictError, match=older):
        undo(store, made)
    undo(store, older)
    undo(store, made)
    assert standing_at(store, FIRST) == ["outside"]


def test_a_place_that_a_merge_of_taxa_handed_on_comes_back(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    said = say(store, FIRST, "accept", "joint/autoregressive/predictive-latent")
    edit(store, "merge", taxon="joint/autoregressive/predictive-latent", into="cascaded/implicit")
    before = survey(store)
    made, _ = bring(store, tmp_path, "unsure", knows=(said.decision,))
    undo(store, made)
    assert standing_at(store, FIRST) == ["cascaded/implicit"]
    assert survey(store) == before


def bring(store: Store, folder: Path, verdict: str, knows: tuple[str, ...] = (), days: int = 0) -> tuple[str, str]:
    """A decision that another copy made so many days ago comes in; gives its batch and its id."""
    at = datetime.now(UTC) - timedelta(days)
    line = {
        "id": new_uid(), "at": at.isoformat(), "by": "cy", "paper": {"arxiv": FIRST.removeprefix("arxiv:")},
        "taxonomy": "wam", "verdict": verdict, "taxa": [], "replaces": list(knows),
    }  # fmt: skip
    file = folder / "decisions.jsonl"
    file.write_bytes(orjson.dumps(line))
    with store.writing() as session:
        assert import_decisions(session, file, get_actor(session, "ana", "person")).new == 1
        return newest_batch(session), line["id"]


def newest_batch(session: Session) -> str:
    """Id of the batch written last."""
    uid = session.exec(select(Batch.uid).order_by(col(Batch.id).desc())).first()
    assert uid is not None
    return uid


def statuses(store: Store) -> list[str]:
    """What became of each objection."""
    with store.reading() as session:
        return [str(status) for status in session.exec(select(Objection.status).order_by(col(Objection.id)))]


def edit(store: Store, operation: str, **values: str) -> str:
    """Edit the taxonomy; gives the batch."""
    batch = run_edit(store, "wam", TaxonEdit(operation=operation, **values), "ana").batch  # type: ignore[arg-type]
    assert batch is not None
    return batch


def set_code(store: Store, url: str) -> str:
    """Say where a paper's code is; gives the batch."""
    with store.writing() as session:
        batch = set_values(session, get_actor(session, "ana", "person"), FIRST, {"links.code": url}).batch
    assert batch is not None
    return batch
