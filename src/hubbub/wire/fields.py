"""Reading ids and JSON that came from outside."""

import re
from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from hubbub.model.errors import Malformed, invalid
from hubbub.model.ids import (
    MAX_ID,
    CategoryId,
    ChannelId,
    LoginId,
    MessageId,
    RoleId,
    ServerId,
    UserId,
    WebhookId,
    parse_id,
)
from hubbub.model.shapes import malformed

T = TypeVar("T")
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_HEX_ID = re.compile("[0-9a-f]{24}", re.ASCII)


def channel_id(text: str, field: str = "channel_id") -> ChannelId:
    """Raises `Refused(invalid)`."""
    return ChannelId(_id(text, field))


def user_id(text: str, field: str = "user_id") -> UserId:
    """Raises `Refused(invalid)`."""
    return UserId(_id(text, field))


def message_id(text: str, field: str = "message_id") -> MessageId:
    """Raises `Refused(invalid)`."""
    return MessageId(_id(text, field))


def server_id(text: str, field: str = "server_id") -> ServerId:
    """Raises `Refused(invalid)`."""
    return ServerId(_id(text, field))


def role_id(text: str, field: str = "role_id") -> RoleId:
    """Raises `Refused(invalid)`."""
    return RoleId(_id(text, field))


def category_id(text: str, field: str = "category_id") -> CategoryId:
    """Raises `Refused(invalid)`."""
    return CategoryId(_id(text, field))


def webhook_id(text: str, field: str = "webhook_id") -> WebhookId:
    """Raises `Refused(invalid)`."""
    return WebhookId(_id(text, field))


def any_id(text: str, field: str) -> int:
    """Of what may be of several kinds; raises `Refused(invalid)`."""
    return _id(text, field)


def moment(text: str, field: str) -> int:
    """A time as RFC 3339 has it, in milliseconds since 1970; raises `Refused(invalid)`."""
    try:
        return round(msgspec.convert(text, _Moment).timestamp() * 1000)
    except (msgspec.ValidationError, OverflowError, ValueError):
        raise invalid(
            field, "it must be a time with its zone, such as 2030-01-31T12:00:00Z"
        ) from None


def login_id(text: str) -> LoginId:
    """Any text: an unknown one is simply not found."""
    return LoginId(text[:64])


def hex_id(value: int) -> str:
    """24 hexadecimal digits, where clients expect ids to look like that."""
    return f"{value:024x}"


def from_hex(text: str, field: str) -> int:
    """The reverse; raises `Refused(invalid)`."""
    value = int(text, 16) if _HEX_ID.fullmatch(text) else MAX_ID + 1
    if value > MAX_ID:
        raise invalid(field, "it must be an id: 24 hexadecimal digits")
    return value


def _id(text: str, field: str) -> int:
    value = parse_id(text) if text else None
    if value is None:
        raise invalid(field, 'it must be an id: a decimal string such as "1234567890123456"')
    return value


def decode(
    decoder: "msgspec.json.Decoder[T]", payload: bytes | msgspec.Raw, ref: str | int | None = None
) -> T:
    """JSON of a known shape; raises `Malformed` with what is wrong with it."""
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as error:
        raise malformed(error, decoder.type, ref) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"This is not JSON: {error}", ref=ref) from None
    except RecursionError:
        raise Malformed("The JSON is nested too deeply.", ref=ref) from None
