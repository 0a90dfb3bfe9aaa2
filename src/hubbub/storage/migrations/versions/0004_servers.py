"""Servers: their roles, members, text channels, invites, bots and webhooks; pins; what few messages have."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# 53 bits, as in 0001.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What is there stays as it is: people, groups, messages without anything more."""
    _widen()
    _index()
    _make_servers()
    _make_people_of_servers()
    _make_ways_in()
    _make_positions()


def _key(name: str) -> "sa.Column[int]":
    return sa.Column(name, ID, autoincrement=False, nullable=False)


def _id(name: str) -> "sa.Column[int]":
    return sa.Column(name, ID, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=False)


def _zero(name: str) -> "sa.Column[int]":
    return sa.Column(name, ID, server_default="0", nullable=False)


def _widen() -> None:
    kind: sa.Column[str] = sa.Column("kind", sa.Text(), server_default="person", nullable=False)
    op.add_column("users", kind)
    op.add_column("users", sa.Column("owner_id", ID, nullable=True))
    op.add_column("channels", sa.Column("server_id", ID, nullable=True))
    op.add_column("channels", sa.Column("category_id", ID, nullable=True))
    op.add_column("channels", _zero("position"))
    op.add_column("channels", _zero("slow_mode"))
    op.add_column("channels", sa.Column("overrides", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("server_id", ID, nullable=True))
    op.add_column("messages", sa.Column("pinned_at", ID, nullable=True))
    op.add_column("messages", sa.Column("extra", sa.Text(), nullable=True))


def _index() -> None:
    op.create_index(op.f("ix_users_owner_id"), "users", ["owner_id"], unique=False)
    op.create_index(op.f("ix_channels_server_id"), "channels", ["server_id"], unique=False)
    op.create_index(
        "ix_messages_pinned",
        "messages",
        ["channel_id", "pinned_at"],
        unique=False,
        sqlite_where=sa.text("pinned_at IS NOT NULL"),
        postgresql_where=sa.text("pinned_at IS NOT NULL"),
    )
    op.create_index("ix_mentions_message", "mentions", ["channel_id", "seq"], unique=False)


def _make_servers() -> None:
    op.create_table(
        "servers",
        _key("id"),
        _text("name"),
        _text("icon"),
        _id("owner_id"),
        _id("everyone_role_id"),
        _id("created_at"),
        _id("version"),
        _id("member_count"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_servers")),
    )
    op.create_index(op.f("ix_servers_owner_id"), "servers", ["owner_id"], unique=False)
    op.create_table(
        "roles",
        _key("id"),
        _id("server_id"),
        _text("name"),
        _id("color"),
        _id("position"),
        _id("permissions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
    )
    op.create_index(op.f("ix_roles_server_id"), "roles", ["server_id"], unique=False)
    op.create_table(
        "categories",
        _key("id"),
        _id("server_id"),
        _text("name"),
        _id("position"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
    )
    op.create_index(op.f("ix_categories_server_id"), "categories", ["server_id"], unique=False)
    op.create_table(
        "audit_log",
        _key("id"),
        _id("server_id"),
        _id("actor_id"),
        _text("action"),
        _id("target_id"),
        _text("reason"),
        _id("created_at"),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_server_id", "audit_log", ["server_id", "id"], unique=False)


def _make_people_of_servers() -> None:
    op.create_table(
        "server_members",
        _key("server_id"),
        _key("user_id"),
        _id("joined_at"),
        _text("nickname"),
        sa.Column("role_ids", sa.Text(), nullable=True),
        _text("notify"),
        sa.PrimaryKeyConstraint("server_id", "user_id", name=op.f("pk_server_members")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_server_members_user_id"), "server_members", ["user_id"], unique=False)
    op.create_table(
        "bans",
        _key("server_id"),
        _key("user_id"),
        _id("by"),
        _text("reason"),
        _id("created_at"),
        sa.PrimaryKeyConstraint("server_id", "user_id", name=op.f("pk_bans")),
        sqlite_with_rowid=False,
    )


def _make_ways_in() -> None:
    op.create_table(
        "invites",
        _text("hash"),
        _text("code"),
        _id("server_id"),
        _id("creator_id"),
        _id("created_at"),
        sa.Column("expires_at", ID, nullable=True),
        _id("max_uses"),
        _id("uses"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_invites")),
    )
    op.create_index(op.f("ix_invites_server_id"), "invites", ["server_id"], unique=False)
    op.create_table(
        "webhooks",
        _key("id"),
        _id("channel_id"),
        _id("server_id"),
        _text("name"),
        _text("avatar_url"),
        _id("creator_id"),
        _id("created_at"),
        _text("token_hash"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_channel_id"), "webhooks", ["channel_id"], unique=False)
    op.create_index(op.f("ix_webhooks_server_id"), "webhooks", ["server_id"], unique=False)


def _make_positions() -> None:
    op.create_table(
        "positions",
        _key("user_id"),
        _key("channel_id"),
        _id("read_seq"),
        _id("delivered_seq"),
        sa.PrimaryKeyConstraint("user_id", "channel_id", name=op.f("pk_positions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "preferences",
        _key("user_id"),
        _key("place_id"),
        _text("value"),
        sa.PrimaryKeyConstraint("user_id", "place_id", name=op.f("pk_preferences")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_preferences_place_id"), "preferences", ["place_id"], unique=False)
