"""taxonomies that end

Revision: 0010
Follows: 0009

A taxonomy that somebody deletes is ended, as a taxon is: history still names it, and undoing the batch brings it back.
Its slug is free for another one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("taxonomy") as batch_op:
        batch_op.drop_constraint(op.f("uq_taxonomy_slug"), type_="unique")
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_batch_id", KEY, nullable=True))
        batch_op.create_foreign_key(op.f("fk_taxonomy_ended_batch_id_batch"), "batch", ["ended_batch_id"], ["id"])
        batch_op.create_index(op.f("ix_taxonomy_ended_batch_id"), ["ended_batch_id"])
    live = sa.text("ended_at IS NULL")
    op.create_index("uq_taxonomy_live", "taxonomy", ["slug"], unique=True, sqlite_where=live, postgresql_where=live)


def downgrade() -> None:
    """Take back; fails, changing nothing, where an ended taxonomy has the slug of a live one."""
    op.drop_index("uq_taxonomy_live", table_name="taxonomy")
    with op.batch_alter_table("taxonomy") as batch_op:
        batch_op.drop_index(op.f("ix_taxonomy_ended_batch_id"))
        batch_op.drop_constraint(op.f("fk_taxonomy_ended_batch_id_batch"), type_="foreignkey")
        batch_op.drop_column("ended_batch_id")
        batch_op.drop_column("ended_at")
        batch_op.create_unique_constraint(op.f("uq_taxonomy_slug"), ["slug"])
