"""Friends, requests and blocks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# 53 bits, as in 0001.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "relationships",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("peer_id", ID, autoincrement=False, nullable=False),
        sa.Column("bond", sa.Text(), nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "peer_id", name=op.f("pk_relationships")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_relationships_request_id"), "relationships", ["request_id"], unique=False
    )
