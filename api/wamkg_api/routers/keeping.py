"""Undo of batches, and new releases."""

from fastapi import Response

from wamkg.history.releases import create_release
from wamkg.services.batches import Undone
from wamkg.views.work import ReleaseItem, release_item
from wamkg_api.access import CallerDep
from wamkg_api.bodies import NewRelease, Reason
from wamkg_api.deps import SettingsDep, Uid, answer
from wamkg_api.writing import StoreDep, take_back, writing_router

router = writing_router()


@router.post("/batches/{uid}/undo", response_model=Undone)
def undo(
    store: StoreDep,
    settings: SettingsDep,
    caller: CallerDep,
    uid: Uid,
    reason: Reason | None = None,
) -> Response:
    """Undo a batch as a whole. Only an admin may undo the batch of a program or another person's import."""
    return answer(take_back(store, settings, caller, uid, reason.why if reason else ""))


@router.post("/releases", status_code=201, response_model=ReleaseItem)
def add_release(store: StoreDep, settings: SettingsDep, caller: CallerDep, release: NewRelease) -> Response:
    """Create a release: freeze the survey as it is now, under a name."""
    made = create_release(store, settings.home, release.name, release.note, caller.holder.name)
    return answer(release_item(made), 201)
