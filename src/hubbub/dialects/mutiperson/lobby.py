"""Frames of the first stage of seed 004, which has one room for all, and not yet any ids of messages."""

from collections.abc import Sequence
from typing import Final

import msgspec

from hubbub.dialects.mutiperson.errors import ends, error
from hubbub.dialects.mutiperson.fields import ALIAS_CHARS, Id, claimed, decode_head, not_yours
from hubbub.dialects.mutiperson.render import encode, render_lobby
from hubbub.model import commands as c
from hubbub.model import events as e
from hubbub.model.errors import Disconnect, Malformed, Refused
from hubbub.model.ids import LOBBY, MAX_ID, UserId
from hubbub.ports.dialect import Codec, Ready, Request
from hubbub.wire import fields


class _Init(msgspec.Struct, frozen=True):
    user_id: Id = None
    user_name: str = ""
    token: str = ""


class _User(msgspec.Struct, frozen=True, gc=False):
    message: str
    user_id: Id = None


_decode_init: Final = msgspec.json.Decoder(_Init)
_decode_user: Final = msgspec.json.Decoder(_User)
_decode_any: Final = msgspec.json.Decoder(dict[str, object])


class LobbyCodec(Codec):
    """Remembers who its client is, and in which form that says so: it finds itself in what it hears by that."""

    __slots__ = ("_init", "_user_id")

    def __init__(self) -> None:
        self._init = _Init()
        self._user_id: UserId | None = None

    def decode(self, payload: bytes) -> Request:
        """Raises only `Malformed`. The `ref` of a sign of life is the frame that answers it."""
        match fields.decode(decode_head, payload).type:
            case "PING":
                return Request(c.Heartbeat(), _echo(payload, "PONG", "pong"))
            case "INIT":
                return self._connect(payload)
            case "USER":
                return self._say(fields.decode(_decode_user, payload))
            case "CLOSE":
                return Request(c.Goodbye())
            case _:
                raise Malformed("type: it must be one of INIT, USER, PING, CLOSE", field="type")

    def _connect(self, payload: bytes) -> Request:
        init = fields.decode(_decode_init, payload)
        _check(init.user_id)
        if self._user_id is not None:
            self._require_own(init.user_id)
            return Request(c.Heartbeat(), _echo(payload, "SYSTEM", "join"))
        self._init = init
        user_id = claimed(init.user_id)
        if user_id is None and not init.user_name and not init.token:
            raise Malformed("user_name: missing", field="user_name")
        return Request(c.Connect(init.token, None, user_id, init.user_name or None))

    def _say(self, frame: _User) -> Request:
        if self._user_id is not None:
            self._require_own(frame.user_id)
        return Request(c.SendMessage(LOBBY, frame.message))

    def _require_own(self, user_id: Id) -> None:
        """As it was said in INIT, or as it is."""
        said = (None, str(self._init.user_id), str(self._user_id))
        if user_id is not None and str(user_id) not in said:
            raise not_yours("user_id")

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """Everything else comes to the sender as it comes to all."""
        if isinstance(result, Ready):
            self._user_id = result.user.id
            return ()
        echo = isinstance(request.command, c.Heartbeat) and isinstance(request.ref, str)
        return (str(request.ref).encode(),) if echo else ()

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """An `ERROR`."""
        return error(request, refusal)

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """After a refused INIT."""
        return ends(request, refusal)

    def hears(self, event: e.Event) -> bool:
        """Unless oneself is written otherwise here."""
        said = self._init.user_id
        return said in (None, "") or said == str(self._user_id)

    def mine(self, event: e.Event) -> tuple[bytes, ...]:
        """As this connection calls its person."""
        frame = render_lobby(event, self._init.user_id, self._init.user_name)
        return () if frame is None else (frame,)


def _check(user_id: Id) -> None:
    too_long = isinstance(user_id, str) and len(user_id) > ALIAS_CHARS
    if too_long or (isinstance(user_id, int) and abs(user_id) > MAX_ID):
        raise Malformed(
            f"user_id: it must be an id, or a word of at most {ALIAS_CHARS} characters",
            field="user_id",
        )


def _echo(payload: bytes, kind: str, message: str) -> str:
    """The same fields, as another frame."""
    given = fields.decode(_decode_any, payload)
    return encode({**given, "type": kind, "message": message}).decode()
