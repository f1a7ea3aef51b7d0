"""scope of finds

Revision: 0016
Follows: 0015

How likely a find is in scope, the source of its record, and when a find that was set aside entered the queue.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("discovery") as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("scope", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("scope_reasons", JSON, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Take back: finds that were set aside are forgotten, so that their routes find them again."""
    op.execute("DELETE FROM discovery WHERE outcome = 'set-aside'")
    with op.batch_alter_table("discovery") as batch_op:
        for column in ("source", "scope", "scope_reasons", "queued_at", "revision"):
            batch_op.drop_column(column)
