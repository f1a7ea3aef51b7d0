"""ended by a batch

Revision: 0004
Follows: 0003

A taxon that was merged or deleted, a date or an address that a person replaced, and a judgement that was taken back are
ended, never removed: history goes on naming them, and undoing the batch that ended them brings them back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNIQUE_WHILE_LIVE = (
    ("taxon", "uq_taxon_taxonomy_id_path", ["taxonomy_id", "path"]),
    ("event", "uq_event_paper_id_kind_source_day_precision", ["paper_id", "kind", "source", "day", "precision"]),
    ("weblink", "uq_weblink_paper_id_kind_url", ["paper_id", "kind", "url"]),
)
"""Table, its unique constraint, and the columns that from now on are unique among live rows only."""


def upgrade() -> None:
    """Apply."""
    for table, constraint, columns in UNIQUE_WHILE_LIVE:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(constraint), type_="unique")
            batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
            _add_batch(batch_op, table)
        live = sa.text("ended_at IS NULL")
        name = f"uq_{table}_live"
        op.create_index(name, table, columns, unique=True, sqlite_where=live, postgresql_where=live)
    with op.batch_alter_table("judgement") as batch_op:
        _add_batch(batch_op, "judgement")


def _add_batch(batch_op, table):  # type: ignore[no-untyped-def]
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    batch_op.add_column(sa.Column("ended_batch_id", kind, nullable=True))
    batch_op.create_foreign_key(op.f(f"fk_{table}_ended_batch_id_batch"), "batch", ["ended_batch_id"], ["id"])
    batch_op.create_index(op.f(f"ix_{table}_ended_batch_id"), ["ended_batch_id"])


def downgrade() -> None:
    """Take back; fails, changing nothing, where an ended row has the key of a live one."""
    for table, constraint, columns in UNIQUE_WHILE_LIVE:
        op.drop_index(f"uq_{table}_live", table_name=table)
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_index(op.f(f"ix_{table}_ended_batch_id"))
            batch_op.drop_constraint(op.f(f"fk_{table}_ended_batch_id_batch"), type_="foreignkey")
            batch_op.drop_column("ended_batch_id")
            batch_op.drop_column("ended_at")
            batch_op.create_unique_constraint(op.f(constraint), columns)
    with op.batch_alter_table("judgement") as batch_op:
        batch_op.drop_index(op.f("ix_judgement_ended_batch_id"))
        batch_op.drop_constraint(op.f("fk_judgement_ended_batch_id_batch"), type_="foreignkey")
        batch_op.drop_column("ended_batch_id")
