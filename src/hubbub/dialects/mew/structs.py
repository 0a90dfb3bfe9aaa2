"""Bodies and queries of seed 001's REST side. What else stands in a body is passed over, as in the original: what
only the server decides is in none of them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hubbub.dialects.mew.sending import Payload
from hubbub.model import limits

Username = Annotated[str, Meta(min_length=3, max_length=32)]
Password = Annotated[
    str, Meta(min_length=limits.PASSWORD_MIN_CHARS, max_length=limits.PASSWORD_MAX_CHARS)
]
AnyPassword = Annotated[str, Meta(max_length=limits.PASSWORD_MAX_CHARS)]
Token = Annotated[str, Meta(min_length=1, max_length=limits.TOKEN_CHARS)]
Color = Annotated[
    str,
    Meta(
        pattern="^#[0-9a-fA-F]{6}$", extra_json_schema={"description": "a colour such as #99AAB5"}
    ),
]
Position = Annotated[int, Meta(ge=0, le=1_000_000)]
Level = Literal["ALL_MESSAGES", "MENTIONS_ONLY", "MUTE"]
ChannelLevel = Literal["DEFAULT", "ALL_MESSAGES", "MENTIONS_ONLY", "MUTE"]


class In(msgspec.Struct, frozen=True, rename="camel"):
    """What clients send."""


# -- people -------------------------------------------------------------------------------------------


class RegisterIn(In, frozen=True, rename="camel"):
    """A new account."""

    username: Username
    email: str
    password: Password


class LoginIn(In, frozen=True, rename="camel"):
    """By e-mail."""

    email: str
    password: AnyPassword


class BotIn(In, frozen=True, rename="camel"):
    """A program signs in with the token that it was given."""

    access_token: Token


class ProfileIn(In, frozen=True, rename="camel"):
    """The one thing of a profile that can change here."""

    username: Username


class PasswordIn(In, frozen=True, rename="camel"):
    """A new password."""

    old_password: AnyPassword
    new_password: Password


class SettingsIn(In, frozen=True, rename="camel"):
    """What is left out stays as it is."""

    sound_enabled: bool | None = None
    sound_volume: Annotated[float, Meta(ge=0, le=1)] | None = None
    desktop_enabled: bool | None = None


class DirectIn(In, frozen=True, rename="camel"):
    """With whom."""

    recipient_id: str


class SearchQuery(msgspec.Struct, frozen=True):
    """The start of a name."""

    q: Annotated[str, Meta(max_length=limits.USERNAME_CHARS)] = ""


# -- servers ------------------------------------------------------------------------------------------


class ServerIn(In, frozen=True, rename="camel"):
    """A new server."""

    name: str
    avatar_url: str | None = None


class ServerPatch(In, frozen=True, rename="camel"):
    """What is left out stays as it is, here and below."""

    name: str | None = None
    avatar_url: str | None = None


class ChannelIn(In, frozen=True, rename="camel"):
    """A new channel. There are none that show web pages."""

    name: str
    type: Literal["GUILD_TEXT"] = "GUILD_TEXT"
    category_id: str | None = None
    topic: str | None = None
    position: Position | None = None


class ChannelPatch(In, frozen=True, rename="camel"):
    """`category_id` null: under none."""

    name: str | None = None
    category_id: str | UnsetType | None = UNSET
    topic: str | None = None
    position: Position | None = None


class OverrideIn(In, frozen=True, rename="camel"):
    """Permissions by name."""

    target_type: Literal["role", "member"]
    target_id: str
    allow: list[str] = []
    deny: list[str] = []


class CategoryIn(In, frozen=True, rename="camel"):
    """A new heading."""

    name: str
    position: Position | None = None


class CategoryPatch(In, frozen=True, rename="camel"):
    """Changes of a heading."""

    name: str | None = None
    position: Position | None = None


class RoleIn(In, frozen=True, rename="camel"):
    """A new role."""

    name: str
    permissions: list[str] = []
    color: Color | None = None


class RolePatch(In, frozen=True, rename="camel"):
    """Changes of a role."""

    name: str | None = None
    permissions: list[str] | None = None
    color: Color | None = None


class PositionIn(In, frozen=True, rename="camel"):
    """Where a role shall stand."""

    role_id: str
    position: Position


class RolesIn(In, frozen=True, rename="camel"):
    """All roles of a member; the everyone role may be among them."""

    role_ids: list[str]


class LevelIn(In, frozen=True, rename="camel"):
    """What one wants to be told of in a server."""

    notification_level: Level


class ChannelLevelIn(In, frozen=True, rename="camel"):
    """What one wants to be told of in a channel."""

    level: ChannelLevel


class InviteIn(In, frozen=True, rename="camel"):
    """`max_uses` 0: any number."""

    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    max_uses: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None


class MembersQuery(msgspec.Struct, frozen=True):
    """Additive: `after` is the last person of the page before."""

    after: str | None = None
    limit: Annotated[int, Meta(ge=1, le=limits.MEMBERS_PAGE)] = limits.MEMBERS_PAGE


# -- messages -----------------------------------------------------------------------------------------


class PageQuery(msgspec.Struct, frozen=True):
    """`before` is a message id."""

    before: str | None = None
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class ContentIn(In, frozen=True, rename="camel"):
    """Other words for a message."""

    content: str


class ReadIn(In, frozen=True, rename="camel"):
    """How far one has read."""

    last_message_id: str


# -- programs -----------------------------------------------------------------------------------------


class WebhookIn(In, frozen=True, rename="camel"):
    """A new webhook."""

    name: str
    avatar_url: str | None = None


class WebhookPatch(In, frozen=True, rename="camel"):
    """Changes of a webhook."""

    name: str | None = None
    avatar_url: str | None = None


class WebhookMessageIn(msgspec.Struct, frozen=True):
    """What a program posts, in snake case as the original has it."""

    content: str | None = None
    username: str | None = None
    avatar_url: str | None = None
    type: str | None = None
    payload: Payload | None = None


class NewBotIn(In, frozen=True, rename="camel"):
    """A new account for a program."""

    name: Username
