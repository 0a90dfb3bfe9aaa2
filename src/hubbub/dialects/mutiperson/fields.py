"""What frames of all stages have in common: ids that are strings or numbers, and which stage a frame is of."""

from typing import Final

import msgspec

from hubbub.model.errors import Code, Malformed, invalid
from hubbub.model.ids import MAX_ID, UserId, parse_id

Id = str | int | None
ABSENT: Final = msgspec.Raw(b"null")
ALIAS_CHARS: Final = 64
_LOBBY_TYPES: Final = frozenset(("INIT", "PING", "CLOSE"))
_TYPES: Final = frozenset(("INIT", "PING", "MESSAGE", "CONFIRM", "CLOSE"))


class Head(msgspec.Struct, frozen=True, gc=False):
    """What tells a frame's kind and stage."""

    type: str
    user_id: msgspec.Raw = ABSENT
    from_user_id: msgspec.Raw = ABSENT


decode_head: Final = msgspec.json.Decoder(Head)


def head_of(payload: bytes) -> Head | None:
    """None for what is no frame."""
    try:
        return decode_head.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def is_of_lobby(payload: bytes) -> bool:
    """Whether a frame is of the first stage: it says `user_id`, later ones say `from_user_id`."""
    head = head_of(payload)
    if head is None:
        return False
    says = head.user_id != ABSENT and head.from_user_id == ABSENT
    return head.type == "USER" or (says and head.type in _LOBBY_TYPES)


def is_of_later(payload: bytes) -> bool:
    """Whether a frame is of a later stage."""
    head = head_of(payload)
    return head is not None and head.type in _TYPES and not is_of_lobby(payload)


def read_id(value: Id, field: str) -> int:
    """Raises `Refused(invalid)`."""
    found = _id(value)
    if found is None:
        raise invalid(field, 'it must be an id, such as "1234567890123456"')
    return found


def claimed(value: Id) -> UserId | None:
    """Whom somebody says they are; what is no id is nobody's."""
    if value is None or value == "":
        return None
    found = _id(value)
    return UserId(-1 if found is None else found)


def _id(value: Id) -> int | None:
    if isinstance(value, int):
        return value if 0 <= value <= MAX_ID else None
    return parse_id(value) if value else None


def not_yours(field: str, ref: str | None = None) -> Malformed:
    """Somebody speaks in another's name."""
    why = f"{field}: it must be the one that this connection's INIT has named"
    return Malformed(why, ref=ref, code=Code.FORBIDDEN, field=field)
