"""User names that are taken: where one that is like it will do, another is tried."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import msgspec

from hubbub.model.entities import User
from hubbub.model.errors import Refused
from hubbub.model.ids import UserId
from hubbub.model.limits import USERNAME_CHARS
from hubbub.ports.ids import IdSource

T = TypeVar("T")
TRIES: Final = 5  # after the name that was asked for


async def add_named(
    add: Callable[[User], Awaitable[T]], user: User, ids: IdSource, *, similar: bool
) -> T:
    """What `add` makes of the user, or of one of a similar name; raises its last `Refused`."""
    wanted, tries = user, TRIES if similar else 0
    while True:
        try:
            return await add(wanted)
        except Refused as refusal:
            if refusal.field != "username" or not tries:
                raise
        tries -= 1
        wanted = _renamed(user, ids.next_id())


def _renamed(user: User, new_id: int) -> User:
    """The same with digits of an id behind the user name; what others see stays."""
    suffix = f"-{new_id % 10_000:04}"
    name = user.username[: USERNAME_CHARS - len(suffix)] + suffix
    return msgspec.structs.replace(user, id=UserId(new_id), username=name)
