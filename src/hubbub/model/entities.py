"""What there is: users, channels, members, messages, log-ins. Times are milliseconds since 1970."""

from enum import StrEnum

import msgspec

from hubbub.model.ids import (
    CategoryId,
    ChannelId,
    LoginId,
    MessageId,
    RoleId,
    ServerId,
    UserId,
)


class Kind(StrEnum):
    """Kinds of channel (ARCHITECTURE.md)."""

    LOBBY = "lobby"
    GROUP = "group"
    DIRECT = "direct"
    TEXT = "text"


class GroupRole(StrEnum):
    """What a member is in a group; the owner stands in the channel itself."""

    ADMIN = "admin"
    MEMBER = "member"


class Status(StrEnum):
    """How a person stands to a channel. `LEFT` rows stay: catching up must be able to tell of them."""

    ACTIVE = "active"
    PENDING = "pending"
    BANNED = "banned"
    LEFT = "left"


class Bond(StrEnum):
    """What another person is to one: a friend, asked by me, asking me, blocked by me."""

    FRIEND = "friend"
    OUTGOING = "outgoing"
    INCOMING = "incoming"
    BLOCKED = "blocked"


class User(msgspec.Struct, frozen=True):
    """A person as everybody may see them; or a program, a bot or a webhook (`is_bot`); or who has an account without
    a password (`is_guest`). `avatar`: a mark of their picture, another one for another picture; empty without one."""

    id: UserId
    username: str
    display_name: str
    created_at: int
    is_admin: bool = False
    disabled: bool = False
    is_bot: bool = False
    is_guest: bool = False
    avatar: str = ""


class Account(msgspec.Struct, frozen=True):
    """A person as only they and the log-in see them."""

    user: User
    email: str | None
    password_hash: str | None


class Relationship(msgspec.Struct, frozen=True):
    """What `user` is to somebody, since `created_at`. A block has no request; a friend keeps the request's id."""

    user: User
    bond: Bond
    request_id: int | None
    created_at: int


class FriendRequest(msgspec.Struct, frozen=True):
    """`sender` would like to be a friend of `receiver`; `status` is "pending", "accepted" or "rejected"."""

    id: int
    sender: User
    receiver: User
    status: str
    created_at: int


class Login(msgspec.Struct, frozen=True):
    """One signed-in device: a family of tokens that ends as one."""

    id: LoginId
    user_id: UserId
    created_at: int
    last_used_at: int
    expires_at: int
    label: str = ""
    revoked: bool = False


class Override(msgspec.Struct, frozen=True, array_like=True):
    """What a role's bearers or one member may do in a channel beyond what they may elsewhere, and what they may
    not: permission bits. `target_id` is a role's or a user's."""

    target_id: int
    is_role: bool
    allow: int = 0
    deny: int = 0


class Channel(msgspec.Struct, frozen=True):
    """A place where people talk. `seq` counts its messages, `version` its changes (decision 3).

    A `text` channel belongs to a server: its description is its topic, it has no owner and no members of its own.
    `slow_mode`: seconds between two messages of one person. `guests`: whether guests may be in a group.
    """

    id: ChannelId
    kind: Kind
    name: str
    description: str
    owner_id: UserId | None
    private: bool
    created_at: int
    last_seq: int = 0
    version: int = 0
    server_id: ServerId | None = None
    category_id: CategoryId | None = None
    position: int = 0
    slow_mode: int = 0
    overrides: tuple[Override, ...] = ()
    guests: bool = False


class Member(msgspec.Struct, frozen=True):
    """A person in a channel; `version` is that of the row's last change. `was_member`: others have known them
    as one before."""

    channel_id: ChannelId
    user_id: UserId
    role: GroupRole
    status: Status
    version: int
    joined_at: int
    read_seq: int = 0
    delivered_seq: int = 0
    was_member: bool = False


class Reaction(msgspec.Struct, frozen=True, array_like=True):
    """An emoji on a message and who put it there, in that order."""

    emoji: str
    user_ids: tuple[UserId, ...]


class Extra(msgspec.Struct, frozen=True, omit_defaults=True):
    """What few messages have.

    `type`, `payload`: of a kind that only some clients know, JSON of their own; the content says it in words.
    `alias`, `avatar_url`: how a webhook's message shows its author; `message.author` is named so already.
    `mention_roles`: also the everyone role, for `@everyone`; `here`: `@here` was said, to who was online.
    """

    type: str = ""
    payload: msgspec.Raw | None = None
    alias: str = ""
    avatar_url: str = ""
    mention_roles: tuple[RoleId, ...] = ()
    here: bool = False


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message; recalled ones stay as tombstones without content and without `extra`. `receiver_id`: in a direct
    channel, the other person."""

    id: MessageId
    channel_id: ChannelId
    seq: int
    version: int
    author: User
    content: str
    created_at: int
    edited_at: int | None = None
    recalled_at: int | None = None
    reply_to: MessageId | None = None
    mentions: tuple[UserId, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    server_id: ServerId | None = None
    pinned_at: int | None = None
    extra: Extra | None = None
    receiver_id: UserId | None = None


class ChannelView(msgspec.Struct, frozen=True):
    """A channel as one member finds it: with what they have read and what waits for them.

    Of a text channel `member` has their positions only, and `permissions` is what they may do there.
    """

    channel: Channel
    member: Member | None
    unread: int
    mentions: int
    peer: User | None = None
    permissions: int = 0


class Person(msgspec.Struct, frozen=True):
    """A member with who they are, and when what they have read last was written."""

    member: Member
    user: User
    read_at: int


class ChannelDetail(msgspec.Struct, frozen=True):
    """A channel as a list of conversations shows it; `people` are the first DETAIL_MEMBERS, none of a text
    channel; `read_id` is the message at the read position."""

    view: ChannelView
    people: list[Person]
    latest: Message | None
    read_id: MessageId | None = None


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A message that has been accepted and waits for its transaction. `notified`: who else is told as if they
    had been mentioned (`@here`)."""

    id: MessageId
    channel_id: ChannelId
    author: User
    content: str
    created_at: int
    nonce: str | None = None
    reply_to: MessageId | None = None
    mentions: tuple[UserId, ...] = ()
    server_id: ServerId | None = None
    extra: Extra | None = None
    notified: tuple[UserId, ...] = ()
    receiver_id: UserId | None = None


class Sent(msgspec.Struct, frozen=True, gc=False):
    """What a send ended as; `duplicate` when an earlier one with its nonce was found."""

    message: Message
    nonce: str | None
    duplicate: bool = False


class Page(msgspec.Struct, frozen=True):
    """A page of history, newest first; `version` and `last_seq` are the channel's at the time of reading."""

    messages: list[Message]
    has_more: bool
    version: int
    last_seq: int = 0


class Conversation(msgspec.Struct, frozen=True):
    """A page of a chat with what a client without memory needs to show it. `view` is None while two people have no
    direct channel yet; `member_count` of a group; `online`: who of the authors and the peer is."""

    page: Page
    view: ChannelView | None
    peer: User | None
    member_count: int
    online: frozenset[UserId]


class GroupDetail(msgspec.Struct, frozen=True):
    """A group as a page about it shows it: `people` to who is in it, those who wait for approval to its admins too."""

    view: ChannelView
    member_count: int
    people: list[tuple[Member, User]]


class Changes(msgspec.Struct, frozen=True):
    """What happened in a channel after a version; `limited` when it is too much to tell."""

    channel_id: ChannelId
    from_version: int
    to_version: int
    messages: list[Message]
    members: list[Member]
    limited: bool


class Tokens(msgspec.Struct, frozen=True):
    """What a log-in hands out; `expires_in` is the access token's, in seconds."""

    user: User
    login_id: LoginId
    access_token: str
    refresh_token: str
    expires_in: int
    email: str | None = None


class Image(msgspec.Struct, frozen=True):
    """Bytes and what they are."""

    media_type: str
    content: bytes
