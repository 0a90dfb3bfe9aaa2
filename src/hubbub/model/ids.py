"""53-bit ids: sortable by time, 16 digits, exact in JSON numbers (docs/design.md, decision 6)."""

from typing import Final, NewType

UserId = NewType("UserId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
LoginId = NewType("LoginId", str)
ServerId = NewType("ServerId", int)
RoleId = NewType("RoleId", int)
CategoryId = NewType("CategoryId", int)
WebhookId = NewType("WebhookId", int)

SYSTEM: Final = UserId(0)
LOBBY: Final = ChannelId(0)
NO_CATEGORY: Final = CategoryId(0)  # of channels that stand under none

EPOCH_MS: Final = 1_420_070_400_000  # 2015-01-01T00:00:00Z
NODE_BITS: Final = 6
SEQUENCE_BITS: Final = 6
SEQUENCE_MASK: Final = (1 << SEQUENCE_BITS) - 1
MAX_ID: Final = (1 << 53) - 1


class IdSequence:
    """Makes ids that never repeat and never go back, whatever the wall clock does.

    When a millisecond is used up, or the clock is set back, the next millisecond is borrowed: order
    and uniqueness matter more than the time that an id tells (guarantee G15).
    """

    __slots__ = ("_last", "_node")

    def __init__(self, node: int = 0) -> None:
        if not 0 <= node < 1 << NODE_BITS:
            raise ValueError(f"node must be 0 to {(1 << NODE_BITS) - 1}, got {node}")
        self._node = node << SEQUENCE_BITS
        self._last = 0

    def next(self, now_ms: int) -> int:
        """The next id, given the wall clock in milliseconds since 1970."""
        # `_last` counts milliseconds and sequence together, without the node's bits.
        self._last = max(self._last + 1, (now_ms - EPOCH_MS) << SEQUENCE_BITS)
        ms, sequence = self._last >> SEQUENCE_BITS, self._last & SEQUENCE_MASK
        return ms << (NODE_BITS + SEQUENCE_BITS) | self._node | sequence


def parse_id(text: str) -> int | None:
    """The id in a decimal string, or None for anything that no id looks like."""
    if text.isascii() and text.isdigit() and len(text) <= 16 and (text[0] != "0" or text == "0"):
        value = int(text)
        return value if value <= MAX_ID else None
    return None
