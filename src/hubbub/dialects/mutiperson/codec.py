"""Frames of the later stages of seed 004 → commands, and results → frames. What a frame has too much is ignored."""

import contextlib
from collections.abc import Sequence
from typing import Final

import msgspec

from hubbub.dialects.mutiperson.errors import ends, error
from hubbub.dialects.mutiperson.fields import Id, claimed, decode_head, not_yours, read_id
from hubbub.dialects.mutiperson.render import NOTICE, encode
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model.errors import Disconnect, Malformed, Refused, invalid
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.ports.dialect import Codec, Ready, Request
from hubbub.wire import fields
from hubbub.wire.recent import Recent

UNASSIGNED: Final = "-2"  # the message_id of what has none yet
PONG: Final = encode({"type": "PONG", "message": "pong", "from_user_id": "0"})
_TYPES: Final = "type: it must be one of INIT, PING, MESSAGE, CONFIRM, CLOSE"
_ECHOED: Final = (
    "from_user_id",
    "chat_type",
    "to_user_id",
    "group_id",
    "block_id",
    "at_user_id",
    "message",
    "send_time",
    "temp_id",
)


class _Init(msgspec.Struct, frozen=True):
    from_user_id: Id = None
    message: str | None = None
    token: str = ""
    user_name: str = ""
    temp_id: Id | float = None


class _Message(msgspec.Struct, frozen=True, gc=False):
    chat_type: str
    message: str
    from_user_id: Id = None
    to_user_id: Id = None
    group_id: Id = None
    block_id: Id = None
    at_user_id: Id = None
    send_time: Id | float = None
    temp_id: Id | float = None


class _Marked(msgspec.Struct, frozen=True, gc=False):
    temp_id: Id | float = None


class _Confirm(msgspec.Struct, frozen=True):
    message_id: str | int


_decode_init: Final = msgspec.json.Decoder(_Init)
_decode_message: Final = msgspec.json.Decoder(_Message)
_decode_marked: Final = msgspec.json.Decoder(_Marked)
_decode_confirm: Final = msgspec.json.Decoder(_Confirm)
_decode_echo: Final = msgspec.json.Decoder(dict[str, object])


class MutiPersonCodec(Codec):
    """Remembers who its client is, whether that confirms what it gets, and which messages it sent: those it has."""

    __slots__ = ("_confirms", "_sent", "_user_id")

    def __init__(self) -> None:
        self._user_id: UserId | None = None
        self._confirms = False
        self._sent = Recent()

    # -- in -----------------------------------------------------------------------------------------

    def decode(self, payload: bytes) -> Request:
        """Raises only `Malformed`. The `ref` of a message is the CONFIRM that it may get, without its id."""
        head = fields.decode(decode_head, payload)
        match head.type:
            case "PING":  # whoever it says it is from
                return Request(c.Heartbeat(), "pong")
            case "INIT":
                return self._init(fields.decode(_decode_init, payload))
            case "MESSAGE":
                return self._message(_read(payload))
            case "CONFIRM":
                return self._confirm(fields.decode(_decode_confirm, payload))
            case "CLOSE":
                return Request(c.Goodbye())
            case _:
                raise Malformed(_TYPES, field="type")

    def _init(self, frame: _Init) -> Request:
        user_id = claimed(frame.from_user_id)
        if user_id is None and not frame.user_name and not frame.token:
            raise Malformed("from_user_id: missing", field="from_user_id")
        self._confirms |= frame.message == "init" or frame.temp_id is not None
        if self._user_id is None:
            return Request(c.Connect(frame.token, None, user_id, frame.user_name or None))
        if user_id not in (None, self._user_id):
            raise not_yours("from_user_id")
        return Request(c.Heartbeat())

    def _message(self, frame: _Message) -> Request:
        temp_id = frame.temp_id
        ref = None if temp_id is None else encode(temp_id).decode()
        if self._user_id is not None and claimed(frame.from_user_id) not in (None, self._user_id):
            raise not_yours("from_user_id", ref)
        self._confirms |= temp_id is not None
        nonce = temp_id if isinstance(temp_id, str) else ref
        try:
            return Request(_command(frame, nonce), _echo(frame))
        except Refused as refusal:
            raise Malformed(refusal.message, ref=ref, field=refusal.field) from None

    def _confirm(self, frame: _Confirm) -> Request:
        self._confirms = True
        if str(frame.message_id) in (NOTICE, UNASSIGNED):
            return Request(c.Heartbeat())  # of what is no message, there is nothing to confirm
        try:
            return Request(c.Confirm(MessageId(read_id(frame.message_id, "message_id"))))
        except Refused as refusal:
            raise Malformed(refusal.message, field=refusal.field) from None

    # -- out ----------------------------------------------------------------------------------------

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """A CONFIRM of a message, to clients that know of it; a PONG. What waits comes after an INIT by itself."""
        match result:
            case Ready():
                self._user_id = result.user.id
                return ()
            case m.Sent():
                self._sent.add(result.message.id)
                return (_confirmed(request, result),) if self._confirms else ()
            case _:
                return (PONG,) if request.ref == "pong" else ()

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """With the `temp_id` of the message that it is about."""
        return error(request, refusal, _temp_id(request, refusal))

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """After a refused INIT."""
        return ends(request, refusal)

    def hears(self, event: e.Event) -> bool:
        """One's own message, unless it was sent here: its client has it already."""
        if not isinstance(event, e.MessageSent):
            return True
        return event.message.id not in self._sent

    def confirms(self) -> bool:
        """The clients of the last stage do."""
        return self._confirms


def _read(payload: bytes) -> _Message:
    """Of one that is wrong, at least the `temp_id`, so that its client knows which has failed."""
    try:
        return fields.decode(_decode_message, payload)
    except Malformed as wrong:
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            temp_id = _decode_marked.decode(payload).temp_id
            wrong.ref = None if temp_id is None else encode(temp_id).decode()
        raise


def _command(frame: _Message, nonce: str | None) -> c.Command:
    if frame.chat_type == "PTP":
        return c.SendDirect(UserId(read_id(frame.to_user_id, "to_user_id")), frame.message, nonce)
    if frame.chat_type != "BLOCK":
        raise invalid("chat_type", "it must be PTP or BLOCK")
    field = "group_id" if frame.block_id is None else "block_id"
    channel_id = ChannelId(read_id(getattr(frame, field), field))
    named: tuple[UserId, ...] = ()
    if frame.at_user_id not in (None, "", 0, "0"):
        named = (UserId(read_id(frame.at_user_id, "at_user_id")),)
    return c.SendMessage(channel_id, frame.message, nonce, mentions=named)


def _echo(frame: _Message) -> str:
    told = {name: v for name in _ECHOED if (v := getattr(frame, name)) is not None}
    return encode({"type": "CONFIRM", **told}).decode()


def _confirmed(request: Request, sent: m.Sent) -> bytes:
    echo = str(request.ref).removesuffix("}")
    return f'{echo},"message_id":"{sent.message.id}"}}'.encode()


def _temp_id(request: Request | None, refusal: Refused) -> object:
    if request is None:
        ref = getattr(refusal, "ref", None)
        return msgspec.json.decode(ref) if isinstance(ref, str) else None
    if isinstance(request.command, c.SendMessage | c.SendDirect):
        return _decode_echo.decode(str(request.ref)).get("temp_id")
    return None
