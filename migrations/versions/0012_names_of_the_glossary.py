"""names of the glossary

Revision: 0012
Follows: 0011

Tables and columns get the names of the glossary. The names that are kept inside the audit trail change with them, so that
an undo, a past day and the end of a merge find their tables and columns: `change.field`, the rows in `change.before` and
`change.after`, the counts of undo and merge batches, and the records of identity questions.
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = {"fact": "claim", "pace": "rate_limit", "weblink": "paper_url", "work": "task"}
"""Former name of each table."""
_LOCK = {"version": "revision"}
COLUMNS = {
    "fact": {"seen_at": "retrieved_at"},
    "pace": {},
    "weblink": {},
    "work": {"state": "status", "lease_owner": "leased_by"},
    "job": {"state": "status"},
    "assignment": {"state": "status", "evidence_place": "evidence_location"},
    "vote": {"evidence_place": "evidence_location"},
    "adjudication": {"how": "resolution"},
    "suggestion": {"decided_taxon_id": "confident_taxon_id"},
    "objection": {
        "claimed_taxon_id": "proposed_taxon_id",
        "claimed_state": "proposed_status",
        "current_taxon_id": "disputed_taxon_id",
        "said_at": "source_url",
        "raised_as": "raised_role",
        **_LOCK,
    },
    "institution": {"mark": "short_name", **_LOCK},
    "result": {"oddity": "caveat", "reported_where": "reported_location", **_LOCK},
    **dict.fromkeys(
        ("paper", "method", "dataset", "benchmark", "metric", "challenge", "concept", "taxonomy", "taxon", "review_round", "survey",
         "identity_question"),
        _LOCK,
    ),
}  # fmt: skip
"""Former name of each column, by the former name of its table."""
VALUES = {
    ("adjudication", "how"): {"alike": "unanimous", "agreed": "consensus", "third": "third_person"},
    ("objection", "status"): {"settled": "resolved"},
}
"""Former values, by the former names of table and column."""
WORDS = {
    "objection:": ({"claimed": "proposed"}, {"status": VALUES["objection", "status"]}),
    "adjudication:": ({"how": "resolution"}, {"how": VALUES["adjudication", "how"]}),
    "added institution": ({"mark": "short_name"}, {}),
    "added result": ({"where": "reported_location"}, {}),
}
"""Former keys and values of `change.after`, by the beginning of `change.field`."""
ROWS = ("removed.", "reopened.", "moved.")
"""Prefixes of `change.field` that a table's name follows; `before` and `after` are rows of it."""
QUESTIONS = ("identity_question", "record")
MANY = 200
"""Changes that are read at a time; one can hold 500 rows."""
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
CHANGE = sa.table(
    "change", sa.column("id"), sa.column("field", sa.String), sa.column("subject_uid"), sa.column("before", JSON),
    sa.column("after", JSON),
)  # fmt: skip
BATCH = sa.table("batch", sa.column("id"), sa.column("uid"), sa.column("kind"), sa.column("counts", JSON))
QUESTION = sa.table("identity_question", sa.column("id"), sa.column("record", JSON))


def upgrade() -> None:
    """Apply."""
    names = _Names(TABLES, COLUMNS, VALUES, WORDS)
    _rename_tables(names)
    _rewrite(names)


def downgrade() -> None:
    """Take back."""
    names = _Names(
        {new: old for old, new in TABLES.items()},
        {TABLES.get(table, table): _swapped(columns) for table, columns in COLUMNS.items()},
        {
            (TABLES.get(table, table), COLUMNS[table].get(column, column)): _swapped(values)
            for (table, column), values in VALUES.items()
        },
        {
            field: (_swapped(keys), {keys.get(key, key): _swapped(of) for key, of in values.items()})
            for field, (keys, values) in WORDS.items()
        },
    )
    _rename_tables(names)
    _rewrite(names)


def _swapped(names):  # type: ignore[no-untyped-def]
    return {new: old for old, new in names.items()}


class _Names:
    """What is renamed to what; keys are the names before."""

    def __init__(self, tables, columns, values, words):  # type: ignore[no-untyped-def]
        self.tables, self.columns, self.values, self.words = tables, columns, values, words

    def table(self, name):  # type: ignore[no-untyped-def]
        return self.tables.get(name, name)

    def row(self, table, row):  # type: ignore[no-untyped-def]
        """A row of a table, as the audit trail keeps it."""
        if not isinstance(row, dict):
            return row
        columns, found = self.columns.get(table, {}), {}
        for name, value in row.items():
            known = self.values.get((table, name), {})
            new = known.get(value, value) if isinstance(value, str) else value
            found[columns.get(name, name)] = self.record(new) if (table, name) == QUESTIONS else new
        return found

    def record(self, kept):  # type: ignore[no-untyped-def]
        """The record of an identity question, in which assignments had a `state`."""
        values = kept.get("values") if isinstance(kept, dict) else None
        if not isinstance(values, dict) or not isinstance(values.get("placements"), list):
            return kept
        renamed = self.columns["assignment"]
        placements = [
            {
                (renamed[key] if key in ("state", "status") and key in renamed else key): part
                for key, part in one.items()
            }
            for one in values["placements"]
        ]
        return {**kept, "values": {**values, "placements": placements}}

    def counts(self, counts):  # type: ignore[no-untyped-def]
        return {self.table(name): n for name, n in counts.items()} if isinstance(counts, dict) else counts

    def field(self, field):  # type: ignore[no-untyped-def]
        for prefix in ROWS:
            if field.startswith(prefix):
                return prefix + self.table(field.removeprefix(prefix))
        table, _, column = field.partition(".")
        return f"{self.table(table)}.{self.columns[table].get(column, column)}" if table in self.columns else field


def _rename_tables(names):  # type: ignore[no-untyped-def]
    rename = _rename_on_sqlite if op.get_bind().dialect.name == "sqlite" else _rename_on_postgres
    for table, columns in names.columns.items():
        rename(table, names.table(table), columns)
    for (table, column), values in names.values.items():
        now = sa.table(names.table(table), sa.column(names.columns[table].get(column, column)))
        (cell,) = now.c
        for old, new in values.items():
            op.execute(now.update().where(cell == old).values({cell: new}))


def _constraint(name, table, new_table, columns):  # type: ignore[no-untyped-def]
    """The name of a constraint or index by the naming convention, after the renames."""
    kind, rest = name[:2], name[3 + len(table) :]
    for old, new in columns.items():
        rest = re.sub(rf"(?<=_){old}(?=_|$)", new, rest)
    return f"{kind}_{new_table}{rest}"


def _is_ours(name, table):  # type: ignore[no-untyped-def]
    return re.fullmatch(rf"(pk|fk|uq|ix|ck)_{table}(_\w+)?", name) is not None


def _rename_on_postgres(table, new_table, columns):  # type: ignore[no-untyped-def]
    run = op.get_bind().exec_driver_sql
    # A table's own indexes are renamed with the constraint that made them.
    found = run(f"SELECT conname FROM pg_constraint WHERE conrelid = '\"{table}\"'::regclass").scalars().all()
    constraints = [name for name in found if _is_ours(name, table)]
    found = run(f"SELECT indexname FROM pg_indexes WHERE tablename = '{table}'").scalars().all()
    indexes = [name for name in found if _is_ours(name, table) and name not in constraints]
    for old, new in columns.items():
        op.alter_column(table, old, new_column_name=new)
    for name in constraints:
        if (new := _constraint(name, table, new_table, columns)) != name:
            run(f'ALTER TABLE "{table}" RENAME CONSTRAINT "{name}" TO "{new}"')
    for name in indexes:
        if (new := _constraint(name, table, new_table, columns)) != name:
            run(f'ALTER INDEX "{name}" RENAME TO "{new}"')
    if new_table != table:
        op.rename_table(table, new_table)
        if run(f"SELECT to_regclass('{table}_id_seq')").scalar():
            run(f'ALTER SEQUENCE "{table}_id_seq" RENAME TO "{new_table}_id_seq"')


def _rename_on_sqlite(table, new_table, columns):  # type: ignore[no-untyped-def]
    run = op.get_bind().exec_driver_sql
    made = run("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)).all()
    sql = next(text for kind, _, text in made if kind == "table")
    words = {*re.findall(r"\w+", sql), *(name for _, name, _ in made)}
    named = {name: _constraint(name, table, new_table, columns) for name in words if _is_ours(name, table)}
    if all(old == new for old, new in named.items()):
        for old, new in columns.items():
            run(f'ALTER TABLE "{table}" RENAME COLUMN "{old}" TO "{new}"')
        return
    # SQLite renames no constraint, so the table is made again, by its own text.
    indexes = [(name, _renamed(text, {**columns, **named})) for kind, name, text in made if kind == "index"]
    for name, _ in indexes:
        run(f'DROP INDEX "{name}"')
    body = sql.partition("(")[2]
    part = f"_new_{new_table}"
    run(f'CREATE TABLE "{part}" ({_renamed(body, {**columns, **named})}')
    old = [row[1] for row in run(f'PRAGMA table_info("{table}")').all()]
    new = [columns.get(name, name) for name in old]
    run(f'INSERT INTO "{part}" ({_listed(new)}) SELECT {_listed(old)} FROM "{table}"')
    run(f'DROP TABLE "{table}"')
    run(f'ALTER TABLE "{part}" RENAME TO "{new_table}"')
    for _, text in indexes:
        run(re.sub(rf'(?<=\bON )"?{table}"?(?= )', new_table, text, count=1))


def _listed(names):  # type: ignore[no-untyped-def]
    return ", ".join(f'"{name}"' for name in names)


def _renamed(text, names):  # type: ignore[no-untyped-def]
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), text)


def _rewrite(names):  # type: ignore[no-untyped-def]
    """Rename what the audit trail, the batches and the questions keep."""
    connection = op.get_bind()
    merges = set(connection.execute(sa.select(BATCH.c.uid).where(BATCH.c.kind == "merge")).scalars())
    edited = [f"{table}.%" for table in names.columns]
    wanted = [CHANGE.c.field.like(f"{start}%") for start in (*ROWS, *names.words)]
    wanted += [CHANGE.c.field.like(pattern) for pattern in edited]
    for change in _each(CHANGE, sa.or_(*wanted, CHANGE.c.field == "undo")):
        values = _changed(names, change, merges)
        if values != {"field": change.field, "before": change.before, "after": change.after}:
            connection.execute(CHANGE.update().where(CHANGE.c.id == change.id).values(**values))
    for batch in _each(BATCH, BATCH.c.kind.in_(("undo", "merge"))):
        if (counts := names.counts(batch.counts)) != batch.counts:
            connection.execute(BATCH.update().where(BATCH.c.id == batch.id).values(counts=counts))
    for question in _each(QUESTION, sa.true()):
        if (record := names.record(question.record)) != question.record:
            connection.execute(QUESTION.update().where(QUESTION.c.id == question.id).values(record=record))


def _each(table, condition):  # type: ignore[no-untyped-def]
    """The rows that meet a condition, a few at a time."""
    connection = op.get_bind()
    numbers = connection.execute(sa.select(table.c.id).where(condition).order_by(table.c.id)).scalars().all()
    for start in range(0, len(numbers), MANY):
        part = sa.select(table).where(table.c.id.in_(numbers[start : start + MANY])).order_by(table.c.id)
        yield from connection.execute(part).all()


def _changed(names, change, merges):  # type: ignore[no-untyped-def]
    field, before, after = change.field, change.before, change.after
    if field == "undo":
        # What was undone had counts of its own; only those of a merge name tables.
        before = names.counts(before) if change.subject_uid in merges else before
        return {"field": field, "before": before, "after": names.counts(after)}
    for prefix in ROWS:
        if field.startswith(prefix):
            table = field.removeprefix(prefix)
            before, after = ([names.row(table, row) for row in rows] if rows else rows for rows in (before, after))
            return {"field": names.field(field), "before": before, "after": after}
    for start, (keys, values) in names.words.items():
        if field.startswith(start) and isinstance(after, dict):
            known = {key: values.get(key, {}) for key in after}
            after = {keys.get(k, k): known[k].get(v, v) if isinstance(v, str) else v for k, v in after.items()}
            return {"field": field, "before": before, "after": after}
    table, _, column = field.partition(".")
    known = names.values.get((table, column), {})
    before, after = (known.get(value, value) if isinstance(value, str) else value for value in (before, after))
    return {"field": names.field(field), "before": before, "after": after}
