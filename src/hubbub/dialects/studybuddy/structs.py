"""Ids, bodies and queries of seed 003. Ids are whole numbers; decimal strings are taken too."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from hubbub.model import limits
from hubbub.model.errors import forbidden, invalid, not_found
from hubbub.model.ids import LOBBY, MAX_ID, ChannelId, MessageId, UserId, parse_id

Id = int | str
_WANTED: Final = "it must be an id, a whole number"


def any_id(given: Id, field: str) -> int:
    """Raises `Refused(invalid)`."""
    value = parse_id(given) if isinstance(given, str) and given else given
    if not isinstance(value, int) or not 0 <= value <= MAX_ID:
        raise invalid(field, _WANTED)
    return value


def user_id(given: Id, field: str = "user_id") -> UserId:
    """Raises `Refused(invalid)`."""
    return UserId(any_id(given, field))


def channel_id(given: Id, field: str = "channel_id") -> ChannelId:
    """Raises `Refused`; the lobby is no group here."""
    found = ChannelId(any_id(given, field))
    if found == LOBBY:
        raise not_found("group")
    return found


def group_id(given: Id, field: str = "group_id") -> ChannelId:
    """A group's id is its channel's."""
    return channel_id(given, field)


def message_id(given: Id, field: str = "message_id") -> MessageId:
    """Raises `Refused(invalid)`."""
    return MessageId(any_id(given, field))


def require_oneself(given: Id | None, asks: UserId | None, field: str) -> UserId:
    """Who asks: the token says it, and a body may only agree; raises `Refused(forbidden)`."""
    if asks is None or (given is not None and user_id(given, field) != asks):
        raise forbidden(f"{field}: it must be your own id; who you are, your token says.")
    return asks


class RegisterIn(msgspec.Struct, frozen=True):
    """A new account. What else the original asks for is not kept."""

    username: Annotated[str, Meta(min_length=3, max_length=50)]
    email: str
    password: Annotated[
        str, Meta(min_length=limits.SEED_PASSWORD_MIN_CHARS, max_length=limits.PASSWORD_MAX_CHARS)
    ]


class LoginIn(msgspec.Struct, frozen=True):
    """By user name or e-mail."""

    username_or_email: str
    password: str


class RefreshIn(msgspec.Struct, frozen=True, rename="camel"):
    """A refresh token works once."""

    refresh_token: str


class PageQuery(msgspec.Struct, frozen=True):
    """`before`, a message's id, stands in place of `offset`. A `limit` above 100 is 100."""

    limit: Annotated[int, Meta(ge=1)] = limits.PAGE_DEFAULT
    offset: Annotated[int, Meta(ge=0, le=MAX_ID)] = 0
    before: str | None = None


class OnlineQuery(msgspec.Struct, frozen=True):
    """Ids with commas between them."""

    user_ids: str = ""


class SearchQuery(msgspec.Struct, frozen=True):
    """The start of a user name."""

    q: Annotated[str, Meta(min_length=1, max_length=limits.USERNAME_CHARS)]


class PrivateIn(msgspec.Struct, frozen=True):
    """A message to a person."""

    receiver_id: Id
    content: str
    nonce: str | None = None
    reply_to: Id | None = None


class GroupMessageIn(msgspec.Struct, frozen=True):
    """A message to a group."""

    group_id: Id
    content: str
    nonce: str | None = None
    reply_to: Id | None = None


class GroupIn(msgspec.Struct, frozen=True):
    """A new group. `creator_id`: if it is there, the token's."""

    name: str
    description: str | None = None
    is_private: bool = False
    creator_id: Id | None = None


class GroupChangeIn(msgspec.Struct, frozen=True):
    """What is left out stays as it is."""

    name: str | None = None
    description: str | None = None
    is_private: bool | None = None
    admin_user_id: Id | None = None


class SelfIn(msgspec.Struct, frozen=True):
    """Who says so: if it is there, the token's."""

    user_id: Id | None = None


class MemberIn(msgspec.Struct, frozen=True):
    """What shall become of a member; `admin_user_id`: if it is there, the token's."""

    action: Literal["approve", "reject", "remove", "promote", "demote"]
    admin_user_id: Id | None = None


class FriendIn(msgspec.Struct, frozen=True):
    """Who shall become a friend."""

    friend_id: Id
    user_id: Id | None = None
