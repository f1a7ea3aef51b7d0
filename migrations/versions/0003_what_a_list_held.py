"""what a list held

Revision: 0003
Follows: 0002

Which fetch of a citation or reference list last held an edge, so that a list is counted by what it held itself;
and when the present fetch of a unit of work began.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # Plain ADD COLUMN on both databases: no table is rebuilt, nothing is lost.
    op.add_column("citation", sa.Column("in_citations", sa.DateTime(timezone=True), nullable=True))
    op.add_column("citation", sa.Column("in_references", sa.DateTime(timezone=True), nullable=True))
    op.add_column("work", sa.Column("unreadable", sa.Integer(), nullable=True))
    op.add_column("work", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("work", "started_at")
    op.drop_column("work", "unreadable")
    op.drop_column("citation", "in_references")
    op.drop_column("citation", "in_citations")
