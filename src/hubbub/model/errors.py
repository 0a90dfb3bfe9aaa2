"""The two errors that reach a client (docs/design.md, decision 14), and the one a codec raises.

Exception
├── Refused      an error reply: the command did nothing, the connection stays
│   └── Malformed    the bytes were no command of this dialect at all
└── Disconnect   a close, with a code that says whether to come back

Anything else is a bug: logged whole with an incident id, answered empty.
"""

from enum import StrEnum
from typing import Final

# What the two sides of a block are told who write to each other; the blocked one is not told why.
UNBLOCK_FIRST: Final = "Unblock this person first."
UNDELIVERABLE: Final = "This message can't be delivered."
ASK_FIRST: Final = "Guests write to people who accept them: ask this person to be your friend, or wait until they write to you."
NO_SUCH_MESSAGE: Final = "there is no such message in this channel"  # of `reply_to`
NO_ADDING: Final = "Guests put nobody into a group; let those in who ask to join."
NO_GUESTS: Final = "This group does not admit guests."


class Code(StrEnum):
    """Why a command was refused; every dialect words each of these."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    RATE_LIMITED = "rate_limited"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"


class Refused(Exception):
    """A command that was not carried out. `message` says what was wrong and what would be right."""

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        retry_after: float | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.field = field


class Malformed(Refused):
    """Bytes that are no command. `ref` is the client's own mark, when that much could be read. `silent`: not
    answered, where a dialect's servers pass over what they do not know; counted it is all the same."""

    def __init__(
        self,
        message: str,
        *,
        ref: str | int | None = None,
        code: Code = Code.INVALID,
        field: str | None = None,
        silent: bool = False,
    ) -> None:
        super().__init__(code, message, field=field)
        self.ref = ref
        self.silent = silent


class Disconnect(Exception):
    """The connection ends. `reconnect` tells a client whether coming back makes sense."""

    def __init__(self, code: int, reason: str, *, reconnect: bool) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.reconnect = reconnect


def not_found(what: str) -> Refused:
    """The one answer for what does not exist and for what one may not see."""
    return Refused(Code.NOT_FOUND, f"There is no such {what}, or you may not see it.")


def forbidden(why: str) -> Refused:
    """Visible, but not allowed."""
    return Refused(Code.FORBIDDEN, why)


def invalid(field: str, why: str) -> Refused:
    """A value that can't be right."""
    return Refused(Code.INVALID, f"{field}: {why}", field=field)


def unauthorized(why: str = "Sign in first.") -> Refused:
    """No valid token."""
    return Refused(Code.UNAUTHORIZED, why)


def conflict(why: str, field: str | None = None) -> Refused:
    """It clashes with what is already there."""
    return Refused(Code.CONFLICT, why, field=field)


def unavailable(why: str, *, retry_after: float = 1.0) -> Refused:
    """Not now; the same request may be repeated, with the same nonce."""
    return Refused(Code.UNAVAILABLE, why, retry_after=retry_after)


def rate_limited(retry_after: float, why: str = "Too many requests") -> Refused:
    """Too fast; nothing was done."""
    return Refused(
        Code.RATE_LIMITED,
        f"{why}; try again in {retry_after:.1f} s.",
        retry_after=round(retry_after, 3),
    )
