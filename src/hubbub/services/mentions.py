"""Whom a message calls: people, roles, everybody, who is here."""

import re
from typing import Final

import msgspec

from hubbub.model.ids import RoleId, UserId, parse_id
from hubbub.model.permissions import MENTION_EVERYONE
from hubbub.ports.presence import Presence
from hubbub.services.directory import Room
from hubbub.services.states import ServerState
from hubbub.services.visibility import visible

MENTIONS: Final = 50  # people, and roles, of one message
HERE: Final = 1_000  # people who are told of one `@here`

_PERSON = re.compile(r"<@(\d{1,16})>")
_ROLE = re.compile(r"<@&(\d{1,16})>")
_WORD = re.compile(r"(?<![\w@])@(everyone|here)(?!\w)")


class Mentions(msgspec.Struct, frozen=True):
    """Each once, in the order in which they are named; `notified`: who is online, for `here`."""

    people: tuple[UserId, ...] = ()
    roles: tuple[RoleId, ...] = ()
    here: bool = False
    notified: tuple[UserId, ...] = ()


NOBODY: Final = Mentions()


def find_mentions(
    content: str,
    room: Room,
    author: UserId,
    presence: Presence,
    beside: tuple[UserId, ...] = (),
) -> Mentions:
    """Roles, `@everyone` and `@here` only of who has MENTION_EVERYONE; of others they are just text. `beside`: people
    who are mentioned without being named in it."""
    if "@" not in content and not beside:
        return NOBODY
    people = people_in(content, room, beside)
    state = room.server
    if state is None or not room.permissions(author) & MENTION_EVERYONE:
        return Mentions(people)
    words = set(_WORD.findall(content))
    roles = _roles_in(content, state)
    if "everyone" in words:
        roles = (*roles, state.server.everyone_role_id)
    if "here" not in words:
        return Mentions(people, roles)
    told = _here(room, state, {author, *people}, presence)
    return Mentions(people, roles, here=True, notified=told)


def people_in(content: str, room: Room, beside: tuple[UserId, ...] = ()) -> tuple[UserId, ...]:
    """Those `beside` it and `<@id>`, as far as they can see the message."""
    if "<@" not in content and not beside:
        return ()
    named = dict.fromkeys(beside)
    named |= dict.fromkeys(UserId(parse_id(m) or 0) for m in _PERSON.findall(content))
    return tuple(u for u in named if u and visible(room, u))[:MENTIONS]


def _roles_in(content: str, state: ServerState) -> tuple[RoleId, ...]:
    named = dict.fromkeys(RoleId(parse_id(m) or 0) for m in _ROLE.findall(content))
    everyone = state.server.everyone_role_id
    return tuple(r for r in named if r in state.roles and r != everyone)[:MENTIONS]


def _here(
    room: Room, state: ServerState, others: set[UserId], presence: Presence
) -> tuple[UserId, ...]:
    online = presence.online(state.members.keys())
    return tuple(u for u in online if u not in others and visible(room, u))[:HERE]
