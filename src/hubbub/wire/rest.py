"""REST as a table: a dialect says `method, path → command`, and how results and refusals look."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from hubbub.model.commands import Command
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import UserId

NO_TOKEN = "Send your access token."  # noqa: S105  # a sentence


JSON: Final = "application/json"
PLAIN_TEXT: Final = "text/plain"
IMAGES: Final = "image/*"

# HTTP's word for each, where a dialect has no other.
STATUS: Final = {
    Code.UNAUTHORIZED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.INVALID: 400,
    Code.RATE_LIMITED: 429,
    Code.CONFLICT: 409,
    Code.TOO_LARGE: 413,
    Code.UNAVAILABLE: 503,
}


def bearer(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header (RFC 6750); None where there is no such header."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def retry_after(refusal: Refused) -> tuple[tuple[str, str], ...]:
    """The header of a refusal that wears off, in whole seconds (RFC 9110 §10.2.3), never too soon; else nothing."""
    if refusal.retry_after is None:
        return ()
    return (("retry-after", str(max(1, math.ceil(refusal.retry_after)))),)


class Args(msgspec.Struct, frozen=True):
    """What an HTTP request carries. `query` and `body` are instances of the operation's types, or None; the
    body of an upload is the file's bytes. `user_id`: who asks, where they have signed in.
    """

    path: Mapping[str, str]
    query: object
    body: object
    label: str
    user_id: UserId | None = None


class Operation(msgspec.Struct, frozen=True):
    """One route; `body` is the type of the request's body, `returns` of the answer's, for documentation; None for
    an empty one.

    `then`: a second command, made of the first one's result; the operation's result is made of both.
    `view`: the result as who asked sees it, where that takes what was asked; `result` gets what it makes.
    `upload`: the body is a form (RFC 7578), and this the name of its one file. `images`: the body is an image's bytes. `form`: the body may be a form
    without files as well as JSON. `payload`: the JSON may also be this field of a form, as Slack takes it. `bearer`: who asks says so in the body, with the token that this finds there.
    `claim`: the name of the query's field with which a guest says who they are; whose token it is must say the same.
    `visitors`: who asks need not say who they are; pages of other origins may not ask.
    """

    method: str
    path: str
    summary: str
    command: Callable[[Args], Command]
    result: Callable[[object], object]
    status: int = 200
    tag: str = ""
    body: Any = None
    query: type | None = None
    returns: object = None
    public: bool = False
    refuses: tuple[Code, ...] = ()
    body_optional: bool = False
    name: str = ""
    upload: str = ""
    then: Callable[[object, Args], Command] | None = None
    view: Callable[[object, Args], object] | None = None
    form: bool = False
    payload: str = ""
    bearer: Callable[[object], str] | None = None
    media_type: str = JSON
    claim: str = ""
    visitors: bool = False
    images: bool = False


class Answer(msgspec.Struct, frozen=True):
    """A whole HTTP answer."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class RestApi(Protocol):
    """A dialect's REST side."""

    @property
    def prefixes(self) -> Sequence[str]:
        """Where its operations stand; every operation stands under each."""
        ...

    @property
    def operations(self) -> Sequence[Operation]: ...

    @property
    def pages(self) -> Mapping[str, Callable[[], Answer]]:
        """Fixed answers by path, such as the API's own description; made when first asked for."""
        ...

    def token(self, authorization: str | None, query: Mapping[str, str]) -> str | None:
        """Where this dialect's clients put their access token."""
        ...

    def answer(self, operation: Operation, result: object) -> Answer:
        """A command that was carried out."""
        ...

    def refuse(self, operation: Operation, refusal: Refused) -> Answer:
        """One that was not."""
        ...
