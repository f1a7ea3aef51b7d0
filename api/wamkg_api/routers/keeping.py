"""Taking batches back, and freezing editions."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Response

from wamkg.history.releases import create_release
from wamkg.history.undo import undo_batch
from wamkg.jobs.refit import learn
from wamkg.matching.show import shown_values
from wamkg.store.batches import find_batch
from wamkg.views.work import ReleaseItem, release_item
from wamkg.vocabulary import BatchKind
from wamkg_api.access import CallerDep
from wamkg_api.bodies import NewRelease, Reason
from wamkg_api.deps import SettingsDep, answer
from wamkg_api.writing import StoreDep, actor_of, refuse_others, writing_router

router = writing_router()


@dataclass(frozen=True)
class Undone:
    """A batch that was taken back, and rows removed by table."""

    batch: str
    counts: dict[str, int]


@router.post("/batches/{uid}/undo", response_model=Undone)
def undo(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    uid: Annotated[str, Path(max_length=60)],
    reason: Reason | None = None,
) -> Response:
    """Take a batch back whole. What a program or somebody's import wrote is for an admin to take back."""
    with store.writing() as session:
        batch = find_batch(session, uid)
        refuse_others(batch, caller)
        counts = undo_batch(session, batch, actor_of(session, caller), shown_values, reason.why if reason else "")
        undone, decided_in = Undone(batch.uid, counts), batch.source if batch.kind == BatchKind.DECISION else None
    if decided_in is not None:
        learn(store, settings, decided_in)
    return answer(undone)


@router.post("/releases", status_code=201, response_model=ReleaseItem)
def add_release(store: StoreDep, settings: SettingsDep, caller: CallerDep, release: NewRelease) -> Response:
    """Freeze the survey as it is now under a name."""
    made = create_release(store, settings.home, release.name, release.note, caller.holder.name)
    return answer(release_item(made), 201)
