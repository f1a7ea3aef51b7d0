"""digests

Revision: 0015
Follows: 0014

What happened in a period, each thing in one digest only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "digest",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", JSON, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("uid", name=op.f("uq_digest_uid")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_digest_batch_id_batch")),
    )


def downgrade() -> None:
    """Take back: the digests are lost."""
    op.drop_table("digest")
