"""The doctor: what is wrong in the store, and mending what loses nothing."""

from fastapi import Response

from wamkg.reviewing.doctor import CheckReport
from wamkg.services.doctor import run_checks
from wamkg.vocabulary import Role
from wamkg_api.bodies_curating import Examination
from wamkg_api.deps import answer
from wamkg_api.writing import StoreDep, writing_router

# It reads every paper of the store, so nobody may have it done who may not write.
router = writing_router(Role.CURATOR)


@router.post("/doctor", response_model=list[CheckReport])
def examine_store(store: StoreDep, wanted: Examination | None = None) -> Response:
    """Look for what is wrong in the store and say how to mend it; `fix` mends what loses nothing."""
    asked = wanted or Examination()
    return answer(run_checks(store, asked.checks, fix=asked.fix))
