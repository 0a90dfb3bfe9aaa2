"""Entities → wire Structs: the same for every viewer, unless it is called a view."""

from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from hubbub.dialects.native import structs as s
from hubbub.model import entities as m
from hubbub.model.permissions import names_of
from hubbub.model.times import rfc3339

encode = msgspec.json.Encoder().encode


def user(person: m.User) -> s.User:
    """As the author of a message, the member of a channel."""
    name = person.username
    marks = person.is_bot, person.is_guest, person.avatar
    return s.User(str(person.id), name, person.display_name, *marks)


def profile(account: m.Account) -> s.Profile:
    """In detail."""
    person = account.user
    return s.Profile(
        str(person.id),
        person.username,
        person.display_name,
        rfc3339(person.created_at),
        person.is_admin,
        account.email,
        person.is_bot or UNSET,
        person.is_guest or UNSET,
        person.avatar or UNSET,
    )


def message(found: m.Message) -> s.Message:
    """One message."""
    plain = s.Message(
        str(found.id),
        str(found.channel_id),
        found.seq,
        found.version,
        user(found.author),
        found.content,
        rfc3339(found.created_at),
        None if found.edited_at is None else rfc3339(found.edited_at),
        found.recalled_at is not None,
        None if found.reply_to is None else str(found.reply_to),
        tuple(map(str, found.mentions)) if found.mentions else (),
        tuple(map(reaction, found.reactions)) if found.reactions else (),
    )
    if found.extra is None and found.pinned_at is None:
        return plain
    return _rare(found, plain)


def _rare(found: m.Message, plain: s.Message) -> s.Message:
    """With what few messages have."""
    extra = found.extra or m.Extra()
    is_webhook = extra.alias or extra.avatar_url
    return msgspec.structs.replace(
        plain,
        pinned_at=UNSET if found.pinned_at is None else rfc3339(found.pinned_at),
        mention_roles=tuple(map(str, extra.mention_roles)) or UNSET,
        mention_here=extra.here or UNSET,
        webhook=s.Shown(extra.alias, extra.avatar_url) if is_webhook else UNSET,
        type=extra.type or UNSET,
        payload=UNSET if extra.payload is None else extra.payload,
    )


def reaction(found: m.Reaction) -> s.Reaction:
    """With their number."""
    return s.Reaction(found.emoji, len(found.user_ids), tuple(map(str, found.user_ids)))


def page(found: m.Page) -> s.Page:
    """A page of history."""
    return s.Page([message(x) for x in found.messages], found.has_more, found.version)


def channel(found: m.Channel) -> s.Channel:
    """As everybody sees it."""
    return s.Channel(*_shared(found))


def view(found: m.ChannelView) -> s.ChannelView:
    """As one member finds it."""
    return s.ChannelView(*view_fields(found))


def view_fields(found: m.ChannelView) -> tuple[Any, ...]:
    """Those of a view, for what is a view and more."""
    mine = found.member
    return (
        *_shared(found.channel),
        None if mine is None else mine.role,
        None if mine is None else mine.status,
        0 if mine is None else mine.read_seq,
        0 if mine is None else mine.delivered_seq,
        found.unread,
        found.mentions,
        None if found.peer is None else user(found.peer),
        permissions(found.permissions),
    )


def _shared(found: m.Channel) -> tuple[Any, ...]:
    return (
        str(found.id),
        found.kind,
        found.name,
        found.description,
        None if found.owner_id is None else str(found.owner_id),
        found.private,
        rfc3339(found.created_at),
        found.last_seq,
        found.version,
        None if found.server_id is None else str(found.server_id),
        None if found.category_id is None else str(found.category_id),
        found.position,
        found.slow_mode,
        [override(x) for x in found.overrides],
        found.guests,
    )


@lru_cache(maxsize=1024)
def permissions(bits: int) -> tuple[s.Permission, ...]:
    """Their names. Remembered: of a server's channels, most are alike."""
    return tuple(names_of(bits))


def override(found: m.Override) -> s.Override:
    """With its permissions by name."""
    kind: Literal["role", "member"] = "role" if found.is_role else "member"
    return s.Override(str(found.target_id), kind, permissions(found.allow), permissions(found.deny))


def member(found: m.Member, person: m.User) -> s.Member:
    """With who they are."""
    return s.Member(
        str(found.channel_id),
        user(person),
        found.role,
        found.status,
        found.version,
        rfc3339(found.joined_at),
        found.read_seq,
        found.delivered_seq,
    )


def membership(found: m.Member) -> s.Membership:
    """Without who they are."""
    return s.Membership(
        str(found.channel_id),
        str(found.user_id),
        found.role,
        found.status,
        found.version,
        rfc3339(found.joined_at),
        found.read_seq,
        found.delivered_seq,
    )


def relationship(found: m.Relationship) -> s.Relationship:
    """What a person is to oneself."""
    return s.Relationship(
        user(found.user),
        found.bond,
        None if found.request_id is None else str(found.request_id),
        rfc3339(found.created_at),
    )


def session(login: m.Login) -> s.Session:
    """A signed-in device."""
    return s.Session(
        login.id,
        login.label,
        rfc3339(login.created_at),
        rfc3339(login.last_used_at),
        rfc3339(login.expires_at),
    )


def tokens(found: m.Tokens) -> s.Tokens:
    """What a log-in hands out."""
    return s.Tokens(
        profile(m.Account(found.user, None, None)),
        found.login_id,
        found.access_token,
        found.refresh_token,
        found.expires_in,
    )


def changes(found: m.Changes) -> dict[str, object]:
    """The data of a `sync`."""
    return {
        "channel_id": str(found.channel_id),
        "from": found.from_version,
        "to": found.to_version,
        "messages": [message(x) for x in found.messages],
        "members": [membership(x) for x in found.members],
        "limited": found.limited,
    }
