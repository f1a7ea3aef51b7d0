"""proposals

Revision: 0018
Follows: 0017

Classes that people and programs propose for papers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "proposal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("paper_id", KEY, nullable=False),
        sa.Column("taxonomy_id", KEY, nullable=False),
        sa.Column("proposed_taxon_id", KEY, nullable=True),
        sa.Column("proposed_status", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("quote_checked", sa.Boolean(), nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("uid", name=op.f("uq_proposal_uid")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_proposal_paper_id_paper")),
        sa.ForeignKeyConstraint(["taxonomy_id"], ["taxonomy.id"], name=op.f("fk_proposal_taxonomy_id_taxonomy")),
        sa.ForeignKeyConstraint(["proposed_taxon_id"], ["taxon.id"], name=op.f("fk_proposal_proposed_taxon_id_taxon")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_proposal_batch_id_batch")),
    )
    for column in ("paper_id", "taxonomy_id", "proposed_taxon_id", "status"):
        op.create_index(op.f(f"ix_proposal_{column}"), "proposal", [column])


def downgrade() -> None:
    """Take back: the proposals are lost; decisions that accepted one stay."""
    op.drop_table("proposal")
