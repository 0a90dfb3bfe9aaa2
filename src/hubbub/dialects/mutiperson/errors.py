"""Refusals in frames of seed 004, which had no word for them."""

from typing import Final

from hubbub.dialects.mutiperson.render import encode
from hubbub.model.commands import Connect
from hubbub.model.errors import Code, Disconnect, Refused
from hubbub.ports.dialect import Request

NO_INIT: Final = "Send INIT first."
AGAIN: Final = frozenset((Code.RATE_LIMITED, Code.UNAVAILABLE))


def error(request: Request | None, refusal: Refused, temp_id: object = None) -> bytes:
    """An `ERROR`; old clients pass it over."""
    told: dict[str, object] = {
        "type": "ERROR",
        "code": refusal.code.value,
        "message": _worded(request, refusal),
    }
    if temp_id is not None:
        told["temp_id"] = temp_id
    if refusal.retry_after is not None:
        told["retry_after"] = refusal.retry_after
    return encode(told)


def _worded(request: Request | None, refusal: Refused) -> str:
    """Once one is in, nothing is refused for want of it."""
    early = request is not None and not isinstance(request.command, Connect)
    return NO_INIT if early and refusal.code is Code.UNAUTHORIZED else refusal.message


def ends(request: Request | None, refusal: Refused) -> Disconnect | None:
    """Who is not let in has nothing more to say."""
    if request is None or not isinstance(request.command, Connect):
        return None
    if refusal.code in AGAIN:
        return Disconnect(1013, "try again later", reconnect=True)
    return Disconnect(4001, "not let in; the ERROR says why", reconnect=False)
