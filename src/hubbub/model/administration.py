"""The server as a whole, and what its administrators ask for."""

import msgspec

from hubbub.model.caller import Command
from hubbub.model.entities import User
from hubbub.model.ids import LoginId, UserId
from hubbub.model.limits import PAGE_DEFAULT

# -- commands -----------------------------------------------------------------------------------------


class GetAbout(Command, frozen=True):
    """What anybody may know of the server before signing in."""


class GetFigures(Command, frozen=True):
    """How much there is, and how the server is."""


class ListSettings(Command, frozen=True):
    """The settings in force."""


class ListPeople(Command, frozen=True):
    """Everybody in the order of their names: whose name starts with `prefix`, or with an @ in it whose e-mail does.
    `after` is the last of the page before."""

    prefix: str = ""
    after: UserId | None = None
    limit: int = PAGE_DEFAULT


class UpdatePerson(Command, frozen=True):
    """What an administrator changes of somebody; None leaves a thing as it is."""

    user_id: UserId
    is_admin: bool | None = None
    disabled: bool | None = None
    password: str | None = None


class SignOutPerson(Command, frozen=True):
    """End all of somebody's devices."""

    user_id: UserId


# -- what there is ------------------------------------------------------------------------------------


class About(msgspec.Struct, frozen=True):
    """`is_open`: anybody may make an account. `claimable`: the printed token still makes an administrator."""

    name: str
    version: str
    is_open: bool
    claimable: bool


class Counts(msgspec.Struct, frozen=True):
    """What the store has; `servers` and `channels` that are there, `messages` ever sent in these."""

    users: int
    channels: int
    servers: int
    messages: int


class Vitals(msgspec.Struct, frozen=True):
    """How this process is: people and connections, memory in bytes, transactions since it started."""

    online: int
    connections: int
    memory_bytes: int
    commits: int


class Figures(msgspec.Struct, frozen=True):
    """`started_at` in milliseconds since 1970."""

    counts: Counts
    vitals: Vitals
    version: str
    started_at: int
    uptime_seconds: int


class Setting(msgspec.Struct, frozen=True):
    """One setting in force. `source`: "default", "file", "environment" or "flag"; empty where it is not known."""

    name: str
    value: object
    source: str
    help: str


class Record(msgspec.Struct, frozen=True):
    """A person as administrators see them. `last_seen_at`: when a device of theirs last signed in or refreshed."""

    user: User
    email: str | None
    last_seen_at: int | None
    online: bool = False


class PersonChange(msgspec.Struct, frozen=True):
    """What is to become of a person; None leaves a thing as it is. `signs_out`: also all of their devices."""

    is_admin: bool | None = None
    disabled: bool | None = None
    password_hash: str | None = None
    signs_out: bool = False


class Governed(msgspec.Struct, frozen=True):
    """What became of a person: who they are now, and which of their devices have ended."""

    user: User
    changed: bool
    ended: tuple[LoginId, ...]
