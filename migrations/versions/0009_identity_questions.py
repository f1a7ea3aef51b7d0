"""identity questions

Revision: 0009
Follows: 0008

A record that an id leads to and that looks like another paper is kept as a question. Once a person says that an id is
wrong, it no longer finds the paper, and citations that came by it are ended: both stay for history and undo.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
UNIQUE_WHILE_LIVE = (
    ("former_id", "uq_former_id_scheme_value", ["scheme", "value"]),
    ("citation", "uq_citation_citing_id_cited_id_source", ["citing_id", "cited_id", "source"]),
)
"""Table, its unique constraint, and the columns that from now on are unique among live rows only."""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "identity_question",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("paper_id", KEY, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("ids", JSON, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("wrong_ids", JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer_batch", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_question")),
        sa.UniqueConstraint("uid", name=op.f("uq_identity_question_uid")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_identity_question_paper_id_paper")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_identity_question_batch_id_batch")),
    )
    op.create_index(op.f("ix_identity_question_paper_id"), "identity_question", ["paper_id"])
    op.create_index(op.f("ix_identity_question_status"), "identity_question", ["status"])
    for table, constraint, columns in UNIQUE_WHILE_LIVE:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(constraint), type_="unique")
            batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
            batch_op.add_column(sa.Column("ended_batch_id", KEY, nullable=True))
            batch_op.create_foreign_key(op.f(f"fk_{table}_ended_batch_id_batch"), "batch", ["ended_batch_id"], ["id"])
            batch_op.create_index(op.f(f"ix_{table}_ended_batch_id"), ["ended_batch_id"])
        live = sa.text("ended_at IS NULL")
        op.create_index(f"uq_{table}_live", table, columns, unique=True, sqlite_where=live, postgresql_where=live)


def downgrade() -> None:
    """Take back: the questions are lost; fails, changing nothing, where an ended row has the key of a live one."""
    for table, constraint, columns in UNIQUE_WHILE_LIVE:
        op.drop_index(f"uq_{table}_live", table_name=table)
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_index(op.f(f"ix_{table}_ended_batch_id"))
            batch_op.drop_constraint(op.f(f"fk_{table}_ended_batch_id_batch"), type_="foreignkey")
            batch_op.drop_column("ended_batch_id")
            batch_op.drop_column("ended_at")
            batch_op.create_unique_constraint(op.f(constraint), columns)
    op.drop_table("identity_question")
