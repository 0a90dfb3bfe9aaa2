"""Refusals in seed 003's words.

Its web client signs its person out where a text has `Invalid token` or `Token required` in it: they stand for nothing
but a token that is wrong, missing or no longer good.
"""

from typing import Final

from hubbub.model.errors import Code, Disconnect, Refused

TOKEN_REQUIRED: Final = "Token required"  # noqa: S105  # a sentence
INVALID_TOKEN: Final = "Invalid token"  # noqa: S105  # a sentence
NOT_AUTHENTICATED: Final = "Not authenticated"
NOT_A_MEMBER: Final = "You are not a member of this group"
NO_RECEIVER: Final = "Receiver not found"
ONESELF: Final = "Cannot send message to yourself"

# RFC 6455's "policy violation", as the original closes.
MISSING: Final = Disconnect(1008, "Authentication required", reconnect=False)
WRONG: Final = Disconnect(1008, "Invalid authentication", reconnect=False)
SIGNED_OUT: Final = frozenset((4001, 4006))  # a token has expired, a device was signed out


def private_words(refusal: Refused) -> str:
    """Of a message to a person."""
    if refusal.code is Code.NOT_FOUND:
        return NO_RECEIVER
    if refusal.code is Code.INVALID and refusal.field == "user_id":
        return ONESELF
    return refusal.message


def group_words(refusal: Refused) -> str:
    """Of a message to a group: one that one may not know of looks like one that one is not in."""
    if refusal.code in (Code.NOT_FOUND, Code.FORBIDDEN):
        return NOT_A_MEMBER
    return refusal.message
