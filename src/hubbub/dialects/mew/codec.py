"""Packets of seed 001 → commands, and results → packets."""

from collections.abc import Sequence
from typing import Final

import msgspec

from hubbub.dialects.mew import errors, ids, render
from hubbub.dialects.mew import objects as o
from hubbub.dialects.mew.sending import MessageIn, sending
from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model.errors import Disconnect, Malformed, Refused
from hubbub.ports.dialect import Codec, Ready, Request
from hubbub.wire import fields, socketio
from hubbub.wire.fields import hex_id

CREATE: Final = "message/create"


class _Create(MessageIn, frozen=True, rename="camel", kw_only=True):
    channel_id: str


_decoder: Final = msgspec.json.Decoder(_Create)


class NotCreated(Malformed):
    """Of a `message/create`, whose refusals have a sentence of the original's."""

    def __init__(self, refusal: Refused, ref: int | None) -> None:
        super().__init__(refusal.message, ref=ref, code=refusal.code, field=refusal.field)


class MewCodec(Codec):
    """There is one event that clients send; all else is REST."""

    __slots__ = ("_namespace",)

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def decode(self, payload: bytes) -> Request:
        """The text of a packet. Raises `Malformed`; its `ref` is the id that an ack would carry."""
        packet = socketio.parse(payload)
        if packet.type != socketio.EVENT:
            raise Malformed("Send events, without binary attachments.", ref=packet.id)
        name, args = socketio.event(packet)
        if name != CREATE:
            raise Malformed(f"There is no event {name[:64]!r}; send {CREATE!r}.", ref=packet.id)
        try:
            d = fields.decode(_decoder, args[0] if args else b"{}")
            return Request(sending(ids.channel(d.channel_id), d), packet.id)
        except Refused as refusal:
            raise NotCreated(refusal, packet.id) from None

    # -- replies ------------------------------------------------------------------------------------

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """Who is let in is told who is there. Who sends a message hears of it as all do, and has an ack too where
        they ask for one."""
        match result:
            case Ready():
                return self._welcome(result)
            case m.Sent():
                return self._sent(request.ref, result)
            case _:
                return self._ack(request.ref, {"success": True})

    def _welcome(self, ready: Ready) -> Sequence[bytes]:
        online = dict.fromkeys((*ready.online, ready.user.id))
        head = socketio.message(socketio.EVENT, self._namespace)
        here = ("PRESENCE_INITIAL_STATE", [hex_id(user_id) for user_id in online])
        return head + render.READY, head + socketio.encode_json(here)

    def _sent(self, ref: str | int | None, sent: m.Sent) -> Sequence[bytes]:
        message = o.message(sent.message, sent.nonce)
        acks = self._ack(ref, {"success": True, "message": message})
        if acks or not sent.duplicate:
            return acks
        # Sent again by a client that asks for no ack: it waits for the message, which nobody will tell it again.
        head = socketio.message(socketio.EVENT, self._namespace)
        return (head + render.created(message),)

    def _ack(self, ref: str | int | None, data: object) -> Sequence[bytes]:
        if not isinstance(ref, int):
            return ()
        return (socketio.message(socketio.ACK, self._namespace, (data,), ref),)

    # -- refusals -----------------------------------------------------------------------------------

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """In the ack where one was asked for, else as the event `error`."""
        ref = getattr(refusal, "ref", None) if request is None else request.ref
        told: dict[str, object] = {"reason": refusal.message, "code": refusal.code.value}
        if refusal.retry_after is not None:
            told["retryAfter"] = refusal.retry_after
        if isinstance(ref, int):
            said = {"success": False, "error": refusal.message, **told}
            return socketio.message(socketio.ACK, self._namespace, (said,), ref)
        is_create = request is not None or isinstance(refusal, NotCreated)
        message = errors.NOT_CREATED if is_create else refusal.message
        return self._error({"message": message, **told})

    def _error(self, said: object) -> bytes:
        return socketio.message(socketio.EVENT, self._namespace, ("error", said))

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """What is no Socket.IO ends the connection."""
        return socketio.ends(refusal)

    def farewell(self, why: Disconnect) -> bytes | None:
        """A client that shall not come back as it is, is told why."""
        if why.reconnect:
            return None
        is_token = why.code in (4001, 4002, 4006)
        said = f"{errors.AUTHENTICATION_ERROR}: {errors.WRONG}" if is_token else why.reason
        return self._error({"message": said, "reason": why.reason})

    # -- one's own ----------------------------------------------------------------------------------

    def hears(self, event: e.Event) -> bool:
        """Not one's own message as others get it, but with what its client knows it by; and not that one has left
        (`mine`)."""
        return not isinstance(event, e.MessageSent | e.MemberLeft)

    def mine(self, event: e.Event) -> tuple[bytes, ...]:
        """With the nonce, on all connections of who sent it; a group's end, on those of who left it."""
        head = socketio.message(socketio.EVENT, self._namespace)
        return tuple([head + data for data in render.mine(event)])
