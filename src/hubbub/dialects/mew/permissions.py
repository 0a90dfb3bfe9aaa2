"""Mew's names for permissions, in Mew's order (protocols of seed 001), and the bits behind them."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Final

from hubbub.model import permissions as p
from hubbub.model.errors import invalid

_BITS: Final = {
    name: p.BITS[name]
    for name in (
        "ADMINISTRATOR",
        "MANAGE_ROLES",
        "KICK_MEMBERS",
        "CREATE_INVITE",
        "MANAGE_SERVER",
        "MANAGE_WEBHOOKS",
        "MANAGE_CHANNEL",
        "VIEW_CHANNEL",
        "SEND_MESSAGES",
        "MANAGE_MESSAGES",
        "ADD_REACTIONS",
        "ATTACH_FILES",
        "MENTION_EVERYONE",
    )
}
_WITHOUT_EFFECT: Final = frozenset(("MANAGE_STICKERS",))  # there are no stickers
KNOWN: Final = reduce(or_, _BITS.values())
IN_DIRECT: Final = (
    p.VIEW_CHANNEL | p.SEND_MESSAGES | p.ADD_REACTIONS | p.ATTACH_FILES
)  # and in groups


def names_of(bits: int) -> list[str]:
    """In Mew's order; what Mew has no name for is left out."""
    return [name for name, bit in _BITS.items() if bits & bit]


def bits_of(names: Iterable[str], field: str) -> int:
    """The reverse; raises `Refused(invalid)` for a name that Mew does not have."""
    bits = 0
    for name in names:
        if name not in _BITS and name not in _WITHOUT_EFFECT:
            raise invalid(field, f"there is no permission {name[:40]!r}; there are {_ALL_NAMES}")
        bits |= _BITS.get(name, 0)
    return bits


_ALL_NAMES: Final = ", ".join(_BITS)


def mask_of_role(names: Sequence[str]) -> int:
    """The bits that a role's list speaks for. Clients of the seed's time know no VIEW_CHANNEL: where it is not
    named it stays as it is, or each of their changes would hide all channels."""
    return KNOWN if "VIEW_CHANNEL" in names else KNOWN & ~p.VIEW_CHANNEL
