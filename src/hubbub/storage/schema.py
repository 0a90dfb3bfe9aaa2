"""Every table. Times are milliseconds since 1970; ids are the 53-bit ones of model/ids.py."""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str, **options: object) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), **options)  # type: ignore[arg-type]  # SQLAlchemy's own typing of column options is positional only


def _text(name: str, **options: object) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, **options)  # type: ignore[arg-type]  # as above


def _flag(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


users = sa.Table(
    "users",
    metadata,
    _id("id", primary_key=True, autoincrement=False),
    _text("username", nullable=False),
    _text("username_key", nullable=False, unique=True),
    _text("email"),
    _text("email_key", unique=True),
    _text("display_name", nullable=False),
    _text("password_hash"),
    _flag("is_admin"),
    _flag("disabled"),
    _id("created_at", nullable=False),
    _text("kind", nullable=False, server_default="person"),  # or "guest", "bot", "webhook"
    _id("owner_id", index=True),  # of a bot that can sign in
    _text("avatar", nullable=False, server_default=""),  # a mark of the picture's bytes, or none
    _text("display_key", index=True),  # as it is looked for; null: a webhook, nobody looks for it
)

logins = sa.Table(
    "logins",
    metadata,
    _text("id", primary_key=True),
    _id("user_id", nullable=False, index=True),
    _id("created_at", nullable=False),
    _id("last_used_at", nullable=False),
    _id("expires_at", nullable=False),
    _text("label", nullable=False),
    _flag("revoked"),
)

# Every refresh token that was ever handed out by a live login: a used one coming back is theft (S4).
refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    _text("hash", primary_key=True),
    _text("login_id", nullable=False, index=True),
    _flag("used"),
)

channels = sa.Table(
    "channels",
    metadata,
    _id("id", primary_key=True, autoincrement=False),
    _text("kind", nullable=False),
    _text("name", nullable=False),
    _text("name_key", nullable=False, index=True),
    _text("description", nullable=False),
    _id("owner_id", index=True),
    _flag("private"),
    _id("created_at", nullable=False),
    _id("active_at", nullable=False),
    _id("last_seq", nullable=False, server_default="0"),
    _id("version", nullable=False, server_default="0"),
    # "low:high" user ids of a direct channel, so that there is one however often it is asked for.
    _text("pair", unique=True),
    _id("server_id", index=True),
    _id("category_id"),
    _id("position", nullable=False, server_default="0"),
    _id("slow_mode", nullable=False, server_default="0"),
    _text("overrides"),  # JSON list of model.entities.Override, or null
    _flag("guests"),
)

members = sa.Table(
    "members",
    metadata,
    _id("channel_id", primary_key=True, autoincrement=False),
    _id("user_id", primary_key=True, autoincrement=False),
    _text("role", nullable=False),
    _text("status", nullable=False),
    _id("version", nullable=False),
    _id("joined_at", nullable=False),
    _id("read_seq", nullable=False, server_default="0"),
    _id("delivered_seq", nullable=False, server_default="0"),
    _flag("was_member"),
    sa.Index("ix_members_user_id", "user_id", "status"),
    sqlite_with_rowid=False,
)

# Two rows for two people, one where only one of them may know. What it says is the peer's part for the user.
relationships = sa.Table(
    "relationships",
    metadata,
    _id("user_id", primary_key=True, autoincrement=False),
    _id("peer_id", primary_key=True, autoincrement=False),
    _text("bond", nullable=False),
    _id("request_id", index=True),
    _id("created_at", nullable=False),
    sqlite_with_rowid=False,
)

messages = sa.Table(
    "messages",
    metadata,
    _id("id", primary_key=True, autoincrement=False),
    _id("channel_id", nullable=False),
    _id("seq", nullable=False),
    _id("version", nullable=False),
    _id("author_id", nullable=False),
    _text("content", nullable=False),
    _text("nonce"),
    _id("reply_to"),
    _text("mentions"),  # JSON list of user ids, or null
    # JSON list of [emoji, [user id …]], or null: read with every page of history, changed rarely.
    _text("reactions"),
    _id("created_at", nullable=False),
    _id("edited_at"),
    _id("recalled_at"),
    _id("recalled_by"),
    _id("server_id"),
    _id("pinned_at"),
    _text("extra"),  # JSON of model.entities.Extra, or null
    _id("receiver_id"),  # in direct channels
    sa.Index("uq_messages_seq", "channel_id", "seq", unique=True),
    sa.Index("ix_messages_version", "channel_id", "version"),
    sa.Index("ix_messages_author", "channel_id", "author_id", "seq"),
)
_HAS_NONCE = messages.c.nonce.is_not(None)
_RECALLED = messages.c.recalled_at.is_not(None)
_PINNED = messages.c.pinned_at.is_not(None)
sa.Index(
    "uq_messages_nonce",
    messages.c.channel_id,
    messages.c.author_id,
    messages.c.nonce,
    unique=True,
    sqlite_where=_HAS_NONCE,
    postgresql_where=_HAS_NONCE,
)
sa.Index(
    "ix_messages_recalled",
    messages.c.channel_id,
    messages.c.seq,
    sqlite_where=_RECALLED,
    postgresql_where=_RECALLED,
)
sa.Index(
    "ix_messages_pinned",
    messages.c.channel_id,
    messages.c.pinned_at,
    sqlite_where=_PINNED,
    postgresql_where=_PINNED,
)

# `user_id` is a role's where a role was mentioned: both ids come from one sequence.
mentions = sa.Table(
    "mentions",
    metadata,
    _id("user_id", primary_key=True, autoincrement=False),
    _id("channel_id", primary_key=True, autoincrement=False),
    _id("seq", primary_key=True, autoincrement=False),
    # Who was told of `@here` stands nowhere else: an edit or a recall finds the rows of a message by this.
    sa.Index("ix_mentions_message", "channel_id", "seq"),
    sqlite_with_rowid=False,
)

# -- servers ------------------------------------------------------------------------------------------

servers = sa.Table(
    "servers",
    metadata,
    _id("id", primary_key=True, autoincrement=False),
    _text("name", nullable=False),
    _text("icon", nullable=False),
    _id("owner_id", nullable=False, index=True),
    _id("everyone_role_id", nullable=False),
    _id("created_at", nullable=False),
    _id("version", nullable=False),
    # Moved in the transaction that lets somebody in or out: counting 100,000 rows took 4 ms a view.
    _id("member_count", nullable=False),
)

roles = sa.Table(
    "roles",
    metadata,
    _id("id", primary_key=True, autoincrement=False),
    _id("server_id", nullable=False, index=True),
    _text("name", nullable=False),
    _id("color", nullable=False),
    _id("position", nullable=False),
    _id("permissions", nullable=False),
)

categories = sa.Table(
    "categories",
    metadata,
    _id("id", primary_key=True, autoincrement=False),
    _id("server_id", nullable=False, index=True),
    _text("name", nullable=False),
    _id("position", nullable=False),
)

server_members = sa.Table(
    "server_members",
    metadata,
    _id("server_id", primary_key=True, autoincrement=False),
    _id("user_id", primary_key=True, autoincrement=False, index=True),
    _id("joined_at", nullable=False),
    _text("nickname", nullable=False),
    _text("role_ids"),  # JSON list, or null
    _text("notify", nullable=False),
    sqlite_with_rowid=False,
)

bans = sa.Table(
    "bans",
    metadata,
    _id("server_id", primary_key=True, autoincrement=False),
    _id("user_id", primary_key=True, autoincrement=False),
    _id("by", nullable=False),
    _text("reason", nullable=False),
    _id("created_at", nullable=False),
    sqlite_with_rowid=False,
)

# Looked up by the SHA-256 of the code, so that how long it takes tells nothing of the codes that there are.
invites = sa.Table(
    "invites",
    metadata,
    _text("hash", primary_key=True),
    _text("code", nullable=False),
    _id("server_id", nullable=False, index=True),
    _id("creator_id", nullable=False),
    _id("created_at", nullable=False),
    _id("expires_at"),
    _id("max_uses", nullable=False),
    _id("uses", nullable=False),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    _id("id", primary_key=True, autoincrement=False),
    _id("server_id", nullable=False),
    _id("actor_id", nullable=False),
    _text("action", nullable=False),
    _id("target_id", nullable=False),
    _text("reason", nullable=False),
    _id("created_at", nullable=False),
    _text("changes"),  # a JSON object, or null
    sa.Index("ix_audit_log_server_id", "server_id", "id"),
)

webhooks = sa.Table(
    "webhooks",
    metadata,
    _id("id", primary_key=True, autoincrement=False),  # also its user's
    _id("channel_id", nullable=False, index=True),
    _id("server_id", nullable=False, index=True),
    _text("name", nullable=False),
    _text("avatar_url", nullable=False),
    _id("creator_id", nullable=False),
    _id("created_at", nullable=False),
    _text("token_hash", nullable=False),
)

# Of people in text channels; who has none has read nothing.
positions = sa.Table(
    "positions",
    metadata,
    _id("user_id", primary_key=True, autoincrement=False),
    _id("channel_id", primary_key=True, autoincrement=False),
    _id("read_seq", nullable=False),
    _id("delivered_seq", nullable=False),
    sqlite_with_rowid=False,
)

preferences = sa.Table(
    "preferences",
    metadata,
    _id("user_id", primary_key=True, autoincrement=False),
    _id("place_id", primary_key=True, autoincrement=False, index=True),
    _text("value", nullable=False),
    sqlite_with_rowid=False,
)
