"""A message that a client of seed 001 sends, over Socket.IO or REST."""

from typing import Final

import msgspec

from hubbub.dialects.mew import ids
from hubbub.dialects.mew.objects import DEFAULT_TYPE
from hubbub.model import commands as c
from hubbub.model.errors import invalid
from hubbub.model.ids import ChannelId, MessageId
from hubbub.model.limits import CONTENT_CHARS, NONCE_CHARS
from hubbub.wire.socketio import decode_json, encode_json

Payload = dict[str, msgspec.Raw]
_SAYING: Final = ("title", "text", "content", "name", "description")  # fields of cards


class MessageIn(msgspec.Struct, frozen=True, rename="camel"):
    """What else a client says of a message, as who wrote it and when, is not asked for."""

    content: str | None = None
    attachments: list[msgspec.Raw] | None = None
    referenced_message_id: str | None = None
    type: str | None = None
    payload: Payload | None = None
    plain_text: str | None = None


def sending(channel_id: ChannelId, d: MessageIn) -> c.SendMessage:
    """Raises `Refused`."""
    if d.attachments:
        raise invalid("attachments", "files can't be sent here yet; leave it out")
    payload = dict(d.payload or {})
    nonce = nonce_of(payload.pop("clientNonce", None))
    kind = "" if d.type in (None, DEFAULT_TYPE) else d.type or ""
    packed = pack(payload)
    content = d.content or ""
    if kind and (not content or content.isspace()):
        content = saying(kind, d.plain_text, packed)
    reply_to = d.referenced_message_id
    return c.SendMessage(
        channel_id,
        ids.mentions_in(content),
        nonce,
        None if reply_to is None else MessageId(ids.number(reply_to, "referencedMessageId")),
        type=kind,
        payload=packed,
    )


def nonce_of(given: msgspec.Raw | None) -> str | None:
    """Text of a length that can be one; anything else is not."""
    found = None if given is None else _value(given)
    is_one = isinstance(found, str) and 1 <= len(found) <= NONCE_CHARS
    return found if is_one else None  # type: ignore[return-value]  # text


def pack(payload: Payload) -> msgspec.Raw | None:
    """What is stored. `overrides` would show another author: only webhooks have that. Raises `Refused`."""
    kept = {key: value for key, value in payload.items() if key != "overrides"}
    if not kept:
        return None
    packed = msgspec.Raw(encode_json(kept))
    _value(packed)
    return packed


def _value(raw: msgspec.Raw) -> object:
    """A part of JSON that nobody has looked at so far."""
    try:
        return decode_json(bytes(raw))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise invalid(
            "payload", "it must be JSON, of Unicode text, not nested too deeply"
        ) from None


def saying(kind: str, plain_text: str | None, payload: msgspec.Raw | None) -> str:
    """The content of a message that has none: its words for those who do not know its type."""
    if plain_text and not plain_text.isspace():
        return plain_text
    if payload is None:
        return ""  # which is refused: it says nothing at all
    fields = _value(payload)
    texts = [fields.get(key) for key in _SAYING] if isinstance(fields, dict) else []
    said = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    return said[:CONTENT_CHARS] or f"[{kind}]"
