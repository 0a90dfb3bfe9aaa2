"""What the server as a whole and its administration look like on native's wire."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from hubbub.dialects.native.structs import Id, In, Password, Time

Value = str | int | float | bool | list[str] | None


class About(msgspec.Struct, frozen=True):
    """`name`: what the server is called here. `claimable`: nobody has become the first administrator yet."""

    name: str
    version: str
    registration: Literal["open", "closed"]
    claimable: bool


class Person(msgspec.Struct, frozen=True):
    """A profile, and what only administrators see of it. `last_seen_at`: when a device of theirs last signed in or
    refreshed its token; null for who has none."""

    id: Id
    username: str
    display_name: str
    created_at: Time
    admin: bool
    email: str | None
    disabled: bool
    online: bool
    last_seen_at: Time | None
    bot: bool | UnsetType = UNSET
    guest: bool | UnsetType = UNSET
    avatar: str | UnsetType = UNSET


class Figures(msgspec.Struct, frozen=True):
    """How much there is, counted now and then; `messages` are those ever sent in the channels that are there, recalled
    ones too, and `channels` all but those of two people. `online`, `connections`, `memory_bytes` and `commits` are of
    this process."""

    users: int
    online: int
    connections: int
    channels: int
    servers: int
    messages: int
    commits: int
    memory_bytes: int
    uptime_seconds: int
    started_at: Time
    version: str


Source = Literal["default", "file", "environment", "flag"]


class Setting(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """A setting in force, where it was given, and what it is for."""

    name: str
    value: Value
    help: str
    source: Source | UnsetType = UNSET


class PersonPatch(In, frozen=True, forbid_unknown_fields=True):
    """At least one of these. Who is disabled or gets a new password is signed out everywhere."""

    admin: bool | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    password: Password | UnsetType = UNSET
