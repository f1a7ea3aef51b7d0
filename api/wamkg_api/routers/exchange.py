"""Decisions as a file that git can merge: export, and import from another copy of the store."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from wamkg.reviewing.merge_decisions import MergeReport
from wamkg.services.decisions import import_decisions
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Role
from wamkg_api.access import Caller, CallerDep
from wamkg_api.deps import SettingsDep, answer
from wamkg_api.writing import FILE_BODY, StoreDep, person_of, writing_router

# They come under other people's names, which a curator's token does not speak for.
router = writing_router(Role.ADMIN)
FILE = "decisions.jsonl"


@router.post("/decisions/imports", response_model=dict[str, Any], openapi_extra={"requestBody": FILE_BODY})
async def take_in_decisions(request: Request, store: StoreDep, settings: SettingsDep, caller: CallerDep) -> Response:
    """Import decisions from the request body under their authors' names. Conflicting decisions open an objection."""
    return answer(await run_in_threadpool(_take_in, store, settings, caller, await request.body()))


def _take_in(store: Store, settings: Settings, caller: Caller, content: bytes) -> MergeReport:
    with TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        file.write_bytes(content)
        return import_decisions(store, settings, person_of(caller), file)
