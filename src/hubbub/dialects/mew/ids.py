"""Ids of seed 001: 24 hexadecimal digits."""

import re
from typing import Final

from hubbub.model.errors import Code, Refused, not_found
from hubbub.model.ids import LOBBY, MAX_ID, ChannelId
from hubbub.wire.fields import hex_id

_ID: Final = re.compile(r"[0-9a-fA-F]{24}")
_MENTION: Final = re.compile(r"<@([0-9a-fA-F]{24})>")
_OURS: Final = re.compile(r"<@(\d{1,16})>")


class BadId(Refused):
    """What should have been an id and is none; Mew has a sentence of its own for it."""

    def __init__(self, field: str) -> None:
        why = f"{field}: it must be an id: 24 hexadecimal digits"
        super().__init__(Code.INVALID, why, field=field)


def number(text: str, field: str) -> int:
    """Of any kind of thing; raises `BadId`. Ids of other servers are too large for ours, and nobody's here: so is the
    largest of ours."""
    if not _ID.fullmatch(text):
        raise BadId(field)
    return min(int(text, 16), MAX_ID)


def channel(text: str, field: str = "channelId") -> ChannelId:
    """The lobby is no channel here. Raises `BadId`, `Refused(not_found)`."""
    channel_id = ChannelId(number(text, field))
    if channel_id == LOBBY:
        raise not_found("channel")
    return channel_id


def mentions_in(content: str) -> str:
    """Mew's `<@id>` as the core has it, in decimal digits."""
    return _MENTION.sub(_decimal, content) if "<@" in content else content


def mentions_out(content: str) -> str:
    """The reverse."""
    return _OURS.sub(_hexadecimal, content) if "<@" in content else content


def _decimal(found: re.Match[str]) -> str:
    value = int(found[1], 16)
    return f"<@{value}>" if value <= MAX_ID else found[0]


def _hexadecimal(found: re.Match[str]) -> str:
    return f"<@{hex_id(int(found[1]))}>"
