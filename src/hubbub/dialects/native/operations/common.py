"""What the tables share: reading arguments, wording results. The table says of which type each is."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar, cast

from msgspec import UNSET

from hubbub.dialects.native import server_structs as ss
from hubbub.model import entities as m
from hubbub.model.errors import Code, invalid
from hubbub.model.ids import ChannelId, MessageId, ServerId, UserId
from hubbub.model.permissions import BITS, NAMES
from hubbub.wire import fields
from hubbub.wire.rest import Args

T = TypeVar("T")
Result = Callable[[object], object]

CHANNEL: Final = "/channels/{channel_id}"
SERVER: Final = "/servers/{server_id}"
UNKNOWN: Final = (Code.NOT_FOUND, Code.FORBIDDEN)


# -- arguments ----------------------------------------------------------------------------------------


def of(value: object, kind: type[T]) -> T:  # the type is for the type checker
    """A query or a body, as what the operation declares."""
    return cast("T", value)


def channel(a: Args) -> ChannelId:
    """Of the path."""
    return fields.channel_id(a.path["channel_id"])


def message(a: Args) -> MessageId:
    """Of the path."""
    return fields.message_id(a.path["message_id"])


def person(a: Args) -> UserId:
    """Of the path."""
    return fields.user_id(a.path["user_id"])


def server(a: Args) -> ServerId:
    """Of the path."""
    return fields.server_id(a.path["server_id"])


def given(body: object, *names: str) -> dict[str, Any]:  # values of as many types as fields
    """Those fields of a body that were sent."""
    found = ((name, getattr(body, name)) for name in names)
    return {name: value for name, value in found if value is not UNSET}


def bits(names: Iterable[str], field: str) -> int:
    """Permissions by name, each once or more; raises `Refused(invalid)`."""
    found = 0
    for name in names:
        if name not in BITS:
            raise invalid(field, f"there is no {name[:40]!r}; there are {', '.join(NAMES)}")
        found |= BITS[name]
    return found


def override(found: ss.OverrideIn) -> m.Override:
    """Raises `Refused(invalid)`."""
    allow, deny = bits(found.allow, "allow"), bits(found.deny, "deny")
    target_id = fields.any_id(found.target_id, "target_id")
    return m.Override(target_id, found.kind == "role", allow, deny)


def overrides(found: Sequence[ss.OverrideIn]) -> tuple[m.Override, ...]:
    """Of a body."""
    return tuple(map(override, found))


# -- results ------------------------------------------------------------------------------------------


def nothing(_: object) -> object:
    """No body."""
    return None


def one(render: Callable[[T], object]) -> Result:
    """What a command returns is one thing."""
    return cast("Result", render)


def each(render: Callable[[T], object]) -> Result:
    """What it returns are several."""
    return lambda r: [render(x) for x in cast("Iterable[T]", r)]


def pair(render: Callable[..., object]) -> Result:
    """What it returns is a tuple, such as a member with who they are."""
    return lambda r: render(*cast("tuple[object, ...]", r))


def pairs(render: Callable[..., object]) -> Result:
    """What it returns are several tuples."""
    return lambda r: [render(*x) for x in cast("Iterable[tuple[object, ...]]", r)]
