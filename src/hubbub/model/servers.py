"""What there is in servers: communities with roles, categories, channels, members, invites.

Permissions are bits of `model/permissions.py`. Ids of roles and users come from one sequence, so an override's
target says by its id alone whose it is; `kind` says it for those who read.
"""

from enum import StrEnum

import msgspec

from hubbub.model.entities import ChannelView, Message, User
from hubbub.model.errors import forbidden
from hubbub.model.ids import CategoryId, ChannelId, RoleId, ServerId, UserId, WebhookId


class Notify(StrEnum):
    """What a person wants to be told of; `DEFAULT` of a channel: what its server says."""

    DEFAULT = "default"
    ALL = "all"
    MENTIONS = "mentions"
    NOTHING = "nothing"


class Departure(StrEnum):
    """How somebody stopped being a member."""

    LEFT = "left"
    KICKED = "kicked"
    BANNED = "banned"
    DELETED = "deleted"


class Server(msgspec.Struct, frozen=True):
    """A community. `icon` is an address or empty; `version` counts the changes of everything but its messages."""

    id: ServerId
    name: str
    icon: str
    owner_id: UserId
    everyone_role_id: RoleId
    created_at: int
    version: int = 0


class Role(msgspec.Struct, frozen=True):
    """What its bearers may do. Position 0 is the everyone role's; a higher position is more powerful."""

    id: RoleId
    server_id: ServerId
    name: str
    color: int
    position: int
    permissions: int


class Category(msgspec.Struct, frozen=True):
    """A heading over some channels."""

    id: CategoryId
    server_id: ServerId
    name: str
    position: int


class ServerMember(msgspec.Struct, frozen=True, gc=False):
    """A person in a server; `role_ids` without the everyone role. `notify` is theirs alone to know."""

    server_id: ServerId
    user_id: UserId
    joined_at: int
    nickname: str = ""
    role_ids: tuple[RoleId, ...] = ()
    notify: Notify = Notify.ALL


class Ban(msgspec.Struct, frozen=True):
    """Who may not come back, and why."""

    server_id: ServerId
    user: User
    by: UserId
    reason: str
    created_at: int


class Invite(msgspec.Struct, frozen=True):
    """A way into a server. `expires_at` None and `max_uses` 0: without end."""

    code: str
    server_id: ServerId
    creator_id: UserId
    created_at: int
    expires_at: int | None
    max_uses: int
    uses: int = 0


def require_open(invite: Invite, now: int) -> None:
    """That an invite has not ended; raises `Refused(forbidden)`."""
    if invite.expires_at is not None and invite.expires_at <= now:
        raise forbidden("This invite has expired; ask for a new one.")
    if invite.max_uses and invite.uses >= invite.max_uses:
        raise forbidden("This invite is used up; ask for a new one.")


class InvitePreview(msgspec.Struct, frozen=True):
    """What somebody with an invite may see before they accept it."""

    invite: Invite
    server: Server
    member_count: int


class AuditEntry(msgspec.Struct, frozen=True):
    """Who did what to whom, when and why. `action` is a word such as `member.kick`; `target_id` 0: the server."""

    id: int
    server_id: ServerId
    actor: User
    action: str
    target_id: int
    reason: str
    created_at: int
    changes: dict[str, object] = {}


class Webhook(msgspec.Struct, frozen=True):
    """A way for programs to post into a channel. `token` is there once, when it is made or reset."""

    id: WebhookId
    channel_id: ChannelId
    server_id: ServerId
    name: str
    avatar_url: str
    creator_id: UserId
    created_at: int
    token: str = ""


class Bot(msgspec.Struct, frozen=True):
    """An account for a program. `token` is there once, when it is made or reset."""

    user: User
    owner_id: UserId
    token: str = ""


class ServerView(msgspec.Struct, frozen=True):
    """A server as one member finds it: `channels` are those that they may see, `permissions` those of the whole
    server."""

    server: Server
    member: ServerMember
    roles: tuple[Role, ...]
    categories: tuple[Category, ...]
    channels: tuple[ChannelView, ...]
    member_count: int
    permissions: int


class PinnedMessages(msgspec.Struct, frozen=True):
    """A channel's pins, the latest first."""

    messages: list[Message]
