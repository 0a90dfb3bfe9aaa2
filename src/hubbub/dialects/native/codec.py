"""Frames of one native connection → commands, and their results → frames."""

from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from hubbub.dialects.native import frames as f
from hubbub.dialects.native import render, server_render
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import server_commands as sc
from hubbub.model.errors import Code, Disconnect, Malformed, Refused
from hubbub.model.ids import MAX_ID
from hubbub.model.times import rfc3339
from hubbub.ports.dialect import Codec, Ready, Request
from hubbub.wire import fields

D = TypeVar("D")


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    type: str
    ref: str | Annotated[int, Meta(ge=-MAX_ID, le=MAX_ID)] | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


_decode_envelope = msgspec.json.Decoder(_Envelope)
REF_CHARS: Final = 64


def _connect(d: f.ConnectData) -> c.Command:
    positions = None
    if d.positions is not None:
        positions = {fields.channel_id(k, "positions"): v for k, v in d.positions.items()}
    return c.Connect(d.token, positions)


def _send(d: f.SendData) -> c.Command:
    reply_to = None if d.reply_to is None else fields.message_id(d.reply_to, "reply_to")
    return c.SendMessage(fields.channel_id(d.channel_id), d.content, d.nonce, reply_to)


def _edit(d: f.EditData) -> c.Command:
    place = fields.channel_id(d.channel_id), fields.message_id(d.message_id)
    return c.EditMessage(*place, d.content)


def _recall(d: f.MessageData) -> c.Command:
    return c.RecallMessage(fields.channel_id(d.channel_id), fields.message_id(d.message_id))


def _pin(d: f.MessageData) -> c.Command:
    return sc.PinMessage(fields.channel_id(d.channel_id), fields.message_id(d.message_id))


def _unpin(d: f.MessageData) -> c.Command:
    return sc.UnpinMessage(fields.channel_id(d.channel_id), fields.message_id(d.message_id))


def _add_reaction(d: f.ReactionData) -> c.Command:
    place = fields.channel_id(d.channel_id), fields.message_id(d.message_id)
    return c.AddReaction(*place, d.emoji)


def _remove_reaction(d: f.ReactionData) -> c.Command:
    place = fields.channel_id(d.channel_id), fields.message_id(d.message_id)
    return c.RemoveReaction(*place, d.emoji)


def history(d: f.HistoryData) -> c.History:
    """Also of the REST query."""
    cursors = {
        name: fields.message_id(text, name)
        for name in ("before", "after", "around")
        if (text := getattr(d, name)) is not None
    }
    at = None if d.at is None else fields.moment(d.at, "at")
    return c.History(fields.channel_id(d.channel_id), limit=d.limit, at=at, **cursors)


class _Row(msgspec.Struct, frozen=True):
    decoder: "msgspec.json.Decoder[object]"
    command: Callable[[object], c.Command]
    data: type


def _row(data: type[D], command: Callable[[D], c.Command]) -> _Row:
    # The decoder makes exactly what the function takes.
    return _Row(msgspec.json.Decoder(data), command, data)  # type: ignore[arg-type]  # as above


class NoData(msgspec.Struct, frozen=True):
    """A command without data."""


COMMANDS: Final[dict[str, _Row]] = {
    "connect": _row(f.ConnectData, _connect),
    "send_message": _row(f.SendData, _send),
    "edit_message": _row(f.EditData, _edit),
    "recall_message": _row(f.MessageData, _recall),
    "add_reaction": _row(f.ReactionData, _add_reaction),
    "remove_reaction": _row(f.ReactionData, _remove_reaction),
    "pin_message": _row(f.MessageData, _pin),
    "unpin_message": _row(f.MessageData, _unpin),
    "mark_read": _row(f.SeqData, lambda d: c.MarkRead(fields.channel_id(d.channel_id), d.seq)),
    "mark_delivered": _row(
        f.SeqData, lambda d: c.MarkDelivered(fields.channel_id(d.channel_id), d.seq)
    ),
    "typing": _row(f.ChannelData, lambda d: c.Typing(fields.channel_id(d.channel_id))),
    "history": _row(f.HistoryData, history),
    "heartbeat": _row(NoData, lambda _: c.Heartbeat()),
}


class _Reply(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    type: str
    ref: str | int | None = None
    data: object = None


class _Ack(msgspec.Struct, frozen=True, gc=False):
    message_id: str
    channel_id: str
    seq: int
    version: int
    timestamp: str
    nonce: str | None
    duplicate: bool


def _ack(result: m.Sent) -> _Ack:
    message = result.message
    return _Ack(
        str(message.id),
        str(message.channel_id),
        message.seq,
        message.version,
        rfc3339(message.created_at),
        result.nonce,
        result.duplicate,
    )


def _ready(result: Ready) -> dict[str, object]:
    return {
        "user": render.profile(m.Account(result.user, None, None)),
        "session_id": result.login_id,
        "servers": [server_render.view(x) for x in result.servers],
        "channels": [render.view(v) for v in result.channels],
        "presences": {str(u): "online" for u in result.online},
        "heartbeat_interval": int(result.heartbeat_seconds * 1000 / 3),
    }


class NativeCodec(Codec):
    """Keeps no state: every frame says all."""

    __slots__ = ()

    def decode(self, payload: bytes) -> Request:
        """Raises only `Malformed`, with the frame's ref where that much could be read."""
        envelope = fields.decode(_decode_envelope, payload)
        ref = envelope.ref
        if isinstance(ref, str) and len(ref) > REF_CHARS:
            raise Malformed(f"ref: it must have at most {REF_CHARS} characters", field="ref")
        row = COMMANDS.get(envelope.type)
        if row is None:
            text = f"type: there is no {envelope.type[:40]!r}; there are {', '.join(COMMANDS)}"
            raise Malformed(text, ref=ref, field="type")
        data = fields.decode(row.decoder, envelope.data, ref)
        try:
            return Request(row.command(data), ref)
        except Refused as refusal:
            raise Malformed(refusal.message, ref=ref, field=refusal.field) from None

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """One frame; after `connect` also what was missed, and what was refused of that."""
        ref = request.ref
        match result:
            case m.Sent():
                return (render.encode(_Reply("message_ack", ref, _ack(result))),)
            case Ready():
                return self._after_connect(ref, result)
            case m.Page():
                return (render.encode(_Reply("ok", ref, render.page(result))),)
            case m.Message():
                return (render.encode(_Reply("ok", ref, {"message": render.message(result)})),)
            case _:
                if isinstance(request.command, c.Heartbeat):
                    return (render.encode(_Reply("heartbeat_ack", ref)),)
                return (render.encode(_Reply("ok", ref, {})),)

    def _after_connect(self, ref: str | int | None, ready: Ready) -> Sequence[bytes]:
        frames = [_Reply("ready", ref, _ready(ready))]
        frames += [_Reply("sync", ref, render.changes(x)) for x in ready.changes]
        frames += [
            _Reply("error", ref, _error(refusal) | {"channel_id": str(channel_id)})
            for channel_id, refusal in ready.refusals
        ]
        return [render.encode(frame) for frame in frames]

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """An `error` with the request's ref."""
        ref = request.ref if request is not None else getattr(refusal, "ref", None)
        return render.encode(_Reply("error", ref, _error(refusal)))

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """A bad token will not become good by asking again."""
        if request is None or not isinstance(request.command, c.Connect):
            return None
        if refusal.code is not Code.UNAUTHORIZED:
            return None
        return Disconnect(4001, "unauthenticated", reconnect=False)


def _error(refusal: Refused) -> dict[str, object]:
    error: dict[str, object] = {"code": refusal.code.value, "message": refusal.message}
    if refusal.retry_after is not None:
        error["retry_after"] = refusal.retry_after
    if refusal.field is not None:
        error["field"] = refusal.field
    return error
