"""What native's commands over WebSocket have as `data`."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hubbub.dialects.native.structs import Id, Limit, Moment, Nonce, Seq, Token
from hubbub.model import limits


class ConnectData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`positions`: the version of each channel that one has seen up to."""

    token: Token
    positions: Annotated[dict[str, Seq], Meta(max_length=limits.POSITIONS)] | None = None


class ChannelData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which channel."""

    channel_id: Id


class SendData(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Send a message."""

    channel_id: Id
    content: str
    nonce: Nonce | None = None
    reply_to: Id | None = None


class EditData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """New content for one's own message."""

    channel_id: Id
    message_id: Id
    content: str


class MessageData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which message."""

    channel_id: Id
    message_id: Id


class ReactionData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which emoji on which message."""

    channel_id: Id
    message_id: Id
    emoji: Annotated[str, Meta(min_length=1, max_length=limits.EMOJI_CHARS)]


class SeqData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A position in a channel."""

    channel_id: Id
    seq: Seq


class HistoryData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At most one cursor."""

    channel_id: Id
    before: Id | None = None
    after: Id | None = None
    around: Id | None = None
    at: Moment | None = None
    limit: Limit = limits.PAGE_DEFAULT
