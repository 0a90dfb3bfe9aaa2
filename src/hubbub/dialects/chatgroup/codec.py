"""Packets of seed 002 → commands, and results → packets."""

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeVar

import msgspec

from hubbub.dialects.chatgroup import render
from hubbub.dialects.chatgroup.errors import RETRYABLE, SIGN_IN_FAILED, chat_words, words
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model.errors import Code, Disconnect, Malformed, Refused, not_found
from hubbub.model.ids import LOBBY, ChannelId, MessageId
from hubbub.ports.dialect import Codec, Ready, Request
from hubbub.wire import fields, socketio
from hubbub.wire.recent import Recent

D = TypeVar("D")
END: Final = 1 << 53  # past every seq: as far as there is


class _Send(msgspec.Struct, frozen=True, rename="camel"):
    chat_id: str
    content: str
    local_id: str | None = None
    type: Literal["TEXT", "text"] = "TEXT"


class _Chat(msgspec.Struct, frozen=True, rename="camel"):
    chat_id: str


class _Position(msgspec.Struct, frozen=True, rename="camel"):
    chat_id: str
    message_id: str | None = None


class _Sync(msgspec.Struct, frozen=True):
    after: str | None = None
    chats: list[str] | None = None


def _channel(text: str, field: str = "chatId") -> ChannelId:
    channel_id = ChannelId(fields.from_hex(text, field))
    if channel_id == LOBBY:
        raise not_found("channel")  # it is no chat here
    return channel_id


def _message(text: str | None, field: str = "messageId") -> MessageId | None:
    return None if text is None else MessageId(fields.from_hex(text, field))


def _authenticate(d: object) -> c.Command:
    """`{token}` or the bare token; all else is no token, and refused as a wrong one is."""
    token = d.get("token") if isinstance(d, dict) else d
    return c.Connect(token if isinstance(token, str) else "")


def _send(d: _Send) -> c.Command:
    return c.SendMessage(_channel(d.chat_id), d.content, d.local_id)


def _read(d: _Position) -> c.Command:
    return c.MarkRead(_channel(d.chat_id), END, _message(d.message_id))


def _delivered(d: _Position) -> c.Command:
    return c.MarkDelivered(_channel(d.chat_id), END, _message(d.message_id))


def _typing(d: _Chat) -> c.Command:
    return c.Typing(_channel(d.chat_id))


def _typing_stop(d: _Chat) -> c.Command:
    return c.Typing(_channel(d.chat_id), stopped=True)


def _sync(d: _Sync) -> c.Command:
    chats = None if d.chats is None else tuple(_channel(chat, "chats") for chat in d.chats)
    return c.ListUnread(_message(d.after, "after"), chats)


class _Row(msgspec.Struct, frozen=True):
    decoder: "msgspec.json.Decoder[object]"
    command: Callable[[object], c.Command]


def _row(data: object, command: Callable[[D], c.Command]) -> _Row:
    # The decoder makes exactly what the function takes.
    return _Row(msgspec.json.Decoder(data), command)  # type: ignore[arg-type]  # as above


COMMANDS: Final = {
    "authenticate": _row(object, _authenticate),
    "send_message": _row(_Send, _send),
    "typing_start": _row(_Chat, _typing),
    "typing_stop": _row(_Chat, _typing_stop),
    "mark_read": _row(_Position, _read),
    "mark_delivered": _row(_Position, _delivered),
    "sync_messages": _row(_Sync, _sync),
}


class ChatGroupCodec(Codec):
    """Remembers which messages it acked: those do not come again as `new_message`."""

    __slots__ = ("_acked", "_namespace")

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._acked = Recent()

    def decode(self, payload: bytes) -> Request:
        """The text of a packet. Raises `Malformed`; its `ref` is the id that an ack would carry."""
        packet = socketio.parse(payload)
        if packet.type != socketio.EVENT:
            raise Malformed("只接受不带二进制附件的事件", ref=packet.id)
        name, args = socketio.event(packet)
        row = COMMANDS.get(name)
        if row is None:
            raise Malformed(f"没有名为 {name[:64]} 的事件", ref=packet.id)
        data = fields.decode(row.decoder, args[0] if args else b"{}", packet.id)
        try:
            return Request(row.command(data), packet.id)
        except Refused as refusal:
            told = {"ref": packet.id, "code": refusal.code, "field": refusal.field}
            raise Malformed(refusal.message, **told) from None  # type: ignore[arg-type]  # each its own type

    # -- replies ------------------------------------------------------------------------------------

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """An ack where one was asked for; after `authenticate` also who one is and what waits."""
        match result:
            case Ready():
                return [*self._ack(request.ref, _identity(result)), *self._after_sign_in(result)]
            case m.Sent():
                return self._sent(request.ref, result)
            case list():
                return self._ack(request.ref, [render.message(found) for found in result])
            case _:
                return self._ack(request.ref, {"success": True})

    def _after_sign_in(self, ready: Ready) -> Sequence[bytes]:
        waiting = [render.message(found) for found in ready.unread]
        head = socketio.message(socketio.EVENT, self._namespace)
        return [
            self._event("authenticated", _identity(ready)),
            self._event("sync_messages", waiting),
            *[head + render.presence(user_id, True) for user_id in ready.online],
        ]

    def _sent(self, ref: str | int | None, sent: m.Sent) -> Sequence[bytes]:
        if ref is None:
            return ()
        self._acked.add(sent.message.id)
        message = render.message(sent.message)
        return self._ack(
            ref,
            {
                "success": True,
                "localId": sent.nonce,
                "id": message.id,
                "createdAt": message.created_at,
                "message": message,
            },
        )

    def _ack(self, ref: str | int | None, data: object) -> Sequence[bytes]:
        if not isinstance(ref, int):
            return ()
        return (socketio.message(socketio.ACK, self._namespace, (data,), ref),)

    def _event(self, name: str, data: object) -> bytes:
        return socketio.message(socketio.EVENT, self._namespace, (name, data))

    # -- refusals -----------------------------------------------------------------------------------

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """In the ack where one was asked for, else as the event `error`."""
        text = _worded(request, refusal)
        ref = getattr(refusal, "ref", None) if request is None else request.ref
        if not isinstance(ref, int):
            return self._event("error", {"message": text})
        told: dict[str, object] = {
            "success": False,
            "error": text,
            "code": refusal.code.value,
            "retryable": _is_retryable(request, refusal),
        }
        if request is not None and isinstance(request.command, c.SendMessage):
            told["localId"] = request.command.nonce
        if refusal.retry_after is not None:
            told["retryAfter"] = refusal.retry_after
        return socketio.message(socketio.ACK, self._namespace, (told,), ref)

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """What is no Socket.IO ends the connection; a wrong token does not, as in the original."""
        return socketio.ends(refusal)

    def farewell(self, why: Disconnect) -> bytes | None:
        """A client that shall not come back as it is, is told why."""
        if why.reconnect:
            return None
        text = "token 无效或已过期" if why.code in (4001, 4002, 4006) else "连接已被服务器关闭"
        return self._event("error", {"message": text})

    # -- one's own ----------------------------------------------------------------------------------

    def hears(self, event: e.Event) -> bool:
        """One's own message, unless its ack had it; not one's own typing and reading."""
        if not isinstance(event, e.MessageSent):
            return False
        return event.message.id not in self._acked


def _is_retryable(request: Request | None, refusal: Refused) -> bool:
    """Also what came before `authenticate`, as what socket.io-client sends first after a reconnect does."""
    if refusal.code is Code.UNAUTHORIZED:
        return request is not None and not isinstance(request.command, c.Connect)
    return refusal.code in RETRYABLE


def _identity(ready: Ready) -> dict[str, str]:
    return {"userId": fields.hex_id(ready.user.id)}


def _worded(request: Request | None, refusal: Refused) -> str:
    if request is None:
        return chat_words(refusal)
    if isinstance(request.command, c.Connect):
        return SIGN_IN_FAILED if refusal.code is Code.UNAUTHORIZED else words(refusal)
    return chat_words(refusal)
