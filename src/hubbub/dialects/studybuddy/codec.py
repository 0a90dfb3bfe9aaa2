"""Frames of seed 003 → commands, and results → frames. What a frame has too much is ignored."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec

from hubbub.dialects.studybuddy import errors
from hubbub.dialects.studybuddy.render import encode, message
from hubbub.dialects.studybuddy.structs import Id, channel_id, group_id, message_id, user_id
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import Code, Disconnect, Malformed, Refused, invalid
from hubbub.model.ids import LOBBY, ChannelId, MessageId
from hubbub.ports.dialect import Codec, Ready, Request
from hubbub.wire import fields

D = TypeVar("D")
END: Final = 1 << 53  # past every seq: as far as there is


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    type: str = ""
    nonce: object = None


class _Auth(msgspec.Struct, frozen=True):
    token: object = None


class _Nothing(msgspec.Struct, frozen=True):
    pass


class _Private(msgspec.Struct, frozen=True, gc=False):
    to: Id | None = None
    content: str | None = None
    nonce: str | None = None
    reply_to: Id | None = None


class _Group(msgspec.Struct, frozen=True, gc=False):
    to: Id | None = None
    group_id: Id | None = None
    content: str | None = None
    nonce: str | None = None
    reply_to: Id | None = None


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where: a group, a conversation with a person, or what a message has as its `channel_id`."""

    group_id: Id | None = None
    user_id: Id | None = None
    channel_id: Id | None = None
    nonce: str | None = None


class _Position(_Place, frozen=True, kw_only=True):
    message_id: Id | None = None


class _Message(_Place, frozen=True, kw_only=True):
    message_id: Id


class _Edit(_Message, frozen=True, kw_only=True):
    content: str


class _React(_Message, frozen=True, kw_only=True):
    emoji: str


def _auth(d: _Auth) -> c.Command:
    """What is no text is no token; what is nothing is none at all."""
    return c.Connect(d.token if isinstance(d.token, str) else "?" if d.token else "")


def _reply_to(given: Id | None) -> MessageId | None:
    return None if given is None else message_id(given, "reply_to")


def _private(d: _Private) -> c.Command:
    if not d.to or not d.content:
        raise Refused(Code.INVALID, "Missing to or content", field="to")
    return c.SendDirect(user_id(d.to, "to"), d.content, d.nonce, _reply_to(d.reply_to))


def _group(d: _Group) -> c.Command:
    to = d.to or d.group_id
    if not to or not d.content:
        raise Refused(Code.INVALID, "Missing group_id or content", field="to")
    return c.SendMessage(group_id(to, "to"), d.content, d.nonce, _reply_to(d.reply_to))


def _placed(d: _Place, command: Callable[[ChannelId], c.Command]) -> c.Command:
    match d:
        case _Place(user_id=None, group_id=None, channel_id=given) if given is not None:
            return command(channel_id(given))
        case _Place(user_id=None, channel_id=None, group_id=given) if given is not None:
            return command(group_id(given))
        case _Place(group_id=None, channel_id=None, user_id=given) if given is not None:
            return c.InDirect(user_id(given), command(LOBBY))
        case _:
            raise invalid("group_id", "give one of group_id, user_id and channel_id")


def _edit(d: _Edit) -> c.Command:
    return _placed(d, lambda at: c.EditMessage(at, message_id(d.message_id), d.content))


def _recall(d: _Message) -> c.Command:
    return _placed(d, lambda at: c.RecallMessage(at, message_id(d.message_id)))


def _react(d: _React) -> c.Command:
    return _placed(d, lambda at: c.AddReaction(at, message_id(d.message_id), d.emoji))


def _unreact(d: _React) -> c.Command:
    return _placed(d, lambda at: c.RemoveReaction(at, message_id(d.message_id), d.emoji))


def _mark_read(d: _Position) -> c.Command:
    upto = None if d.message_id is None else message_id(d.message_id)
    return _placed(d, lambda at: c.MarkRead(at, END, upto))


def _typing(d: _Place) -> c.Command:
    return _placed(d, c.Typing)


def _typing_stop(d: _Place) -> c.Command:
    return _placed(d, lambda at: c.Typing(at, stopped=True))


class _Row(msgspec.Struct, frozen=True):
    decoder: "msgspec.json.Decoder[object]"
    command: Callable[[object], c.Command]


def _row(data: type[D], command: Callable[[D], c.Command]) -> _Row:
    # The decoder makes exactly what the function takes.
    return _Row(msgspec.json.Decoder(data), command)  # type: ignore[arg-type]  # as above


COMMANDS: Final[dict[str, _Row]] = {
    "auth": _row(_Auth, _auth),
    "heartbeat": _row(_Nothing, lambda _: c.Heartbeat()),
    "private": _row(_Private, _private),
    "group": _row(_Group, _group),
    "edit": _row(_Edit, _edit),
    "recall": _row(_Message, _recall),
    "react": _row(_React, _react),
    "unreact": _row(_React, _unreact),
    "mark_read": _row(_Position, _mark_read),
    "typing": _row(_Place, _typing),
    "typing_stop": _row(_Place, _typing_stop),
}
_ACKS: Final[dict[type[c.Command], str]] = {
    c.EditMessage: "edit_ack",
    c.RecallMessage: "recall_ack",
    c.AddReaction: "react_ack",
    c.RemoveReaction: "unreact_ack",
    c.MarkRead: "mark_read_ack",
}
_decode_envelope = msgspec.json.Decoder(_Envelope)


def speaks(payload: bytes) -> bool:
    """Whether a frame is of this dialect alone; others have the same `heartbeat`."""
    try:
        kind = _decode_envelope.decode(payload).type
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return kind != "heartbeat" and kind in COMMANDS


class StudyBuddyCodec(Codec):
    """Remembers whether it has said `authenticated`: until then everything else is answered the same."""

    __slots__ = ("_is_known",)

    def __init__(self) -> None:
        self._is_known = False

    def decode(self, payload: bytes) -> Request:
        """Raises only `Malformed`."""
        envelope = fields.decode(_decode_envelope, payload)
        nonce = envelope.nonce if isinstance(envelope.nonce, str) else None
        row = COMMANDS.get(envelope.type)
        try:
            if row is None:
                raise Malformed("There is no such type.", silent=True)
            return Request(row.command(fields.decode(row.decoder, payload)), nonce)
        except Refused as refusal:
            raise self._malformed(refusal, nonce) from None

    def _malformed(self, refusal: Refused, nonce: str | None) -> Malformed:
        if not self._is_known:
            return Malformed(errors.NOT_AUTHENTICATED, ref=nonce, code=Code.UNAUTHORIZED)
        if isinstance(refusal, Malformed) and refusal.silent:
            return refusal
        return Malformed(refusal.message, ref=nonce, code=refusal.code, field=refusal.field)

    # -- replies ------------------------------------------------------------------------------------

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """At most one frame."""
        if isinstance(result, Ready):
            self._is_known = True
            return (encode({"type": "authenticated", "userId": result.user.id}),)
        if isinstance(result, m.Sent):
            sent = {"type": "message_sent", "message": message(result.message, named=False)}
            return (encode(_marked(sent, request.ref)),)
        if isinstance(request.command, c.Heartbeat):
            early = _error(errors.NOT_AUTHENTICATED, Code.UNAUTHORIZED)
            return (encode({"type": "heartbeat_ack"} if self._is_known else early),)
        return self._done(request)

    def _done(self, request: Request) -> Sequence[bytes]:
        command = request.command
        command = command.command if isinstance(command, c.InDirect) else command
        kind = _ACKS.get(type(command))
        if kind is None:
            return ()
        told = {"type": kind, "message_id": getattr(command, "message_id", None)}
        return (encode(_marked(told, request.ref)),)

    # -- refusals -----------------------------------------------------------------------------------

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """An `error`; its `code`, and what it is about, are additive."""
        told = _error(_worded(request, refusal), refusal.code)
        if refusal.retry_after is not None:
            told["retry_after"] = refusal.retry_after
        command = None if request is None else request.command
        if isinstance(command, c.SendDirect):
            told["to"] = command.user_id
        elif isinstance(command, c.SendMessage):
            told["to"] = command.channel_id
        ref = getattr(refusal, "ref", None) if request is None else request.ref
        return encode(_marked(told, ref))

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """The original closes after an `auth` that failed, and after nothing else."""
        if request is None or not isinstance(request.command, c.Connect):
            return None
        if refusal.code is not Code.UNAUTHORIZED:
            return None
        return errors.WRONG if request.command.token else errors.MISSING

    def farewell(self, why: Disconnect) -> bytes | None:
        """Who must sign in again is told in the words that make the web client do so."""
        if why.code not in errors.SIGNED_OUT or not self._is_known:
            return None
        return encode(_error(errors.INVALID_TOKEN, Code.UNAUTHORIZED))


def _error(text: str, code: Code) -> dict[str, object]:
    return {"type": "error", "message": text, "code": code.value}


def _marked(told: dict[str, object], nonce: object) -> dict[str, object]:
    return told if nonce is None else told | {"nonce": nonce}


def _worded(request: Request | None, refusal: Refused) -> str:
    command = None if request is None else request.command
    if refusal.code is Code.UNAUTHORIZED:
        if not isinstance(command, c.Connect):
            return errors.NOT_AUTHENTICATED
        return errors.INVALID_TOKEN if command.token else errors.TOKEN_REQUIRED
    if isinstance(command, c.SendDirect):
        return errors.private_words(refusal)
    if isinstance(command, c.SendMessage):
        return errors.group_words(refusal)
    return refusal.message
