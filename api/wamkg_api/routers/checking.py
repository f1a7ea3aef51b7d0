"""The doctor: check the store for problems, and fix those that can be fixed without losing data."""

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
    """Check the store for problems and say how to fix each one. `fix` fixes those that can be fixed without losing
    data.
    """
    asked = wanted or Examination()
    return answer(run_checks(store, asked.checks, fix=asked.fix))
