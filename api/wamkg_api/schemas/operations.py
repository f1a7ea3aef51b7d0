"""Bodies of jobs, releases, undo and the doctor."""

from typing import Annotated, Literal

from pydantic import Field

from wamkg.parameters import Text, Word
from wamkg.reviewing.doctor import CHECKS, FORMER_CHECKS
from wamkg_api.schemas.base import Body, Revision, Why
from wamkg_api.schemas.parameters import ReleaseName


class Reason(Body):
    """Why a batch is undone."""

    why: Why = ""


class NewRelease(Body):
    """Name of a release."""

    name: ReleaseName = Field(examples=["v2"])
    note: Text = ""


class JobParameters(Body):
    """Parameters of a job; each kind of job has its own."""

    only: Literal["citations", "metadata"] | None = Field(default=None, description="Of enrich.")
    limit: int | None = Field(default=None, ge=1, le=1_000_000, description="Of enrich: papers at most.")
    retry_failed: bool | None = Field(default=None, description="Of enrich: only what failed before.")
    taxonomy: Word | None = Field(default=None, description="Of suggest.")
    routes: list[Word] | None = Field(default=None, max_length=100, description="Of discover: default all routes.")
    least: int | None = Field(default=None, ge=1, le=1000, description="Of discover: citations that make a find.")


class NoticeAnswer(Body):
    """What a person does about a notice."""

    status: Literal["accepted", "dismissed"]
    revision: Revision | None = None


class NewDigest(Body):
    """The period of a digest."""

    since: Annotated[str, Field(pattern=r"^(\d{1,4}[dhw]|[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8]))$")] = Field(
        default="7d", description="A span before now (7d, 2w, 12h) or a day.", examples=["7d"]
    )


class DoctorRequest(Body):
    """Which checks to run (default: all), and whether to fix what can be fixed."""

    checks: list[Annotated[str, Field(pattern=rf"^({'|'.join((*CHECKS, *FORMER_CHECKS))})$")]] = Field(
        default_factory=list, max_length=100, examples=[["missing-quotes"]]
    )
    fix: bool = Field(default=False, description="Fix what can be fixed without losing data.")
