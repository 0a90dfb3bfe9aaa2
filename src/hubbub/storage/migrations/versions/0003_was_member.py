"""Whether a person has been a member before: who asks again after leaving must not be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Who has left was a member, but for a few who were only banned and no longer are."""
    was_member: sa.Column[bool] = sa.Column(
        "was_member", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("members", was_member)
    op.execute("UPDATE members SET was_member = true WHERE status = 'left'")
