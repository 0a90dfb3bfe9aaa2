"""What a request asks, and short words for the rows of the tables."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from hubbub.dialects.mew import ids
from hubbub.model.commands import Command
from hubbub.model.errors import Code, Refused, invalid
from hubbub.model.ids import ChannelId, MessageId, RoleId, ServerId, UserId, WebhookId
from hubbub.model.server_commands import InServer
from hubbub.wire.rest import Args, Operation

B = TypeVar("B")
R = TypeVar("R")

# Where a channel's things stand: both, in the original.
CHANNELS = ("/channels/{channel_id}", "/servers/{server_id}/channels/{channel_id}")


def server(a: Args) -> ServerId:
    """Of the path, as all of these; raises `BadId`."""
    return ServerId(ids.number(a.path["server_id"], "serverId"))


def channel(a: Args) -> ChannelId:
    """Not the lobby."""
    return ids.channel(a.path["channel_id"])


def message(a: Args) -> MessageId:
    """A message's."""
    return MessageId(ids.number(a.path["message_id"], "messageId"))


def role(a: Args) -> RoleId:
    """A role's."""
    return RoleId(ids.number(a.path["role_id"], "roleId"))


def person(a: Args) -> UserId:
    """A person's, in the path."""
    return UserId(ids.number(a.path["person_id"], "userId"))


def webhook(a: Args) -> WebhookId:
    """A webhook's."""
    return WebhookId(ids.number(a.path["webhook_id"], "webhookId"))


def own(a: Args) -> UserId:
    """Who asks."""
    assert a.user_id is not None  # noqa: S101  # asked for only where one has signed in
    return a.user_id


def body(make: Callable[[Args, B], Command]) -> Callable[[Args], Command]:
    """A command made of the body, which is of the operation's own type."""
    return lambda a: make(a, a.body)  # type: ignore[arg-type]  # as above


def patch(make: Callable[[Args, B], Command]) -> Callable[[Args], Command]:
    """The same, of a body that says what shall change; raises `Refused` where it says nothing."""

    def command(a: Args) -> Command:
        known = msgspec.structs.fields(a.body)  # type: ignore[arg-type]  # a struct
        if all(getattr(a.body, field.name) is field.default for field in known):
            names = ", ".join(field.encode_name for field in known)
            raise invalid("body", f"give at least one of {names}")
        return body(make)(a)

    return command


def query(make: Callable[[Args, B], Command]) -> Callable[[Args], Command]:
    """The same, of the query."""
    return lambda a: make(a, a.query)  # type: ignore[arg-type]  # as above


def result(make: Callable[[R], object]) -> Callable[[object], object]:
    """What a command returns is what the table's row takes."""
    return make  # type: ignore[return-value]  # as above


def view(make: Callable[[R, Args], object]) -> Callable[[object, Args], object]:
    """The same, where it takes what was asked too."""
    return make  # type: ignore[return-value]  # as above


def then(make: Callable[[R, Args], Command]) -> Callable[[object, Args], Command]:
    """The same, for a second command."""
    return make  # type: ignore[return-value]  # as above


def here(make: Callable[[Args], Command]) -> Callable[[Args], Command]:
    """A command about the channel of the path, which is of the server that the path names, where it names one."""

    def command(a: Args) -> Command:
        made = make(a)
        return InServer(server(a), channel(a), made) if "server_id" in a.path else made

    return command


def as_it_is(found: object) -> object:
    """What a view has made already."""
    return found


def nothing(_: object) -> object:
    """Of answers without a body."""
    return None


def said(message: str) -> Callable[[object], object]:
    """`{message}`."""
    return lambda _: {"message": message}


def absent(method: str, path: str, what: str) -> Operation:
    """What the original has and this server has not: its clients are told in their own form."""

    def command(_: Args) -> Command:
        raise Refused(Code.NOT_FOUND, f"{what} can't be had here yet.")

    return Operation(method, path, f"{what}: not there yet.", command, nothing)
