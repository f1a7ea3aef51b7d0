"""Decisions as lines of a file. The file is append-only and each line has a stable id, so git can merge copies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.importing.lines import numbered_lines
from wamkg.reviewing.decision import Verdict
from wamkg.reviewing.objection_lines import check_objection, check_outcome, objection_lines
from wamkg.store.batches import undone_by
from wamkg.store.decisions import DecisionRow, decision_rows
from wamkg.store.edits import find_row
from wamkg.store.lookup import remaining_uid
from wamkg.store.reads_details import paper_rows
from wamkg.store.tables import Paper
from wamkg.vocabulary import OutsideKind

FIRST_YEAR = 2000
IDS = ("arxiv", "doi", "s2", "openalex", "slug")


@dataclass(frozen=True)
class Line:
    """One line of the file: a decision, an undo (`undoes`), an objection, or (`objects`) the status of an objection."""

    id: str
    at: datetime
    by: str
    undoes: str | None = None
    paper: dict[str, str] | None = None
    taxonomy: str = ""
    decision: dict[str, Any] | None = None
    replaces: tuple[str, ...] = ()
    note: str = ""
    objection: dict[str, Any] | None = None
    objects: str | None = None
    outcome: dict[str, Any] | None = None

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


def _lines(session: Session) -> Iterator[dict[str, Any]]:
    rows = decision_rows(session)
    papers = {uid: _ids(session, uid) for uid in {row.change.subject_uid or "" for row in rows}}
    for row in rows:
        yield _line(row, papers[row.change.subject_uid or ""])
    for row in rows:
        if row.batch.undone_at is not None:
            who = undone_by(session, row.batch)
            yield {"id": f"undo:{row.uid}", "at": _time(row.batch.undone_at), "by": who, "undoes": row.uid}
    yield from objection_lines(session, partial(_ids, session))


def _line(row: DecisionRow, paper: dict[str, str]) -> dict[str, Any]:
    values = {"id": row.uid, "at": _time(row.change.at), "by": row.by, "paper": paper, "taxonomy": row.taxonomy}
    return values | (row.change.after or {}) | {"replaces": sorted(row.replaces), "note": row.change.why}


def _ids(session: Session, uid: str) -> dict[str, str]:
    paper = find_row(session, Paper, remaining_uid(session, uid))
    if paper is None:
        return {"uid": uid}
    row = paper_rows(session, [paper.id], texts=False)[paper.id]
    return {"uid": uid, "title": row.title} | {name: value for name in IDS if (value := getattr(row, name))}


def _time(at: datetime) -> str:
    return at.isoformat()


def _objects(path: Path) -> Iterable[dict[str, Any]]:
    with path.open("rb") as stream:
        for _, line in numbered_lines(stream):
            if line and not line.isspace():
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise InvalidInputError(f"{path.name} holds a line that is no JSON; mend it first") from error


def read_line(raw: bytes) -> Line:
    """Parse one line.

    Raises ValueError, which says what is wrong, for an invalid line.
    """
    values = orjson.loads(raw)
    if b"\\u0000" in raw:
        raise ValueError("a NUL character, which no database keeps")
    if not isinstance(values, dict):
        raise ValueError("not an object")
    at = datetime.fromisoformat(_text(values, "at"))
    if at.tzinfo is None:
        raise ValueError("`at` has no time zone")
    if at.year < FIRST_YEAR:
        raise ValueError(f"`at` is {at.year}, when nobody decided anything")
    uid, by = _text(values, "id"), _text(values, "by")
    if "undoes" in values:
        return Line(uid, at, by, undoes=_text(values, "undoes"))
    if "objects" in values:
        check_outcome(values)
        return Line(uid, at, by, objects=_text(values, "objects"), outcome=values)
    paper = values.get("paper")
    if not isinstance(paper, dict) or not all(isinstance(v, str) for v in paper.values()):
        raise ValueError("`paper` is no object of ids")
    if "objection" in values:
        check_objection(values["objection"])
        if not all(t is None or _is_taxon(t) for t in (values["objection"].get(n) for n in ("claimed", "current"))):
            raise ValueError("`objection` names what is no taxon")
        return Line(uid, at, by, paper=paper, taxonomy=_text(values, "taxonomy"), objection=values["objection"])
    decision = {name: values.get(name) for name in ("verdict", "taxa", "kind", "evidence", "place", "checked")}
    _check_decision(decision)
    replaces = values.get("replaces") or []
    if not isinstance(replaces, list) or not all(isinstance(uid, str) for uid in replaces):
        raise ValueError("`replaces` is no list of ids")
    return Line(
        uid,
        at,
        by,
        paper=paper,
        taxonomy=_text(values, "taxonomy"),
        decision=decision | {"suggested": values.get("suggested")},
        replaces=tuple(replaces),
        note=str(values.get("note") or ""),
    )


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"`{name}` is missing or no text")
    return value


def _is_taxon(given: Any) -> bool:
    return isinstance(given, dict) and isinstance(given.get("path"), str) and isinstance(given.get("uid", ""), str)


def _check_decision(decision: dict[str, Any]) -> None:
    if decision["verdict"] not in set(Verdict):
        raise ValueError(f"{decision['verdict']!r} is no verdict")
    taxa = decision["taxa"]
    if not isinstance(taxa, list) or not all(_is_taxon(taxon) for taxon in taxa):
        raise ValueError("`taxa` is no list of taxa")
    if bool(taxa) != (decision["verdict"] in (Verdict.ACCEPT, Verdict.REJECT)):
        raise ValueError(f"{decision['verdict']} with {len(taxa)} taxa")
    if decision["kind"] is not None and decision["kind"] not in set(OutsideKind):
        raise ValueError(f"{decision['kind']!r} is no kind of outside")
    for name in ("evidence", "place"):
        if not isinstance(decision[name], str | None):
            raise ValueError(f"`{name}` is no text")
