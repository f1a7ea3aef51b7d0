"""Response of an import."""

from pydantic import BaseModel, Field

from wamkg.importing.import_report import Doubt, Outcome
from wamkg.importing.quality import Quality, QualityWarning, Sample
from wamkg.store.questions import Asked, TitleChange


class ImportedLine(BaseModel):
    """One line of the source that names a paper, and its outcome. Empty fields are left out."""

    line: int
    outcome: Outcome
    title: str | None = None
    ids: str | None = None
    placements: list[str] = []
    pending_review: bool = False
    repeat_of_line: int | None = Field(default=None, description="Line at which the paper stood first.")
    awaiting_review: bool = Field(default=False, deprecated=True, description="Former name of `pending_review`.")
    again_of: int | None = Field(default=None, deprecated=True, description="Former name of `repeat_of_line`.")
    changes: list[str] = []
    conflicts: list[str] = []
    reason: str | None = Field(default=None, description="Why the line could not be read.")


class ProposedClass(BaseModel):
    """A class that a list has and its taxonomy lacks, and the command that adds it."""

    taxonomy: str
    parent: str
    name: str
    papers: int
    command: str


class ImportAnswer(BaseModel):
    """Report of an import: warnings, how the file was understood, and the outcome of every line."""

    source: str
    format: str
    dry_run: bool
    partial: bool = Field(description="Something could not be read, was dropped, or looks implausible.")
    batch: str | None = Field(description="Id of the batch; null where nothing was written.")
    taxonomies: dict[str, str]
    counts: dict[str, int]
    placed: dict[str, int]
    unmapped: dict[str, int] = Field(description="Labels and headings that no taxonomy knows.")
    unknown_keys: dict[str, int] = Field(description="Fields that are not read.")
    own_survey: list[str]
    arxiv_ids: dict[str, int]
    sections: dict[str, int] = Field(description="Headings that no taxonomy knows, with the papers below each.")
    proposals: list[ProposedClass] = Field(description="Classes that the list has and its taxonomy lacks.")
    alarms: list[str] = Field(description="Decisions whose quote is gone from the text.")
    notes: list[str] = Field(description="What was assumed of the file as a whole, such as its encoding.")
    warnings: list[QualityWarning] = Field(description="What makes the import implausible.")
    quality: Quality
    samples: list[Sample]
    doubts: list[Doubt] = Field(description="Every value that was dropped, guessed or is doubtful.")
    questions: list[Asked] = Field(description="Records whose id leads to a paper that they do not look like.")
    renamed: list[TitleChange] = Field(description="Papers whose title changed.")
    lines: list[ImportedLine]
