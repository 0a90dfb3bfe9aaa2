"""What a client asks of its connection itself; the gateway carries these out."""

from typing import Final

from hubbub.model.caller import Command
from hubbub.model.ids import ChannelId, MessageId, UserId


class Connect(Command, frozen=True):
    """Sign in on this connection; with `positions`, catch up from these channel versions.

    `claimed_user_id`: who the client says it is; a token must be theirs. Without a token it must be a guest's, where
    the dialect admits guests; or nobody's, and then `guest` is the name under which a guest enters.
    """

    token: str
    positions: dict[ChannelId, int] | None = None
    claimed_user_id: UserId | None = None
    guest: str | None = None


class EnterChannel(Command, frozen=True):
    """Open a channel on this connection, joining it first where that is allowed."""

    channel_id: ChannelId


class Heartbeat(Command, frozen=True):
    """A sign of life."""


class Confirm(Command, frozen=True):
    """The client has received a message, in dialects where it says so of each (gateway/redelivery.py)."""

    message_id: MessageId


class Goodbye(Command, frozen=True):
    """The client is about to go: the connection ends."""


Own = Connect | EnterChannel | Confirm | Goodbye
OWN: Final = (
    Connect,
    EnterChannel,
    Confirm,
    Goodbye,
)  # in `isinstance`, `|` makes an object each time
