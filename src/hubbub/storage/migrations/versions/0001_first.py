"""The first schema: accounts, channels, members, messages, and the lobby."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# 53 bits: on SQLite the rowid itself, elsewhere eight bytes.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes every table, and the lobby."""
    op.create_table(
        "channels",
        sa.Column(
            "id",
            ID,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("active_at", ID, nullable=False),
        sa.Column(
            "last_seq",
            ID,
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "version",
            ID,
            server_default="0",
            nullable=False,
        ),
        sa.Column("pair", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("pair", name=op.f("uq_channels_pair")),
    )
    op.create_index(op.f("ix_channels_name_key"), "channels", ["name_key"], unique=False)
    op.create_index(op.f("ix_channels_owner_id"), "channels", ["owner_id"], unique=False)
    op.create_table(
        "logins",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("last_used_at", ID, nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("revoked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
    )
    op.create_index(op.f("ix_logins_user_id"), "logins", ["user_id"], unique=False)
    op.create_table(
        "members",
        sa.Column(
            "channel_id",
            ID,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "user_id",
            ID,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("joined_at", ID, nullable=False),
        sa.Column(
            "read_seq",
            ID,
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "delivered_seq",
            ID,
            server_default="0",
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("channel_id", "user_id", name=op.f("pk_members")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_members_user_id", "members", ["user_id", "status"], unique=False)
    op.create_table(
        "mentions",
        sa.Column(
            "user_id",
            ID,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "channel_id",
            ID,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "seq",
            ID,
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("user_id", "channel_id", "seq", name=op.f("pk_mentions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages",
        sa.Column(
            "id",
            ID,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("reply_to", ID, nullable=True),
        sa.Column("mentions", sa.Text(), nullable=True),
        sa.Column("reactions", sa.Text(), nullable=True),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("edited_at", ID, nullable=True),
        sa.Column("recalled_at", ID, nullable=True),
        sa.Column("recalled_by", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_author", "messages", ["channel_id", "author_id", "seq"], unique=False
    )
    op.create_index(
        "ix_messages_recalled",
        "messages",
        ["channel_id", "seq"],
        unique=False,
        sqlite_where=sa.text("recalled_at IS NOT NULL"),
        postgresql_where=sa.text("recalled_at IS NOT NULL"),
    )
    op.create_index("ix_messages_version", "messages", ["channel_id", "version"], unique=False)
    op.create_index(
        "uq_messages_nonce",
        "messages",
        ["channel_id", "author_id", "nonce"],
        unique=True,
        sqlite_where=sa.text("nonce IS NOT NULL"),
        postgresql_where=sa.text("nonce IS NOT NULL"),
    )
    op.create_index("uq_messages_seq", "messages", ["channel_id", "seq"], unique=True)
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("login_id", sa.Text(), nullable=False),
        sa.Column("used", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(
        op.f("ix_refresh_tokens_login_id"), "refresh_tokens", ["login_id"], unique=False
    )
    op.create_table(
        "users",
        sa.Column(
            "id",
            ID,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_key", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
        sa.UniqueConstraint("username_key", name=op.f("uq_users_username_key")),
    )
    op.execute(
        "INSERT INTO channels (id, kind, name, name_key, description, private, created_at, active_at)"
        " VALUES (0, 'lobby', 'Lobby', 'lobby', '', false, 0, 0)"
    )
    # The system itself, so that what it says has an author. Nobody signs in as it: it has no password.
    op.execute(
        "INSERT INTO users (id, username, username_key, display_name, created_at)"
        " VALUES (0, 'system', 'system', 'System', 0)"
    )
