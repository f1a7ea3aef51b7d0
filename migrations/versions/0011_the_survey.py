"""the survey

Revision: 0011
Follows: 0010

What a survey is called, who wrote it, how to cite it and which taxonomy is its main one is data: one row.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
TEXTS = ("title", "short_name", "abstract", "citation", "home_page", "main_taxonomy", "date_rule")
LISTS = ("authors", "outside_kinds", "branches", "definitions")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "survey",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        *(sa.Column(name, JSON, nullable=False) for name in LISTS),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("uid", name=op.f("uq_survey_uid")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_survey_batch_id_batch")),
    )


def downgrade() -> None:
    """Take back: the row is lost."""
    op.drop_table("survey")
