"""What servers look like on native's wire. Permissions are lists of their names, in a fixed order."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hubbub.dialects.native.structs import (
    ChannelView,
    Content,
    Description,
    DisplayName,
    Id,
    In,
    Limit,
    Message,
    Name,
    Nonce,
    Permission,
    Permissions,
    Position,
    Reason,
    SlowMode,
    Time,
    User,
    Username,
)
from hubbub.model import limits
from hubbub.model.servers import Notify

Url = Annotated[str, Meta(max_length=limits.URL_CHARS)]
Color = Annotated[int, Meta(ge=0, le=0xFFFFFF)]
Nickname = Annotated[str, Meta(max_length=limits.NICKNAME_CHARS)]
RoleIds = Annotated[tuple[Id, ...], Meta(max_length=limits.MEMBER_ROLES)]


# -- things -------------------------------------------------------------------------------------------


class Server(msgspec.Struct, frozen=True):
    """A server, the same for all its members. `icon` is an address or empty."""

    id: Id
    name: str
    icon: str
    owner_id: Id
    everyone_role_id: Id
    created_at: Time
    version: int


class Role(msgspec.Struct, frozen=True):
    """What its bearers may do. Position 0 is the everyone role's; a higher one is more powerful."""

    id: Id
    server_id: Id
    name: str
    color: int
    position: int
    permissions: tuple[Permission, ...]


class Category(msgspec.Struct, frozen=True):
    """A heading over some channels."""

    id: Id
    server_id: Id
    name: str
    position: int


class ServerMember(msgspec.Struct, frozen=True):
    """A person in a server; `role_ids` without the everyone role."""

    server_id: Id
    user: User
    nickname: str
    role_ids: list[Id]
    joined_at: Time


class Self(msgspec.Struct, frozen=True):
    """Oneself in a server; `notify` is nobody else's to know."""

    server_id: Id
    user_id: Id
    nickname: str
    role_ids: list[Id]
    joined_at: Time
    notify: Notify


class ServerView(Server, frozen=True):
    """A server as one finds it oneself: the channels that one may see, and what one may do in the whole of it."""

    member: Self
    roles: list[Role]
    categories: list[Category]
    channels: list[ChannelView]
    member_count: int
    permissions: tuple[Permission, ...]


class ChannelDetail(ChannelView, frozen=True):
    """A channel with its latest message."""

    latest_message: Message | None


class Ban(msgspec.Struct, frozen=True):
    """Who may not come back; `by` did it."""

    server_id: Id
    user: User
    by: Id
    reason: str
    created_at: Time


class Invite(msgspec.Struct, frozen=True):
    """A way into a server. `expires_at` null and `max_uses` 0: without end."""

    code: str
    server_id: Id
    creator_id: Id
    created_at: Time
    expires_at: Time | None
    max_uses: int
    uses: int


class InvitePreview(msgspec.Struct, frozen=True):
    """What an invite leads to."""

    invite: Invite
    server: Server
    member_count: int


class AuditEntry(msgspec.Struct, frozen=True):
    """Who did what to whom, when and why. `target_id` is null where it was the server itself."""

    id: Id
    server_id: Id
    actor: User
    action: str
    target_id: Id | None
    reason: str
    created_at: Time
    changes: dict[str, Any]  # a JSON object has no narrower type


class Webhook(msgspec.Struct, frozen=True, omit_defaults=True):
    """A way for programs to post into a channel. `token` is there only when it is new."""

    id: Id
    channel_id: Id
    server_id: Id
    name: str
    avatar_url: str
    creator_id: Id
    created_at: Time
    token: str = ""


class Bot(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account for a program. `token` is there only when it is new; it does not expire."""

    user: User
    owner_id: Id
    token: str = ""


# -- requests -----------------------------------------------------------------------------------------


class ServerIn(In, frozen=True, forbid_unknown_fields=True):
    """A new server. `first_channel`: the name of a channel to begin with; empty is none."""

    name: Name
    icon: Url = ""
    first_channel: Annotated[str, Meta(max_length=limits.CHANNEL_NAME_CHARS)] = "general"


class ServerPatch(In, frozen=True, forbid_unknown_fields=True):
    """At least one of these, and why."""

    name: Name | UnsetType = UNSET
    icon: Url | UnsetType = UNSET
    owner_id: Id | UnsetType = UNSET
    reason: Reason = ""


class OverrideIn(In, frozen=True, forbid_unknown_fields=True):
    """For a role's bearers or one member."""

    target_id: Id
    kind: Literal["role", "member"]
    allow: Permissions = ()
    deny: Permissions = ()


Overrides = Annotated[tuple[OverrideIn, ...], Meta(max_length=limits.OVERRIDES)]


class OverridePut(In, frozen=True, forbid_unknown_fields=True):
    """For the role or member that the path names."""

    kind: Literal["role", "member"]
    allow: Permissions = ()
    deny: Permissions = ()
    reason: Reason = ""


class TextChannelIn(In, frozen=True, forbid_unknown_fields=True):
    """A new channel of a server; at the end, unless it has a position."""

    name: Name
    description: Description = ""
    category_id: Id | None = None
    position: Position | None = None
    slow_mode: SlowMode = 0
    overrides: Overrides = ()
    reason: Reason = ""


class CategoryIn(In, frozen=True, forbid_unknown_fields=True):
    """A new category; at the end, unless it has a position."""

    name: Name
    position: Position | None = None


class CategoryPatch(In, frozen=True, forbid_unknown_fields=True):
    """At least one of these."""

    name: Name | UnsetType = UNSET
    position: Position | UnsetType = UNSET


class RoleIn(In, frozen=True, forbid_unknown_fields=True):
    """A new role, below one's own highest, with permissions that one has."""

    name: Name
    color: Color = 0
    permissions: Permissions = ()
    reason: Reason = ""


class RolePatch(In, frozen=True, forbid_unknown_fields=True):
    """At least one of these, and why. `permissions` are all that it has from now on."""

    name: Name | UnsetType = UNSET
    color: Color | UnsetType = UNSET
    permissions: Permissions | UnsetType = UNSET
    reason: Reason = ""


class RolePosition(In, frozen=True, forbid_unknown_fields=True):
    """Where a role shall stand."""

    role_id: Id
    position: Position


RolePositions = Annotated[tuple[RolePosition, ...], Meta(min_length=1, max_length=limits.ROLES)]


class MemberPatch(In, frozen=True, forbid_unknown_fields=True):
    """At least one of these, and why. `notify` is one's own only."""

    nickname: Nickname | UnsetType = UNSET
    role_ids: RoleIds | UnsetType = UNSET
    notify: Literal["all", "mentions", "nothing"] | UnsetType = UNSET
    reason: Reason = ""


class ReasonIn(In, frozen=True, forbid_unknown_fields=True):
    """Why, for the audit log."""

    reason: Reason = ""


class NotifyIn(In, frozen=True, forbid_unknown_fields=True):
    """What one wants to be told of; `default`: what one's server says."""

    notify: Notify


class InviteIn(In, frozen=True, forbid_unknown_fields=True):
    """`expires_in` in seconds; without it, and with a `max_uses` of 0, the invite has no end."""

    expires_in: Annotated[int, Meta(ge=1, le=366 * 86_400)] | None = None
    max_uses: Annotated[int, Meta(ge=0, le=limits.SERVER_MEMBERS)] = 0


class WebhookIn(In, frozen=True, forbid_unknown_fields=True):
    """A new webhook."""

    name: DisplayName
    avatar_url: Url = ""


class WebhookPatch(In, frozen=True, forbid_unknown_fields=True):
    """At least one of these. `new_token`: the old one ends."""

    name: DisplayName | UnsetType = UNSET
    avatar_url: Url | UnsetType = UNSET
    new_token: bool = False


class WebhookPost(In, frozen=True, forbid_unknown_fields=True):
    """A message by a program; `username` and `avatar_url` instead of the webhook's own."""

    content: Content
    username: Annotated[str, Meta(max_length=limits.DISPLAY_NAME_CHARS)] = ""
    avatar_url: Url = ""
    nonce: Nonce | None = None


# One of Slack's many: a header, a section, a context, a rich text … What it has is looked for when it is read.
SlackBlock = dict[str, Any]


class SlackField(msgspec.Struct, frozen=True):
    """A line of an attachment."""

    title: str | int | float | None = None
    value: str | int | float | None = None


class SlackAttachment(msgspec.Struct, frozen=True):
    """What programs write for Slack; of its many fields these are read."""

    pretext: str | None = None
    author_name: str | None = None
    title: str | None = None
    title_link: str | None = None
    text: str | None = None
    fields: tuple[SlackField, ...] | None = None
    image_url: str | None = None
    fallback: str | None = None
    blocks: tuple[SlackBlock, ...] | None = None


class SlackPost(msgspec.Struct, frozen=True):
    """A message as programs write it for Slack's incoming webhooks, in JSON or as the field `payload` of a form. What
    is not named here is passed over, and what is too long is cut.
    """

    text: str | None = None
    username: str | None = None
    icon_url: str | None = None
    attachments: tuple[SlackAttachment, ...] | None = None
    blocks: tuple[SlackBlock, ...] | None = None


class BotIn(In, frozen=True, forbid_unknown_fields=True):
    """A new bot."""

    username: Username
    display_name: Annotated[str, Meta(max_length=limits.DISPLAY_NAME_CHARS)] = ""


# Whatever a client wants to remember: an object that nobody here reads.
Preferences = dict[str, Any]


class ReasonQuery(In, frozen=True, forbid_unknown_fields=True):
    """Why, for the audit log."""

    reason: Reason = ""


class ServerMemberQuery(In, frozen=True, forbid_unknown_fields=True):
    """In the order of their ids; `after` is the last person of the page before."""

    after: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=limits.MEMBERS_PAGE)] = limits.MEMBERS_PAGE


class AuditQuery(In, frozen=True, forbid_unknown_fields=True):
    """Newest first; `before` is the last entry of the page before."""

    before: Id | None = None
    limit: Limit = limits.PAGE_DEFAULT
