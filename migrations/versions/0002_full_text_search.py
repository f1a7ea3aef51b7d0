"""full-text search over papers

Revision: 0002
Follows: 0001

One normalised text a paper, the same on both databases; wamkg/store/search.py keeps it up to date.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE paper_fts USING fts5(body, tokenize='unicode61 remove_diacritics 2')")
        op.execute("INSERT INTO paper_fts (rowid, body) SELECT id, lower(title) FROM paper")
        return
    op.execute("CREATE TABLE paper_fts (paper_id BIGINT PRIMARY KEY REFERENCES paper (id), body TEXT NOT NULL)")
    op.execute("CREATE INDEX ix_paper_fts_body ON paper_fts USING gin (to_tsvector('simple', body))")
    op.execute("INSERT INTO paper_fts (paper_id, body) SELECT id, lower(title) FROM paper")


def downgrade() -> None:
    """Take back."""
    op.execute("DROP TABLE paper_fts")
