"""disagreement

Revision: 0005
Follows: 0004

Rounds of blind review with each reviewer's vote; who objects as what, what is claimed where no taxon is, and the decision
that answered; one live judgement of a pair of papers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.String().with_variant(sa.String(collation="C"), "postgresql")
STATES = {"outside": "outside", "unsure": "undecided", "not-applicable": "not-applicable"}
LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Apply."""
    _widen_objections()
    op.create_index("uq_judgement_live", "judgement", ["left_id", "right_id"], unique=True, **_where_live())
    _table("review_round", ("taxonomy_id", "taxonomy"), ("actor_id", "actor"), extra=[
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("uid", name=op.f("uq_review_round_uid")),
        sa.UniqueConstraint("name", name=op.f("uq_review_round_name")),
    ])  # fmt: skip
    _table("round_reviewer", ("actor_id", "actor"), unindexed=("round_id",), extra=[
        sa.UniqueConstraint("round_id", "actor_id", name=op.f("uq_round_reviewer_round_id_actor_id")),
    ])  # fmt: skip
    _table("round_paper", ("paper_id", "paper"), unindexed=("round_id",), extra=[
        sa.Column("position", sa.Integer(), nullable=False),
        sa.UniqueConstraint("round_id", "paper_id", name=op.f("uq_round_paper_round_id_paper_id")),
    ])  # fmt: skip
    of_round = (("round_id", "review_round"), ("paper_id", "paper"), ("actor_id", "actor"))
    _table("vote", *of_round, extra=[
        *_ended("vote"),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("taxon_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["taxon_id"], ["taxon.id"], name=op.f("fk_vote_taxon_id_taxon")),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("evidence_place", sa.String(), nullable=True),
        sa.Column("evidence_checked", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    ])  # fmt: skip
    op.create_index(op.f("ix_vote_taxon_id"), "vote", ["taxon_id"])
    op.create_index("uq_vote_live", "vote", ["round_id", "paper_id", "actor_id"], unique=True, **_where_live())
    _table("adjudication", *of_round, extra=[
        *_ended("adjudication"),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
    ])  # fmt: skip
    op.create_index("uq_adjudication_live", "adjudication", ["round_id", "paper_id"], unique=True, **_where_live())
    for table in ("vote", "adjudication"):
        op.create_index(op.f(f"ix_{table}_ended_batch_id"), table, ["ended_batch_id"])


def _where_live():  # type: ignore[no-untyped-def]
    return {"sqlite_where": LIVE, "postgresql_where": LIVE}


def _table(name, *refs, extra=(), unindexed=()):  # type: ignore[no-untyped-def]
    """A table of a round: its keys, the batch that wrote it, and what is its own."""
    columns = [sa.Column("id", KEY, nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))]
    for column, target in (*refs, *((column, "review_round") for column in unindexed), ("batch_id", "batch")):
        columns.append(sa.Column(column, KEY, nullable=False))
        columns.append(sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}_{target}")))
    op.create_table(name, *columns, *extra)
    for column, _ in refs:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _ended(name):  # type: ignore[no-untyped-def]
    return [
        sa.Column("uid", sa.String(), nullable=False),
        sa.UniqueConstraint("uid", name=op.f(f"uq_{name}_uid")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_batch_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["ended_batch_id"], ["batch.id"], name=op.f(f"fk_{name}_ended_batch_id_batch")),
    ]


def _widen_objections() -> None:
    # Until now objections came from merged decisions only, whose words say which verdict is claimed.
    with op.batch_alter_table("objection") as batch_op:
        batch_op.add_column(sa.Column("raised_as", sa.String(), nullable=False, server_default="decision"))
        batch_op.add_column(sa.Column("claimed_state", sa.String(), nullable=False, server_default="placed"))
        batch_op.add_column(sa.Column("decision", sa.String(), nullable=True))
    for verdict, state in STATES.items():
        op.execute(
            sa.text(
                "UPDATE objection SET claimed_state = :state WHERE claimed_taxon_id IS NULL AND said_at LIKE :claims"
            ).bindparams(state=state, claims=f"decision % ({verdict}) against %")
        )
    with op.batch_alter_table("objection") as batch_op:
        batch_op.alter_column("raised_as", server_default=None, existing_type=sa.String(), existing_nullable=False)
        batch_op.alter_column("claimed_state", server_default=None, existing_type=sa.String(), existing_nullable=False)


def downgrade() -> None:
    """Take back; the rounds and their votes are lost."""
    for table in ("adjudication", "vote", "round_paper", "round_reviewer", "review_round"):
        op.drop_table(table)
    op.drop_index("uq_judgement_live", table_name="judgement")
    with op.batch_alter_table("objection") as batch_op:
        for column in ("decision", "claimed_state", "raised_as"):
            batch_op.drop_column(column)
