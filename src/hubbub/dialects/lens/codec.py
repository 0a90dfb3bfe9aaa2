"""The tap's frames: who listens says who they are, and that they are still there; nothing else."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from hubbub.model.commands import Connect, Heartbeat
from hubbub.model.errors import Code, Disconnect, Refused
from hubbub.model.lens import Tongue
from hubbub.model.limits import TOKEN_CHARS
from hubbub.ports.dialect import Codec, Ready, Request
from hubbub.wire import fields

encode = msgspec.json.Encoder().encode

_ENDS: Final = {
    Code.UNAUTHORIZED: Disconnect(4001, "unauthenticated", reconnect=False),
    Code.FORBIDDEN: Disconnect(4006, "for administrators", reconnect=False),
}


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["connect", "heartbeat"]
    token: Annotated[str, Meta(max_length=TOKEN_CHARS)] = ""


_decoder = msgspec.json.Decoder(_Said)


class LensCodec(Codec):
    """Keeps no state: every frame says all."""

    __slots__ = ("_tongues",)

    def __init__(self, tongues: Sequence[Tongue]) -> None:
        self._tongues = tongues

    def decode(self, payload: bytes) -> Request:
        """Raises only `Malformed`."""
        said = fields.decode(_decoder, payload)
        return Request(Connect(said.token) if said.type == "connect" else Heartbeat())

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """One frame."""
        if isinstance(result, Ready):
            return (encode(self._ready(result)),)
        return (encode({"type": "heartbeat_ack"}),)

    def _ready(self, result: Ready) -> dict[str, object]:
        return {
            "type": "ready",
            "user": {"id": str(result.user.id), "username": result.user.username},
            "dialects": self._tongues,
            "heartbeat_interval": int(result.heartbeat_seconds * 1000 / 3),
        }

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """An `error`."""
        found: dict[str, object] = {"type": "error", "code": refusal.code.value}
        found["message"] = refusal.message
        if refusal.retry_after is not None:
            found["retry_after"] = refusal.retry_after
        return encode(found)

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """Who is nobody, or no administrator, does not become one by asking again."""
        if request is None or not isinstance(request.command, Connect):
            return None
        return _ENDS.get(refusal.code)
