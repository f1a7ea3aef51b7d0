"""credentials that end

Revision: 0006
Follows: 0005

Beside tokens there are sessions of the pages and links that sign in once; both end by themselves.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("token") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="token"))
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back: sessions and links go, which would otherwise be tokens without an end."""
    op.execute("DELETE FROM token WHERE kind IN ('session', 'link')")
    with op.batch_alter_table("token") as batch_op:
        batch_op.drop_column("expires_at")
        batch_op.drop_column("kind")
