"""Bodies and results of seed 002's REST side, in the original's fields."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hubbub.dialects.chatgroup.render import Message, Sender
from hubbub.model import limits


class RegisterIn(msgspec.Struct, frozen=True):
    """A new account."""

    username: Annotated[str, Meta(min_length=2, max_length=20)]
    email: str
    password: Annotated[
        str, Meta(min_length=limits.SEED_PASSWORD_MIN_CHARS, max_length=limits.PASSWORD_MAX_CHARS)
    ]


class LoginIn(msgspec.Struct, frozen=True):
    """By e-mail."""

    email: str
    password: str


class RefreshIn(msgspec.Struct, frozen=True, rename="camel"):
    """A refresh token works once."""

    refresh_token: str


class ProfileIn(msgspec.Struct, frozen=True, rename="camel"):
    """The one thing of a profile that can change here."""

    display_name: str


class SearchQuery(msgspec.Struct, frozen=True):
    """The start of a user name."""

    q: Annotated[str, Meta(min_length=1, max_length=limits.USERNAME_CHARS)]


class RequestIn(msgspec.Struct, frozen=True, rename="camel"):
    """Who shall become a friend."""

    receiver_id: str


class ChatIn(msgspec.Struct, frozen=True, rename="camel"):
    """A new chat: a group with a name, or the direct one with one person."""

    name: str | None = None
    type: Literal["GROUP", "DIRECT"] = "GROUP"
    member_ids: list[str] = []


class PageQuery(msgspec.Struct, frozen=True):
    """`before` is a message id."""

    before: str | None = None
    limit: Annotated[int, Meta(ge=1)] = 30


class Profile(msgspec.Struct, frozen=True, rename="camel"):
    """Oneself."""

    id: str
    username: str
    email: str | None
    avatar: None
    last_seen_at: str
    created_at: str


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """A friend request. `status` is `PENDING`, `ACCEPTED` or `REJECTED`."""

    id: str
    sender_id: str
    receiver_id: str
    status: str
    created_at: str
    sender: Sender


class ChatMember(msgspec.Struct, frozen=True, rename="camel"):
    """A person in a chat; `id` is that of the membership."""

    id: str
    user_id: str
    chat_id: str
    last_read_at: str
    joined_at: str
    user: Sender


class Chat(msgspec.Struct, frozen=True, rename="camel"):
    """A chat; `messages` has the latest one. `unread` is additive."""

    id: str
    name: str | None
    type: str
    members: list[ChatMember]
    messages: list[Message]
    created_at: str
    updated_at: str
    unread: int
