"""bibliographic fields

Revision: 0007
Follows: 0006

What a bibliography says beside title, authors and venue is kept: citation key, entry type, volume, number, pages,
publisher and further fields. Names of authors have parts. A year that is read off the date is marked as derived.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXTS = ("key", "entry_type", "volume", "number", "pages", "publisher")
_PARTS = ("family", "given", "particle", "suffix", "literal")


def upgrade() -> None:
    """Apply."""
    # Plain ADD COLUMN on both databases: no table is rebuilt, nothing is lost.
    for name in _TEXTS:
        op.add_column("paper", sa.Column(name, sa.String(), nullable=True))
    details = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True, astext_type=Text()), "postgresql"
    )
    op.add_column("paper", sa.Column("details", details, nullable=True))
    for name in ("year_derived", "authors_cut"):
        op.add_column("paper", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("uq_paper_key", "paper", ["key"], unique=True)
    for name in _PARTS:
        op.add_column("authorship", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    """Take back."""
    for name in reversed(_PARTS):
        op.drop_column("authorship", name)
    op.drop_index("uq_paper_key", "paper")
    for name in ("authors_cut", "year_derived", "details", *reversed(_TEXTS)):
        op.drop_column("paper", name)
