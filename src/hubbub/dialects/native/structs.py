"""What native looks like on the wire: these Structs validate, and the OpenAPI document is made of them.

Ids are decimal strings, times RFC 3339 UTC with milliseconds.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hubbub.model import limits
from hubbub.model.entities import Bond, GroupRole, Kind, Status
from hubbub.model.permissions import NAMES

Id = Annotated[
    str,
    Meta(
        max_length=16,
        description='an id: a decimal string such as "1234567890123456"',
        extra_json_schema={"pattern": "^(0|[1-9][0-9]{0,15})$"},
    ),
]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Moment = Annotated[
    str,
    Meta(
        max_length=40,
        description="a time with its zone, such as 2030-01-31T12:00:00Z",
        extra_json_schema={"format": "date-time"},
    ),
]
Content = Annotated[str, Meta(min_length=1, max_length=limits.CONTENT_CHARS)]
Nonce = Annotated[str, Meta(min_length=1, max_length=limits.NONCE_CHARS)]
Name = Annotated[str, Meta(min_length=1, max_length=limits.CHANNEL_NAME_CHARS)]
Description = Annotated[str, Meta(max_length=limits.DESCRIPTION_CHARS)]
DisplayName = Annotated[str, Meta(min_length=1, max_length=limits.DISPLAY_NAME_CHARS)]
Password = Annotated[
    str, Meta(min_length=limits.PASSWORD_MIN_CHARS, max_length=limits.PASSWORD_MAX_CHARS)
]
Username = Annotated[
    str, Meta(min_length=limits.USERNAME_MIN_CHARS, max_length=limits.USERNAME_CHARS)
]
AnyPassword = Annotated[str, Meta(min_length=1, max_length=limits.PASSWORD_MAX_CHARS)]
Token = Annotated[str, Meta(min_length=1, max_length=limits.TOKEN_CHARS)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
Limit = Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)]
Position = Annotated[int, Meta(ge=0, le=1_000_000)]
SlowMode = Annotated[int, Meta(ge=0, le=limits.SLOW_MODE_SECONDS)]
Reason = Annotated[str, Meta(max_length=limits.REASON_CHARS)]
# Looked up by hand: the refusal then says which ones there are.
Permission = Annotated[str, Meta(extra_json_schema={"enum": list(NAMES)})]
Permissions = Annotated[tuple[Permission, ...], Meta(max_length=len(NAMES))]


# -- things -------------------------------------------------------------------------------------------


class User(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A person; `bot` is there for a program only, `guest` for who has no password: anybody may be them. `avatar`:
    a mark of their picture, another one for another picture; without one it is not there."""

    id: Id
    username: str
    display_name: str
    bot: bool = False
    guest: bool = False
    avatar: str = ""


class Profile(msgspec.Struct, frozen=True):
    """A person in detail; `email` only in `/users/@me`, `bot`, `guest` and `avatar` as in `User`."""

    id: Id
    username: str
    display_name: str
    created_at: Time
    admin: bool
    email: str | None = None
    bot: bool | UnsetType = UNSET
    guest: bool | UnsetType = UNSET
    avatar: str | UnsetType = UNSET


class Reaction(msgspec.Struct, frozen=True):
    """An emoji on a message, and who put it there."""

    emoji: str
    count: int
    user_ids: tuple[Id, ...]


class Shown(msgspec.Struct, frozen=True):
    """How a webhook's message shows who wrote it; `avatar_url` may be empty."""

    name: str
    avatar_url: str


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message. A recalled one keeps its place and loses its content."""

    id: Id
    channel_id: Id
    seq: int
    version: int
    author: User
    content: str
    created_at: Time
    edited_at: Time | None
    recalled: bool
    reply_to: Id | None
    mentions: tuple[Id, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    attachments: tuple[str, ...] = ()
    # What few messages have, and only they show: a plain one is as short, and made as fast, as without these.
    pinned_at: Time | UnsetType = UNSET
    mention_roles: tuple[Id, ...] | UnsetType = UNSET
    mention_here: bool | UnsetType = UNSET
    webhook: Shown | UnsetType = UNSET
    type: str | UnsetType = UNSET
    payload: msgspec.Raw | UnsetType = UNSET


class Override(msgspec.Struct, frozen=True):
    """What a role's bearers or one member may do in a channel beyond what they may elsewhere, and what they may
    not."""

    target_id: Id
    kind: Literal["role", "member"]
    allow: tuple[Permission, ...]
    deny: tuple[Permission, ...]


class Member(msgspec.Struct, frozen=True):
    """A person in a channel."""

    channel_id: Id
    user: User
    role: GroupRole
    status: Status
    version: int
    joined_at: Time
    read_seq: int
    delivered_seq: int


class Membership(msgspec.Struct, frozen=True):
    """A person's standing in a channel, without who they are."""

    channel_id: Id
    user_id: Id
    role: GroupRole
    status: Status
    version: int
    joined_at: Time
    read_seq: int
    delivered_seq: int


class Channel(msgspec.Struct, frozen=True):
    """A channel, the same for everybody. `server_id` and the four after it are a server's channel's; in others null,
    0 and empty. `guests`: whether a group admits people without a password."""

    id: Id
    kind: Kind
    name: str
    description: str
    owner_id: Id | None
    private: bool
    created_at: Time
    last_seq: int
    version: int
    server_id: Id | None
    category_id: Id | None
    position: int
    slow_mode: int
    overrides: list[Override]
    guests: bool


class ChannelView(Channel, frozen=True):
    """A channel as one finds it oneself: `status` is null for an open group that one is not in. `permissions`:
    what one may do in a server's channel; in others empty."""

    role: GroupRole | None
    status: Status | None
    read_seq: int
    delivered_seq: int
    unread: int
    mentions: int
    peer: User | None
    permissions: tuple[Permission, ...]


class Messages(msgspec.Struct, frozen=True):
    """Some messages."""

    messages: list[Message]


class Page(msgspec.Struct, frozen=True):
    """A page of history, newest first; `has_more` in the direction that was asked for."""

    messages: list[Message]
    has_more: bool
    version: int


class Relationship(msgspec.Struct, frozen=True):
    """What a person is to oneself, since `created_at`; `request_id` is null for who is blocked."""

    user: User
    bond: Bond
    request_id: Id | None
    created_at: Time


class Relationships(msgspec.Struct, frozen=True):
    """Friends, requests both ways and blocks, the newest first."""

    relationships: list[Relationship]


class Session(msgspec.Struct, frozen=True):
    """A signed-in device."""

    id: str
    label: str
    created_at: Time
    last_used_at: Time
    expires_at: Time


class Tokens(msgspec.Struct, frozen=True):
    """`expires_in`: seconds until the access token has to be refreshed."""

    user: Profile
    session_id: str
    access_token: str
    refresh_token: str
    expires_in: int


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457. `code` is one of the words of the protocol."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None
    retry_after: float | None = None


# -- requests -----------------------------------------------------------------------------------------


class In(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What clients send."""


class RegisterIn(In, frozen=True, forbid_unknown_fields=True):
    """A new account."""

    username: Username
    password: Password
    email: Annotated[str, Meta(max_length=limits.EMAIL_CHARS)] | None = None
    display_name: DisplayName | None = None


class LoginIn(In, frozen=True, forbid_unknown_fields=True):
    """`login` is a user name or an e-mail."""

    login: Annotated[str, Meta(min_length=1, max_length=limits.EMAIL_CHARS)]
    password: AnyPassword


class RefreshIn(In, frozen=True, forbid_unknown_fields=True):
    """A refresh token works once; the same request again, with the same nonce, has the same answer."""

    refresh_token: Token
    nonce: Nonce | None = None


class PasswordIn(In, frozen=True, forbid_unknown_fields=True):
    """Signs all other devices out."""

    old_password: AnyPassword
    new_password: Password


class ClaimIn(In, frozen=True, forbid_unknown_fields=True):
    """The token that the server printed at its first start."""

    token: Token


class ProfileIn(In, frozen=True, forbid_unknown_fields=True):
    """What one may change of oneself."""

    display_name: DisplayName


class ChannelIn(In, frozen=True, forbid_unknown_fields=True):
    """A new group."""

    name: Name
    kind: Annotated[Kind, Meta(extra_json_schema={"enum": ["group"]})] = Kind.GROUP
    description: Description = ""
    private: bool = False
    guests: bool = False


class ChannelPatch(In, frozen=True, forbid_unknown_fields=True):
    """At least one of these. `category_id`, `position` and `slow_mode` are of a server's channel; a `category_id` of
    null puts it under none. `guests` is of a group."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    private: bool | UnsetType = UNSET
    owner_id: Id | UnsetType = UNSET
    category_id: Id | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET
    slow_mode: SlowMode | UnsetType = UNSET
    guests: bool | UnsetType = UNSET


class DirectIn(In, frozen=True, forbid_unknown_fields=True):
    """With whom."""

    user_id: Id


class MemberIn(In, frozen=True, forbid_unknown_fields=True):
    """`role`: make them this."""

    role: GroupRole | None = None


class BondIn(In, frozen=True, forbid_unknown_fields=True):
    """What the person should become."""

    bond: Literal["friend", "blocked"]


class MessageIn(In, frozen=True, forbid_unknown_fields=True):
    """A retry with the same nonce returns the first message."""

    content: Content
    nonce: Nonce | None = None
    reply_to: Id | None = None


class MessagePatch(In, frozen=True, forbid_unknown_fields=True):
    """New content."""

    content: Content


class SeqIn(In, frozen=True, forbid_unknown_fields=True):
    """A position."""

    seq: Seq
