"""Apply a record that an import stored as a question, once the question is answered."""

from sqlmodel import Session

from wamkg.errors import ConflictError
from wamkg.importing.applier import Applier
from wamkg.importing.import_report import ImportReport, LineReport, Outcome
from wamkg.matching.kept_record import record_from
from wamkg.matching.record import Record
from wamkg.store.tables import Batch, IdentityQuestion


def apply_kept(session: Session, batch: Batch, question: IdentityQuestion) -> LineReport:
    """Apply the record of an answered question as its import would have; return the outcome.

    Raises ConflictError if it can no longer be applied.
    """
    report = ImportReport(question.source, "", dry_run=False)
    applier = Applier(session, batch, question.source, report, keep_classes=bool(question.record.get("classes", True)))
    applier.apply([record_from(question.record, Record)])
    line = report.lines[0]
    if line.outcome is Outcome.UNREADABLE:
        raise ConflictError(f"the record of question {question.uid} cannot be applied: {line.reason}")
    return line
