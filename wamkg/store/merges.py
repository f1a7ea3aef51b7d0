"""Moves all rows of one paper to another, and back. Every row moved or removed is recorded in the audit trail.

A merge keeps the other paper's entity, so that its permanent id and number are never reused. Its row in `paper`, and
rows that the remaining paper has already, are removed; everything else is moved.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Index, Table, UniqueConstraint, or_, select
from sqlmodel import Session, col

from wamkg.errors import ConflictError
from wamkg.store.base import LEFT_OUT, Condition, Row, RowValues, chunks, decode, encode, is_live, table_of
from wamkg.store.batches import KEPT_ROWS, MOVED, record_change
from wamkg.store.citation_keys import KEY
from wamkg.store.papers import SCHEMES
from wamkg.store.search import remove_texts
from wamkg.store.tables import Authorship, Batch, Change, Entity, FormerId, Paper, Result, metadata
from wamkg.vocabulary import BatchKind

REMOVED = KEPT_ROWS[0]
ROWS_A_CHANGE = 500
Columns = list[Column[Any]]
PARENTS = ("paper", "method")
"""Tables to which other tables refer; their rows are restored first."""
_SHOWN_ONCE = (*SCHEMES, KEY, "venue_id")
"""Columns of `paper` that are unique, or that may refer to a removed row. They are resolved again."""
_DERIVED = (Authorship,)
_IN_PLACE = table_of(Result)
"""Tables whose rows are edited in place and recorded separately."""


@dataclass
class Mover:
    """Moves rows from one entity to another within one batch."""

    session: Session
    batch: Batch
    moved: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)

    def move_all(self, kind: str, other: int, keep: int) -> None:
        """Move everything that refers to an entity of a kind (`paper`, `method`) to another entity of that kind."""
        for table in metadata.sorted_tables:
            columns = _references(table, kind)
            if columns and table is not _IN_PLACE and table not in map(table_of, _DERIVED):
                self._move(table, columns, other, keep)

    def _move(self, table: Table, columns: Columns, other: int, keep: int) -> None:
        theirs = self._rows(table, columns, other)
        if not theirs:
            return
        changed = {row["id"]: _pointed(table, columns, row, other, keep) for row in theirs}
        mine = [row for row in self._rows(table, columns, keep) if row["id"] not in changed]
        doomed = _doubles(table, columns, mine, [row | changed[row["id"]] for row in theirs])
        self.remove(table, [row for row in (*mine, *theirs) if row["id"] in doomed])
        self.change(table, [row for row in theirs if row["id"] not in doomed], changed)

    def _rows(self, table: Table, columns: Columns, number: int) -> list[Row]:
        found = select(table).where(or_(*(column == number for column in columns))).order_by(table.c.id)
        return [dict(row._mapping) for row in self.session.connection().execute(found)]

    def change(self, table: Table, rows: list[Row], values: Mapping[int, RowValues]) -> None:
        """Set columns of rows (by number) and record the old values."""
        for row in rows:
            new = {name: value for name, value in values[row["id"]].items() if row[name] != value}
            statement = table.update().where(table.c.id == row["id"])
            self.session.connection().execute(statement.values(**new))
        for part in chunks(rows, ROWS_A_CHANGE):
            kept = [_kept(row, values[row["id"]]) for row in part]
            after = [encode({"id": row["id"], **values[row["id"]]}) for row in part]
            record_change(self.session, self.batch, f"{MOVED}{table.name}", before=kept, after=after)
        self.moved[str(table.name)] += len(rows)

    def remove(self, table: Table, rows: list[Row]) -> None:
        """Remove rows from a table and copy them to the audit trail."""
        for part in chunks(rows, ROWS_A_CHANGE):
            record_change(self.session, self.batch, f"{REMOVED}{table.name}", before=[encode(row) for row in part])
            numbers = [row["id"] for row in part]
            self.session.connection().execute(table.delete().where(table.c.id.in_(numbers)))
        self.removed[str(table.name)] += len(rows)

    def remove_where(self, table: Table, condition: Condition) -> None:
        """Remove the rows of a table that meet a condition."""
        found = self.session.connection().execute(select(table).where(condition).order_by(table.c.id))
        self.remove(table, [dict(row._mapping) for row in found])

    def remove_paper(self, other: int) -> None:
        """Remove the row of a paper and the data derived from it. Its entity stays."""
        for model in _DERIVED:
            table = table_of(model)
            self.session.connection().execute(table.delete().where(table.c.paper_id == other))
        remove_texts(self.session, [other])
        self.remove_where(table_of(Paper), table_of(Paper).c.id == other)
        self.session.expire_all()


def _references(table: Table, kind: str) -> Columns:
    """Columns that refer to an entity of a kind; the primary key of a table is not included."""
    return [
        column
        for column in table.columns
        if not column.primary_key and any(key.column.table.name in (kind, "entity") for key in column.foreign_keys)
    ]


def _pointed(table: Table, columns: Columns, row: RowValues, other: int, keep: int) -> Row:
    new = {str(c.name): keep if row[c.name] == other else row[c.name] for c in columns}
    if table.name == "judgement":
        new = {"left_id": min(new.values()), "right_id": max(new.values())}
    return new


def _kept(row: RowValues, values: RowValues) -> Row:
    names = {"id", *values} | ({"batch_id", "ended_batch_id"} & row.keys())
    return encode({name: row[name] for name in sorted(names)})


def _doubles(table: Table, columns: Columns, mine: list[Row], theirs: list[Row]) -> set[int]:
    """Numbers of the rows to remove: links of a paper to itself, and the poorer of two rows with the same key."""
    doomed = {row["id"] for row in theirs if len(columns) > 1 and len({row[c.name] for c in columns}) == 1}
    for names, where in _unique_keys(table):
        known: dict[tuple[object, ...], Row] = {}
        for row in (*mine, *theirs):
            if row["id"] in doomed or not _holds(row, where):
                continue
            rival = known.setdefault(tuple(row[name] for name in names), row)
            if rival is not row:
                poorer, richer = sorted((rival, row), key=lambda r: (_richness(r), r is rival))
                doomed.add(poorer["id"])
                known[tuple(row[name] for name in names)] = richer
    return doomed


def _richness(row: RowValues) -> int:
    return len(row.get("contexts") or ())


def _unique_keys(table: Table) -> Iterator[tuple[list[str], str]]:
    """Columns that are unique together, and the condition of the unique index."""
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [str(column.name) for column in constraint.columns], ""
    for index in table.indexes:
        if isinstance(index, Index) and index.unique:
            where = index.dialect_options["sqlite"].get("where")
            yield [str(column.name) for column in index.columns], str(where) if where is not None else ""


def _holds(row: RowValues, where: str) -> bool:
    return not ("ended_at" in where and row["ended_at"] is not None) and not ("primary" in where and not row["primary"])


def name_formerly(session: Session, batch: Batch, keep: int, ids: Iterable[tuple[str, str]]) -> None:
    """Add former ids (scheme, value) of a paper."""
    wanted = dict.fromkeys(ids)
    known = select(col(FormerId.scheme), col(FormerId.value)).where(
        col(FormerId.value).in_([value for _, value in wanted]), is_live(FormerId)
    )
    taken = {tuple(row) for row in session.connection().execute(known)}
    assert batch.id is not None
    for scheme, value in wanted:
        if (scheme, value) not in taken:
            session.add(FormerId(paper_id=keep, scheme=scheme, value=value, batch_id=batch.id))
    session.flush()


# ---------------------------------------------------------------- giving back


@dataclass(frozen=True)
class Merged:
    """What a merge recorded: the rows it removed, by table; for each row it moved, the columns before and after."""

    removed: dict[str, list[Row]]
    moved: list[tuple[str, Row, Row]]

    @property
    def removed_keys(self) -> set[tuple[str, int, int | None]]:
        """Table, number and batch of each removed row; SQLite may give the number to a row of another batch."""
        return {(name, row["id"], row.get("batch_id")) for name, rows in self.removed.items() for row in rows}

    @property
    def papers(self) -> set[int]:
        """The merged paper and the remaining one."""
        gone = {row["id"] for row in self.removed.get("paper", ())}
        kept = {after["paper_id"] for name, _, after in self.moved if name == "former_id"}
        return gone | kept | {after["subject_id"] for name, _, after in self.moved if "subject_id" in after}


def read_merge(session: Session, batch: int) -> Merged:
    """Read the record of a merge."""
    removed: dict[str, list[Row]] = {}
    moved: list[tuple[str, Row, Row]] = []
    changes = select(Change).where(col(Change.batch_id) == batch).order_by(col(Change.id))
    for change in session.execute(changes).scalars():
        if change.field.startswith(REMOVED):
            removed.setdefault(change.field.removeprefix(REMOVED), []).extend(change.before)
        elif change.field.startswith(MOVED):
            name = change.field.removeprefix(MOVED)
            moved += [(name, before, after) for before, after in zip(change.before, change.after, strict=True)]
    return Merged(removed, moved)


def give_back(session: Session, merged: Merged, *, but: Iterable[int] = (), copy: bool = False) -> set[int]:
    """Move every row back to where it was before a merge; returns the two papers, whose values must be resolved again.

    Rows of the batches in `but` are skipped, and in a snapshot all rows that are not part of the survey.
    """
    later, tables = set(but), [str(table.name) for table in metadata.sorted_tables]
    for name in PARENTS:
        _insert(session, name, merged.removed.get(name, []))
    _set_back(session, merged, later)
    for name in tables:
        if name not in PARENTS and not (copy and name in LEFT_OUT):
            _insert(session, name, [r for r in merged.removed.get(name, ()) if r.get("batch_id") not in later])
    _set_back(session, merged, later)  # also those that were moved before they were removed
    session.expire_all()
    return _forget_shown(session, merged.papers)


def _forget_shown(session: Session, papers: set[int]) -> set[int]:
    """Clear the unique ids of papers while their values are resolved again; returns those that are papers."""
    table, run = table_of(Paper), session.connection().execute
    found = set(run(select(table.c.id).where(table.c.id.in_(papers))).scalars())
    run(table.update().where(table.c.id.in_(found)).values(dict.fromkeys(_SHOWN_ONCE)))
    session.expire_all()
    return found


def _set_back(session: Session, merged: Merged, later: set[int]) -> None:
    for name, before, after in reversed(merged.moved):
        if before.get("batch_id") not in later:
            _set(session, name, before, after)


def _set(session: Session, name: str, values: RowValues, columns: Iterable[str]) -> None:
    table = metadata.tables[name]
    new = {column: values[column] for column in columns if column != "id"}
    same = [table.c[key] == values[key] for key in ("id", "batch_id") if key in values]
    session.connection().execute(table.update().where(*same).values(**decode(table, new)))


def _insert(session: Session, name: str, rows: list[Row]) -> None:
    if not rows:
        return
    table, run = metadata.tables[name], session.connection().execute
    found = [decode(table, row) for row in rows]
    if name == "paper":
        found = [row | dict.fromkeys(_SHOWN_ONCE) for row in found]
    numbers = [row["id"] for row in found]
    if name in PARENTS:
        entities = set(run(select(table_of(Entity).c.id).where(table_of(Entity).c.id.in_(numbers))).scalars())
        found = [row for row in found if row["id"] in entities]
    taken = set(run(select(table.c.id).where(table.c.id.in_(numbers))).scalars())
    kept = [row for row in found if row["id"] not in taken]
    if kept:
        run(table.insert(), kept)
    if name not in PARENTS:
        # SQLite gives the highest number out again.
        for row in found:
            if row["id"] in taken:
                run(table.insert().values(**{key: value for key, value in row.items() if key != "id"}))


def merge_again(session: Session, merged: Merged) -> set[int]:
    """Repeat a merge in a snapshot, after every row is as it was before it; returns the remaining paper."""
    for name, rows in merged.removed.items():
        if name not in PARENTS:
            _delete(session, name, rows)
    for name, before, after in merged.moved:
        _set(session, name, after, before.keys() & after.keys())
    for name in PARENTS:
        rows = merged.removed.get(name, [])
        if name == "paper":
            for model in _DERIVED:
                table = table_of(model)
                numbers = [row["id"] for row in rows]
                session.connection().execute(table.delete().where(table.c.paper_id.in_(numbers)))
            remove_texts(session, [row["id"] for row in rows])
        _delete(session, name, rows)
    session.expire_all()
    return _forget_shown(session, merged.papers)


def _delete(session: Session, name: str, rows: list[Row]) -> None:
    table = metadata.tables[name]
    for row in rows:
        same = [table.c[key] == row[key] for key in ("id", "batch_id") if key in row]
        if session.connection().execute(table.delete().where(*same)).rowcount == 0:  # it came back under another number
            alike = [table.c[key] == value for key, value in decode(table, row).items() if key != "id"]
            session.connection().execute(table.delete().where(*alike))


# ---------------------------------------------------------------- what depends on what


def merges_in_effect(session: Session) -> list[Batch]:
    """Merges that were not undone, oldest first."""
    statement = select(Batch).where(col(Batch.kind) == BatchKind.MERGE, col(Batch.undone_at).is_(None))
    return list(session.execute(statement.order_by(col(Batch.id))).scalars())


def refuse_before_merges(session: Session, batch: Batch) -> None:
    """Reject undoing a batch if a later merge moved what it wrote, or merged its papers.

    Raises ConflictError, which names the merges.
    """
    named = []
    for merge in merges_in_effect(session):
        assert merge.id is not None and batch.id is not None
        if merge.id > batch.id and _wrote_of(session, batch.id, read_merge(session, merge.id)):
            named.append(merge.uid)
    if named:
        told = ", ".join(named)
        raise ConflictError(f"a later merge joined papers that {batch.uid} wrote about; undo it first: {told}")


def refuse_after_writes(session: Session, merge: Batch) -> None:
    """Reject undoing a merge if people or imports wrote to its papers afterwards.

    Fetched or computed data since then stays with the remaining paper. Raises ConflictError, which names the batches.
    """
    assert merge.id is not None
    merged = read_merge(session, merge.id)
    derived = (BatchKind.ENRICH, BatchKind.LOAD, BatchKind.EMBED, BatchKind.SUGGEST, BatchKind.UNDO)
    later = select(Batch).where(
        col(Batch.id) > merge.id, col(Batch.undone_at).is_(None), col(Batch.kind).not_in(derived)
    )
    found = [
        batch.uid
        for batch in session.execute(later.order_by(col(Batch.id))).scalars()
        if batch.id is not None and _wrote_of(session, batch.id, merged)
    ]
    if found:
        raise ConflictError(f"later batches wrote about the paper of {merge.uid}; undo them first: {', '.join(found)}")


def _wrote_of(session: Session, batch: int, merged: Merged) -> bool:
    rows = [before for _, before, _ in merged.moved] + [row for rows in merged.removed.values() for row in rows]
    if any(batch in (row.get("batch_id"), row.get("ended_batch_id")) for row in rows):
        return True
    papers = merged.papers
    entity, change, run = table_of(Entity), table_of(Change), session.connection().execute
    made = select(entity.c.id).where(entity.c.batch_id == batch, entity.c.id.in_(papers))
    uids = select(entity.c.uid).where(entity.c.id.in_(papers))
    told = select(change.c.id).where(change.c.batch_id == batch, change.c.subject_uid.in_(uids))
    if run(made.limit(1)).first() or run(told.limit(1)).first():
        return True
    return any(_has_rows(session, table, batch, papers) for table in metadata.sorted_tables)


def _has_rows(session: Session, table: Table, batch: int, papers: set[int]) -> bool:
    columns = _references(table, "paper")
    if not columns or "batch_id" not in table.c or table.name == "citation":
        return False
    theirs = [table.c.batch_id == batch]
    if "ended_batch_id" in table.c:
        theirs.append(table.c.ended_batch_id == batch)
    found = select(table.c.id).where(or_(*theirs), or_(*(column.in_(papers) for column in columns)))
    return session.connection().execute(found.limit(1)).first() is not None
