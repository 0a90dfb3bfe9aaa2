"""Guests, groups that admit them, and to whom a message in a direct channel went."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# 53 bits, as in 0001.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_RECEIVERS = """
    UPDATE messages SET receiver_id = (
        SELECT members.user_id FROM members
        WHERE members.channel_id = messages.channel_id AND members.user_id != messages.author_id
    )
    WHERE channel_id IN (SELECT id FROM channels WHERE kind = 'direct')
"""


def upgrade() -> None:
    """No group that is there admits guests."""
    guests: sa.Column[bool] = sa.Column(
        "guests", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("channels", guests)
    op.add_column("messages", sa.Column("receiver_id", ID, nullable=True))
    op.execute(_RECEIVERS)
