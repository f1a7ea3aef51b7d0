"""years from dates

Revision: 0008
Follows: 0007

A paper whose venue record states no year is of the year of its date, and says that this is derived. A date or a year
that no paper can be of (before 1600, after next year) stays a claim of its source and is shown no more; `wamkg doctor`
lists it, and `--fix` shows the next best date where another source gives one.
"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_FIRST = 1600
_paper = sa.table(
    "paper",
    sa.column("date", sa.Date),
    sa.column("date_precision", sa.String),
    sa.column("date_source", sa.String),
    sa.column("year", sa.Integer),
    sa.column("year_derived", sa.Boolean),
)


def upgrade() -> None:
    """Apply."""
    last = datetime.now(UTC).year + 1
    day, year = _paper.c.date, _paper.c.year
    nonsense = (day < date(_FIRST, 1, 1)) | (day > date(last, 12, 31))
    op.execute(_paper.update().where(nonsense).values(date=None, date_precision=None, date_source=None))
    op.execute(_paper.update().where((year < _FIRST) | (year > last)).values(year=None))
    undated = year.is_(None) & day.is_not(None)
    op.execute(_paper.update().where(undated).values(year=sa.extract("year", day), year_derived=sa.true()))


def downgrade() -> None:
    """Take back."""
    op.execute(_paper.update().where(_paper.c.year_derived).values(year=None, year_derived=sa.false()))
