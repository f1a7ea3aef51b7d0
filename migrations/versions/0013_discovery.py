"""discovery

Revision: 0013
Follows: 0012

What the routes of discovery found, how far each has read, and the routes of the survey.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
NAME = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "discovery",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("route", NAME, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("paper_id", KEY, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discovery")),
        sa.UniqueConstraint("uid", name=op.f("uq_discovery_uid")),
        sa.UniqueConstraint("route", "key", "text_hash", name=op.f("uq_discovery_route_key_text_hash")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_discovery_paper_id_paper")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_discovery_batch_id_batch")),
    )
    for column in ("key", "paper_id", "found_at"):
        op.create_index(op.f(f"ix_discovery_{column}"), "discovery", [column])
    op.create_table(
        "route_reading",
        sa.Column("id", KEY, nullable=False),
        sa.Column("route", NAME, nullable=False),
        sa.Column("cursor", JSON, nullable=False),
        sa.Column("scanned", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_reading")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_route_reading_batch_id_batch")),
    )
    op.create_index(op.f("ix_route_reading_route"), "route_reading", ["route"])
    with op.batch_alter_table("survey") as batch_op:
        batch_op.add_column(sa.Column("routes", JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take back: what was found, how far was read and the survey's routes are lost; candidate papers stay."""
    with op.batch_alter_table("survey") as batch_op:
        batch_op.drop_column("routes")
    op.drop_table("route_reading")
    op.drop_table("discovery")
