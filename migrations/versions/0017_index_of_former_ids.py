"""index of former ids

Revision: 0017
Follows: 0016

A store with dataset files has a former id for each paper; ended ones are looked up too.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_former_id_scheme_value", "former_id", ["scheme", "value"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_former_id_scheme_value", "former_id")
