"""What services need of a database for servers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from hubbub.model.entities import Channel, ChannelDetail, User
from hubbub.model.ids import CategoryId, ChannelId, RoleId, ServerId, UserId, WebhookId
from hubbub.model.servers import (
    AuditEntry,
    Ban,
    Bot,
    Category,
    Invite,
    InvitePreview,
    Role,
    Server,
    ServerMember,
    ServerView,
    Webhook,
)
from hubbub.ports.transaction import Transaction


class ServerRows(msgspec.Struct, frozen=True):
    """A server, whole but for its messages."""

    server: Server
    roles: list[Role]
    categories: list[Category]
    channels: list[Channel]
    members: list[ServerMember]


class Join(msgspec.Struct, frozen=True):
    """What came of joining a server: `joined` is None for who was a member already."""

    view: ServerView
    joined: tuple[ServerMember, User] | None
    version: int


class ServerTables(Protocol):
    """Servers: their members, roles, categories, text channels, invites, and what was done to them.

    What changes a server gives it a new version, which is returned with the result. `audit`: entries that are
    stored in the same transaction. Decisions (who may) are the services'; these refuse only what the rows refuse.
    """

    # -- reading --

    def load(self, server_id: ServerId) -> Transaction[ServerRows | None]: ...

    def list_ids(self, user_id: UserId) -> Transaction[list[ServerId]]: ...

    def list_views(self, user_id: UserId) -> Transaction[list[ServerView]]:
        """In the order in which the person came to them. Channels: those that they may see, with positions, unread
        and mentions (of roles too), by position."""
        ...

    def get_view(self, user_id: UserId, server_id: ServerId) -> Transaction[ServerView | None]:
        """None for who is no member."""
        ...

    def list_details(
        self, user_id: UserId, server_id: ServerId
    ) -> Transaction[list[ChannelDetail]]:
        """Of the channels of `get_view`, with their latest messages and `read_id`."""
        ...

    def get_category(self, category_id: CategoryId) -> Transaction[Category | None]: ...

    def list_members(
        self, server_id: ServerId, after: UserId | None, limit: int
    ) -> Transaction[list[tuple[ServerMember, User]]]:
        """By user id."""
        ...

    def get_member(
        self, server_id: ServerId, user_id: UserId
    ) -> Transaction[tuple[ServerMember, User] | None]: ...

    def list_bans(self, server_id: ServerId) -> Transaction[list[Ban]]: ...

    def is_banned(self, server_id: ServerId, user_id: UserId) -> Transaction[bool]: ...

    def list_audit(
        self, server_id: ServerId, before: int | None, limit: int
    ) -> Transaction[list[AuditEntry]]: ...

    def count_owned(self, user_id: UserId) -> Transaction[int]: ...

    # -- the server --

    def add_audit(self, audit: Sequence[AuditEntry]) -> Transaction[None]:
        """For changes whose own transaction takes none."""
        ...

    def add_server(
        self,
        server: Server,
        roles: Sequence[Role],
        owner: ServerMember,
        channels: Sequence[Channel],
    ) -> Transaction[ServerView]:
        """With its first roles, the everyone role among them, its owner and its first channels."""
        ...

    def update_server(
        self, server_id: ServerId, changes: Mapping[str, object], audit: Sequence[AuditEntry] = ()
    ) -> Transaction[Server]:
        """`changes`: of name, icon, owner_id."""
        ...

    def delete_server(self, server_id: ServerId) -> Transaction[tuple[int, list[ChannelId]]]:
        """All of it; its last version and the channels that went with it."""
        ...

    # -- categories and channels --

    def put_category(
        self, category: Category, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[tuple[Category, int]]:
        """Stores or replaces it."""
        ...

    def delete_category(
        self, category: Category, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[int]:
        """Its channels stand under none; their own versions stay."""
        ...

    def add_channel(
        self, channel: Channel, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[Channel]:
        """A text channel, at version 1."""
        ...

    def update_text(
        self,
        channel_id: ChannelId,
        changes: Mapping[str, object],
        audit: Sequence[AuditEntry] = (),
    ) -> Transaction[Channel]:
        """`changes`: of name, description, category_id, position, slow_mode, overrides (a tuple)."""
        ...

    # -- roles --

    def put_roles(
        self, server_id: ServerId, roles: Sequence[Role], audit: Sequence[AuditEntry] = ()
    ) -> Transaction[list[int]]:
        """Stores or replaces them; each change has a version of its own."""
        ...

    def delete_role(
        self, server_id: ServerId, role_id: RoleId, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[int]:
        """From its members and from the overrides of channels too."""
        ...

    # -- members --

    def join(
        self, member: ServerMember, code: str | None, now: int, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[Join]:
        """By an invite, or without one. Refused(not_found) for an unknown code and for who is banned;
        Refused(forbidden) for one that has expired or is used up, Refused(conflict) past SERVERS or
        SERVER_MEMBERS. Who is a member already uses nothing up. `member.server_id` counts only without a code."""
        ...

    def put_member(
        self, member: ServerMember, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[tuple[ServerMember, User, int]]:
        """Replaces a member's row. Refused(not_found)."""
        ...

    def remove_member(
        self,
        server_id: ServerId,
        user_id: UserId,
        ban: Ban | None,
        audit: Sequence[AuditEntry] = (),
    ) -> Transaction[tuple[User, bool, int]]:
        """With their positions; who, whether they were a member, and the version. `ban`: they stay out.
        Refused(not_found) for an unknown person."""
        ...

    def unban(
        self, server_id: ServerId, user_id: UserId, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[int]:
        """Refused(not_found) for who is not banned."""
        ...

    # -- invites --

    def add_invite(self, invite: Invite, audit: Sequence[AuditEntry] = ()) -> Transaction[None]:
        """Refused(conflict) past INVITES; those that have ended go first."""
        ...

    def get_invite(self, code: str) -> Transaction[InvitePreview | None]:
        """Also of one that has ended."""
        ...

    def list_invites(self, server_id: ServerId) -> Transaction[list[Invite]]: ...

    def delete_invite(self, code: str, audit: Sequence[AuditEntry] = ()) -> Transaction[None]: ...


class ProgramTables(Protocol):
    """Bots and webhooks. Each has a row among the users, so that its messages have an author."""

    def add_webhook(
        self, webhook: Webhook, token_hash: str, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[Webhook]:
        """Refused(conflict) past WEBHOOKS of its channel."""
        ...

    def get_webhook(self, webhook_id: WebhookId) -> Transaction[tuple[Webhook, str] | None]:
        """With the hash of its token."""
        ...

    def list_webhooks(self, channel_id: ChannelId) -> Transaction[list[Webhook]]: ...

    def update_webhook(
        self, webhook: Webhook, token_hash: str | None, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[Webhook]: ...

    def delete_webhook(
        self, webhook: Webhook, audit: Sequence[AuditEntry] = ()
    ) -> Transaction[None]: ...

    def add_bot(self, user: User, owner_id: UserId) -> Transaction[Bot]:
        """Refused(conflict) when the name is taken, or past BOTS."""
        ...

    def get_bot(self, bot_id: UserId) -> Transaction[Bot | None]: ...

    def list_bots(self, owner_id: UserId) -> Transaction[list[Bot]]: ...

    def delete_bot(self, bot_id: UserId) -> Transaction[list[tuple[ServerId, int]]]:
        """It can no longer sign in and is in no server; those that it was in, with their new versions. Its
        messages stay, and so does its name."""
        ...


class PreferenceTables(Protocol):
    """What people want to be told of, and what their clients remember for them."""

    def get_preference(self, user_id: UserId, place_id: int) -> Transaction[str | None]:
        """`place_id`: a channel's id, or 0 for the person's own."""
        ...

    def set_preference(
        self, user_id: UserId, place_id: int, value: str | None
    ) -> Transaction[None]: ...

    def list_preferences(self, user_id: UserId) -> Transaction[dict[int, str]]: ...
