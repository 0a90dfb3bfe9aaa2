"""Frames of seed 000 → commands, and results → frames. What a frame has too much is ignored: old clients
send fields that nobody reads."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec

from hubbub.dialects.channelchat.errors import error_data
from hubbub.dialects.channelchat.render import Frame, encode
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import Code, Disconnect, Malformed, Refused
from hubbub.model.ids import UserId, parse_id
from hubbub.model.times import whole_seconds as seconds
from hubbub.ports.dialect import Codec, Entered, Ready, Request
from hubbub.wire import fields

D = TypeVar("D")
Ref = str | int | None


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    type: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")
    op: int | None = None
    d: msgspec.Raw = msgspec.Raw(b"{}")


class _Connect(msgspec.Struct, frozen=True):
    token: str
    user_id: str | int = ""


class _Join(msgspec.Struct, frozen=True):
    channel_id: str | int


class _Send(msgspec.Struct, frozen=True, gc=False):
    channel_id: str | int
    content: str
    nonce: str | None = None


class _Nothing(msgspec.Struct, frozen=True):
    pass


def _connect(d: _Connect) -> c.Command:
    claimed = str(d.user_id)
    # Somebody who claims to be what is no id is nobody's match.
    user_id = None if not claimed else UserId(parse_id(claimed) or -1)
    return c.Connect(d.token, None, user_id)


def _join(d: _Join) -> c.Command:
    return c.EnterChannel(fields.channel_id(str(d.channel_id)))


def _send(d: _Send) -> c.Command:
    return c.SendMessage(fields.channel_id(str(d.channel_id)), d.content, d.nonce)


class _Row(msgspec.Struct, frozen=True):
    decoder: "msgspec.json.Decoder[object]"
    command: Callable[[object], c.Command]


def _row(data: type[D], command: Callable[[D], c.Command]) -> _Row:
    # The decoder makes exactly what the function takes.
    return _Row(msgspec.json.Decoder(data), command)  # type: ignore[arg-type]  # as above


_SEND: Final = _row(_Send, _send)
COMMANDS: Final[dict[str, _Row]] = {
    "connect": _row(_Connect, _connect),
    "join_channel": _row(_Join, _join),
    "send_message": _SEND,
    "heartbeat": _row(_Nothing, lambda _: c.Heartbeat()),
}
ORDINARY_MESSAGE: Final = 0  # the seed's §2.1: `op` 0 is an ordinary message
_decode_envelope = msgspec.json.Decoder(_Envelope)


def speaks(payload: bytes) -> bool:
    """Whether a frame is of this dialect alone; others have the same `heartbeat`."""
    try:
        envelope = _decode_envelope.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    if envelope.type == "heartbeat":
        return False
    return envelope.type in COMMANDS or envelope.op == ORDINARY_MESSAGE


class ChannelChatCodec(Codec):
    """Keeps no state: every frame says all."""

    __slots__ = ()

    def decode(self, payload: bytes) -> Request:
        """Raises only `Malformed`."""
        envelope = fields.decode(_decode_envelope, payload)
        if envelope.type:
            row, data = COMMANDS.get(envelope.type), envelope.data
        else:
            row, data = _SEND if envelope.op == ORDINARY_MESSAGE else None, envelope.d
        if row is None:
            raise Malformed("Unknown event type")
        decoded = fields.decode(row.decoder, bytes(data))
        try:
            command = row.command(decoded)
        except Refused as refusal:
            raise Malformed(refusal.message, field=refusal.field) from None
        return Request(command, command.nonce if isinstance(command, c.SendMessage) else None)

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """One frame."""
        match result:
            case m.Sent():
                return (encode(Frame("message_ack", _ack(result, request.ref))),)
            case Ready():
                text = {"status": "success", "message": "Connected successfully"}
                return (encode(Frame("connect_ack", text)),)
            case Entered():
                return (encode(Frame("join_channel_ack", _entered(result))),)
            case _:
                return (encode(Frame("heartbeat_ack")),)

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """An `error`."""
        data = error_data(refusal)
        if request is not None and request.ref is not None:
            data["nonce"] = request.ref
        return encode(Frame("error", data))

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """The original closes after a failed `connect`."""
        if request is None or not isinstance(request.command, c.Connect):
            return None
        if refusal.code is not Code.UNAUTHORIZED:
            return None
        return Disconnect(4001, "Unauthorized", reconnect=False)


def _ack(result: m.Sent, nonce: Ref) -> dict[str, object]:
    data: dict[str, object] = {
        "status": "success",
        "message_id": str(result.message.id),
        "timestamp": seconds(result.message.created_at),
    }
    return data if nonce is None else data | {"nonce": nonce}


def _entered(result: Entered) -> dict[str, object]:
    channel = result.view.channel
    return {
        "channel_id": str(channel.id),
        "message": "Joined channel successfully",
        "online_users": [str(user_id) for user_id in result.online],
        "channel": {
            "id": str(channel.id),
            "name": channel.name,
            "description": channel.description,
        },
    }
