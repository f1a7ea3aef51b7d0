"""Decisions and objections as lines of an append-only file that git's union merge can combine."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import orjson
from sqlmodel import Session, col, select

from wamkg.errors import InvalidInputError
from wamkg.importing.lines import numbered_lines
from wamkg.json_types import UncheckedObject
from wamkg.reviewing.decision_lines import check_line
from wamkg.store.batches import find_row, get_actor, record_change, uid_of_row, undone_by, update_row
from wamkg.store.decisions import DecisionRow, decision_rows
from wamkg.store.paper_details import paper_rows
from wamkg.store.papers import remaining_uid
from wamkg.store.tables import Actor, Batch, Change, Objection, Paper, Taxon, Taxonomy
from wamkg.vocabulary import (
    OPEN_STATUSES,
    PERSON,
    ObjectionStatus,
    ObjectorRole,
)

_TEXTS = {"raised_by": "raised_by", "raised_as": "raised_role", "said_at": "source_url", "quote": "quote"}
"""Keys of an objection in the file, each with its column."""


def objection_lines(session: Session, ids_of: Callable[[str], dict[str, str]]) -> Iterator[UncheckedObject]:
    """All objections raised by people, with their status unless it is `open`; oldest first.

    `ids_of` returns the ids of a paper by its permanent one.
    """
    by_hand = select(Objection).where(Objection.raised_role != ObjectorRole.DECISION).order_by(col(Objection.id))
    for found in session.exec(by_hand):
        paper = session.get_one(Paper, found.paper_id)
        said = {key: getattr(found, column) for key, column in _TEXTS.items()}
        said |= {"state": found.proposed_status, "claimed": _taxon(session, found.proposed_taxon_id)}
        said |= {"current": _taxon(session, found.disputed_taxon_id)}
        where = {"paper": ids_of(uid_of_row(session, paper)), "taxonomy": _slug(session, found)}
        raised = {"id": found.uid, "at": found.at.isoformat(), "by": _recorder(session, found)}
        yield raised | where | {"objection": said}
        if found.status != ObjectionStatus.OPEN:
            yield _outcome(session, found)


def _slug(session: Session, found: Objection) -> str:
    return session.get_one(Taxonomy, found.taxonomy_id).slug


def _recorder(session: Session, found: Objection) -> str:
    return session.get_one(Actor, session.get_one(Batch, found.batch_id).actor_id).name


def _taxon(session: Session, number: int | None) -> dict[str, str] | None:
    if number is None:
        return None
    taxon = session.get_one(Taxon, number)
    return {"path": taxon.path, "uid": uid_of_row(session, taxon)}


def _outcome(session: Session, found: Objection) -> UncheckedObject:
    edits = select(Change).where(Change.subject_uid == found.uid, col(Change.field).startswith("objection."))
    last = session.exec(edits.order_by(col(Change.id).desc())).first()
    assert last is not None, "only an edit takes an objection out of its first state"
    by = session.get_one(Actor, found.decided_by_id or last.actor_id).name
    state = {"status": found.status, "answer": found.answer, "decision": found.decision}
    # The same in every copy, so that a state is written once however often it goes to and fro.
    uid = uuid5(NAMESPACE_URL, f"{found.uid} {found.status} {found.answer} {found.decision}")
    return {"id": str(uid), "at": last.at.isoformat(), "by": by, "objects": found.uid} | state


def is_known(session: Session, uid: str) -> bool:
    """Whether an objection is stored, or was stored and undone."""
    if session.exec(select(Objection.id).where(Objection.uid == uid)).first() is not None:
        return True
    raised = select(Change.id).where(
        col(Change.field).startswith("objection:"), col(Change.after)["objection"].as_string() == uid
    )
    return session.exec(raised).first() is not None


def write_objection(
    session: Session,
    batch: Batch,
    line: "DecisionFileLine",
    where: tuple[Paper, Taxonomy],
    taxa: tuple[Taxon | None, Taxon | None],
) -> None:
    """Write an objection from a line; `taxa` are the disputed one and the proposed one."""
    paper, taxonomy = where
    current, claimed = taxa
    assert paper.id is not None and taxonomy.id is not None and batch.id is not None and line.objection is not None
    said = line.objection
    objection = Objection(
        uid=line.id, paper_id=paper.id, taxonomy_id=taxonomy.id, proposed_status=said["state"], at=line.at,
        disputed_taxon_id=current.id if current else None, proposed_taxon_id=claimed.id if claimed else None,
        batch_id=batch.id, raised_by=said["raised_by"], raised_role=said["raised_as"],
        source_url=said.get("said_at"),
        quote=said.get("quote"),
    )  # fmt: skip
    session.add(objection)
    session.flush()
    after = {"objection": line.id, "raised_by": objection.raised_by, "recorded_by": line.by}
    record_change(session, batch, f"objection:{taxonomy.slug}", subject_uid=uid_of_row(session, paper), after=after)


def write_outcome(session: Session, batch: Batch, line: "DecisionFileLine") -> bool:
    """Update an objection that is still open to the status in a line; returns whether it changed."""
    found = session.exec(select(Objection).where(Objection.uid == line.objects)).first()
    if found is None or found.status not in OPEN_STATUSES:
        return False
    assert line.outcome is not None
    values = {name: line.outcome.get(name) for name in ("status", "answer", "decision")}
    if values["status"] not in OPEN_STATUSES:
        values["decided_by_id"] = get_actor(session, line.by, PERSON).id
    return bool(update_row(session, batch, found, values, values["answer"] or ""))


_DECISION_KEYS = ("verdict", "taxa", "kind", "evidence", "place", "checked", "suggested")
IDS = ("arxiv", "doi", "s2", "openalex", "slug")


@dataclass(frozen=True)
class DecisionFileLine:
    """One line of the file: a decision, an undo (`undoes`), an objection, or (`objects`) the status of an objection."""

    id: str
    at: datetime
    by: str
    undoes: str | None = None
    paper: dict[str, str] | None = None
    taxonomy: str = ""
    decision: UncheckedObject | None = None
    replaces: tuple[str, ...] = ()
    note: str = ""
    objection: UncheckedObject | None = None
    objects: str | None = None
    outcome: UncheckedObject | None = None

    @property
    def order(self) -> tuple[bool, bool, bool, datetime, str]:
        """Sort key for reading lines: decisions, undos, objections, their statuses, each in order."""
        return self.objects is not None, self.objection is not None, self.undoes is not None, self.at, self.id


def export_decisions(session: Session, path: Path | None = None) -> list[str]:
    """All decisions, and objections raised by hand, as JSON lines; with a file, only those that it lacks."""
    known = {line["id"] for line in _objects(path)} if path is not None and path.exists() else set()
    return [orjson.dumps(line).decode() for line in _lines(session) if line["id"] not in known]


def append_decisions(session: Session, path: Path) -> int:
    """Append missing decisions to a file; returns their number. Existing lines are not changed."""
    lines = export_decisions(session, path)
    lacks_end = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" if lacks_end and lines else "")
        file.writelines(f"{line}\n" for line in lines)
    return len(lines)


def _lines(session: Session) -> Iterator[UncheckedObject]:
    rows = decision_rows(session)
    papers = {uid: _ids(session, uid) for uid in {row.change.subject_uid or "" for row in rows}}
    for row in rows:
        yield _line(row, papers[row.change.subject_uid or ""])
    for row in rows:
        if row.batch.undone_at is not None:
            who = undone_by(session, row.batch)
            yield {"id": f"undo:{row.uid}", "at": _time(row.batch.undone_at), "by": who, "undoes": row.uid}
    yield from objection_lines(session, partial(_ids, session))


def _line(row: DecisionRow, paper: dict[str, str]) -> UncheckedObject:
    values = {"id": row.uid, "at": _time(row.change.at), "by": row.by, "paper": paper, "taxonomy": row.taxonomy}
    return values | row.record | {"replaces": sorted(row.replaces), "note": row.change.why}


def _ids(session: Session, uid: str) -> dict[str, str]:
    paper = find_row(session, Paper, remaining_uid(session, uid))
    if paper is None:
        return {"uid": uid}
    row = paper_rows(session, [paper.id], texts=False)[paper.id]
    return {"uid": uid, "title": row.title} | {name: value for name in IDS if (value := getattr(row, name))}


def _time(at: datetime) -> str:
    return at.isoformat()


def _objects(path: Path) -> Iterable[UncheckedObject]:
    with path.open("rb") as stream:
        for _, line in numbered_lines(stream):
            if line and not line.isspace():
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise InvalidInputError(f"{path.name} has a line that is not valid JSON; fix it first") from error


def read_line(raw: bytes) -> DecisionFileLine:
    """Parse one line.

    Raises ValueError, which says what is wrong, for an invalid line.
    """
    values = check_line(raw)
    uid, at, by = values["id"], datetime.fromisoformat(values["at"]), values["by"]
    if "undoes" in values:
        return DecisionFileLine(uid, at, by, undoes=values["undoes"])
    if "objects" in values:
        return DecisionFileLine(uid, at, by, objects=values["objects"], outcome=values)
    paper, taxonomy = values["paper"], values["taxonomy"]
    if "objection" in values:
        return DecisionFileLine(uid, at, by, paper=paper, taxonomy=taxonomy, objection=values["objection"])
    decision = {name: values.get(name) for name in _DECISION_KEYS}
    replaces, note = tuple(values.get("replaces") or ()), values.get("note") or ""
    return DecisionFileLine(
        uid, at, by, paper=paper, taxonomy=taxonomy, decision=decision, replaces=replaces, note=note
    )
