"""Edits by hand of entities other than papers, and adding papers, named entities and results."""

import math
from typing import Any

from sqlmodel import Session, select

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.former_names import with_current_names
from wamkg.identifiers import name_key, slugify
from wamkg.importing.applier import Applier
from wamkg.importing.import_report import ImportReport, Outcome
from wamkg.importing.jsonl import record_of
from wamkg.json_types import UncheckedMapping, UncheckedObject
from wamkg.matching.record import UnreadableLine
from wamkg.matching.resolved_values import resolved_values
from wamkg.near_matches import unknown
from wamkg.reviewing.paper_edits import EditResult, add_former_name
from wamkg.store.audit_trail import ChangeRow, changes_of
from wamkg.store.batches import EDITABLE, close_batch, open_batch, record_change, uid_of_row, update_row
from wamkg.store.claims import load_claims, write_resolved
from wamkg.store.entities import ENTITY_MODELS, INTRODUCING_RELATION, find_entity, get_entity, save_link, upsert_entity
from wamkg.store.entity_refs import get_entity_by_ref
from wamkg.store.papers import find_paper
from wamkg.store.results import save_result
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Batch, Entity, Link, Metric, Paper, Result
from wamkg.vocabulary import PERSON, BatchKind, EntityKind, Relation

KINDS = ("paper", *ENTITY_MODELS, "result")
_DERIVED = {"key", "slug", "path", "parent_id", "depth", "position"}
"""Columns that are computed, or that taxonomy edits set."""
SHOWN_EDITS = 3
_EMPTY = {"suite": str, "split": str, "definition": str, "code": str, "include": list, "exclude": list}
"""Stored value of an empty field, for columns that must not be NULL."""
_NUMBERS = {"value", "low", "high"}
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def edit_entity(
    session: Session, actor: Actor, subject: str, values: UncheckedMapping, why: str = "", revision: int | None = None
) -> EditResult:
    """Set columns of `method:SLUG`, `dataset:`, `benchmark:`, `metric:`, `institution:`, `challenge:`, `concept:`,
    `result:UID` or `taxon:TAXONOMY:PATH`. The old name still finds it.

    Raises NotFoundError, InvalidInputError, and ConflictError if the revision is not `revision` (the message says what
    was written since), or if another entity has the name.
    """
    kind, _, name = subject.partition(":")
    row = get_entity_by_ref(session, kind, name)
    session.refresh(row, with_for_update=True)
    if revision is not None and revision > row.revision:
        raise ConflictError(
            f"{subject} is at revision {row.revision}, so revision {revision} cannot exist yet; read it again"
        )
    if revision is not None and revision < row.revision:
        happened = (
            "; ".join(describe_entity_changes(session, row, row.revision - revision)) or "nothing that was recorded"
        )
        raise ConflictError(
            f"stale: {subject} is now at revision {row.revision}, you saw {revision}; meanwhile: {happened}"
        )
    allowed = sorted(EDITABLE[type(row)] - _DERIVED)
    values = with_current_names(values, allowed)
    for field in values:
        if field not in allowed:
            raise InvalidInputError(unknown(f"{kind} field", field, allowed))
    parsed = {field: _read(field, value) for field, value in values.items()}
    if all(getattr(row, field) == value for field, value in parsed.items()):
        return EditResult(None, subject, {}, row.revision)
    batch = open_batch(session, BatchKind.EDIT, subject, actor)
    if "name" in parsed and kind in ENTITY_MODELS:
        _refuse_taken_name(session, EntityKind(kind), row, parsed["name"])
        add_former_name(session, batch, row)
        parsed["key"] = name_key(parsed["name"])
    changes = update_row(session, batch, row, parsed, why)
    if kind == EntityKind.METHOD:
        _find_by_new_name(session, row.id)
    close_batch(session, batch, {"fields": sorted(changes), "subject": subject})
    return EditResult(batch.uid, subject, {n: c for n, c in changes.items() if n not in _DERIVED}, row.revision)


def describe_entity_changes(session: Session, row: Any, newest: int) -> list[str]:
    """Descriptions of the newest edits of an entity other than a paper, newest first: when, who, what, in which
    batch.
    """
    table = f"{row.__tablename__}."
    edits: dict[str, list[ChangeRow]] = {}
    uid = uid_of_row(session, row)
    for change in changes_of(session, [uid]).get(uid, []):
        if change.field.startswith(table) and change.field.removeprefix(table) not in _DERIVED:
            edits.setdefault(change.batch, []).append(change)
    return [
        f"{changes[0].at:%Y-%m-%d %H:%M} {changes[0].by}: "
        + ", ".join(f"{c.field.removeprefix(table)} {c.before!r} -> {c.after!r}" for c in changes)
        + f" (batch {batch})"
        for batch, changes in reversed(list(edits.items())[-newest:])
    ]


def _refuse_taken_name(session: Session, kind: EntityKind, row: Any, name: str) -> None:
    other = find_entity(session, kind, name)
    if other is not None and other.id != row.id:
        raise ConflictError(f"{kind}:{other.slug} is called {name!r} already; choose another name")


def _read(field: str, value: Any) -> Any:
    if field in ("metric_id", "reported_by_id"):
        raise InvalidInputError(f"{field} cannot be edited; add the result again")
    if field == "name" and not str(value or "").strip():
        raise InvalidInputError("name cannot be empty")
    if value in (None, "") and field not in ("value", "party"):
        return _EMPTY[field]() if field in _EMPTY else None
    if field in _NUMBERS:
        return _number(field, value)
    if field == "higher_is_better":
        if str(value).lower() not in _BOOLEANS:
            raise InvalidInputError(f"{field} must be true or false, not {value!r}")
        return _BOOLEANS[str(value).lower()]
    if field == "party" and value not in ("first", "third"):
        raise InvalidInputError("party must be first or third")
    if field in ("include", "exclude"):
        parts = value.split(";") if isinstance(value, str) else list(value)
        return [part.strip() for part in parts if part.strip()]
    return str(value)


def _number(field: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"{field} must be a number, not {value!r}") from error
    if not math.isfinite(number):
        raise InvalidInputError(f"{field} must be a number, not {value!r}")
    return number


def _find_by_new_name(session: Session, method: int) -> None:
    proposing = select(Link.source_id).where(Link.relation == Relation.PROPOSES, Link.target_id == method)
    states = list(load_claims(session, session.exec(proposing).all()).values())
    write_resolved(session, states, [resolved_values(state) for state in states])


def add_item(session: Session, actor: Actor, kind: str, values: UncheckedMapping, why: str = "") -> EditResult:
    """Add an entity by hand: a `paper` with the keys of the project's JSON Lines; a named entity, such as a `method`,
    with `name`, its own columns and `paper`, which proposes or introduces it or comes from it; a `result` with
    `method`, `benchmark`, `metric`, `value`, `suite`, `split`, `reported_by`, `reported_location`, `url`, `printed` and
    `party`.

    Raises ConflictError if it exists already, InvalidInputError and NotFoundError.
    """
    one_writer(session)
    values = with_current_names(values, _KEYS.get(kind, ()))
    batch = open_batch(session, BatchKind.EDIT, f"add {kind}", actor)
    if kind == "paper":
        subject, uid = _add_paper(session, batch, values)
    elif kind == "result":
        subject, uid = _add_result(session, batch, values)
    elif kind in KINDS:
        subject, uid = _add_named(session, batch, EntityKind(kind), dict(values))
    else:
        raise InvalidInputError(unknown("kind", kind, KINDS))
    record_change(session, batch, f"added {kind}", subject_uid=uid, after=dict(values), why=why)
    close_batch(session, batch, {"added": subject})
    return EditResult(batch.uid, subject, {name: (None, value) for name, value in values.items()}, 1)


def _add_paper(session: Session, batch: Batch, values: UncheckedMapping) -> tuple[str, str]:
    record = record_of(dict(values), 1)
    if isinstance(record, UnreadableLine):
        raise InvalidInputError(record.reason)
    if record.unknown_keys:
        raise InvalidInputError(f"a paper has no {', '.join(record.unknown_keys)}")
    report = ImportReport("by hand", "", dry_run=False)
    Applier(session, batch, PERSON, report).apply([record])
    line = report.lines[0]
    if line.outcome is Outcome.UNREADABLE:
        raise InvalidInputError(line.reason)
    if line.outcome is not Outcome.NEW:
        said = "; ".join(line.conflicts) or "it is in the store already; change it with `wamkg set`"
        raise ConflictError(f"{line.title}: {said}")
    made = select(Paper).join(Entity, Entity.id == Paper.id).where(Entity.batch_id == batch.id)  # type: ignore[arg-type]
    paper = session.exec(made).one()
    return paper.slug, uid_of_row(session, paper)


def _add_named(session: Session, batch: Batch, kind: EntityKind, values: UncheckedObject) -> tuple[str, str]:
    name, paper = values.pop("name", None), values.pop("paper", None)
    if not isinstance(name, str) or not name.strip():
        raise InvalidInputError(f"a {kind} needs a name")
    if (known := find_entity(session, kind, name)) is not None:
        raise ConflictError(f"there is a {kind} {known.name!r} already; change it with `wamkg set {kind}:{known.slug}`")
    columns = EDITABLE[ENTITY_MODELS[kind]] - _DERIVED
    for field in values:
        if field not in columns:
            raise InvalidInputError(unknown(f"{kind} field", field, sorted({*columns, "paper"})))
    parsed = {field: _read(field, value) for field, value in values.items()}
    number, _ = upsert_entity(session, batch, kind, {"slug": slugify(name), "name": name.strip()} | parsed)
    if paper:
        relation = INTRODUCING_RELATION.get(kind, Relation.INTRODUCES)
        source = find_paper(session, paper).id
        assert source is not None
        save_link(session, batch, source, relation, number)
        if kind is EntityKind.METHOD:
            _find_by_new_name(session, number)
    return f"{kind}:{slugify(name)}", session.get_one(Entity, number).uid


_RESULT_KEYS = (
    "method", "benchmark", "metric", "value", "suite", "split", "reported_by", "reported_location", "url", "printed",
    "party",
)  # fmt: skip
_KEYS = {"result": _RESULT_KEYS, "institution": ("short_name",)}
"""Keys of what is added that had other names before."""


def _add_result(session: Session, batch: Batch, values: UncheckedMapping) -> tuple[str, str]:
    for field in values:
        if field not in _RESULT_KEYS:
            raise InvalidInputError(unknown("result field", field, _RESULT_KEYS))
    for field in ("method", "benchmark", "value"):
        if values.get(field) in (None, ""):
            raise InvalidInputError(f"a result needs a {field}")
    metric = get_entity(session, EntityKind.METRIC, values["metric"]) if values.get("metric") else None
    method, benchmark = (get_entity(session, EntityKind(kind), values[kind]) for kind in ("method", "benchmark"))
    row = {
        "method_id": method.id,
        "benchmark_id": benchmark.id,
        "metric_id": metric.id if isinstance(metric, Metric) else None,
        "value": _number("value", values["value"]),
        "suite": values.get("suite") or "",
        "split": values.get("split") or "",
        "method_printed": values.get("printed") or method.name,
        "reported_by_id": find_paper(session, values["reported_by"]).id if values.get("reported_by") else None,
        "reported_url": values.get("url"),
        "reported_location": values.get("reported_location"),
        "party": _read("party", values.get("party", "third")),
        "source": PERSON,
    }
    if not save_result(session, batch, row):
        raise ConflictError("this result is in the store already; nothing was written")
    session.flush()
    made = session.exec(select(Result).where(Result.batch_id == batch.id)).one()
    return f"result:{made.uid}", made.uid
