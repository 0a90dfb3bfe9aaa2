"""What may be in a message and in what goes with it; raises `Refused` for what may not."""

from urllib.parse import urlsplit

import msgspec

from hubbub.model.errors import invalid
from hubbub.model.limits import (
    CONTENT_CHARS,
    NONCE_CHARS,
    PAYLOAD_BYTES,
    PAYLOAD_DEPTH,
    REASON_CHARS,
    TYPE_CHARS,
    URL_CHARS,
)


def check_content(content: str) -> None:
    """Of a message."""
    if len(content) > CONTENT_CHARS or not content or content.isspace():
        raise invalid("content", f"it must have 1 to {CONTENT_CHARS} characters, not only spaces")
    if "\0" in content:
        raise invalid("content", "it must not contain the NUL character")


def check_nonce(nonce: str | None) -> None:
    """A client's own mark of a message."""
    if nonce is None:
        return
    if not 1 <= len(nonce) <= NONCE_CHARS or "\0" in nonce:
        raise invalid("nonce", f"it must have 1 to {NONCE_CHARS} characters, none of them NUL")


def check_type(text: str) -> None:
    """Of a message that only some clients know."""
    if len(text) > TYPE_CHARS or not text.isprintable():
        raise invalid("type", f"it must have at most {TYPE_CHARS} characters, all of them visible")


def check_object(field: str, value: msgspec.Raw) -> msgspec.Raw:
    """A JSON object of at most PAYLOAD_BYTES and PAYLOAD_DEPTH; a copy that holds no frame in memory."""
    raw = bytes(value)
    if len(raw) > PAYLOAD_BYTES:
        raise invalid(field, f"it must have at most {PAYLOAD_BYTES} bytes")
    try:
        found = msgspec.json.decode(raw, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise invalid(field, "it must be a JSON object") from None
    if not _is_shallow(found, PAYLOAD_DEPTH):
        raise invalid(field, f"it must not be nested more than {PAYLOAD_DEPTH} deep")
    return msgspec.Raw(raw)


def _is_shallow(value: object, depth: int) -> bool:
    """What is too deep here is too deep for many a client's parser."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_is_shallow(part, depth - 1) for part in inner)


def check_url(field: str, text: str) -> str:
    """Of an image: empty, a path of this server, or an address of the web."""
    if len(text) > URL_CHARS:
        raise invalid(field, f"it must have at most {URL_CHARS} characters")
    if text and not (_is_plain(text) and (_is_path(text) or _is_web(text))):
        raise invalid(field, "it must be empty, a path starting with / or an http(s) address")
    return text


def _is_plain(text: str) -> bool:
    return text.isprintable() and not any(c.isspace() or c in "\\<>\"'" for c in text)


def _is_path(text: str) -> bool:
    """`//` would be another server's."""
    return text.startswith("/") and not text.startswith("//")


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def check_reason(text: str) -> str:
    """Why somebody did something, for the audit log."""
    if len(text) > REASON_CHARS or "\0" in text:
        raise invalid("reason", f"it must have at most {REASON_CHARS} characters, no NUL")
    return text


def check_limit(limit: int, most: int) -> None:
    """How much of a list is asked for at once."""
    if not 1 <= limit <= most:
        raise invalid("limit", f"it must be 1 to {most}")
